// Runs the parts in the bounds of CI, keeps their figures, and writes them into RELIABILITY.md: `npm run reliability`.
import { writeDocument } from './document-files.ts'
import { writeFigures } from './figure-files.ts'
import { PARTS, type Part } from './parts.ts'
import { readOptions, runProgram, UsageError } from './usage.ts'

const HELP = `reliability: what RELIABILITY.md promises, tested, and its figures written down.

  npm run reliability -- [--parts NAME,…]

  --parts NAME,…  ${PARTS.map(({ name }) => name).join(', ')}; default all, \`none\` for the document alone

Exit code 0, 1 if a promise is not kept, 2 for a wrong argument.
`

await runProgram('reliability', async () => {
  const { help, values } = readOptions(process.argv.slice(2), ['parts'])
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  for (const part of chosenParts(values.get('parts'))) {
    const start = performance.now()
    process.stderr.write(`${part.name} …\n`)
    let figures: object
    try {
      figures = await part.run()
    } catch (error) {
      process.stdout.write(`${part.name} FAILED: ${messagesOf(error)}\n`)
      return 1
    }
    writeFigures({ part: part.name, figures, seconds: (performance.now() - start) / 1000, seed: part.seed })
  }
  writeDocument()
  return 0
})

function chosenParts(names: string | undefined): readonly Part[] {
  if (names === undefined) return PARTS
  if (names === 'none') return []
  return names.split(',').map((name) => {
    const part = PARTS.find((known) => known.name === name)
    if (part === undefined) throw new UsageError(`--parts must be of ${PARTS.map((known) => known.name).join(', ')}, got ${JSON.stringify(name)}`)
    return part
  })
}

/** An error and its causes, which tell more and more exactly what was wrong. */
function messagesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}\n${messagesOf(error.cause)}`
}

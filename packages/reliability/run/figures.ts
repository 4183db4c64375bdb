// Runs parts in the bounds of CI and keeps their figures: `pnpm --filter @addrspace/reliability figures [PART…]`.
import { writeFigures } from './figure-files.ts'
import { PARTS } from './parts.ts'
import { runProgram, UsageError } from './usage.ts'

await runProgram('figures', () => {
  const wanted = process.argv.slice(2)
  const names = PARTS.map(({ name }) => name)
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new UsageError(`there is no part ${JSON.stringify(unknown)}; there are ${names.join(', ')}`)
  for (const { name, seed, run } of PARTS) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    process.stderr.write(`${name} …\n`)
    const start = performance.now()
    const figures = run()
    writeFigures({ part: name, figures, seconds: (performance.now() - start) / 1000, seed })
  }
  return Promise.resolve(0)
})

// What the runners' README tells a reader to type, in a folder where nothing else is.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PACKAGE = fileURLToPath(new URL('../', import.meta.url))
/** Compiling takes its time on a busy machine. */
const LONG = { timeout: 300_000 }

/** Indented lines that follow one another; those that begin with # are what is printed. */
const blocks = readFileSync(join(PACKAGE, 'runners/README.md'), 'utf8')
  .split('\n\n')
  .filter((paragraph) => paragraph.startsWith('    cd '))
  .map((paragraph) => paragraph.split('\n').map((line) => line.trim()))
  .map((lines) => ({ commands: lines.filter((line) => !line.startsWith('#')), printed: lines.filter((line) => line.startsWith('# ')).map((line) => line.slice(2)) }))

describe('the README of the runners', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'runners-'))
    for (const name of ['runners', 'vectors', 'src']) cpSync(join(PACKAGE, name), join(folder, name), { recursive: true })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('has a block for each language, and one that fails', () => {
    expect(blocks.map(({ commands }) => commands[0])).toEqual(['cd runners/c', 'cd runners/rust', 'cd runners/typescript', 'cd runners/c'])
  })

  for (const { commands, printed } of blocks) {
    const program = commands[1]!.split(' ')[0]!
    const needs = program === 'node' ? '' : ` (needs ${program})`
    it.skipIf(spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0)(`${commands.at(-1)!} prints what it says${needs}`, LONG, () => {
      const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}` }
      const { stdout, stderr } = spawnSync('sh', ['-c', commands.join(' && ')], { cwd: folder, encoding: 'utf8', env })
      expect({ printed: stdout.trimEnd().split('\n'), stderr }).toEqual({ printed, stderr: '' })
    })
  }
})

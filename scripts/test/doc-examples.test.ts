import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tallyReport, type TestReport } from '../lib/test-report.ts'
import { root } from '../lib/workspace.ts'

let place: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'doc-examples-'))
  write('packages/demo/package.json', {
    name: '@addrspace/demo',
    version: '0.0.0',
    type: 'module',
    exports: { '.': { '@addrspace/source': './src/index.ts', default: './dist/index.js' } },
  })
  write('packages/demo/src/index.ts', "export { double } from './double.ts'\n")
})

afterEach(() => {
  rmSync(place, { recursive: true })
})

function write(file: string, content: string | object): void {
  mkdirSync(dirname(join(place, file)), { recursive: true })
  writeFileSync(join(place, file), typeof content === 'string' ? content : JSON.stringify(content))
}

function writeDouble(claim: string): void {
  const comment = `/**\n * Doubles.\n *\n * @example\n * double(2) // => ${claim}\n */\n`
  write('packages/demo/src/double.ts', `${comment}export function double(n: number): number {\n  return n * 2\n}\n`)
}

function run() {
  const args = ['--conditions=@addrspace/source', join(root, 'scripts/doc-examples.ts'), place]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  const report = JSON.parse(readFileSync(join(place, 'reports/doc-examples.json'), 'utf8')) as TestReport
  return { status, stdout, stderr, tally: tallyReport(report) }
}

describe('doc-examples', () => {
  it('passes examples that say the truth, in comments without imports', () => {
    writeDouble('4')
    write('README.md', "# Demo\n\n```ts\nimport { double } from '@addrspace/demo'\n\ndouble(3) // => 6\n```\n")
    const { status, stdout, tally } = run()
    expect(stdout).toBe('2 examples, 0 failed\n')
    expect(tally).toEqual({ passed: 2, failed: 0, skipped: [] })
    expect(status).toBe(0)
  })

  it('fails an untrue comment and names file and line', () => {
    writeDouble('5')
    const { status, stderr, tally } = run()
    expect(stderr).toContain('packages/demo/src/double.ts:5: ExampleMismatch: expected 5, got 4\n    * double(2) // => 5')
    expect(tally).toEqual({ passed: 0, failed: 1, skipped: [] })
    expect(status).toBe(1)
  })

  it('fails a block that throws, at the line that throws', () => {
    writeDouble('4')
    write('docs/guide.md', "```ts\nconst a = 1\nif (a > 0) throw new Error('no')\n```\n")
    expect(run().stderr).toContain('docs/guide.md:3: Error: no')
  })

  it('fails a block that does not compile', () => {
    writeDouble('4')
    write('packages/demo/README.md', "```ts\nimport { double } from '@addrspace/demo'\n\ndouble('3') // => 6\n```\n")
    const { status, stderr } = run()
    expect(stderr).toContain("packages/demo/README.md:4: does not compile: Argument of type 'string'")
    expect(status).toBe(1)
  })

  it('fails a block that imports what is not exported', () => {
    writeDouble('4')
    write('README.md', "```ts\nimport { halve } from '@addrspace/demo'\nhalve(4) // => 2\n```\n")
    expect(run().stderr).toContain("README.md:2: does not compile: Module '\"@addrspace/demo\"' has no exported member 'halve'")
  })

  it('fails a claim that is no value', () => {
    writeDouble('four')
    expect(run().stderr).toContain("packages/demo/src/double.ts:5: does not compile: Cannot find name 'four'")
    writeDouble('twice two')
    expect(run().stderr).toContain('packages/demo/src/double.ts:5: "twice two" is not an expression')
  })
})

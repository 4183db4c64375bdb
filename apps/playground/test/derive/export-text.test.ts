/** What is taken away: tests that run by themselves, and fail where a result is another one. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatScenarios, parseScenarios, type Scenario } from '@addrspace/conformance'
import { afterAll, describe, expect, it } from 'vitest'
import type { BackendName } from '../../src/web/derive/backends.ts'
import { slugOf, testSource } from '../../src/web/derive/export-text.ts'
import { Session } from '../../src/web/derive/session.ts'
import { checksOf, fileOf, linkTo } from '../../src/web/derive/share.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
mkdirSync(join(root, 'dist'), { recursive: true })
/** Inside of the project, where the packages are found. */
const folder = mkdtempSync(join(root, 'dist', 'export-'))
afterAll(() => rmSync(folder, { recursive: true }))

const session = new Session()

const SCENARIO = parseScenarios(`{"scenario":1,"name":"it's \`\${quoted}\`","backend":"mock","notes":"a \\"note\\"","fail":{"frame":9}}
{"op":"map","start":"0x400000","size":"0x3000","flags":"rwu"}
{"op":"map","start":"0x600000","size":"0x200000","flags":"rxu","backing":{"linear":"0x80200000"}}
{"op":"map","start":"0x900000","size":"0x1000","flags":"rwu","backing":"demand"}
{"op":"fault","addr":"0x900000","access":"read"}
{"op":"map","start":"0xa00000","size":"0x1000","flags":"rwu"}
{"op":"translate","addr":"0x612345","access":"exec","mode":"user"}
{"op":"translate","addr":"0x400000","access":"exec","mode":"user"}
{"op":"query","addr":"0x612345"}
{"op":"findFree","size":"0x1000"}
{"op":"areas"}
`)[0]!

const pause = (): Promise<void> => Promise.resolve()

async function vectorOf(scenario: Scenario, backend: BackendName): Promise<string> {
  return (await checksOf(session, { scenario, backend, runner: 'node:test' }, pause)).vector
}

/** All in one process, which is quicker. */
function runs(sources: readonly (readonly [name: string, source: string])[]): { readonly code: number | null; readonly output: string } {
  const files = sources.map(([name, source]) => {
    const file = join(folder, `${name}.test.ts`)
    writeFileSync(file, source)
    return file
  })
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@addrspace/source', '--test', '--test-isolation=none', ...files], { encoding: 'utf8', env: { PATH: process.env['PATH'] } })
  return { code: status, output: stdout + stderr }
}

describe('a vector', () => {
  it('expects of every operation what it came to', async () => {
    const [vector] = parseScenarios(await vectorOf(SCENARIO, 'x86-64'))
    expect(vector!.header).toMatchObject({ id: 'it-s-quoted', backend: 'x86-64' })
    // By hand: the 2 MiB leaf is at 0x80200000, and 0x612345 lies 0x12345 into it; 0x400000 is not executable.
    expect(vector!.ops[5]).toMatchObject({ expect: { paddr: '0x80212345' } })
    expect(vector!.ops[6]).toMatchObject({ expect: { fault: 'permission' } })
    expect(vector!.ops[9]).toHaveProperty('expect')
  })
})

describe('what is shared', () => {
  const long = parseScenarios(`{"scenario":1,"name":"long","backend":"mock"}\n${'{"op":"areas"}\n'.repeat(12_000)}`)[0]!

  it('gives way while it is written, and can be given up', async () => {
    let pauses = 0
    const text = await fileOf({ scenario: long }, () => {
      pauses += 1
      return Promise.resolve()
    })
    expect(text).toBe(formatScenarios([long]))
    expect(pauses).toBeGreaterThan(0)
    await expect(linkTo({ scenario: long, place: {}, form: 'compressed' }, () => Promise.reject(new Error('given up')))).rejects.toThrow('given up')
  })

  it('says why a backend has no results', async () => {
    const masked = parseScenarios('{"scenario":1,"backend":"mock"}\n{"op":"map","start":"0x1000","size":"0x1000","flags":6}')[0]!
    const checks = await checksOf(session, { scenario: masked, backend: 'x86-64', runner: 'vitest' }, pause)
    expect(checks).toMatchObject({ vector: '', source: '', problem: { message: expect.stringContaining('flags') as string } })
  })
})

describe('a name', () => {
  it('makes a name of a file, whatever it is', () => {
    expect(slugOf('One Request, every machine!')).toBe('one-request-every-machine')
    expect(slugOf('…')).toBe('scenario')
  })
})

describe('a test source', () => {
  it('runs on each kind of backend, and passes', async () => {
    const backends = ['mock', 'null', 'x86-64', 'riscv-sv39', 'aarch64'] as const
    const { code, output } = runs(await Promise.all(backends.map(async (backend) => [backend, (await checksOf(session, { scenario: SCENARIO, backend, runner: 'node:test' }, pause)).source] as const)))
    expect(output).toContain('pass 5')
    expect(code).toBe(0)
  })

  it('fails where a result is another one', async () => {
    const source = testSource((await vectorOf(SCENARIO, 'x86-64')).replace('0x80212345', '0x80212346'), SCENARIO, 'x86-64', 'node:test')
    const { code, output } = runs([['wrong', source]])
    expect(code).not.toBe(0)
    expect(output).toContain('0x80212345')
  })

  it('is right by its types, for either runner', async () => {
    const sources = await Promise.all((['mock', 'null', 'x86-64-la57', 'riscv-sv48', 'aarch64'] as const).flatMap((backend) => (['vitest', 'node:test'] as const).map(async (runner) => {
      const { source } = await checksOf(session, { scenario: SCENARIO, backend, runner }, pause)
      const file = join(folder, `${backend}-${runner.replace(':', '-')}.ts`)
      writeFileSync(file, source)
      return file
    })))
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, '..', '..', 'tsconfig.test.json'), compilerOptions: { noEmit: true, types: ['node'] }, files: sources }))
    const { stdout, status } = spawnSync(process.execPath, [join(root, '..', '..', 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], { encoding: 'utf8' })
    expect(stdout).toBe('')
    expect(status).toBe(0)
  }, 60_000)
})

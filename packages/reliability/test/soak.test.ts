// `pnpm soak`, without its process: what it says, and how it ends.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseScenarios } from '@addrspace/conformance'
import { describe, expect, it } from 'vitest'

import { soak } from '../run/soak-command.ts'
import { UsageError } from '../run/usage.ts'
import { openRightWorld, type OpenWorld } from '../src/index.ts'

const ENTRANCE = fileURLToPath(new URL('../run/soak.ts', import.meta.url))

async function run(args: string, options: { readonly open?: OpenWorld; readonly signal?: AbortSignal } = {}): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const { signal = new AbortController().signal, open } = options
  const surroundings = { stdout: { write: (text: string) => (out += text) }, stderr: { write: (text: string) => (err += text) }, signal, ...(open && { open }) }
  const code = await soak(args === '' ? [] : args.split(' '), surroundings)
  return { code, out, err }
}

describe('soak', () => {
  it('ends with a summary when time is up', async () => {
    const { code, out, err } = await run('--minutes 0.005 --seed 4 --backend mock')
    expect(code).toBe(0)
    expect(out).toMatch(/^[\d,]+ commands in [\d,]+ runs on 1 backends from seed 4, 0:0\d, [\d,]+ a second\n/)
    expect(err).toBe('')
  })

  it('ends with a summary when it is stopped', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 200)
    const { code, out } = await run('--minutes 60', { signal: stop.signal })
    expect(code).toBe(0)
    expect(out).toMatch(/commands in .*\n(.*\n)+stopped before its time\n$/)
  })

  it('ends with 1 and a scenario when something fails, which its own seed finds again', async () => {
    const open: OpenWorld = (name, options) => {
      const world = openRightWorld(name, options)
      const right = world.set.protect.bind(world.set)
      Object.defineProperty(world.set, 'protect', { value: (start: never, size: bigint, update: never) => right(start, size, update) })
      return world
    }
    const { code, out } = await run('--minutes 5 --seed 11', { open })
    expect(code).toBe(1)
    const [, name, seed] = /^FAILED on (\S+), run of seed (\d+) /m.exec(out)!
    expect(out).toContain(`soak --backend ${name!} --seed ${seed!} --minutes 0`)
    expect(out).toContain('addrspace run shows it')
    const [scenario] = parseScenarios(out.slice(out.indexOf('{"scenario"')))
    expect(scenario?.ops.at(-1)).toMatchObject({ op: 'protect', holes: 'refuse', expect: 'InvalidParam' })
    const again = await run(`--backend ${name!} --seed ${seed!} --minutes 0`, { open })
    expect(again.code).toBe(1)
    expect(again.out.slice(again.out.indexOf('FAILED'))).toBe(out.slice(out.indexOf('FAILED')))
  })

  it('tells how it is used', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    expect(out).toContain('pnpm soak [--minutes N] [--seed S] [--backend NAME]')
  })

  it.each(['--minute 1', '--minutes', '--minutes x', '--minutes=-1', '--seed 1.5', '--seed 4294967296', '--seed 1 --seed 2', '--backend foo', '7'])(
    'refuses %s in one line',
    async (args) => {
      const error: unknown = await run(args).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(UsageError)
      expect(String(error)).not.toContain('\n')
    },
  )

  it('refuses with exit code 2, one line on stderr and nothing on stdout', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@addrspace/source', ENTRANCE, '--minutes', 'long'], { encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: 'soak: --minutes must be a number from 0 to 100000, got "long"\n' })
  })
})

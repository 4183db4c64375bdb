import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../run/main.ts', import.meta.url))
const MACHINES = 'riscv-sv39, riscv-sv48, riscv-sv57, aarch64, x86-64, x86-64-la57'

function judge(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@addrspace/source', MAIN, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('the judge on the command line', () => {
  it.each<readonly [string, readonly string[], string]>([
    ['machines that it does not know', ['--machine', 'foo'], `--machine must be all or one of ${MACHINES}, got "foo"`],
    ['seeds that are no numbers', ['--seed', 'one'], '--seed must be a whole number, got "one"'],
    ['seeds that are nothing', ['--seed', ''], '--seed must be a whole number, got ""'],
    ['accesses that are not whole', ['--accesses', '1.5'], '--accesses must be a whole number, got "1.5"'],
    ['accesses beyond 2^53', ['--accesses', '9007199254740992'], '--accesses must be a whole number, got "9007199254740992"'],
    ['options without a value', ['--machine'], "Option '--machine <value>' argument missing"],
    ['options that it does not know', ['--colour'], "Unknown option '--colour'"],
    ['what is no option', ['aarch64'], "Unexpected argument 'aarch64'"],
  ])('refuses %s in one line, with exit code 2', { timeout: 60_000 }, (_what, args, message) => {
    const { status, stdout, stderr } = judge(...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr.startsWith(`judge: ${message}`)).toBe(true)
    expect(stderr.split('\n')).toEqual([expect.any(String), ''])
  })
})

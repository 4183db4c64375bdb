// Properties: what is rendered as strace renders it is read back, and where a call is cut does not matter.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMemoryCall, parseStraceLine, replayTrace } from '../src/index.ts'
import { target } from './support/run.ts'
import { readTrace } from './support/traces.ts'

const where = { file: 'strace.txt', line: 1 }
const padding = fc.integer({ min: 1, max: 12 }).map((count) => ' '.repeat(count))
const task = fc.integer({ min: 1, max: 4_194_304 })
const time = fc.constantFrom('', '07:45:07 ', '07:45:07.437136 ', '1700000000.437136 ', '     0.000123 ', '07:45:07.437136 (+     0.000123) ')
const duration = fc.constantFrom('', ' <0.000016>', ' <12>')
// strace never writes an unescaped line end; everything else may be in a path.
const path = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\n\r]/g, ''))

const prefixed = fc.tuple(task, padding, fc.boolean(), time).map(([number, gap, inBrackets, clock]) => ({
  number,
  text: inBrackets ? `[pid ${number}] ${clock}` : `${number}${gap}${clock}`,
}))

const mmap = fc
  .record({
    address: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    size: fc.bigInt({ min: 1n, max: 1n << 47n }),
    protection: fc.subarray(['PROT_READ', 'PROT_WRITE', 'PROT_EXEC']),
    isShared: fc.boolean(),
    flags: fc.subarray(['MAP_FIXED', 'MAP_NORESERVE', 'MAP_STACK', 'MAP_GROWSDOWN']),
    descriptor: fc.integer({ min: 0, max: 1024 }),
    path: fc.option(path, { nil: undefined }),
    offset: fc.bigInt({ min: 0n, max: 1n << 47n }).map((value) => value & ~0xfffn),
    result: fc.bigInt({ min: 0n, max: 1n << 47n }).map((value) => value & ~0xfffn),
  })
  .map((call) => ({
    ...call,
    args: [
      call.address === 0n ? 'NULL' : `0x${call.address.toString(16)}`,
      call.size.toString(),
      call.protection.join('|') || 'PROT_NONE',
      [call.isShared ? 'MAP_SHARED' : 'MAP_PRIVATE', ...call.flags].join('|'),
      call.path === undefined ? String(call.descriptor) : `${call.descriptor}<${call.path}>`,
      call.offset === 0n ? '0' : `0x${call.offset.toString(16)}`,
    ].join(', '),
  }))

describe('a rendered mmap', () => {
  it('is read back, whatever its path', () => {
    fc.assert(
      fc.property(prefixed, mmap, padding, duration, ({ number, text }, call, gap, took) => {
        const record = parseStraceLine(`${text}mmap(${call.args})${gap}= 0x${call.result.toString(16)}${took}`, where)
        expect(record).toEqual({ kind: 'call', task: number, name: 'mmap', args: call.args, outcome: { kind: 'returned', value: call.result } })
        expect(parseMemoryCall('mmap', call.args, where)).toEqual({
          name: 'mmap',
          address: call.address,
          size: ((call.size + 4095n) / 4096n) * 4096n,
          permission: (call.protection.includes('PROT_READ') ? 1 : 0) + (call.protection.includes('PROT_WRITE') ? 2 : 0) + (call.protection.includes('PROT_EXEC') ? 4 : 0),
          attributes: (call.flags.includes('MAP_NORESERVE') ? 0x8 : 0) + (call.flags.includes('MAP_STACK') ? 0x100 : 0),
          sharing: call.isShared ? 'shared' : 'private',
          placement: call.flags.includes('MAP_FIXED') ? 'fixed' : 'free',
          growsDown: call.flags.includes('MAP_GROWSDOWN'),
          hugePages: false,
          isLow: false,
          mappedFile: call.path ?? `descriptor ${call.descriptor}`,
          offset: call.offset,
        })
      }),
      { numRuns: 500 },
    )
  })
})

describe('any text', () => {
  it('is read or refused with its line, and nothing else happens', () => {
    const piece = fc.constantFrom('100 ', '[pid 7] ', 'mmap(', 'munmap(0x1000, 4096', ')', ' = ', '0', '-1 ENOMEM (x)', ' <unfinished ...>', '<... munmap resumed>', '---', '+++', ', ', 'x')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        try {
          parseStraceLine(pieces.join(''), where)
        } catch (error) {
          expect(error).toMatchObject({ name: 'TraceInputError', line: 1 })
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a log of one task', () => {
  it.each(['cat-maps', 'hammer'])('%s gives the same with any of its calls split anywhere', async (name) => {
    const trace = readTrace(name)
    const lines = trace.log.trimEnd().split('\n')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 2 }), async (seed) => {
        const next = randomNumbers(seed)
        const split = lines.flatMap((line) => {
          const call = /^(\d+) +(\w+)\((.*)$/.exec(line)
          // The end of the replay is its first line, and the first line of a log is whole.
          if (call === null || ['execve', 'exit_group'].includes(call[2]!) || next(2) === 0) return [line]
          const [, number, called, rest] = call
          const cut = next(rest!.search(/\) *= /) + 1)
          const other = next(2) === 0 ? [`${number!} --- SIGCHLD {si_signo=SIGCHLD} ---`] : []
          return [`${number!} ${called!}(${rest!.slice(0, cut)} <unfinished ...>`, ...other, `${number!} <... ${called!} resumed>${rest!.slice(cut)}`]
        })
        const report = await replayTrace({ log: split.join('\n'), start: trace.start, end: trace.end }, target())
        expect(report).toMatchObject({ match: true })
      }),
      { numRuns: 5 },
    )
  })
})

/** Numbers below a bound, by the generator of Park and Miller: a counterexample is told by its seed. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 48271) % (2 ** 31 - 1)
    return state % below
  }
}

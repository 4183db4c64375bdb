// The bundled traces of real programs, and further recordings, against the kernel's own lists.
import { describe, expect, it } from 'vitest'
import { replayTrace, type ReplayReport } from '../src/index.ts'
import { target } from './support/run.ts'
import { readTrace, recordingNames, traceNames, type RecordedTrace } from './support/traces.ts'

// Numbers of checkpoints, and of areas in end.maps, are those of the folders.
const expected: Readonly<Record<string, { checkpoints: number; kernelAreas: number }>> = {
  'cat-maps': { checkpoints: 0, kernelAreas: 37 },
  'gcc-build': { checkpoints: 0, kernelAreas: 28 },
  'hammer': { checkpoints: 6, kernelAreas: 401 },
  'node-gc': { checkpoints: 0, kernelAreas: 75 },
  'python-threads': { checkpoints: 0, kernelAreas: 86 },
}

const replay = (trace: RecordedTrace, log = trace.log): Promise<ReplayReport> => replayTrace({ ...trace, log }, target())

/** The log without the lines of these numbers. */
function without(log: string, ...numbers: number[]): string {
  return log.split('\n').filter((_, index) => !numbers.includes(index + 1)).join('\n')
}

describe('a bundled trace', () => {
  it('is there for every kind of program', () => {
    expect(traceNames).toEqual(Object.keys(expected))
  })

  it.each(traceNames)('%s gives the kernel\'s list, at the end and at every checkpoint', async (name) => {
    expect(await replay(readTrace(name))).toMatchObject({ ...expected[name], match: true, differences: [], violations: [] })
  })

  it.each(traceNames)('%s gives fewer areas than the kernel has, but not many', async (name) => {
    const { areas, kernelAreas } = await replay(readTrace(name))
    expect(areas).toBeLessThan(kernelAreas!)
    expect(areas).toBeGreaterThan(kernelAreas! * 0.8)
  })

  it('hammer counts every memory call of its meta.json', async () => {
    const { operations } = await replay(readTrace('hammer'))
    expect(operations).toEqual({ brk: 180, mmap: 2042, mprotect: 938, mremap: 495, munmap: 853, pkey_mprotect: 87 })
  })
})

// Recorded with Linux 6.18 and strace 6.1 from recordings/mixed.c: threads, processes that share the memory, segments,
// grow-down areas; with times and durations, with `[pid N]` and strace's own messages, with raw numbers.
describe('a recording of mixed.c', () => {
  it.each(recordingNames.filter((name) => name.startsWith('mixed')))('%s gives the kernel\'s list', async (name) => {
    expect(await replay(readTrace(name))).toMatchObject({ match: true, differences: [], violations: [] })
  })

  it('is there in every form', () => {
    expect(recordingNames).toEqual(['mixed-pids', 'mixed-raw', 'mixed-times', 'places', 'places-random'])
    const has = (name: string, line: RegExp): boolean => line.test(readTrace(name).log)
    expect(has('mixed-pids', /^\[pid +\d+\] .*\(.*strace: Process \d+ attached$/m)).toBe(true)
    expect(has('mixed-raw', / mmap\(NULL, \d+, 0x1, 0x2, /)).toBe(true)
    expect(has('mixed-times', /^\d+ +\d\.\d{6} .* <\d\.\d{6}>$/m)).toBe(true)
  })
})

describe('a bundled trace with a fault', () => {
  it('python-threads without the munmap of line 1668 keeps what it freed', async () => {
    const trace = readTrace('python-threads')
    expect(trace.log.split('\n')[1667]).toBe('8549  munmap(0x7ffff411c000, 32768)     = 0')
    const { match, differences } = await replay(trace, without(trace.log, 1668))
    expect(match).toBe(false)
    // Line 579 maps it, line 580 makes its upper part executable.
    expect(differences).toEqual([
      { range: '0x7ffff411c000-0x7ffff411f000', expected: null, actual: 'rw-p' },
      { range: '0x7ffff411f000-0x7ffff4124000', expected: null, actual: 'rwxp' },
    ])
  })

  it('node-gc with each split call carried out at its second line parts from the kernel', async () => {
    const trace = readTrace('node-gc')
    const lines = trace.log.split('\n')
    const pending = new Map<string, string>()
    const joined = lines.flatMap((line) => {
      const task = line.slice(0, 4)
      if (line.endsWith(' <unfinished ...>')) {
        pending.set(task, line.slice(0, -' <unfinished ...>'.length))
        return []
      }
      const resumed = /<\.\.\. \w+ resumed>(.*)$/.exec(line)
      return resumed === null ? [line] : [pending.get(task)! + resumed[1]!]
    })
    expect((await replay(trace, joined.join('\n'))).match).toBe(false)
  })

  it('hammer without the munmap of line 672 differs at every later checkpoint and at the end', async () => {
    const trace = readTrace('hammer')
    const lines = trace.log.split('\n')
    expect(lines[671]).toBe('9781  munmap(0x7ffff8abf000, 65536)     = 0')
    // An empty line in its place leaves the checkpoints their numbers.
    const { differences, checkpoints } = await replay(trace, lines.with(671, '').join('\n'))
    const difference = { range: '0x7ffff8abf000-0x7ffff8acf000', expected: null, actual: 'r-xp' }
    expect(differences).toEqual([...[1280, 1970, 2691, 3345, 4107].map((checkpoint) => ({ ...difference, checkpoint })), difference])
    expect(checkpoints).toBe(6)
  })
})

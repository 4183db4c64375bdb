// What the kernel chose and merged beside what we would: of a few lines, where the expectation is worked out by hand, and
// of every recorded run. How many calls a run has that count was counted in its log.
import { describe, expect, it } from 'vitest'
import { measureParity, Replay, TraceInputError, type ParityReport } from '../src/index.ts'
import { areas, target } from './support/run.ts'
import { readTrace, recordingNames, traceNames } from './support/traces.ts'

const EXECVE = '100 execve("/bin/x", ["x"], 0x7ffd80b6b968 /* 3 vars */) = 0\n'
const STACK = '7ffffffde000-7ffffffff000 rw-p [stack]'
/** The base is at 0x7ffff7fff000, and the pages below are free from 0x7ffff7ffd000 down. */
const START = ['7ffff7ffd000-7ffff7fff000 r-xp [vdso]', STACK]

/** Lines without a task number are task 100's; the first is line 2. */
function measure(log: string[], start = START): Promise<ParityReport> {
  const text = log.map((line) => `${/^[a-z<]/.test(line) ? '100 ' : ''}${line}\n`).join('')
  return measureParity({ start: areas(...start), log: EXECVE + text })
}

const anonymous = (size: number, result: string): string => `mmap(NULL, ${size}, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x${result}`

describe('a prediction', () => {
  it('is held against what the kernel chose', async () => {
    const { prediction } = await measure([anonymous(100, '7ffff7ffc000'), anonymous(8192, '7ffff7ffa000')])
    expect(prediction).toEqual({ base: '0x7ffff7fff000', calls: 2, predicted: 2, mispredicted: 0, unordered: 0, withoutRule: 0, mispredictions: [] })
  })

  it('that is wrong is told with its line, and does not make the next one wrong', async () => {
    const { prediction } = await measure([anonymous(4096, '7ffff7ff0000'), anonymous(4096, '7ffff7ffc000'), anonymous(0xb000, '7ffff7ff1000')])
    expect(prediction).toMatchObject({ calls: 3, predicted: 2, mispredicted: 1 })
    expect(prediction.mispredictions).toEqual([{ line: 2, size: '0x1000', predicted: '0x7ffff7ffc000', chosen: '0x7ffff7ff0000' }])
  })

  it('may be that there is no place', async () => {
    // All below [vdso], and all from the base to the stack.
    const full = [['0x1000', 0x7fff_f7ff_c000], ['0x7ffff7fff000', 0x7fd_f000]].map(([address, size]) => `mmap(${address!}, ${size!}, PROT_NONE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = ${address!}`)
    const { prediction } = await measure([...full, anonymous(4096, '900000000000')])
    expect(prediction.mispredictions).toEqual([{ line: 4, size: '0x1000', predicted: null, chosen: '0x900000000000' }])
    // What lies between the base and 1 MiB below the stack is the last to be taken.
    const { prediction: last } = await measure([full[0]!, anonymous(4096, '7ffff7fff000')])
    expect(last.predicted).toBe(1)
  })

  it('follows what is mapped and freed meanwhile', async () => {
    const { prediction } = await measure([
      anonymous(0x3000, '7ffff7ffa000'),
      'munmap(0x7ffff7ffb000, 4096) = 0',
      anonymous(8192, '7ffff7ff8000'),
      anonymous(4096, '7ffff7ffb000'),
    ])
    expect(prediction).toMatchObject({ calls: 3, predicted: 3 })
  })

  it('knows areas that grow downwards, also after they were cut', async () => {
    const grows = 'mmap(NULL, 0x3000, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_GROWSDOWN, -1, 0) = 0x7ffff7ffa000'
    expect((await measure([grows, anonymous(4096, '7ffff7ef9000')])).prediction.predicted).toBe(2)
    expect((await measure([grows, 'munmap(0x7ffff7ffa000, 4096) = 0', anonymous(4096, '7ffff7efa000')])).prediction.predicted).toBe(2)
  })

  it.each([
    // 2 MiB end at the base's last free page; aligned they are at 0x7ffff7c00000.
    ['/tmp/a', 'PRIVATE', '7ffff7c00000'],
    ['/memfd:a', 'PRIVATE', '7ffff7dfd000'],
    ['/memfd:a', 'SHARED', '7ffff7dfd000'],
    ['/dev/shm/a', 'SHARED', '7ffff7dfd000'],
    ['/dev/zero', 'SHARED', '7ffff7dfd000'],
    ['/dev/zero', 'PRIVATE', '7ffff7c00000'],
  ])('knows of which files memory may use huge pages: %s %s', async (path, sharing, expected) => {
    const { prediction } = await measure([`mmap(NULL, 2097152, PROT_READ, MAP_${sharing}, 3<${path}>, 0) = 0x${expected}`])
    expect(prediction.mispredictions).toEqual([])
  })

  it('is not made for a place that the program names or suggests, nor for a call that fails', async () => {
    const { prediction } = await measure([
      'mmap(0x10000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x10000',
      'mmap(0x20000, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x30000',
      'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = -1 ENOMEM (Cannot allocate memory)',
    ])
    expect(prediction.calls).toBe(0)
  })

  it('is not made where the areas at the start do not tell the base', async () => {
    const { prediction } = await measure([anonymous(4096, '7ffff7ffc000')], ['400000-401000 r-xp /bin/x'])
    expect(prediction).toEqual({ base: null, calls: 1, predicted: 0, mispredicted: 0, unordered: 0, withoutRule: 1, mispredictions: [] })
  })

  it('of a low place is made only where places are not random', async () => {
    const low = 'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_32BIT, -1, 0) = 0x40000000'
    expect((await measure([low])).prediction).toMatchObject({ predicted: 1, withoutRule: 0 })
    const random = ['7f4a1ae23000-7f4a1ae25000 r-xp [vdso]', '7ffebf2bc000-7ffebf2dd000 rw-p [stack]']
    expect((await measure([low], random)).prediction).toMatchObject({ predicted: 0, withoutRule: 1 })
  })

  it('refuses a log that cannot be understood', async () => {
    await expect(measure(['madvise(0x1000, 4096, MADV_'])).rejects.toThrow(TraceInputError)
  })
})

describe('a prediction among several tasks', () => {
  const thread = 'clone(child_stack=0x7ffff0000000, flags=CLONE_VM|CLONE_THREAD|CLONE_SIGHAND) = 101'
  const child = 'fork() = 101'
  const mmap = anonymous(4096, '7ffff7ffc000')

  it('is made for a call that no other one overlaps', async () => {
    const { prediction } = await measure([thread, `101 ${mmap}`, anonymous(4096, '7ffff7ffb000')])
    expect(prediction).toMatchObject({ calls: 2, predicted: 2, unordered: 0 })
  })

  it.each([
    ['inside another call', ['101 munmap(0x10000, 4096 <unfinished ...>', mmap, '101 <... munmap resumed>) = 0']],
    ['around another call', [mmap.replace('0) =', '0 <unfinished ...>\n101 munmap(0x10000, 4096) = 0\n100 <... mmap resumed>) =')]],
    ['with another in each half', [
      '101 brk(NULL <unfinished ...>',
      mmap.replace(') = 0x7ffff7ffc000', ' <unfinished ...>'),
      '101 <... brk resumed>) = 0x555555560000',
      '<... mmap resumed>) = 0x7ffff7ffc000',
    ]],
  ])('is not made for a call %s of a thread', async (_, lines) => {
    const { prediction } = await measure([thread, ...lines, anonymous(4096, '7ffff7ffb000')])
    expect(prediction).toEqual({ base: '0x7ffff7fff000', calls: 2, predicted: 1, mispredicted: 0, unordered: 1, withoutRule: 0, mispredictions: [] })
  })

  it('is made for a call inside one that frees or takes nothing, or of a process with memory of its own', async () => {
    expect((await measure([thread, '101 mprotect(0x10000, 0, PROT_READ <unfinished ...>', mmap, '101 <... mprotect resumed>) = 0'])).prediction.predicted).toBe(1)
    expect((await measure([child, '101 munmap(0x10000, 4096 <unfinished ...>', mmap, '101 <... munmap resumed>) = 0'])).prediction.predicted).toBe(1)
  })

  it('is made again after a call that never ended', async () => {
    const lost = '101 munmap(0x10000, 4096 <unfinished ...>'
    expect((await measure([thread, lost, '101 +++ exited with 0 +++', mmap])).prediction).toMatchObject({ predicted: 1, unordered: 0 })
  })
})

describe('areas merged as the kernel merges them', () => {
  const map = (address: string, permission: string, flags = ''): string =>
    `mmap(0x${address}, 4096, ${permission}, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS${flags}, -1, 0) = 0x${address}`
  const READ = 'PROT_READ'
  const WRITE = 'PROT_READ|PROT_WRITE'
  const two = [map('10000', READ), map('11000', READ)]

  // Besides [vdso] and [stack].
  it.each<[string, number, string[]]>([
    ['equal neighbours', 1, two],
    ['permissions that differ', 2, [map('10000', READ), map('11000', WRITE)]],
    ['MAP_NORESERVE', 2, [map('10000', READ), map('11000', READ, '|MAP_NORESERVE')]],
    ['MAP_STACK', 2, [map('10000', READ), map('11000', READ, '|MAP_STACK')]],
    ['MAP_GROWSDOWN', 2, [map('10000', READ), map('11000', READ, '|MAP_GROWSDOWN')]],
    ['MAP_LOCKED', 2, [map('10000', READ), map('11000', READ, '|MAP_LOCKED')]],
    ['memory that once was writable', 2, [map('10000', READ), map('11000', WRITE), `mprotect(0x11000, 4096, ${READ}) = 0`]],
    ['memory that was made writable once', 2, [...two, `mprotect(0x11000, 4096, ${WRITE}) = 0`, `mprotect(0x11000, 4096, ${READ}) = 0`]],
    ['memory without reserve that once was writable', 1, [map('10000', READ, '|MAP_NORESERVE'), map('11000', WRITE, '|MAP_NORESERVE'), `mprotect(0x11000, 4096, ${READ}) = 0`]],
    ['neighbours that were cut and are equal again', 1, [map('10000', WRITE), map('11000', WRITE), `mprotect(0x11000, 4096, ${READ}) = 0`, `mprotect(0x11000, 4096, ${WRITE}) = 0`]],
    ['a lock', 2, [...two, 'mlock(0x10000, 4096) = 0']],
    ['a lock on any byte of a page', 2, [...two, 'mlock(0x10fff, 1) = 0']],
    ['a lock on both', 1, [...two, 'mlock(0x10fff, 2) = 0']],
    ['a lock that is gone', 1, [...two, 'mlock(0x10000, 4096) = 0', 'munlock(0x10000, 4096) = 0']],
    ['a lock on faults', 2, [...two, 'mlock(0x10000, 4096) = 0', 'mlock2(0x11000, 4096, MLOCK_ONFAULT) = 0']],
    ['a lock in place of one on faults', 1, [...two, 'mlock2(0x11000, 4096, MLOCK_ONFAULT) = 0', 'mlock2(0x10000, 8192, 0) = 0']],
    ['a plain lock in place of one on faults', 1, [...two, 'mlock2(0x11000, 4096, MLOCK_ONFAULT) = 0', 'mlock(0x10000, 8192) = 0']],
    ['a lock up to a hole', 2, [...two, 'mlock(0x11000, 8192) = -1 ENOMEM (Cannot allocate memory)']],
    ['a lock behind a hole', 1, [...two, 'mlock(0xf000, 8192) = -1 ENOMEM (Cannot allocate memory)']],
    ['a lock that is refused', 1, [...two, 'mlock(0x10000, 4096) = -1 EPERM (Operation not permitted)']],
    ['lasting advice', 2, [...two, 'madvise(0x10000, 4096, MADV_RANDOM) = 0']],
    ['lasting advice as a number', 2, [...two, 'madvise(0x10000, 4096, 0x1 /* MADV_RANDOM */) = 0']],
    ['lasting advice that another one ends', 1, [...two, 'madvise(0x10000, 4096, MADV_SEQUENTIAL) = 0', 'madvise(0x10000, 4096, MADV_NORMAL) = 0']],
    ['advice of two kinds', 3, [...two, map('12000', READ), 'madvise(0x10000, 8192, MADV_DONTFORK) = 0', 'madvise(0x11000, 8192, MADV_DONTDUMP) = 0']],
    ['advice with a hole', 2, [...two, 'madvise(0xf000, 8192, MADV_DONTFORK) = -1 ENOMEM (Cannot allocate memory)']],
    ['advice that is refused', 1, [...two, 'madvise(0x10000, 4096, MADV_DONTFORK) = -1 EINVAL (Invalid argument)']],
    ['advice that does something once', 1, [...two, 'madvise(0x10000, 4096, MADV_DONTNEED) = 0']],
    ['MADV_NOHUGEPAGE and MAP_STACK', 1, [map('10000', READ), map('11000', READ, '|MAP_STACK'), 'madvise(0x10000, 4096, MADV_NOHUGEPAGE) = 0']],
    ['a locked page that moves to a locked one', 1, [map('10000', READ, '|MAP_LOCKED'), map('20000', READ), 'mlock(0x20000, 4096) = 0', 'mremap(0x20000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x11000) = 0x11000']],
    ['a locked page that moves to another one', 2, [map('10000', READ), map('20000', READ), 'mlock(0x20000, 4096) = 0', 'mremap(0x20000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x11000) = 0x11000']],
    ['the start of the heap', 2, [map('10000', WRITE), 'brk(NULL) = 0x11000', 'brk(0x12000) = 0x12000', 'brk(0x13000) = 0x13000']],
    ['the start of a heap that is unmapped and mapped again', 2, [map('10000', WRITE), 'brk(NULL) = 0x11000', 'brk(0x12000) = 0x12000', 'brk(0x11000) = 0x11000', 'brk(0x12000) = 0x12000']],
    ['what lies above the heap', 1, ['brk(NULL) = 0x10000', 'brk(0x11000) = 0x11000', map('11000', WRITE)]],
  ])('%s: %i', async (_, expected, log) => {
    expect((await measure(log)).merge.areas).toBe(expected + 2)
  })

  it('are compared with the kernel\'s number and cuts, at the end and at checkpoints', async () => {
    const log = EXECVE + [map('10000', READ), map('11000', READ), map('12000', READ), 'mlock(0x12000, 4096) = 0'].map((line) => `100 ${line}\n`).join('')
    const { merge } = await measureParity({
      log,
      start: areas(...START),
      end: areas('10000-11000 r--p', '11000-13000 r--p', ...START),
      checkpoints: new Map([[4, areas('10000-12000 r--p', '12000-13000 r--p', ...START)]]),
    })
    expect(merge).toEqual({
      areas: 4,
      kernelAreas: 4,
      mergedOnlyHere: ['0x11000'],
      mergedOnlyByKernel: ['0x12000'],
      checkpoints: [{ line: 4, areas: 3, kernelAreas: 4 }],
    })
  })

  it('have no kernel\'s number without its list', async () => {
    expect((await measure(two)).merge).toEqual({ areas: 3, kernelAreas: null, mergedOnlyHere: [], mergedOnlyByKernel: [], checkpoints: [] })
  })

  it('refuse advice, or a lock, that cannot be understood; other targets do not read it', async () => {
    const line = 'madvise(0x10000, 4096, SOMETHING) = 0'
    await expect(measure([...two, line])).rejects.toThrow('strace.txt:4: expected advice in madvise, got "SOMETHING"')
    await expect(measure(['mlock(0x10000) = 0'])).rejects.toThrow('strace.txt:2: expected 2 arguments in mlock')
    await expect(measure(['mlock2(0x10000, 4096, MLOCK_NEW) = 0'])).rejects.toThrow('expected flags of mlock2 in mlock2')
    const replay = new Replay(target(), { start: areas(...START) })
    replay.push(`${EXECVE}100 ${line}\n`)
    expect(replay.finish().match).toBe(true)
  })
})

describe('a recorded run', () => {
  /** Counted in the log: successful calls of the main process, up to its end, without an address and without `MAP_FIXED`. */
  const single: Readonly<Record<string, { calls: number; areas: number }>> = {
    'cat-maps': { calls: 18, areas: 37 },
    'gcc-build': { calls: 7, areas: 28 },
    'hammer': { calls: 424, areas: 401 },
    'places': { calls: 307, areas: 134 },
  }
  const measureTrace = (name: string): Promise<ParityReport> => measureParity(readTrace(name))

  it.each(Object.entries(single))('%s of one task is predicted to the last address, and has the kernel\'s areas', async (name, { calls, areas }) => {
    const { prediction, merge } = await measureTrace(name)
    expect(prediction).toMatchObject({ base: '0x7ffff7fff000', calls, predicted: calls, mispredictions: [] })
    expect(merge).toMatchObject({ areas, kernelAreas: areas, mergedOnlyHere: [], mergedOnlyByKernel: [] })
  })

  it('places-random, at random places, is predicted but for the low ones', async () => {
    const { prediction, merge } = await measureTrace('places-random')
    expect(prediction).toMatchObject({ base: '0x7f4a1ae5a000', calls: 283, predicted: 277, withoutRule: 6, mispredictions: [] })
    // One neighbour more than the kernel: memory that was writable for a time, and never touched, the kernel counts no more.
    expect(merge).toMatchObject({ areas: 160, kernelAreas: 159, mergedOnlyHere: [] })
  })

  it.each([...traceNames, ...recordingNames].filter((name) => !(name in single) && name !== 'places-random'))('%s of several tasks is predicted where the order is certain', async (name) => {
    const { prediction, merge } = await measureTrace(name)
    expect(prediction.mispredictions).toEqual([])
    expect(prediction.predicted + prediction.unordered).toBe(prediction.calls)
    expect(prediction.predicted).toBeGreaterThanOrEqual(22)
    expect(merge.mergedOnlyHere).toEqual([])
    expect(merge.mergedOnlyByKernel.length).toBeLessThanOrEqual(1)
  })

  it('hammer has at most one area more than the kernel at its checkpoints', async () => {
    const { merge } = await measureTrace('hammer')
    expect(merge.checkpoints.map(({ line, kernelAreas }) => [line, kernelAreas])).toEqual([[609, 251], [1280, 244], [1970, 337], [2691, 375], [3345, 437], [4107, 350]])
    for (const { areas, kernelAreas } of merge.checkpoints) expect([0, 1]).toContain(areas - kernelAreas)
  })
})

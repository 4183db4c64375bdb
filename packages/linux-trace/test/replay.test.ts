import { MemorySet, type MappingBackend } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { AreaBackend, formatPermission, MAX_LINE_LENGTH, Replay, replayTrace, type ReplayObserver } from '../src/index.ts'
import { acceptAll, areas, messageOf, run, target, thrownBy } from './support/run.ts'

const EXEC = '100 execve("/bin/x", ["x"], 0x7ffd /* 3 vars */) = 0\n'
const MAP = '100 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xa000\n'

describe('a report', () => {
  it('is the same however the log is cut into pieces', async () => {
    const log = `${EXEC}${MAP}100 munmap(0xa000, 4096) = 0\n100 exit_group(0) = ?\n`
    const lists = { start: areas('1000-2000 rw-p'), end: areas('1000-2000 rw-p') }
    const whole = await replayTrace({ log, ...lists }, target())
    expect(whole).toEqual({
      name: 'accept-all',
      operations: { mmap: 1, munmap: 1 },
      areas: 1,
      kernelAreas: 1,
      differences: [],
      violations: [],
      checkpoints: 0,
      match: true,
    })
    expect(await replayTrace({ log: log.split(/(?<=.)/s), ...lists }, target())).toEqual(whole)
    const pieces = new ReadableStream<string>({
      start(controller) {
        for (const piece of log.match(/.{1,7}/gs)!) controller.enqueue(piece)
        controller.close()
      },
    })
    expect(await replayTrace({ log: pieces, ...lists }, target())).toEqual(whole)
  })

  it('has the fields in this order, for JSON', () => {
    expect(JSON.stringify(run([], [MAP.trim()]).report)).toBe(
      '{"name":"accept-all","operations":{"mmap":1},"areas":1,"kernelAreas":null,"differences":[],"violations":[],"checkpoints":0,"match":true}',
    )
  })

  it('counts failed calls that count, split ones once, and none of others', () => {
    const { report } = run(
      ['1000-2000 rw-p'],
      [
        'munmap(0x1, 1) = -1 EINVAL (Invalid argument)',
        'munmap(0x1000, 4096 <unfinished ...>',
        '<... munmap resumed>) = 0',
        'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0 <unfinished ...>',
        '<... mmap resumed>) = 0x5000',
        '100 fork() = 101',
        '101 munmap(0x5000, 4096) = 0',
        'madvise(0x5000, 4096, MADV_DONTNEED) = 0',
        'exit_group(0) = ?',
        'munmap(0x5000, 4096) = 0',
      ],
    )
    expect(report.operations).toEqual({ mmap: 1, munmap: 2 })
  })

  it('tells differences at the end', () => {
    const { report } = run(['1000-3000 rw-p'], [], { end: areas('1000-2000 rw-p', '2000-3000 r--p') })
    expect(report).toMatchObject({ kernelAreas: 2, match: false, differences: [{ range: '0x2000-0x3000', expected: 'r--p', actual: 'rw-p' }] })
  })

  it('compares right after the line of a checkpoint, and marks what differs there', () => {
    const log = ['munmap(0x1000, 4096) = 0', 'mmap(0x1000, 4096, PROT_NONE, MAP_PRIVATE|MAP_FIXED, 3, 0) = 0x1000', 'munmap(0x1000, 4096) = 0']
    const checkpoints = new Map([
      [1, areas('1000-2000 rw-p')],
      [2, areas()],
      [3, areas('1000-2000 r--p')],
      [4, areas()],
      [99, areas('1000-2000 r--p')],
    ])
    expect(run(['1000-2000 rw-p'], log, { checkpoints }).report).toMatchObject({
      checkpoints: 4,
      differences: [{ checkpoint: 3, range: '0x1000-0x2000', expected: 'r--p', actual: '---p' }],
      match: false,
    })
  })

  it('does not compare checkpoints behind the end', () => {
    const checkpoints = new Map([[3, areas('1000-2000 r--p')]])
    expect(run([], ['exit_group(0) = ?', '101 +++ exited with 0 +++'], { checkpoints }).report).toMatchObject({ checkpoints: 0, match: true })
  })
})

describe('input that cannot be replayed', () => {
  it('is an empty log', () => {
    expect(messageOf(() => new Replay(target(), { start: [] }).finish())).toBe('TraceInputError: strace.txt:1: expected an execve, got ""')
  })

  it.each([
    ['mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0', 'an address as the result of a successful mmap'],
    ['mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7ff', 'a page\'s address'],
    ['mmap(0x7fff0000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 3, 0) = 0x7000', '0x7fff0000, which it asks for, as the result'],
    ['mmap(0x7fff0000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED_NOREPLACE, 3, 0) = 0x7000', '0x7fff0000, which it asks for, as the result'],
    ['mremap(0x1000, 4096, 8192, MREMAP_MAYMOVE) = 0', 'an address as the result of a successful mremap'],
    ['mremap(0x1000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x7fff0000) = 0x7000', '0x7fff0000, which it asks for, as the result'],
    ['shmat(5, NULL, 0) = 0', 'an address as the result of a successful shmat'],
  ])('is a result that the kernel never gives, such as one that was cut: %s', (line, expected) => {
    expect(messageOf(() => run(['1000-2000 rw-p'], ['shmget(0x1, 4096, IPC_CREAT|0600) = 5', line]))).toContain(`strace.txt:3: expected ${expected}`)
  })

  it('names the log as the caller does', async () => {
    await expect(replayTrace({ log: `${EXEC}100 munmap(0x10`, logFile: 'a/b.log', start: [] }, target())).rejects.toThrow('a/b.log:2: expected ') 
  })

  it('is a line that is too long', () => {
    const replay = new Replay(target(), { start: [] })
    replay.push(`${EXEC}100 execve("`)
    expect(messageOf(() => {
      for (let count = 0; count <= MAX_LINE_LENGTH; count += 1024) replay.push('x'.repeat(1024))
    })).toContain('strace.txt:2: expected a line of at most 1048576 characters')
  })

  it('is a log in which too much waits for one outcome', () => {
    const replay = new Replay(target(), { start: [] })
    replay.push(`${EXEC}100 vfork() = 101\n101 munmap(0x1000, 4096 <unfinished ...>\n`)
    expect(messageOf(() => {
      for (let count = 0; count < 300; count += 1) replay.push('100 brk(NULL) = 0x1000\n'.repeat(1000))
    })).toBe('TraceInputError: strace.txt:3: expected the outcome or the creator of munmap within the next 262144 calls')
  })

  it('is a set that is not empty', () => {
    const set = new MemorySet<number, null>({ pageTable: null })
    new Replay(target({ set }), { start: areas('1000-2000 rw-p') })
    expect(messageOf(() => new Replay(target({ set }), { start: [] }))).toBe('RangeError: "target.set" must be empty')
  })
})

describe('a set that refuses', () => {
  const refusing: MappingBackend<number, null> = { ...acceptAll, unmap: () => ({ reason: 'not-mapped' }) }

  it('ends the replay with the line of the call and the set\'s error', () => {
    const replay = new Replay(target({ backendFor: () => refusing }), { start: areas('a000-b000 rw-p') })
    const error = thrownBy(() => replay.push(`${EXEC}100 munmap(0xa000, 4096) = 0\n`))
    expect(error).toMatchObject({ name: 'ReplayError', file: 'strace.txt', line: 2, cause: { reason: 'backend-refused' } })
  })

  it('ends it at the start, too', () => {
    const none: MappingBackend<number, null> = { ...acceptAll, map: () => false }
    expect(messageOf(() => new Replay(target({ backendFor: () => none }), { start: areas('a000-b000 rw-p') }))).toContain(
      'ReplayError: start.maps:1: map was refused: ',
    )
  })

  it('lets through what a backend throws', () => {
    const throwing: MappingBackend<number, null> = { ...acceptAll, map: () => { throw new TypeError('mine') } }
    expect(messageOf(() => new Replay(target({ backendFor: () => throwing }), { start: areas('a000-b000 rw-p') }))).toBe('TypeError: mine')
  })
})

describe('a target', () => {
  it('chooses the backend by the kind of the area, and its flags', () => {
    const set = new MemorySet<string, null>({ pageTable: null })
    const kinds: string[] = []
    const backend: MappingBackend<string, null> = { map: () => true, unmap: () => true, protect: () => true }
    const letters = (permission: number): string => formatPermission(permission, 'private').slice(0, 3)
    const replay = new Replay(
      {
        name: 'letters',
        set,
        backendFor: ({ sharing, growsDown, source }) => {
          kinds.push(`${sharing} ${growsDown ? 'grows' : 'stays'} ${source?.name ?? 'anonymous'}`)
          return backend
        },
        flagsOf: letters,
        permissionOf: (flags) => ['r', 'w', 'x'].reduce((bits, letter, index) => bits | (flags.includes(letter) ? 1 << index : 0), 0),
      },
      { start: areas('1000-2000 r--p /bin/x', '7000-8000 rw-p [stack]') },
    )
    replay.push(`${EXEC}${MAP}`)
    replay.push('100 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3</a b>, 0x1000) = 0xb000\n')
    replay.push('100 mprotect(0xb000, 4096, PROT_EXEC) = 0\n')
    expect(replay.finish().name).toBe('letters')
    expect(kinds).toEqual(['private stays /bin/x', 'private grows anonymous', 'private stays anonymous', 'shared stays /a b'])
    expect([...set].map(({ flags }) => flags)).toEqual(['r--', 'rw-', 'r--', '--x'])
    expect([...set].map(({ backend: own }) => own instanceof AreaBackend && own.inner === backend)).toEqual([true, true, true, true])
  })

  it('lets backends write their flags', () => {
    const writing: MappingBackend<number, null> = { ...acceptAll, formatFlags: (flags) => `<${flags}>` }
    expect([acceptAll, writing].map((inner) => new AreaBackend({ sharing: 'private', growsDown: false, source: undefined }, inner).formatFlags?.(7))).toEqual([undefined, '<7>'])
  })

  it('gives backends that slice, fault and have a granule their part', () => {
    const seen: string[] = []
    const backend: MappingBackend<number, null> = {
      ...acceptAll,
      granule: 0x1000n,
      slice: (range) => {
        seen.push(range.toString())
        return backend
      },
      fault: () => 'installed',
    }
    const set = new MemorySet<number, null>({ pageTable: null })
    const replay = new Replay(target({ set, backendFor: () => backend }), { start: areas('1000-4000 rw-p') })
    replay.push(`${EXEC}100 munmap(0x2000, 4096) = 0\n`)
    expect(seen).toEqual(['0x1000..0x2000', '0x3000..0x4000'])
    const [first] = [...set]
    expect(first!.backend.granule).toBe(0x1000n)
    expect(set.fault(first!.start, 'read')).toEqual({ ok: true, value: 'installed' })
  })

  it('lets an observer hear what was done, and use the set', () => {
    const set = new MemorySet<number, null>({ pageTable: null })
    const heard: string[] = []
    const hear = (what: string, { start, end }: { start: bigint; end: bigint }, more = ''): void => {
      heard.push(`${what} ${start.toString(16)}-${end.toString(16)}${more} of ${set.size}`)
    }
    const observer: ReplayObserver = {
      mapped: (range, permission, kind) => hear('mapped', range, ` ${formatPermission(permission, kind.sharing)}`),
      unmapped: (range) => hear('unmapped', range),
      protected: (range, permission) => hear('protected', range, ` ${formatPermission(permission, 'private')}`),
    }
    const replay = new Replay(target({ set, observer }), { start: areas('1000-3000 rw-p') })
    replay.push(`${EXEC}100 mprotect(0x1000, 4096, PROT_NONE) = 0\n`)
    replay.push('100 mremap(0x1000, 4096, 8192, MREMAP_MAYMOVE) = 0x9000\n')
    replay.push('100 munmap(0x9000, 4096) = 0\n')
    expect(heard).toEqual([
      'mapped 1000-3000 rw-p of 1',
      'protected 1000-2000 ---p of 2',
      'unmapped 1000-2000 of 1',
      'mapped 9000-b000 ---p of 2',
      'unmapped 9000-a000 of 2',
    ])
  })

  it('tells an observer which call comes next, failed ones and both parts of interrupted ones included', () => {
    const heard: string[] = []
    const observer: ReplayObserver = {
      called: ({ name, args, outcome, firstLine, lastLine, part }) => heard.push(`${name}(${args}) ${outcome.kind} ${part} ${firstLine}-${lastLine}`),
      mapped: ({ start }) => heard.push(`mapped ${start.toString(16)}`),
      unmapped: ({ start }) => heard.push(`unmapped ${start.toString(16)}`),
    }
    const replay = new Replay(target({ observer }), { start: areas('1000-3000 rw-p') })
    heard.length = 0
    replay.push(`${EXEC}100 clone3({flags=CLONE_VM|CLONE_THREAD}, 88) = 101\n`)
    replay.push('100 munmap(0x1000, 4096 <unfinished ...>\n')
    replay.push('101 mmap(0x1000, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0x1000\n')
    expect(heard).toEqual([])
    replay.push('100 <... munmap resumed>) = 0\n')
    replay.push('100 mprotect(0x8000, 4096, PROT_NONE) = -1 ENOMEM (Cannot allocate memory)\n')
    expect(heard).toEqual([
      'munmap(0x1000, 4096) returned first 3-5',
      'unmapped 1000',
      'mmap(0x1000, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) returned whole 4-4',
      'mapped 1000',
      'munmap(0x1000, 4096) returned second 3-5',
      'mprotect(0x8000, 4096, PROT_NONE) failed whole 6-6',
    ])
  })
})

describe('addressBits', () => {
  it.each([
    [['1000-2000 rw-p'], 14],
    [['3ffffff000-4000000000 rw-p'], 39],
    [['4000000000-4000001000 rw-p'], 40],
    [['7ffffffde000-7ffffffff000 rw-p', 'ffffffffff600000-ffffffffff601000 --xp'], 48],
    [['800000000000-800000001000 rw-p'], 49],
    [['ffffffffff600000-ffffffffff601000 --xp'], 25],
    [[], 0],
  ])('of %j is %i', (start, bits) => {
    expect(new Replay(target(), { start: areas(...start) }).addressBits).toBe(bits)
  })
})

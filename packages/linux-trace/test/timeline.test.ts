// When a call takes effect: split calls, and what their order does to the result.
import { describe, expect, it } from 'vitest'
import { messageOf, run } from './support/run.ts'

const THREADS = ['100 clone3({flags=CLONE_VM|CLONE_THREAD, stack=0x7}, 88) = 101', '100 clone3({flags=CLONE_VM|CLONE_THREAD, stack=0x7}, 88) = 102']
const FIXED = 'PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0'

describe('a split call', () => {
  it('is joined wherever it is cut', () => {
    const call = 'mmap(0xa000, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED, 3</a, b (c)>, 0x1000) = 0xa000'
    for (let cut = 'mmap('.length; cut < call.lastIndexOf(' ='); cut += 1) {
      const log = [`100 ${call.slice(0, cut)} <unfinished ...>`, `100 <... mmap resumed>${call.slice(cut)}`]
      expect(run([], log).mapped, String(cut)).toEqual(['a000-c000 rw-p'])
    }
  })

  it('takes away at its first line: the example of the README', () => {
    const log = [
      ...THREADS,
      '102 mmap(0x7fffc4000000, 67108864, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0 <unfinished ...>',
      '101 munmap(0x7fffc4000000, 67108864 <unfinished ...>',
      '102 <... mmap resumed>)               = 0x7fffc4000000',
      '101 <... munmap resumed>)             = 0',
    ]
    expect(run(['7fffc4000000-7fffc8000000 rw-p'], log)).toMatchObject({ mapped: ['7fffc4000000-7fffc8000000 ---p'], violations: [] })
  })

  it.each([
    ['munmap', 'munmap(0xa000, 4096', ')', '0'],
    ['a shrinking mremap', 'mremap(0x9000, 8192, 4096, MREMAP_MAYMOVE', ')', '0x9000'],
    ['a moving mremap', 'mremap(0xa000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x3000', ')', '0x3000'],
  ])('%s frees at its first line what another task maps before its second', (_, head, tail, result) => {
    const name = head.slice(0, head.indexOf('('))
    const log = [
      ...THREADS,
      `101 ${head} <unfinished ...>`,
      '102 mmap(NULL, 4096, PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xa000',
      `101 <... ${name} resumed>${tail} = ${result}`,
    ]
    const { mapped, violations } = run(['9000-b000 rw-p'], log)
    expect(mapped).toContain('a000-b000 --xp')
    expect(violations).toEqual([])
  })

  it('shmdt frees at its first line', () => {
    const log = [
      ...THREADS,
      'shmget(IPC_PRIVATE, 4096, 0600) = 1',
      'shmat(1, NULL, 0) = 0xa000',
      '101 shmdt(0xa000 <unfinished ...>',
      '102 mmap(NULL, 4096, PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xa000',
      '101 <... shmdt resumed>) = 0',
    ]
    expect(run([], log)).toMatchObject({ mapped: ['a000-b000 --xp'], violations: [] })
  })

  it.each([
    ['mmap', `mmap(0xa000, 4096, ${FIXED}`, '0xa000', 'a000-b000 r--p'],
    ['mprotect', 'mprotect(0xa000, 4096, PROT_READ', '0', 'a000-b000 r--p'],
    ['pkey_mprotect', 'pkey_mprotect(0xa000, 4096, PROT_READ, 1', '0', 'a000-b000 r--p'],
    ['mremap', 'mremap(0x3000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0xa000', '0xa000', 'a000-b000 r--p'],
  ])('%s changes at its second line what another task maps after its first', (name, head, result, expected) => {
    const log = [
      ...THREADS,
      `101 ${head} <unfinished ...>`,
      '102 mmap(0xa000, 4096, PROT_EXEC, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0xa000',
      `101 <... ${name} resumed>) = ${result}`,
    ]
    expect(run(['3000-4000 r--p'], log).mapped).toContain(expected)
  })

  it('brk grows and shrinks at its second line', () => {
    const log = [
      ...THREADS,
      '100 brk(NULL) = 0xa000',
      '101 brk(0xb000 <unfinished ...>',
      '102 munmap(0xa000, 4096) = 0',
      '101 <... brk resumed>) = 0xb000',
      '101 brk(0xa000 <unfinished ...>',
      '102 mprotect(0xa000, 4096, PROT_NONE) = 0',
      '101 <... brk resumed>) = 0xa000',
    ]
    expect(run([], log)).toMatchObject({ mapped: [], violations: [] })
  })

  it('brk that only asks may be answered with what another task has changed since', () => {
    const log = [
      ...THREADS,
      '100 brk(NULL) = 0xa000',
      '101 brk(NULL <unfinished ...>',
      '102 brk(0xc000) = 0xc000',
      '101 <... brk resumed>) = 0xa000',
      '102 mprotect(0xa000, 8192, PROT_READ) = 0',
    ]
    expect(run([], log)).toMatchObject({ mapped: ['a000-c000 r--p'], violations: [] })
  })

  it('that fails takes nothing away', () => {
    const log = ['munmap(0xa000, 4096 <unfinished ...>', '<... munmap resumed>) = -1 EINVAL (Invalid argument)']
    expect(run(['a000-b000 rw-p'], log).mapped).toEqual(['a000-b000 rw-p'])
  })

  it('holds back what others do, in order, until its outcome is known', () => {
    const log = [
      ...THREADS,
      '100 munmap(0xa000, 8192 <unfinished ...>',
      '101 mremap(0x3000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0xa000 <unfinished ...>',
      '102 munmap(0xb000, 4096 <unfinished ...>',
      '101 <... mremap resumed>) = 0xa000',
      '102 <... munmap resumed>) = 0',
      '100 <... munmap resumed>) = 0',
    ]
    expect(run(['3000-4000 r-xp', 'a000-c000 rw-p'], log)).toMatchObject({ mapped: ['a000-b000 r-xp'], violations: [] })
  })
})

describe('a call whose second line is missing', () => {
  const start = ['3000-4000 r--p', 'a000-c000 rw-p']

  it.each([
    ['munmap(0xa000, 4096', ['3000-4000 r--p', 'b000-c000 rw-p']],
    ['mremap(0xa000, 8192, 4096, MREMAP_MAYMOVE', ['3000-4000 r--p', 'a000-b000 rw-p']],
    ['mremap(0xa000, 8192, 8192, MREMAP_MAYMOVE|MREMAP_FIXED, 0x3000', ['3000-4000 r--p']],
    ['mremap(0xa000, 8192, 8192, MREMAP_MAYMOVE|MREMAP_FIXED|MREMAP_DONTUNMAP, 0x3000', start],
    ['mremap(0xa000, 8192, 12288, MREMAP_MAYMOVE', start],
    [`mmap(0xa000, 8192, ${FIXED}`, start],
    ['mprotect(0xa000, 8192, PROT_NONE', start],
    ['munmap(0xa001, 4096', start],
    ['mremap(0xa000, 8192, 0, MREMAP_MAYMOVE', start],
  ])('counts for its first part: %s', (head, mapped) => {
    expect(run(start, [`100 ${head} <unfinished ...>`])).toMatchObject({ mapped, violations: [] })
    expect(run(start, [`100 ${head} <unfinished ...>`, '100 +++ killed by SIGKILL +++']).mapped).toEqual(mapped)
    expect(run(start, [`100 ${head}) = ?`]).mapped).toEqual(mapped)
  })

  it('is told by its second half when that comes after the end', () => {
    const log = [...THREADS, '101 munmap(0xa000, 4096 <unfinished ...>', '100 exit_group(0 <unfinished ...>']
    const failed = '101 <... munmap resumed>) = -1 EINVAL (Invalid argument)'
    expect(run(start, [...log, '101 <... munmap resumed>) = 0']).mapped).toEqual(['3000-4000 r--p', 'b000-c000 rw-p'])
    expect(run(start, [...log, '101 <... munmap resumed>) = ?']).mapped).toEqual(['3000-4000 r--p', 'b000-c000 rw-p'])
    expect(run(start, [...log, failed]).mapped).toEqual(start)
  })

  it('counts only for its first part when the second comes after the end', () => {
    const log = [
      ...THREADS,
      '101 mremap(0xa000, 8192, 12288, MREMAP_MAYMOVE <unfinished ...>',
      `102 mmap(0x3000, 4096, ${FIXED} <unfinished ...>`,
      '100 exit_group(0) = ?',
      '101 <... mremap resumed>) = 0x20000',
      '102 <... mmap resumed>) = 0x3000',
    ]
    expect(run(start, log)).toMatchObject({ mapped: ['3000-4000 r--p'], report: { operations: { mremap: 1 } } })
  })
})

describe('halves that do not fit', () => {
  it.each([
    [['<... munmap resumed>) = 0'], 'strace.txt:2: expected the first half of munmap on a line above'],
    [['munmap(0x1000, 1 <unfinished ...>', '<... mmap resumed>) = 0x1000'], 'strace.txt:3: expected <... munmap resumed>'],
    [['read(3 <unfinished ...>', '<... mmap resumed>) = 0x1000'], 'strace.txt:3: expected <... read resumed>'],
    [['munmap(0x1000, 1 <unfinished ...>', '<... munmap resumed>'], 'strace.txt:3: expected ") = RESULT" at the end of munmap'],
    [['vfork(strace: Process 101 attached'], 'strace.txt:2: expected the rest of the call'],
  ])('%j is an input error', (log, message) => {
    expect(messageOf(() => run([], log))).toContain(`TraceInputError: ${message}`)
  })

  it.each([
    [['<... read resumed>"", 8) = 0']],
    [['<... exit_group resumed>) = ?']],
    [['read(3 <unfinished ...>', '<... write resumed>) = 1']],
    [['read(3 <unfinished ...>', 'read(4, "", 8) = 0']],
    [['munmap(0x9000 <unfinished ...>', '<... munmap resumed>, 1 <unfinished ...>', '<... munmap resumed>) = 0']],
  ])('%j does not matter', (log) => {
    expect(run([], log).report.match).toBe(true)
  })
})

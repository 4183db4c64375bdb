// What the calls do: one test per row, and per clause, of the table in traces/README.md.
import { describe, expect, it } from 'vitest'
import { messageOf, run } from './support/run.ts'

const PRIVATE = 'MAP_PRIVATE|MAP_ANONYMOUS'

describe('mmap', () => {
  it('replaces the range by one new area', () => {
    const log = [`mmap(0x2000, 4096, PROT_READ, ${PRIVATE}|MAP_FIXED, -1, 0) = 0x2000`]
    expect(run(['1000-4000 rw-p'], log).mapped).toEqual(['1000-2000 rw-p', '2000-3000 r--p', '3000-4000 rw-p'])
  })

  it('rounds the length up to whole pages', () => {
    const log = [`mmap(NULL, 4097, PROT_READ, ${PRIVATE}, -1, 0) = 0x2000`]
    expect(run([], log).mapped).toEqual(['2000-4000 r--p'])
  })

  it('maps at the result, not at the address asked for', () => {
    const log = [`mmap(0x10000, 4096, PROT_READ, ${PRIVATE}, -1, 0) = 0x5000`]
    expect(run([], log)).toMatchObject({ mapped: ['5000-6000 r--p'], violations: [] })
  })

  it.each([
    ['PROT_NONE', 'MAP_PRIVATE', '---p'],
    ['PROT_READ', 'MAP_SHARED', 'r--s'],
    ['PROT_READ|PROT_WRITE', 'MAP_SHARED_VALIDATE', 'rw-s'],
    ['PROT_WRITE', 'MAP_PRIVATE', '-w-p'],
    ['PROT_READ|PROT_WRITE|PROT_EXEC', 'MAP_SHARED', 'rwxs'],
    ['PROT_EXEC', 'MAP_PRIVATE', '--xp'],
  ])('gives %s and %s the permission %s', (protection, flags, permission) => {
    expect(run([], [`mmap(NULL, 4096, ${protection}, ${flags}, 3, 0) = 0x1000`]).mapped).toEqual([`1000-2000 ${permission}`])
  })

  it('changes nothing when it fails', () => {
    const log = [`mmap(0x1000, 4096, PROT_READ, ${PRIVATE}|MAP_FIXED, -1, 0) = -1 EPERM (Operation not permitted)`]
    expect(run(['1000-2000 rw-p'], log).mapped).toEqual(['1000-2000 rw-p'])
  })
})

describe('munmap', () => {
  it('frees the range and rounds the length up', () => {
    expect(run(['1000-5000 rw-p'], ['munmap(0x2000, 4097) = 0']).mapped).toEqual(['1000-2000 rw-p', '4000-5000 rw-p'])
  })

  it('ignores holes', () => {
    const start = ['1000-2000 r--p', '3000-4000 rw-p', '5000-6000 r-xp']
    expect(run(start, ['munmap(0x1000, 16384) = 0']).mapped).toEqual(['5000-6000 r-xp'])
  })

  it('changes nothing when it fails', () => {
    expect(run(['1000-2000 rw-p'], ['munmap(0x1001, 4096) = -1 EINVAL (Invalid argument)']).mapped).toEqual(['1000-2000 rw-p'])
  })
})

describe('mprotect', () => {
  it('gives the range the permission, over several areas', () => {
    const log = ['mprotect(0x2000, 8192, PROT_NONE) = 0']
    expect(run(['1000-3000 rw-p', '3000-5000 r-xp'], log).mapped).toEqual(['1000-2000 rw-p', '2000-4000 ---p', '4000-5000 r-xp'])
  })

  it('leaves shared and private as they are', () => {
    const log = ['mprotect(0x1000, 8192, PROT_READ) = 0']
    expect(run(['1000-2000 rw-p', '2000-3000 rw-s'], log).mapped).toEqual(['1000-2000 r--p', '2000-3000 r--s'])
  })

  it('does nothing with a length of 0, even where nothing is mapped', () => {
    const log = ['mprotect(0x1000, 0, PROT_READ) = 0', 'mprotect(0x9000, 0, PROT_READ) = 0']
    expect(run(['1000-2000 rw-p'], log)).toMatchObject({ mapped: ['1000-2000 rw-p'], violations: [] })
  })

  it('is the same with a key', () => {
    expect(run(['1000-2000 rw-p'], ['pkey_mprotect(0x1000, 1, PROT_READ, -1) = 0']).mapped).toEqual(['1000-2000 r--p'])
  })

  it.each(['mprotect(0x1000, 16384, PROT_READ)', 'pkey_mprotect(0x1000, 16384, PROT_READ, 1)'])(
    '%s that meets a hole has changed what lies before it',
    (call) => {
      const start = ['1000-2000 rw-p', '2000-3000 rwxp', '4000-5000 rw-p']
      const log = [`${call} = -1 ENOMEM (Cannot allocate memory)`]
      expect(run(start, log)).toMatchObject({ mapped: ['1000-3000 r--p', '4000-5000 rw-p'], violations: [] })
    },
  )

  it('that starts in a hole has changed nothing', () => {
    const log = ['mprotect(0x1000, 8192, PROT_READ) = -1 ENOMEM (Cannot allocate memory)']
    expect(run(['2000-3000 rw-p'], log)).toMatchObject({ mapped: ['2000-3000 rw-p'], violations: [] })
  })

  it.each(['EACCES (Permission denied)', 'EINVAL (Invalid argument)', 'EPERM (Operation not permitted)'])(
    'that fails with %s has changed nothing',
    (error) => {
      expect(run(['1000-2000 rw-p'], [`mprotect(0x1000, 8192, PROT_READ) = -1 ${error}`]).mapped).toEqual(['1000-2000 rw-p'])
    },
  )

  it('of a range that wraps fails before it looks at memory', () => {
    const log = ['mprotect(0x1000, 18446744073709547520, PROT_READ) = -1 ENOMEM (Cannot allocate memory)']
    expect(run(['1000-2000 rw-p'], log)).toMatchObject({ mapped: ['1000-2000 rw-p'], violations: [] })
  })
})

describe('brk', () => {
  it('only tells the break the first time', () => {
    expect(run(['1000-2000 r--p'], ['brk(NULL) = 0x5000']).mapped).toEqual(['1000-2000 r--p'])
  })

  it('maps rw-p from the previous break up, both rounded up to pages', () => {
    const log = ['brk(NULL) = 0x5001', 'brk(0x7001) = 0x7001']
    expect(run([], log).mapped).toEqual(['6000-8000 rw-p'])
  })

  it('maps nothing where both round up to the same page', () => {
    expect(run([], ['brk(NULL) = 0x5001', 'brk(0x5fff) = 0x5fff']).mapped).toEqual([])
  })

  it('frees down to the new break, rounded up', () => {
    const log = ['brk(NULL) = 0x5000', 'brk(0x9000) = 0x9000', 'brk(0x6001) = 0x6001']
    expect(run([], log).mapped).toEqual(['5000-7000 rw-p'])
  })

  it('changes nothing when it is refused or asked for the break', () => {
    const log = ['brk(NULL) = 0x5000', 'brk(0x6000) = 0x6000', 'brk(0xfffff000) = 0x6000', 'brk(NULL) = 0x6000', 'brk(0x7000) = 0x7000']
    expect(run([], log)).toMatchObject({ mapped: ['5000-7000 rw-p'], violations: [] })
  })

  it('replaces what another call has put there since', () => {
    const log = ['brk(NULL) = 0x5000', 'brk(0x8000) = 0x8000', 'mprotect(0x5000, 4096, PROT_NONE) = 0', 'brk(0x5000) = 0x5000']
    expect(run([], log).mapped).toEqual([])
  })
})

describe('calls that change nothing in the comparison', () => {
  it.each([
    'madvise(0x1000, 4096, MADV_DONTNEED) = 0',
    'mlock(0x1000, 4096) = 0',
    'munlock(0x1000, 4096) = 0',
    'get_mempolicy([MPOL_DEFAULT], NULL, 0, NULL, 0) = 0',
    'mseal(0x1000, 4096, 0) = 0',
    'read(3, "munmap(0x1000, 4096) = 0", 24) = 24',
    'remap_file_pages(0x1000, 4096, 0, 0, 0) = -1 EINVAL (Invalid argument)',
    'io_setup(1, 0x7ffd) = -1 ENOSYS (Function not implemented)',
    'map_shadow_stack(NULL, 4096, 0) = -1 EOPNOTSUPP (Operation not supported)',
    'mmap(NULL, 2097152, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB, -1, 0) = -1 ENOMEM (Cannot allocate memory)',
  ])('%s', (line) => {
    expect(run(['1000-2000 rw-p'], [line])).toMatchObject({ mapped: ['1000-2000 rw-p'], violations: [] })
  })
})

describe('a successful call that no rule covers', () => {
  it.each([
    ['remap_file_pages(0x1000, 4096, 0, 0, 0) = 0', 'no call that changes memory in ways not replayed'],
    ['io_setup(1, [0x7ffff7fb6000]) = 0', 'no call that changes memory in ways not replayed'],
    ['map_shadow_stack(NULL, 4096, 0) = 0x7ffff7fb6000', 'no call that changes memory in ways not replayed'],
    ['mmap(NULL, 2097152, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_HUGETLB, -1, 0) = 0x7ffff7a00000', 'no mapping of huge pages (MAP_HUGETLB)'],
  ])('%s is refused with its line', (line, expected) => {
    expect(messageOf(() => run([], ['brk(NULL) = 0x1000', line]))).toContain(`TraceInputError: strace.txt:3: expected ${expected}`)
  })
})

describe('a successful call that cannot have succeeded', () => {
  it.each([
    'munmap(0x1001, 4096) = 0',
    'munmap(0x1000, 4096) = 7',
    'munmap(0xfffffffffffff000, 8192) = 0',
    'mprotect(0x1001, 4096, PROT_READ) = 0',
    'mmap(NULL, 0, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x1000',
    'mmap(NULL, 1, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x1001',
    'mremap(0x1000, 4096, 0, MREMAP_MAYMOVE) = 0x1000',
    'mremap(0x1001, 4096, 4096, MREMAP_MAYMOVE) = 0x1000',
  ])('%s is an input error with its line', (line) => {
    expect(messageOf(() => run(['1000-2000 rw-p'], [line]))).toContain('TraceInputError: strace.txt:2: expected')
  })
})

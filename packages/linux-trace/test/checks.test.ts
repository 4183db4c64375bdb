// The further checks: each rule once broken, and once at its boundary.
import { describe, expect, it } from 'vitest'
import { run } from './support/run.ts'

const NOREPLACE = 'PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED_NOREPLACE, -1, 0'
const FREE = 'PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0'
const MOVE = 'MREMAP_MAYMOVE|MREMAP_FIXED'
const violations = (start: string[], ...log: string[]): string[] => run(start, log).violations

describe('mmap-free', () => {
  it('is broken where the result of mmap without MAP_FIXED is not free, at either edge', () => {
    expect(violations(['1000-2000 rw-p'], `mmap(NULL, 8192, ${FREE}) = 0x1000`)).toEqual(['2 mmap-free'])
    expect(violations(['2000-3000 rw-p'], `mmap(NULL, 8192, ${FREE}) = 0x1000`)).toEqual(['2 mmap-free'])
  })

  it('is kept between two areas, and with MAP_FIXED', () => {
    expect(violations(['1000-2000 rw-p', '4000-5000 rw-p'], `mmap(NULL, 8192, ${FREE}) = 0x2000`)).toEqual([])
    expect(violations(['1000-2000 rw-p'], 'mmap(0x1000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED, 3, 0) = 0x1000')).toEqual([])
  })

  it('tells line, call, range and what is in the way, and the replay goes on as the kernel did', () => {
    const { report, mapped } = run(['1000-3000 rw-p'], ['brk(NULL) = 0x9000', `mmap(NULL, 4096, ${FREE}) = 0x1000`])
    expect(report.violations).toEqual([{ line: 3, rule: 'mmap-free', detail: 'mmap returned 0x1000-0x2000, where 0x1000-0x3000 rw-p is mapped' }])
    expect(report.match).toBe(false)
    expect(mapped).toEqual(['1000-2000 r--p', '2000-3000 rw-p'])
  })
})

describe('mremap-free', () => {
  it('is broken where the result of a move without MREMAP_FIXED is not free', () => {
    expect(violations(['1000-2000 rw-p', 'a000-b000 r--p'], 'mremap(0x1000, 4096, 8192, MREMAP_MAYMOVE) = 0x9000')).toEqual(['2 mremap-free'])
    expect(violations(['1000-2000 rw-s', 'a000-b000 r--p'], 'mremap(0x1000, 0, 8192, MREMAP_MAYMOVE) = 0x9000')).toEqual(['2 mremap-free'])
  })

  it('is kept with MREMAP_FIXED', () => {
    expect(violations(['1000-2000 rw-p', 'a000-b000 r--p'], `mremap(0x1000, 4096, 8192, ${MOVE}, 0x9000) = 0x9000`)).toEqual([])
  })
})

describe('mremap-growth-free', () => {
  it('is broken where mremap grows over something', () => {
    expect(violations(['1000-2000 rw-p', '3000-4000 r--p'], 'mremap(0x1000, 4096, 12288, 0) = 0x1000')).toEqual(['2 mremap-growth-free'])
  })

  it('is kept up to the next area', () => {
    expect(violations(['1000-2000 rw-p', '3000-4000 r--p'], 'mremap(0x1000, 4096, 8192, 0) = 0x1000')).toEqual([])
  })
})

describe('brk-growth-free', () => {
  it('is broken where brk grows over something', () => {
    expect(violations(['6000-7000 rw-p'], 'brk(NULL) = 0x5000', 'brk(0x6001) = 0x6001')).toEqual(['3 brk-growth-free'])
  })

  it('is kept up to the next area', () => {
    expect(violations(['6000-7000 rw-p'], 'brk(NULL) = 0x5000', 'brk(0x6000) = 0x6000')).toEqual([])
  })
})

describe('shmat-free', () => {
  const get = 'shmget(IPC_PRIVATE, 8192, IPC_CREAT|0600) = 1'

  it('is broken where the result of shmat without SHM_REMAP is not free', () => {
    expect(violations(['6000-7000 rw-p'], get, 'shmat(1, NULL, 0) = 0x5000')).toEqual(['3 shmat-free'])
    expect(violations(['6000-7000 rw-p'], get, 'shmat(1, 0x5000, SHM_REMAP) = 0x5000')).toEqual([])
  })
})

describe('noreplace-exists', () => {
  it('is broken where the call succeeds although something is mapped in its range', () => {
    expect(violations(['2000-3000 rw-p'], `mmap(0x1000, 8192, ${NOREPLACE}) = 0x1000`)).toEqual(['2 noreplace-exists'])
    expect(violations(['2000-3000 rw-p'], `mmap(0x1000, 4096, ${NOREPLACE}) = 0x1000`)).toEqual([])
  })

  it('is broken where it fails with EEXIST although nothing is', () => {
    expect(violations(['2000-3000 rw-p'], `mmap(0x1000, 4096, ${NOREPLACE}) = -1 EEXIST (File exists)`)).toEqual(['2 noreplace-exists'])
    expect(violations(['2000-3000 rw-p'], `mmap(0x1000, 4097, ${NOREPLACE}) = -1 EEXIST (File exists)`)).toEqual([])
  })

  it('says nothing of other failures', () => {
    expect(violations(['2000-3000 rw-p'], `mmap(0x2000, 4096, ${NOREPLACE}) = -1 EPERM (Operation not permitted)`)).toEqual([])
  })
})

describe('mprotect-mapped', () => {
  it('is broken where a successful mprotect has a hole in its range', () => {
    const start = ['1000-2000 rw-p', '3000-4000 rw-p']
    expect(violations(start, 'mprotect(0x1000, 12288, PROT_READ) = 0')).toEqual(['2 mprotect-mapped'])
    expect(violations(start, 'mprotect(0x1000, 4097, PROT_READ) = 0')).toEqual(['2 mprotect-mapped'])
    expect(violations(start, 'pkey_mprotect(0x0, 8192, PROT_READ, 1) = 0')).toEqual(['2 mprotect-mapped'])
  })

  it('is kept over areas that touch', () => {
    expect(violations(['1000-2000 rw-p', '2000-3000 r--p'], 'mprotect(0x1000, 8192, PROT_NONE) = 0')).toEqual([])
  })
})

describe('mprotect-hole', () => {
  it('is broken where mprotect fails with ENOMEM although all is mapped, and nothing is changed', () => {
    const log = ['mprotect(0x1000, 8192, PROT_NONE) = -1 ENOMEM (Cannot allocate memory)']
    expect(run(['1000-2000 rw-p', '2000-3000 r--p'], log)).toMatchObject({ violations: ['2 mprotect-hole'], mapped: ['1000-2000 rw-p', '2000-3000 r--p'] })
  })

  it('says nothing of other failures', () => {
    expect(violations(['1000-2000 r--p'], 'mprotect(0x1000, 4096, PROT_WRITE) = -1 EACCES (Permission denied)')).toEqual([])
  })
})

describe('mremap-source and shmdt-attached', () => {
  it('are broken where a successful call finds nothing to act on', () => {
    expect(violations([], 'mremap(0x1000, 4096, 8192, MREMAP_MAYMOVE) = 0x9000')).toEqual(['2 mremap-source'])
    expect(violations([], 'mremap(0x1000, 4096, 8192, MREMAP_MAYMOVE) = 0x1000')).toEqual(['2 mremap-source'])
    expect(violations([], 'mremap(0x1000, 0, 8192, MREMAP_MAYMOVE) = 0x9000')).toEqual(['2 mremap-source'])
    expect(violations(['2000-3000 r--p'], `mremap(0x1000, 8192, 8192, ${MOVE}, 0x9000) = 0x9000`)).toEqual(['2 mremap-source'])
    expect(violations(['1000-2000 rw-s'], 'shmdt(0x1000) = 0')).toEqual(['2 shmdt-attached'])
  })
})

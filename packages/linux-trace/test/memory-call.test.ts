import { describe, expect, it } from 'vitest'
import { EXECUTE, isMemoryCall, parseMemoryCall, READ, WRITE, type MemoryCall } from '../src/index.ts'
import { messageOf } from './support/run.ts'

const where = { file: 'strace.txt', line: 3 }
const parse = (name: MemoryCall['name'], args: string): MemoryCall => parseMemoryCall(name, args, where)

describe('mmap', () => {
  it('is read with a length rounded up to whole pages', () => {
    expect(parse('mmap', '0x7ffff7dfa000, 1400833, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3</usr/lib/libc.so.6>, 0x26000')).toEqual({
      name: 'mmap',
      address: 0x7fff_f7df_a000n,
      size: 1404928n,
      permission: READ | EXECUTE,
      attributes: 0,
      sharing: 'private',
      placement: 'fixed',
      growsDown: false,
      hugePages: false,
      isLow: false,
      mappedFile: '/usr/lib/libc.so.6',
      offset: 0x2_6000n,
    })
  })

  it('is anonymous with the descriptor -1', () => {
    expect(parse('mmap', 'NULL, 8192, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0')).toMatchObject({
      address: 0n,
      size: 8192n,
      permission: 0,
      placement: 'free',
      mappedFile: undefined,
    })
  })

  it.each([
    ['3', 'descriptor 3'],
    ['3</tmp/a>', '/tmp/a'],
    ['3</tmp/a, b (c) = "d">', '/tmp/a, b (c) = "d"'],
    ['3</tmp/a>b>', '/tmp/a>b'],
    ['5</memfd:x>(deleted)', '/memfd:x'],
    ['5</dev/null<char 1:3>>', '/dev/null<char 1:3>'],
  ])('takes the descriptor %s', (descriptor, mappedFile) => {
    expect(parse('mmap', `NULL, 4096, PROT_READ, MAP_PRIVATE, ${descriptor}, 0`)).toMatchObject({ mappedFile, offset: 0n })
  })

  it.each([
    ['MAP_SHARED', { sharing: 'shared', placement: 'free' }],
    ['MAP_SHARED_VALIDATE|MAP_SYNC', { sharing: 'shared' }],
    ['MAP_PRIVATE', { sharing: 'private' }],
    ['0x3', { sharing: 'shared' }],
    ['0x22', { sharing: 'private', mappedFile: undefined }],
    ['0x22 /* MAP_PRIVATE|MAP_ANONYMOUS */', { sharing: 'private', mappedFile: undefined }],
    ['MAP_PRIVATE|0x800000', { sharing: 'private' }],
    ['MAP_PRIVATE|MAP_FIXED_NOREPLACE', { placement: 'fixed-noreplace' }],
    ['MAP_PRIVATE|MAP_FIXED|MAP_FIXED_NOREPLACE', { placement: 'fixed-noreplace' }],
    ['MAP_PRIVATE|MAP_GROWSDOWN|MAP_STACK', { growsDown: true }],
    ['MAP_PRIVATE|MAP_HUGETLB|21<<MAP_HUGE_SHIFT', { hugePages: true }],
  ])('takes the flags %s', (flags, expected) => {
    expect(parse('mmap', `NULL, 4096, PROT_READ, ${flags}, 3, 0`)).toMatchObject(expected)
  })

  it.each([
    ['PROT_NONE', 0],
    ['PROT_READ|PROT_WRITE|PROT_EXEC', READ | WRITE | EXECUTE],
    ['PROT_WRITE', WRITE],
    ['PROT_READ|PROT_SEM', READ],
    ['0x5', READ | EXECUTE],
    ['0x3 /* PROT_READ|PROT_WRITE */', READ | WRITE],
    ['PROT_READ|0x40', READ],
    ['0x40 /* PROT_??? */', 0],
  ])('takes the protection %s', (protection, permission) => {
    expect(parse('mmap', `NULL, 4096, ${protection}, MAP_PRIVATE, 3, 0`)).toMatchObject({ permission })
  })
})

describe('the other calls', () => {
  it.each<[MemoryCall['name'], string, object]>([
    ['munmap', '0x7ffff7fb6000, 37703', { address: 0x7fff_f7fb_6000n, size: 40960n }],
    ['munmap', 'NULL, 18446744073709551615', { address: 0n, size: 2n ** 64n }],
    ['mprotect', '4096, 1, PROT_READ', { address: 4096n, size: 4096n, permission: READ, fromAreaStart: false }],
    ['mprotect', '0x1000, 0, PROT_NONE|PROT_GROWSDOWN', { size: 0n, permission: 0, fromAreaStart: true }],
    ['pkey_mprotect', '0x1000, 4096, PROT_READ, -1', { name: 'pkey_mprotect', permission: READ }],
    ['brk', 'NULL', { address: 0n }],
    ['brk', '0x555555581000', { address: 0x5555_5558_1000n }],
    ['mremap', '0x1000, 4097, 1, MREMAP_MAYMOVE', { oldSize: 8192n, newSize: 4096n, fixed: false, keepsOld: false, newAddress: undefined }],
    ['mremap', '0x1000, 0, 4096, MREMAP_MAYMOVE|MREMAP_FIXED|MREMAP_DONTUNMAP, 0x9000', { oldSize: 0n, fixed: true, keepsOld: true, newAddress: 0x9000n }],
    ['mremap', '0x1000, 4096, 4096, 0', { fixed: false }],
    ['mremap', '0x1000, 4096, 4096, 0x8 /* MREMAP_??? */', { fixed: false }],
    ['shmget', 'IPC_PRIVATE, 5000, IPC_CREAT|0600', { size: 8192n, creates: true, hugePages: false }],
    ['shmget', '0x1234, 5000, IPC_CREAT|IPC_EXCL|0600', { creates: true }],
    ['shmget', '0x1234, 5000, IPC_CREAT|0600', { creates: false }],
    ['shmget', '0 /* IPC_PRIVATE */, 5000, 0x200 /* IPC_CREAT */|0600', { size: 8192n, creates: true }],
    ['shmget', '0x1234, 0, 0', { size: 0n, creates: false }],
    ['shmget', 'IPC_PRIVATE, 5000, IPC_CREAT|SHM_HUGETLB|SHM_NORESERVE|0600', { hugePages: true }],
    ['shmat', '3, NULL, 0', { segment: 3, permission: READ | WRITE, replaces: false }],
    ['shmat', '3, 0x7000, SHM_RDONLY', { permission: READ }],
    ['shmat', '3, 0x7000, SHM_EXEC|SHM_RND', { permission: READ | WRITE | EXECUTE }],
    ['shmat', '3, 0x7000, SHM_RDONLY|SHM_EXEC|SHM_REMAP', { permission: READ | EXECUTE, replaces: true }],
    ['shmat', '-1, NULL, 0', { segment: -1 }],
    ['shmdt', '0x7000', { address: 0x7000n }],
  ])('%s(%s) is read', (name, args, expected) => {
    expect(parse(name, args)).toMatchObject({ name, ...expected })
  })
})

describe('a call that cannot be understood', () => {
  it.each<[MemoryCall['name'], string, string]>([
    ['munmap', '0x1000', 'expected 2 arguments in munmap, got "0x1000"'],
    ['munmap', '0x1000, x', 'expected a length as a number in munmap, got "x"'],
    ['munmap', '0x1g00, 1', 'expected an address as a number in munmap, got "0x1g00"'],
    ['munmap', '0x10000000000000000, 1', 'expected an address below 2^64 in munmap, got "0x10000000000000000"'],
    ['mmap', 'NULL, 4096, PROT_READ', 'expected 6 arguments in mmap, got "NULL, 4096, PROT_READ"'],
    ['mmap', 'NULL, 4096, PROT_READ, MAP_PRIVATE, 3', 'expected 6 arguments in mmap, got "NULL, 4096, PROT_READ, MAP_PRIVATE, 3"'],
    ['mmap', 'NULL, 4096, PROT_RED, MAP_PRIVATE, 3, 0', 'expected a protection in mmap, got "PROT_RED"'],
    ['mmap', 'NULL, 4096, PROT_READ, PRIVATE, 3, 0', 'expected flags of mmap in mmap, got "PRIVATE"'],
    ['mmap', 'NULL, 4096, PROT_READ, MAP_PRIVATE, x, 0', 'expected a file descriptor in mmap, got "x"'],
    ['mprotect', '0x1000, 4096', 'expected 3 arguments in mprotect, got "0x1000, 4096"'],
    ['mprotect', '0x1000, 4096, ', 'expected a protection in mprotect, got ""'],
    ['mremap', '0x1000, 4096, 4096', 'expected 4 or 5 arguments in mremap, got "0x1000, 4096, 4096"'],
    ['mremap', '0x1000, 4096, 4096, MAYMOVE', 'expected flags of mremap in mremap, got "MAYMOVE"'],
    ['brk', '', 'expected 1 argument in brk, got ""'],
    ['shmat', 'x, NULL, 0', 'expected a segment as a number in shmat, got "x"'],
  ])('%s(%s) is refused with line and expectation', (name, args, message) => {
    expect(messageOf(() => parse(name, args))).toBe(`TraceInputError: strace.txt:3: ${message}`)
  })
})

describe('isMemoryCall', () => {
  it('knows the calls that have a rule, and no property of objects', () => {
    expect(['mmap', 'shmdt', 'madvise', 'toString', '__proto__'].map(isMemoryCall)).toEqual([true, true, false, false, false])
  })
})

describe('what only looks like an argument', () => {
  it('is no flag because all objects have something of its name', () => {
    for (const symbol of ['constructor', 'toString', '__proto__', 'PROT_READ|hasOwnProperty']) {
      expect(messageOf(() => parse('mprotect', `0x1000, 4096, ${symbol}`))).toBe(`TraceInputError: strace.txt:3: expected a protection in mprotect, got "${symbol}"`)
    }
  })

  it('is left out if it is a comment, however many begin and do not end', () => {
    expect(parse('munmap', '0x1000 /* a */ /* b */, /**/4096')).toEqual({ name: 'munmap', address: 0x1000n, size: 0x1000n })
    const text = '/*'.repeat(16_000)
    expect(messageOf(() => parse('munmap', `0x1000, ${text}`))).toMatch(/^TraceInputError: strace\.txt:3: expected a length as a number in munmap, got /)
  })
})

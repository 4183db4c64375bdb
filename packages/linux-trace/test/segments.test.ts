import { describe, expect, it } from 'vitest'
import { messageOf, run } from './support/run.ts'

const GET = 'shmget(IPC_PRIVATE, 12289, IPC_CREAT|0600) = 5'
const AT = 'shmat(5, NULL, 0) = 0x10000'

describe('shmat', () => {
  it.each([
    ['0', 'rw-s'],
    ['SHM_RDONLY', 'r--s'],
    ['SHM_EXEC', 'rwxs'],
    ['SHM_RDONLY|SHM_EXEC', 'r-xs'],
  ])('maps the segment, its size rounded up, with the flags %s as %s', (flags, permission) => {
    expect(run([], [GET, `shmat(5, NULL, ${flags}) = 0x10000`]).mapped).toEqual([`10000-14000 ${permission}`])
  })

  it('replaces what is mapped there with SHM_REMAP', () => {
    expect(run(['11000-12000 r--p'], [GET, 'shmat(5, 0x10000, SHM_REMAP) = 0x10000'])).toMatchObject({ mapped: ['10000-14000 rw-s'], violations: [] })
  })

  it('takes the size from the shmget that made the segment, not from one that found it', () => {
    const log = ['shmget(0x77, 8192, IPC_CREAT|IPC_EXCL|0600) = 5', 'shmget(0x77, 0, 0) = 5', 'shmat(5, NULL, 0) = 0x10000']
    expect(run([], log).mapped).toEqual(['10000-12000 rw-s'])
  })

  it('takes a new segment that has got an old number', () => {
    const log = [GET, 'shmget(IPC_PRIVATE, 4096, IPC_CREAT|0600) = 5', AT]
    expect(run([], log).mapped).toEqual(['10000-11000 rw-s'])
  })

  it('attaches a segment that a process with memory of its own has made', () => {
    const log = ['100 fork() = 101', `101 ${GET}`, `100 ${AT}`]
    expect(run([], log).mapped).toEqual(['10000-14000 rw-s'])
  })

  it('changes nothing when it fails', () => {
    expect(run([], ['shmat(-1, NULL, 0) = -1 EINVAL (Invalid argument)']).mapped).toEqual([])
  })

  it('of a segment that no shmget has returned is an input error', () => {
    expect(messageOf(() => run([], [AT]))).toBe(
      'TraceInputError: strace.txt:2: expected a shmget above that returns 5 and tells its size, got "shmat(5)"',
    )
  })

  it('of huge pages is an input error', () => {
    const log = ['shmget(IPC_PRIVATE, 4096, IPC_CREAT|SHM_HUGETLB|0600) = 5', AT]
    expect(messageOf(() => run([], log))).toContain('strace.txt:3: expected no shared memory of huge pages')
  })
})

describe('shmdt', () => {
  it('unmaps the attachment', () => {
    expect(run(['14000-15000 rw-s'], [GET, AT, 'shmdt(0x10000) = 0'])).toMatchObject({ mapped: ['14000-15000 rw-s'], violations: [] })
  })

  it('unmaps what is left where the first pages are gone', () => {
    expect(run([], [GET, AT, 'munmap(0x10000, 8192) = 0', 'shmdt(0x10000) = 0'])).toMatchObject({ mapped: [], violations: [] })
  })

  it('unmaps what is left around pages that are gone, or are something else now', () => {
    const log = [
      GET,
      AT,
      'munmap(0x11000, 4096) = 0',
      'mmap(0x12000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x12000',
      'shmdt(0x10000) = 0',
    ]
    expect(run([], log).mapped).toEqual(['12000-13000 r--p'])
  })

  it('unmaps pieces of different permission', () => {
    expect(run([], [GET, AT, 'mprotect(0x11000, 4096, PROT_NONE) = 0', 'shmdt(0x10000) = 0']).mapped).toEqual([])
  })

  it('leaves another attachment of the same segment', () => {
    const log = [GET, AT, 'shmat(5, NULL, 0) = 0x14000', 'shmdt(0x14000) = 0']
    expect(run([], log).mapped).toEqual(['10000-14000 rw-s'])
  })

  it('finds the attachment that lies above the address, and not one whose offset differs', () => {
    //   first attachment   |10000 ...gone... |13000-14000|   offset 3000 = distance from 10000
    //   second attachment                                |14000-18000|   offset 0
    const log = [GET, AT, 'shmat(5, NULL, 0) = 0x14000', 'munmap(0x10000, 12288) = 0', 'shmdt(0x10000) = 0']
    expect(run([], log).mapped).toEqual(['14000-18000 rw-s'])
  })

  it('leaves a piece of the attachment that has been moved away, and finds it where it would begin', () => {
    //   the page of offset 1000 moves from 11000 to 31000: the segment would begin at 30000 there
    const move = 'mremap(0x11000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x31000) = 0x31000'
    expect(run([], [GET, AT, move, 'shmdt(0x10000) = 0']).mapped).toEqual(['31000-32000 rw-s'])
    expect(run([], [GET, AT, move, 'shmdt(0x10000) = 0', 'shmdt(0x30000) = 0'])).toMatchObject({ mapped: [], violations: [] })
  })

  it('changes nothing when it fails', () => {
    expect(run([], [GET, AT, 'shmdt(0x11000) = -1 EINVAL (Invalid argument)']).mapped).toEqual(['10000-14000 rw-s'])
  })
})

// mmap, munmap and mprotect of anonymous memory, as the system calls of Linux on x86-64 answer them: an address or 0, or
// a negative errno. Areas are a memory set's; what is behind them is any backend's whose flags are PROT bits.
import { alignDown, alignUp, checkedAlignUp, tryVirtAddr, va, WORD_SPACE, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, type MappingBackend } from '@addrspace/memory-set'

export const PROT_READ = 1
export const PROT_WRITE = 2
export const PROT_EXEC = 4
const PROT_SEM = 8
const PROT_RIGHTS = PROT_READ | PROT_WRITE | PROT_EXEC

export const MAP_SHARED = 0x01
export const MAP_PRIVATE = 0x02
export const MAP_FIXED = 0x10
export const MAP_ANONYMOUS = 0x20
export const MAP_FIXED_NOREPLACE = 0x10_0000
const MAP_TYPE = 0x0f

export const EPERM = 1n
export const EBADF = 9n
export const ENOMEM = 12n
export const EEXIST = 17n
export const EINVAL = 22n

const PAGE = 4096n
/** Where a program's addresses end: 47 bits, less a page. */
const TASK_SIZE = (1n << 47n) - PAGE
/** vm.mmap_min_addr: below it nothing is mapped for those without privileges. */
const MIN_ADDR = 0x1_0000n

export class AddressSpace<P> {
  readonly set: MemorySet<number, P>
  readonly #backend: MappingBackend<number, P>

  constructor(pageTable: P, backend: MappingBackend<number, P>) {
    this.set = new MemorySet({ pageTable, merge: 'equal-neighbours' })
    this.#backend = backend
  }

  /** An address, or a negative errno. Without an address that is free the highest free one is taken, as Linux does. */
  mmap(addr: bigint, length: bigint, prot: number, flags: number): bigint {
    if ((flags & MAP_ANONYMOUS) === 0) return -EBADF // there are no files
    if (length === 0n) return -EINVAL
    const size = checkedAlignUp(length, PAGE)
    if (size === undefined || size > TASK_SIZE) return -ENOMEM
    const start = (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) === 0 ? this.#place(addr, size) : checkFixed(addr, size)
    if (typeof start !== 'object') return start
    const [at] = start
    if ((flags & MAP_FIXED_NOREPLACE) !== 0 && this.set.overlaps({ start: at, end: at + size })) return -EEXIST
    const type = flags & MAP_TYPE
    if (type !== MAP_SHARED && type !== MAP_PRIVATE) return -EINVAL
    const mapped = this.set.map(at, size, prot & PROT_RIGHTS, this.#backend, { onOverlap: 'replace' })
    return mapped.ok ? at : -ENOMEM
  }

  /** 0, or a negative errno. */
  munmap(addr: bigint, length: bigint): bigint {
    if (addr % PAGE !== 0n || addr > TASK_SIZE || length > TASK_SIZE - addr || length === 0n) return -EINVAL
    return this.set.unmap(va(addr), alignUp(length, PAGE)).ok ? 0n : -ENOMEM
  }

  /** 0, or a negative errno. What lies in front of a hole is changed all the same, as in Linux. */
  mprotect(addr: bigint, length: bigint, prot: number): bigint {
    if (addr % PAGE !== 0n) return -EINVAL
    if (length === 0n) return 0n
    const size = checkedAlignUp(length, PAGE)
    const start = tryVirtAddr(addr)
    if (size === undefined || start === undefined || start + size >= WORD_SPACE) return -ENOMEM
    if ((prot & ~(PROT_RIGHTS | PROT_SEM)) !== 0) return -EINVAL
    const end = this.#endOfMapped(start, start + size)
    const changed = this.set.protect(start, end - start, () => prot & PROT_RIGHTS)
    return changed.ok && end === start + size ? 0n : -ENOMEM
  }

  /** The hint, rounded down to a page and up to the lowest one that may be, if it is free; otherwise the highest place. */
  #place(addr: bigint, size: bigint): [VirtAddr] | bigint {
    const page = alignDown(addr, PAGE)
    const hint = page < MIN_ADDR ? MIN_ADDR : page
    if (page !== 0n && hint <= TASK_SIZE - size && !this.set.overlaps({ start: va(hint), end: hint + size })) return [va(hint)]
    const found = this.set.findFreeArea(size, { direction: 'down', limit: { start: MIN_ADDR, end: TASK_SIZE }, align: PAGE })
    return found === undefined ? -ENOMEM : [found]
  }

  /** How far the range is mapped without a hole. */
  #endOfMapped(start: VirtAddr, end: bigint): bigint {
    let reached: bigint = start
    for (const area of this.set.areasIn({ start, end })) {
      if (area.start > reached) break
      reached = area.end
    }
    return reached < end ? reached : end
  }
}

/** The address itself, or why nothing can be mapped there. */
function checkFixed(addr: bigint, size: bigint): [VirtAddr] | bigint {
  if (addr > TASK_SIZE - size) return -ENOMEM
  if (addr % PAGE !== 0n) return -EINVAL
  return addr < MIN_ADDR ? -EPERM : [va(addr)]
}

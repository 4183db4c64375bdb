// Areas that lie in physical memory as they lie in virtual memory, a fixed distance apart: a kernel's
// direct map, devices, a guest's RAM.
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'
import { checkWord, formatHex, WORD_SPACE } from '@addrspace/memory-addr'
import type { Access, BackendAnswer, FaultAnswer, MappingBackend } from '@addrspace/memory-set'
import { PageTableError } from '@addrspace/page-table'
import type { MappingFlags, PageTable } from '@addrspace/page-table'

import { answerOf, refusalOf } from './answer.ts'
import { checkRequest } from './check-request.ts'
import { printedFlags } from './printed-flags.ts'

/**
 * Maps the virtual address `virt` to `phys`, and all others as far from there. Uses the largest leaves that fit.
 *
 * Every method throws a TypeError or a RangeError for an argument that is none.
 */
export class LinearBackend<C> implements MappingBackend<MappingFlags, PageTable<C>> {
  readonly granule: bigint = 4096n
  /** Physical minus virtual. */
  readonly distance: bigint

  /** @throws TypeError, RangeError if an address is none */
  constructor(virt: VirtAddr, phys: PhysAddr) {
    checkWord(virt, 'virt')
    checkWord(phys, 'phys')
    this.distance = phys - virt
  }

  /** Letters in the order `rwxudng`, or `no access`. */
  formatFlags(flags: MappingFlags): string {
    return printedFlags(flags)
  }

  map(start: VirtAddr, size: bigint, flags: MappingFlags, pageTable: PageTable<C>): BackendAnswer {
    checkRequest(start, size)
    const paddr = start + this.distance
    if (paddr < 0n || paddr >= WORD_SPACE) return refusalOf(this.#beyond(start))
    return answerOf(pageTable.map(start, size, paddr as PhysAddr, flags))
  }

  unmap(start: VirtAddr, size: bigint, pageTable: PageTable<C>): BackendAnswer {
    checkRequest(start, size)
    return answerOf(pageTable.unmap(start, size))
  }

  protect(start: VirtAddr, size: bigint, newFlags: MappingFlags, pageTable: PageTable<C>): BackendAnswer {
    checkRequest(start, size)
    return answerOf(pageTable.protect(start, size, newFlags))
  }

  /** Everything is present from the start, so that a fault is spurious. */
  fault(addr: VirtAddr, _access: Access, _flags: MappingFlags, pageTable: PageTable<C>): FaultAnswer {
    checkWord(addr, 'addr')
    if (pageTable.query(addr) !== undefined) return 'present'
    return refusalOf(new PageTableError('not-mapped', `nothing is mapped at ${formatHex(addr)}`, { vaddr: addr }))
  }

  /** The error of an address as far from which there is no physical one. */
  #beyond(vaddr: VirtAddr): PageTableError {
    const { distance } = this
    const where = distance < 0n ? `${formatHex(-distance)} below` : `${formatHex(distance)} above`
    return new PageTableError('too-wide', `there is no physical address ${where} ${formatHex(vaddr)}`, { vaddr })
  }
}

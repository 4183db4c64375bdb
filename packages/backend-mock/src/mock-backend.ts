// The mock: a lawful backend in as few lines as one can be, for tests, and to start one's own from.
// Every method first checks the whole range and only then writes, so that a refusal changes nothing.
import { addrRangeFromSize, checkWord } from '@addrspace/memory-addr'
import type { AnyAddr, VirtAddr } from '@addrspace/memory-addr'
import type { Access, BackendAnswer, FaultAnswer, MappingBackend } from '@addrspace/memory-set'

import type { MockPageTable } from './mock-page-table.ts'

/**
 * Maps bytes to flags in a `MockPageTable`: any address, any size, flags any number.
 *
 * Every method throws a TypeError or a RangeError for an argument that is none.
 */
export class MockBackend<A extends AnyAddr = VirtAddr> implements MappingBackend<number, MockPageTable, A> {
  map(start: A, size: bigint, flags: number, pageTable: MockPageTable): BackendAnswer {
    const { end } = addrRangeFromSize<AnyAddr>(start, size)
    checkFlags(flags, 'flags')
    if (!pageTable.isUnmapped(start, end)) return { reason: 'already-mapped' }
    pageTable.write(start, end, flags)
    return true
  }

  unmap(start: A, size: bigint, pageTable: MockPageTable): BackendAnswer {
    const { end } = addrRangeFromSize<AnyAddr>(start, size)
    if (!pageTable.isMapped(start, end)) return { reason: 'not-mapped' }
    pageTable.write(start, end, undefined)
    return true
  }

  protect(start: A, size: bigint, newFlags: number, pageTable: MockPageTable): BackendAnswer {
    const { end } = addrRangeFromSize<AnyAddr>(start, size)
    checkFlags(newFlags, 'newFlags')
    if (!pageTable.isMapped(start, end)) return { reason: 'not-mapped' }
    pageTable.write(start, end, newFlags)
    return true
  }

  /** Nothing is mapped on demand here, so every fault on a mapped byte is spurious. */
  fault(addr: A, _access: Access, _flags: number, pageTable: MockPageTable): FaultAnswer {
    checkWord(addr, 'addr')
    return pageTable.flagsAt(addr) === undefined ? { reason: 'not-mapped' } : 'present'
  }
}

function checkFlags(flags: unknown, name: string): void {
  if (typeof flags !== 'number') throw new TypeError(`"${name}" must be a number, got ${typeof flags}`)
}

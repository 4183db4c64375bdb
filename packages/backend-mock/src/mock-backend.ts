// The mock: a lawful backend in as few lines as one can be, for tests, and to start one's own from.
// Every method first checks the whole range and only then writes, so that a refusal changes nothing.
import type { AnyAddr, VirtAddr } from '@addrspace/memory-addr'
import type { Access, BackendAnswer, FaultAnswer, MappingBackend } from '@addrspace/memory-set'

import type { MockPageTable } from './mock-page-table.ts'

/** Maps bytes to flags in a `MockPageTable`: any address, any size, flags any number. */
export class MockBackend<A extends AnyAddr = VirtAddr> implements MappingBackend<number, MockPageTable, A> {
  map(start: A, size: bigint, flags: number, pageTable: MockPageTable): BackendAnswer {
    if (!pageTable.isUnmapped(start, start + size)) return { reason: 'already-mapped' }
    pageTable.write(start, start + size, flags)
    return true
  }

  unmap(start: A, size: bigint, pageTable: MockPageTable): BackendAnswer {
    if (!pageTable.isMapped(start, start + size)) return { reason: 'not-mapped' }
    pageTable.write(start, start + size, undefined)
    return true
  }

  protect(start: A, size: bigint, newFlags: number, pageTable: MockPageTable): BackendAnswer {
    if (!pageTable.isMapped(start, start + size)) return { reason: 'not-mapped' }
    pageTable.write(start, start + size, newFlags)
    return true
  }

  /** Nothing is mapped on demand here, so every fault on a mapped byte is spurious. */
  fault(addr: A, _access: Access, _flags: number, pageTable: MockPageTable): FaultAnswer {
    return pageTable.flagsAt(addr) === undefined ? { reason: 'not-mapped' } : 'present'
  }
}

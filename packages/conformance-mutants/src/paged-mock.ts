/**
 * The mock in pages: it states its granule and refuses what is not made of whole pages.
 */

import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'

export const PAGE = 0x1000n

export class PagedMock extends MockBackend {
  readonly granule: bigint = PAGE

  override map(start: VirtAddr, size: bigint, flags: number, table: MockPageTable): BackendAnswer {
    return isWhole(start, size) ? super.map(start, size, flags, table) : { reason: 'misaligned' }
  }

  override unmap(start: VirtAddr, size: bigint, table: MockPageTable): BackendAnswer {
    return isWhole(start, size) ? super.unmap(start, size, table) : { reason: 'misaligned' }
  }

  override protect(start: VirtAddr, size: bigint, newFlags: number, table: MockPageTable): BackendAnswer {
    return isWhole(start, size) ? super.protect(start, size, newFlags, table) : { reason: 'misaligned' }
  }
}

function isWhole(start: bigint, size: bigint): boolean {
  return start % PAGE === 0n && size % PAGE === 0n
}

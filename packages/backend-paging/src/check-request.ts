// What a set checks before it asks a backend, for those who ask one themselves.
import { addrRangeFromSize } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'

/** @throws TypeError, RangeError naming `start` or `size` if they are no range of the 64-bit space */
export function checkRequest(start: VirtAddr, size: bigint): void {
  addrRangeFromSize(start, size)
}

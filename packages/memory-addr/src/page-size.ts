/** Sizes of pages in bytes, and how a size is called in KiB, MiB and so on. */
import { checkSize } from './word.ts'

/** Size of the base page of x86-64, RISC-V and, with its 4 KiB granule, AArch64. */
export const PAGE_SIZE_4K: bigint = 0x1000n

/** Size of a huge page one level up: 512 base pages. */
export const PAGE_SIZE_2M: bigint = 0x20_0000n

/** Size of a huge page two levels up: 512 pages of 2 MiB. */
export const PAGE_SIZE_1G: bigint = 0x4000_0000n

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/**
 * Writes a size in the largest binary unit that states it exactly.
 *
 * @throws TypeError if `size` is not a bigint.
 * @throws RangeError if it is not in [0, 2^64].
 * @example
 * formatSize(PAGE_SIZE_2M) // => '2 MiB'
 * formatSize(0x1001n) // => '4097 B'
 */
export function formatSize(size: bigint): string {
  checkSize(size, 'size')
  let count = size
  let unit = 0
  // Ends at EiB at the latest: 2^64 is 16 of them.
  while (count > 0n && (count & 1023n) === 0n) {
    count >>= 10n
    unit++
  }
  return `${count} ${UNITS[unit]!}`
}

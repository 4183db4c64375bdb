/**
 * Long lists as columns: what may have 100,000 rows travels from the worker as a few typed arrays, and no row is an
 * object before somebody looks at it. Ends are kept as last addresses, since an end may be 2^64.
 */

import { formatFlagLetters } from '@addrspace/conformance'

/** Areas in address order. Row `i` is `[starts[i], lasts[i]]`, both inclusive. */
export interface AreaColumns {
  readonly count: number
  readonly starts: BigUint64Array<ArrayBuffer>
  readonly lasts: BigUint64Array<ArrayBuffer>
  /** Bits of the scenario format, as requested. */
  readonly flags: Uint8Array<ArrayBuffer>
}

/** One area. */
export interface AreaRow {
  readonly start: bigint
  /** Exclusive; up to 2^64. */
  readonly end: bigint
  /** Letters; a number beyond all letters as decimal text. */
  readonly flags: string
}

/** Makes columns of areas. */
export function areaColumns(areas: Iterable<{ readonly start: bigint; readonly end: bigint; readonly bits: number }>, count: number): AreaColumns {
  const columns = { count, starts: new BigUint64Array(count), lasts: new BigUint64Array(count), flags: new Uint8Array(count) }
  let row = 0
  for (const { start, end, bits } of areas) {
    columns.starts[row] = start
    columns.lasts[row] = end - 1n
    columns.flags[row] = bits
    row += 1
  }
  return columns
}

/** Gives row `index`, which must be below `count`. */
export function areaAt({ starts, lasts, flags }: AreaColumns, index: number): AreaRow {
  return { start: starts[index]!, end: lasts[index]! + 1n, flags: flagsText(flags[index]!) }
}

/** Gives the row of the area that holds an address, or undefined. O(log count). */
export function areaIndexOf(columns: Pick<AreaColumns, 'count' | 'starts' | 'lasts'>, addr: bigint): number | undefined {
  const row = lastAtOrBelow(columns.starts, addr)
  return row >= 0 && addr <= columns.lasts[row]! ? row : undefined
}

/** Gives the index of the last value that is not above `value`, in ascending ones; −1 if all are. */
export function lastAtOrBelow(values: BigUint64Array, value: bigint): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Letters in the order of the format; a number beyond all letters as decimal text. */
export function flagsText(bits: number): string {
  return bits < 128 ? formatFlagLetters(bits) : String(bits)
}

/** From page to page with keys: within an area page by page, and over gaps to the next area. */

import { areaAt, areaIndexOf, lastAtOrBelow, type AreaColumns } from './columns.ts'

const PAGE = 0x1000n

/** Gives the page that an address is in; of an area that begins inside of a page, its start. */
export function pageOf(addr: bigint, area: { readonly start: bigint } | undefined): bigint {
  const page = addr & ~(PAGE - 1n)
  return area !== undefined && area.start > page ? area.start : page
}

/**
 * Gives where a key leads: arrows to the page before or behind, Page Up and Page Down to the area before or behind, Home
 * and End to the first and the last area. Undefined for other keys, and where nothing is that way. O(log areas).
 */
export function pageTo(key: string, areas: AreaColumns, from: bigint | undefined): bigint | undefined {
  if (areas.count === 0) return undefined
  const row = from === undefined ? undefined : areaIndexOf(areas, from)
  const startOf = (index: number): bigint | undefined => (index >= 0 && index < areas.count ? areas.starts[index] : undefined)
  // The last area that begins at or below; −1 before the first.
  const below = from === undefined ? -1 : lastAtOrBelow(areas.starts, from)
  switch (key) {
    case 'Home':
      return startOf(0)
    case 'End':
      return startOf(areas.count - 1)
    case 'PageDown':
      return startOf(below + 1)
    case 'PageUp':
      return from === undefined ? startOf(areas.count - 1) : startOf(row === undefined ? below : below - 1)
    case 'ArrowRight':
    case 'ArrowUp': {
      if (row === undefined) return startOf(below + 1)
      const next = ((from! >> 12n) + 1n) << 12n
      return next < areaAt(areas, row).end ? next : startOf(row + 1)
    }
    case 'ArrowLeft':
    case 'ArrowDown': {
      const area = below < 0 ? undefined : areaAt(areas, below)
      if (area === undefined) return undefined
      if (row === undefined) return pageOf(area.end - 1n, area)
      if (from! > area.start) return pageOf(from! - 1n, area)
      return below === 0 ? undefined : pageOf(areaAt(areas, below - 1).end - 1n, areaAt(areas, below - 1))
    }
    default:
      return undefined
  }
}

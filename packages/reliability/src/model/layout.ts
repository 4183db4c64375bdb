// The window of an address space in which the commands of one run happen, cut into cells of equal size.
// Commands count in cells from the window's start, so that they can be shortened, and shown, as small numbers.
import type { Random } from '@addrspace/conformance/model'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { Geometry } from '@addrspace/page-table'

export interface Layout {
  /** Where cell 0 starts; a multiple of a page where there are pages. */
  readonly base: bigint
  /** Bytes in a cell. */
  readonly unit: bigint
  readonly cells: number
  /** Cells of which every start and cut has to be a multiple. */
  readonly granule: number
  /** Base pages in a cell; 0 where there are no pages. */
  readonly pagesPerCell: number
  /** The physical addresses to which linear areas take the window's start, one for each kind of them. */
  readonly linear: readonly bigint[]
  /** An area whose frames are allocated at once is not larger, in cells. */
  readonly mostEager: number
}

const PAGE = 0x1000n
/** The larger window holds more areas than fit into one node of a set's index, and into several. */
const FEW_CELLS = 64
const MANY_CELLS = 512

/** A window of a space that has no pages: bytes, or blocks of them, at either end of the space or in between. */
export function randomByteLayout(random: Random): Layout {
  const unit = random.pick([1n, 0x1000n])
  const cells = random.pick([FEW_CELLS, FEW_CELLS, MANY_CELLS])
  const size = unit * BigInt(cells)
  const base = random.pick([0n, 0x7fff_ffff_f000n, 1n << 53n, WORD_SPACE - size])
  return { base, unit, cells, granule: 1, pagesPerCell: 0, linear: [], mostEager: cells }
}

/**
 * A window of a machine's space. With cells of half a page, requests can be misaligned, and tables' borders are near;
 * with cells of 64 pages, huge leaves fit in and are cut.
 */
export function randomPageLayout(random: Random, geometry: Geometry): Layout {
  const isFine = !random.oneIn(4) || geometry.span(1) < 0x20_0000n
  const unit = isFine ? PAGE / 2n : 64n * PAGE
  const cells = isFine && random.oneIn(4) && geometry.lowerPages >= MANY_CELLS ? MANY_CELLS : FEW_CELLS
  const half = (unit * BigInt(cells)) / 2n
  // Borders of tables, of the halves, and of the space; what is beyond the end of a half no machine maps.
  const borders = [half, geometry.lowerEnd - half, geometry.lowerEnd, geometry.upperStart, geometry.upperStart + half, WORD_SPACE - half]
  const inner = [geometry.span(1), geometry.span(geometry.levels - 1)].filter((border) => border >= half && border + half <= geometry.lowerEnd)
  const base = random.pick<bigint>([borders[0]!, ...borders, ...inner]) - half
  // As far from the next multiple of a huge leaf's size as the window is; a page further; and half out of reach.
  const above = 1n << BigInt(Math.min(32, geometry.physBits - 8))
  const phase = base % geometry.span(1)
  const end = 1n << BigInt(geometry.physBits)
  return {
    base, unit, cells, granule: isFine ? 2 : 1, pagesPerCell: isFine ? 0.5 : 64,
    linear: [above + phase, above + phase + PAGE, end - half], mostEager: isFine ? cells : 2,
  }
}

/** The address at which a cell starts; behind the last one, that at which the window ends. */
export function addressOfCell(layout: Layout, cell: number): bigint {
  return layout.base + BigInt(cell) * layout.unit
}

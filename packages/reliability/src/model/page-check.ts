// Holds a page table against the twin, page by page: which leaves there are and what they say, that no two
// pages have one frame and each keeps its own, that every frame in use is a page's or a table's, and that
// whatever hardware could have cached of what changed was told to be invalidated.
import { ACCESS, type PageTable } from '@addrspace/page-table'

import type { WorldMachine } from '../worlds/world.ts'
import { ModelFailure } from './model-failure.ts'
import { UNKNOWN } from './pages.ts'
import type { Twin, TwinArea } from './twin.ts'

const ABSENT = -1
const FRAME_INTS = 1024

/** What the leaves say of the pages of the window. */
interface Leaves {
  /** Of each page, or `ABSENT`. */
  readonly frames: Float64Array
  readonly flags: Uint8Array
}

/** Numbers that a check counts. */
export interface PageCounts {
  pages: number
  staleRanges: number
}

export class PageCheck {
  readonly #machine: WorldMachine
  readonly #twin: Twin
  readonly #firstPage: number
  readonly #pages: number
  /** As hardware could know them: at the end of the last transaction, or operation outside of one. */
  #before: Leaves
  #now: Leaves
  /** The highest table met at each level, and how many there were. */
  readonly #lastTable: number[]
  #tables = 0
  #told = 0
  readonly #counts: PageCounts

  constructor(machine: WorldMachine, twin: Twin, counts: PageCounts) {
    this.#machine = machine
    this.#twin = twin
    this.#counts = counts
    this.#firstPage = pageNumber(twin.layout.base)
    this.#pages = twin.pages.count
    this.#before = noLeaves(this.#pages)
    this.#now = noLeaves(this.#pages)
    this.#lastTable = []
    watchAllocator(machine)
  }

  /** @param isOpen whether a transaction is: frames are given back, and invalidations told, at its end. */
  check(isOpen: boolean): void {
    this.#read()
    this.#compare()
    this.#checkFrames(isOpen)
    if (isOpen) {
      if (this.#machine.told.length > this.#told) throw new ModelFailure('pages were invalidated before the transaction ended')
      return
    }
    this.#checkInvalidations()
    ;[this.#before, this.#now] = [this.#now, this.#before]
  }

  /** Reads all leaves, and counts the tables that they need. */
  #read(): void {
    const { table } = this.#machine
    const { frames, flags } = this.#now
    frames.fill(ABSENT)
    const { levels } = table.geometry
    this.#tables = table.geometry.roots
    this.#lastTable.length = 0
    for (let level = 0; level < levels; level++) this.#lastTable.push(-1)
    for (const run of table.leaves({ start: 0n as never, end: 1n << 64n })) {
      const page = pageNumber(run.start)
      const count = pageNumber(run.size)
      const frame = pageNumber(run.paddr)
      const from = page - this.#firstPage
      if (from < 0 || from + count > this.#pages) throw new ModelFailure(`there is a leaf outside of all areas, at page ${page.toString(16)}`)
      for (let i = 0; i < count; i++) frames[from + i] = frame + i
      flags.fill(run.flags, from, from + count)
      this.#countTables(table, page, count, run.level)
    }
  }

  #countTables({ geometry }: PageTable<unknown>, page: number, count: number, leafLevel: number): void {
    for (let level = leafLevel; level < geometry.levels - 1; level++) {
      const span = geometry.spanPages(level + 1)
      const first = Math.floor(page / span)
      const last = Math.floor((page + count - 1) / span)
      const known = this.#lastTable[level]!
      this.#tables += last - Math.max(first - 1, known)
      this.#lastTable[level] = last
    }
  }

  #compare(): void {
    const { layout } = this.#twin
    const { frames } = this.#now
    let page = 0
    for (const area of this.#twin.areas) {
      const start = area.start * layout.pagesPerCell
      const end = area.end * layout.pagesPerCell
      for (; page < start; page++) if (frames[page] !== ABSENT) throw this.#wrong(page, 'is mapped without an area')
      this.#compareArea(area, start, end)
      page = end
    }
    for (; page < this.#pages; page++) if (frames[page] !== ABSENT) throw this.#wrong(page, 'is mapped without an area')
  }

  #compareArea(area: TwinArea, start: number, end: number): void {
    const { frames, flags } = this.#now
    const { pages } = this.#twin
    const granted = this.#twin.granted(area.bits)
    const isLinear = area.backing.startsWith('linear')
    const isDemand = area.backing === 'demand'
    const firstFrame = isLinear ? pageNumber(this.#twin.physicalOf(area.backing, area.start)) : 0
    for (let page = start; page < end; page++) {
      const frame = frames[page]!
      if (isDemand && !pages.isTouched(page)) {
        if (frame !== ABSENT) throw this.#wrong(page, 'was never touched, and is mapped')
        continue
      }
      if (frame === ABSENT) throw this.#wrong(page, 'is not mapped')
      if (flags[page] !== granted) throw this.#wrong(page, `has flags ${flags[page]!}, not ${granted}`)
      const known = isLinear ? firstFrame + page - start : pages.frames[page]!
      if (frame !== known && known !== UNKNOWN) throw this.#wrong(page, `has frame ${frame.toString(16)}, not ${known.toString(16)}`)
      pages.frames[page] = frame
    }
  }

  /** Frames of areas that have their own are in use, each once; what else is in use are tables that something is in. */
  #checkFrames(isOpen: boolean): void {
    const { table, frames: allocator, words } = this.#machine
    const { firstFrame } = this.#machine.memory
    const owners = new Set<number>()
    const { layout, pages: { values } } = this.#twin
    for (const { start, end, backing } of this.#twin.areas) {
      if (backing.startsWith('linear')) continue
      for (let page = start * layout.pagesPerCell; page < end * layout.pagesPerCell; page++) {
        const frame = this.#now.frames[page]!
        if (frame === ABSENT) continue
        if (owners.has(frame)) throw this.#wrong(page, 'has the frame of another page')
        if (allocator.used[frame - firstFrame] !== 1) throw this.#wrong(page, 'has a frame that is free')
        owners.add(frame)
        const value = words[(frame - firstFrame) * FRAME_INTS]!
        if (value !== values[page]) throw this.#wrong(page, `holds ${value}, not ${values[page]!}`)
      }
    }
    this.#counts.pages += owners.size
    if (table.tableCount !== this.#tables) throw new ModelFailure(`there are ${table.tableCount} tables, the leaves need ${this.#tables}`)
    const { usedFrames } = allocator.inner
    const needed = this.#tables + owners.size
    // What a transaction gave up is in use until it ends.
    if (isOpen ? usedFrames < needed : usedFrames !== needed) throw new ModelFailure(`${usedFrames} frames are in use, for ${this.#tables} tables and ${owners.size} pages`)
  }

  #checkInvalidations(): void {
    const { told } = this.#machine
    const before = this.#before
    const now = this.#now
    const isTold = new Uint8Array(this.#pages)
    for (; this.#told < told.length; this.#told++) {
      let end = -1n
      for (const range of told[this.#told]!.ranges) {
        if (range.size <= 0n || range.start <= end) throw new ModelFailure('ranges to be invalidated are empty, or not merged in ascending order')
        end = range.start + range.size
        const first = pageNumber(range.start) - this.#firstPage
        isTold.fill(1, Math.max(first, 0), Math.max(first + pageNumber(range.size), 0))
        this.#counts.staleRanges++
      }
    }
    for (let page = 0; page < this.#pages; page++) {
      const frame = before.frames[page]!
      if (frame === ABSENT || (before.flags[page]! & ACCESS) === 0 || isTold[page] === 1) continue
      if (now.frames[page] !== frame || now.flags[page] !== before.flags[page]) throw this.#wrong(page, 'was changed, and not invalidated')
    }
  }

  #wrong(page: number, how: string): ModelFailure {
    return new ModelFailure(`the page at ${((BigInt(this.#firstPage + page)) << 12n).toString(16)} ${how}`)
  }
}

/** Has every allocation held against the law, unless a failure was injected: the lowest frame that is free, and none only where none is. */
function watchAllocator({ frames, memory: { firstFrame } }: WorldMachine): void {
  const allocate = frames.allocate.bind(frames)
  frames.allocate = () => {
    const lowest = frames.used.indexOf(0)
    const { refusals } = frames
    const frame = allocate()
    if (frames.refusals > refusals) return undefined
    const found = frame === undefined ? -1 : pageNumber(frame) - firstFrame
    if (found !== lowest) throw new ModelFailure(`frame ${found} was handed out, not ${lowest}`)
    return frame
  }
}

/** Addresses and sizes are whole pages here, and exact as numbers of pages. */
function pageNumber(address: bigint): number {
  return Number(address >> 12n)
}

function noLeaves(count: number): Leaves {
  return { frames: new Float64Array(count).fill(ABSENT), flags: new Uint8Array(count) }
}

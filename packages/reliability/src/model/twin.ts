// The dumb twin of a set and its page table: one cell after the other, nothing clever. It knows the answer
// to every command, and what a command that is answered so leads to.
import type { ScenarioValue } from '@addrspace/conformance'
import { bitsPermit } from '@addrspace/conformance'
import { WORD_SPACE } from '@addrspace/memory-addr'
import type { MappingErrorCode } from '@addrspace/memory-set'

import type { BackingName, Cells, Change, ClearCells, Question } from './command.ts'
import type { Layout } from './layout.ts'
import { addressOfCell } from './layout.ts'
import { Pages } from './pages.ts'

/** What a cell is; `piece` tells apart equal neighbours that never were one area, or were cut. */
interface Cell {
  readonly bits: number
  readonly backing: BackingName
  readonly piece: number
  /** The area's guards, in its first and in its last cell. */
  readonly below: number
  readonly above: number
}

/** An area, in cells. */
export interface TwinArea extends Cells {
  readonly bits: number
  readonly backing: BackingName
}

/** What a machine says about requests; a set without one accepts everything. */
export interface TwinMachine {
  /** The flags that leaves get for these, or undefined if they are refused. */
  readonly granted: (bits: number) => number | undefined
  /** Whether the machine translates all of a range, below one root. */
  readonly isMappable: (start: bigint, end: bigint) => boolean
  /** Exclusive. */
  readonly physEnd: bigint
}

export interface TwinOptions {
  readonly layout: Layout
  readonly isMerging: boolean
  readonly machine: TwinMachine | undefined
}

/** As a scenario tells it. */
export type ChangeAnswer = 'ok' | 'installed' | 'present' | MappingErrorCode

/** What a transaction goes back to. */
export interface SavedTwin {
  readonly cells: readonly (Cell | undefined)[]
  readonly pages: Pages
}

export class Twin {
  readonly layout: Layout
  /** What is known of each page; of a machine only. */
  pages: Pages
  readonly #options: TwinOptions
  #cells: (Cell | undefined)[]
  #areas: readonly TwinArea[] | undefined
  #pieces = 0

  constructor(options: TwinOptions) {
    this.layout = options.layout
    this.#options = options
    this.#cells = Array.from({ length: options.layout.cells }, () => undefined)
    this.#areas = undefined
    this.pages = new Pages(options.layout.cells * options.layout.pagesPerCell)
  }

  /** All areas in order. Not to be changed. */
  get areas(): readonly TwinArea[] {
    this.#areas ??= this.#joinedCells()
    return this.#areas
  }

  save(): SavedTwin {
    return { cells: this.#cells, pages: this.pages.copy() }
  }

  restore({ cells, pages }: SavedTwin): void {
    this.#cells = [...cells]
    this.pages = pages
    this.#areas = undefined
  }

  /** What is right to answer to a change, if there are frames for it. */
  answer(change: Change): ChangeAnswer {
    switch (change.op) {
      case 'clear': return 'ok'
      case 'map': return this.#answerToMap(change)
      case 'unmap':
        if (this.#isBeyond(change)) return 'InvalidParam'
        return this.#cutsInside(this.areasIn(change), change) ? 'InvalidParam' : 'ok'
      case 'protect': return this.#answerToProtect(change)
      case 'fault': return this.#answerToFault(change)
    }
  }

  /** Makes a change that is answered with success. */
  apply(change: Change): void {
    switch (change.op) {
      case 'clear':
        this.#fill({ start: 0, end: this.layout.cells }, () => undefined)
        this.pages.forget(0, this.pages.count)
        break
      case 'unmap':
        this.#fill(change, () => undefined)
        this.#forgetPages(change)
        break
      case 'map': {
        const piece = ++this.#pieces
        const { start, end, bits, backing, guards = { below: 0, above: 0 } } = change
        this.#fill(change, (_, i) => ({ bits, backing, piece, below: i === start ? guards.below : 0, above: i === end - 1 ? guards.above : 0 }))
        this.#forgetPages(change)
        break
      }
      case 'protect':
        for (const area of this.#changedBy(change)) {
          const piece = ++this.#pieces
          const bits = masked(area.bits, change.bits, change.mask)
          this.#fill(overlapOf(area, change), (cell) => cell && { ...cell, bits, piece })
        }
        break
      case 'fault':
        if (this.#cells[change.at]?.backing === 'demand') this.pages.touch(this.pageAt(change.at, change.offset))
    }
  }

  /** The answer to a question, as a scenario tells it; of `query`, only what is known. */
  tell(question: Question): ScenarioValue {
    switch (question.op) {
      case 'find': {
        const [area] = this.areasIn({ start: question.at, end: question.at + 1 })
        return area === undefined ? null : { start: addressOfCell(this.layout, area.start), end: addressOfCell(this.layout, area.end), flags: area.bits }
      }
      case 'overlaps': return this.areasIn(question).length > 0
      case 'findFree': return this.#freeSpace(question)
      case 'query': return this.#leaf(question.at, question.offset)
    }
  }

  /** The flags that the leaves of an area have. */
  granted(bits: number): number {
    return this.#options.machine?.granted(bits) ?? bits
  }

  areasIn({ start, end }: Cells): readonly TwinArea[] {
    return start < end ? this.areas.filter((area) => area.start < end && start < area.end) : []
  }

  #answerToMap(change: Extract<Change, { op: 'map' }>): ChangeAnswer {
    const { start, end, backing } = change
    const { layout } = this
    if (start === end || this.#isBeyond(change)) return 'InvalidParam'
    if (start % layout.granule !== 0 || end % layout.granule !== 0) return 'InvalidParam'
    if (change.onOverlap === 'refuse' && this.areasIn(change).length > 0) return 'AlreadyExists'
    const { machine } = this.#options
    if (machine === undefined) return 'ok'
    const isExpressible = machine.granted(change.bits) !== undefined && machine.isMappable(addressOfCell(layout, start), addressOfCell(layout, end))
    const isInReach = backing === 'alloc' || backing === 'demand' || this.physicalOf(backing, end) <= machine.physEnd
    return isExpressible && isInReach ? 'ok' : 'BadState'
  }

  #answerToProtect(change: Extract<Change, { op: 'protect' }>): ChangeAnswer {
    if (this.#isBeyond(change)) return 'InvalidParam'
    const covered = this.areasIn(change).reduce((sum, area) => sum + sizeOf(overlapOf(area, change)), 0)
    if (change.holes === 'refuse' && covered < change.end - change.start) return 'InvalidParam'
    const changed = this.#changedBy(change)
    if (this.#cutsInside(changed, change)) return 'InvalidParam'
    const { machine } = this.#options
    if (machine === undefined) return 'ok'
    return changed.some(({ bits }) => machine.granted(masked(bits, change.bits, change.mask)) === undefined) ? 'BadState' : 'ok'
  }

  #answerToFault({ at, offset, access }: Extract<Change, { op: 'fault' }>): ChangeAnswer {
    const cell = this.#cells[at]
    if (cell === undefined || !bitsPermit(cell.bits, access)) return 'BadState'
    if (cell.backing !== 'demand') return 'present'
    return this.pages.isTouched(this.pageAt(at, offset)) ? 'present' : 'installed'
  }

  /** The page of an address: its number in the window. */
  pageAt(cell: number, offset: bigint): number {
    const { pagesPerCell } = this.layout
    return Math.floor(cell * pagesPerCell) + (pagesPerCell < 1 ? 0 : Number(offset >> 12n))
  }

  /** The physical address to which a linear area takes a cell's start. */
  physicalOf(backing: BackingName, cell: number): bigint {
    return this.layout.linear[Number(backing.slice('linear '.length))]! + BigInt(cell) * this.layout.unit
  }

  #leaf(at: number, offset: bigint): ScenarioValue {
    const cell = this.#cells[at]
    const { machine } = this.#options
    if (cell === undefined || machine === undefined) return null
    if (cell.backing === 'demand' && !this.pages.isTouched(this.pageAt(at, offset))) return null
    const flags = machine.granted(cell.bits)
    if (cell.backing === 'alloc' || cell.backing === 'demand') return { size: 0x1000n, flags }
    return { paddr: this.physicalOf(cell.backing, at) + offset, flags }
  }

  /** Tries every start, one after the other. */
  #freeSpace({ size, limit, hint, align, direction, gap }: Extract<Question, { op: 'findFree' }>): bigint | null {
    if (size === 0 || size % align !== 0) return null
    const { base, unit } = this.layout
    const origin = Number((base / unit) % BigInt(align))
    const isWanted = (start: number): boolean => (start + origin) % align === 0 && this.#isClear(start, start + size, gap)
    if (direction === 'up') {
      for (let start = Math.max(limit.start, hint ?? 0); start + size <= limit.end; start++) {
        if (isWanted(start)) return addressOfCell(this.layout, start)
      }
    } else {
      for (let start = Math.min(limit.end, hint ?? limit.end) - size; start >= limit.start; start--) {
        if (isWanted(start)) return addressOfCell(this.layout, start)
      }
    }
    return null
  }

  /** Whether nothing is in the cells, nor too near below and above: the nearest areas alone count. */
  #isClear(start: number, end: number, gap: ClearCells): boolean {
    const cells = this.#cells
    for (let i = start; i < end; i++) if (cells[i] !== undefined) return false
    let below = start - 1
    while (below >= 0 && cells[below] === undefined) below--
    if (below >= 0 && start - 1 - below < Math.max(gap.below, cells[below]!.above)) return false
    let above = end
    while (above < cells.length && cells[above] === undefined) above++
    return above === cells.length || above - end >= Math.max(gap.above, cells[above]!.below)
  }

  #isBeyond({ end }: Cells): boolean {
    return addressOfCell(this.layout, end) > WORD_SPACE
  }

  /** The areas that a protect does not leave alone. */
  #changedBy(change: Extract<Change, { op: 'protect' }>): readonly TwinArea[] {
    return this.areasIn(change).filter(({ bits }) => change.mask === undefined || masked(bits, change.bits, change.mask) !== bits)
  }

  #cutsInside(areas: readonly TwinArea[], { start, end }: Cells): boolean {
    const { granule } = this.layout
    const isCut = (area: TwinArea, at: number): boolean => area.start < at && at < area.end && at % granule !== 0
    return areas.some((area) => isCut(area, start) || isCut(area, end))
  }

  #fill({ start, end }: Cells, fill: (cell: Cell | undefined, i: number) => Cell | undefined): void {
    // What was saved is not changed.
    const cells = [...this.#cells]
    for (let i = start; i < Math.min(end, cells.length); i++) cells[i] = fill(cells[i], i)
    this.#cells = cells
    this.#areas = undefined
  }

  #forgetPages({ start, end }: Cells): void {
    // A range that is cut inside a page lies in a hole there.
    this.pages.forget(Math.ceil(start * this.layout.pagesPerCell), Math.floor(end * this.layout.pagesPerCell))
  }

  #joinedCells(): TwinArea[] {
    const areas: { start: number; end: number; bits: number; backing: BackingName }[] = []
    let last: Cell | undefined
    for (const [i, cell] of this.#cells.entries()) {
      if (cell !== undefined) {
        if (last !== undefined && this.#isOneArea(last, cell)) areas.at(-1)!.end = i + 1
        else areas.push({ start: i, end: i + 1, bits: cell.bits, backing: cell.backing })
      }
      last = cell
    }
    return areas
  }

  #isOneArea(left: Cell, right: Cell): boolean {
    if (left.piece === right.piece) return true
    return this.#options.isMerging && left.bits === right.bits && left.backing === right.backing && left.above === 0 && right.below === 0
  }
}

/** The flags that a protect gives for old ones. */
function masked(old: number, bits: number, mask: number | undefined): number {
  return mask === undefined ? bits : (old & ~mask) | (bits & mask)
}

function overlapOf(area: Cells, range: Cells): Cells {
  return { start: Math.max(area.start, range.start), end: Math.min(area.end, range.end) }
}

function sizeOf({ start, end }: Cells): number {
  return end - start
}

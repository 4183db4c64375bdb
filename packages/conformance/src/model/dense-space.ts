/**
 * The dumb twin of a set: one cell per granule, nothing clever. It knows what every operation leads to when no backend
 * fails, and tells the areas by walking over its cells.
 */

import type { MappingErrorCode } from '@addrspace/memory-set'
import type { Change, Command } from './commands.ts'

/** What a granule is; `piece` tells apart equal neighbours that were never one area, or were cut. */
export interface Cell {
  /** By index into the manifest's list. */
  readonly flags: number
  /** Which of the bench's backends. */
  readonly backend: BackendName
  /** Equal numbers: one area. */
  readonly piece: number
}

/** The three backends of a bench, by its names. */
export type BackendName = 'backend' | 'other' | 'coarse'

/** An area of the twin, in granules. */
export interface DenseArea extends Cell {
  /** The first granule. */
  readonly start: number
  /** The granule behind the last one. */
  readonly end: number
}

/** An answer that the twin allows. `ok` among others means that both are right, and `ok` makes the change. */
export type Answer = 'ok' | MappingErrorCode

/** The cells of a window of granules. */
export class DenseSpace {
  readonly #cells: (Cell | undefined)[]
  readonly #isMerging: boolean
  /** Where granule 0 lies, modulo what areas of the coarse backend must be multiples of. */
  readonly #coarse: { readonly granule: number; readonly origin: number }
  #pieces = 0

  /**
   * A space of `window` granules, nothing mapped. The `coarse` backend's areas start and end where `origin + granule`
   * is a multiple of `coarse.granule`.
   */
  constructor(window: number, isMerging: boolean, coarse: { readonly granule: number; readonly origin: number }) {
    this.#cells = Array.from({ length: window }, () => undefined)
    this.#isMerging = isMerging
    this.#coarse = coarse
  }

  /** What a granule is; undefined where nothing is mapped. */
  at(granule: number): Cell | undefined {
    return this.#cells[granule]
  }

  /** All areas in order. O(window). */
  areas(): DenseArea[] {
    const areas: DenseArea[] = []
    for (const [granule, cell] of this.#cells.entries()) {
      if (cell === undefined) continue
      const last = areas.at(-1)
      if (last !== undefined && last.end === granule && this.#isOneArea(last, cell)) areas[areas.length - 1] = { ...last, end: granule + 1 }
      else areas.push({ ...cell, start: granule, end: granule + 1 })
    }
    return areas
  }

  /** The areas that intersect [start, end), in order. O(window). */
  areasIn(start: number, end: number): DenseArea[] {
    return this.areas().filter((area) => start < end && area.start < end && start < area.end)
  }

  /** A copy, to go back to. */
  save(): readonly (Cell | undefined)[] {
    return [...this.#cells]
  }

  /** Goes back to a copy. */
  restore(cells: readonly (Cell | undefined)[]): void {
    this.#cells.splice(0, this.#cells.length, ...cells)
  }

  /** The answers that are right for a change, if no backend fails. */
  answers(change: Change): readonly Answer[] {
    if (change.verb === 'clear') return ['ok']
    const { start, end } = change
    const touched = this.areasIn(start, end)
    switch (change.verb) {
      case 'map': {
        if (start === end) return ['InvalidParam']
        const refusals: Answer[] = []
        if (change.backend === 'coarse' && (this.#isInside(start) || this.#isInside(end))) refusals.push('InvalidParam')
        if (touched.length > 0 && !change.replaces) refusals.push('AlreadyExists')
        if (change.replaces && this.#cutsInside(touched, start, end)) refusals.push('InvalidParam')
        return refusals.length > 0 ? refusals : ['ok']
      }
      case 'unmap':
        return this.#cutsInside(touched, start, end) ? ['InvalidParam'] : ['ok']
      case 'protect': {
        const covered = touched.reduce((sum, area) => sum + Math.min(end, area.end) - Math.max(start, area.start), 0)
        if (change.refusesHoles && covered < end - start) return ['InvalidParam']
        const changed = touched.filter((area) => change.only === undefined || change.only === area.flags)
        if (this.#cutsInside(changed, start, end)) return ['InvalidParam']
        // An area that is left alone is not cut; whether a cut inside one of its granules matters is open.
        return this.#cutsInside(touched, start, end) ? ['ok', 'InvalidParam'] : ['ok']
      }
    }
  }

  /** Makes a change that is answered with `ok`. */
  apply(change: Change): void {
    switch (change.verb) {
      case 'clear':
        this.#fill(0, this.#cells.length, undefined)
        break
      case 'unmap':
        this.#fill(change.start, change.end, undefined)
        break
      case 'map':
        this.#fill(change.start, change.end, { flags: change.flags, backend: change.backend, piece: this.#newPiece() })
        break
      case 'protect':
        for (const area of this.areasIn(change.start, change.end)) {
          if (change.only !== undefined && change.only !== area.flags) continue
          const cell = { flags: change.flags, backend: area.backend, piece: this.#newPiece() }
          this.#fill(Math.max(change.start, area.start), Math.min(change.end, area.end), cell)
        }
    }
  }

  #fill(start: number, end: number, cell: Cell | undefined): void {
    for (let granule = start; granule < end; granule++) this.#cells[granule] = cell
  }

  #newPiece(): number {
    this.#pieces += 1
    return this.#pieces
  }

  #isOneArea(left: Cell, right: Cell): boolean {
    if (!this.#isMerging) return left.piece === right.piece
    return left.flags === right.flags && left.backend === right.backend
  }

  #isInside(granule: number): boolean {
    return (granule + this.#coarse.origin) % this.#coarse.granule !== 0
  }

  #cutsInside(areas: readonly DenseArea[], start: number, end: number): boolean {
    const isCut = (area: DenseArea, at: number): boolean => area.start < at && at < area.end && this.#isInside(at)
    return areas.some((area) => area.backend === 'coarse' && (isCut(area, start) || isCut(area, end)))
  }
}

/** Tells whether a command is a change, and not a transaction around some. */
export function isChange(command: Command): command is Change {
  return command.verb !== 'transaction'
}

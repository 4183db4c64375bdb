/** The areas at any place of a run: changes are carried out or taken back from the place that was asked for last. */

import { formatHeader, formatOp, type MapOp, type ScenarioOp } from '@addrspace/conformance'
import type { AreaColumns } from './columns.ts'
import type { TraceChange, TraceTimeline } from './trace.ts'

/** Goes through a timeline. A place is the number of steps that are done, from 0. */
export class TracePlayer {
  readonly timeline: TraceTimeline
  #position = 0
  /** Rows of the timeline, in address order. */
  readonly #rows: number[]

  constructor(timeline: TraceTimeline) {
    this.timeline = timeline
    this.#rows = Array.from({ length: timeline.startCount }, (_, row) => row)
  }

  /** Rows of `timeline.areas` after so many steps, in address order. O(areas + steps in between). */
  rowsAt(position: number): readonly number[] {
    const { steps, changes } = this.timeline
    for (; this.#position < position; this.#position++) {
      const { from, to } = steps[this.#position]!
      for (let change = from; change < to; change++) this.#replace(changes[change]!.gone, changes[change]!.added)
    }
    for (; this.#position > position; this.#position--) {
      const { from, to } = steps[this.#position - 1]!
      for (let change = to - 1; change >= from; change--) this.#replace(changes[change]!.added, changes[change]!.gone)
    }
    return this.#rows.slice()
  }

  #replace(gone: TraceChange['gone'], added: TraceChange['added']): void {
    const { starts } = this.timeline.areas
    const first = starts[gone[0] < gone[1] ? gone[0] : added[0]]!
    let low = 0
    let high = this.#rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (starts[this.#rows[middle]!]! < first) low = middle + 1
      else high = middle
    }
    this.#rows.splice(low, gone[1] - gone[0], ...Array.from({ length: added[1] - added[0] }, (_, offset) => added[0] + offset))
  }
}

/** Rows as the columns that strips take. */
export function columnsOfRows({ areas }: TraceTimeline, rows: readonly number[]): AreaColumns {
  const columns = { count: rows.length, starts: new BigUint64Array(rows.length), lasts: new BigUint64Array(rows.length), flags: new Uint8Array(rows.length) }
  for (const [index, row] of rows.entries()) {
    columns.starts[index] = areas.starts[row]!
    columns.lasts[index] = areas.lasts[row]!
    columns.flags[index] = bitsOf(areas.permissions[row]!)
  }
  return columns
}

/** Of the first three characters: r = 1, w = 2, x = 4. */
export function bitsOf(permission: string): number {
  return (permission[0] === 'r' ? 1 : 0) | (permission[1] === 'w' ? 2 : 0) | (permission[2] === 'x' ? 4 : 0)
}

/** A place of a run as a scenario: areas get their frames on demand, and let user mode in. */
export function scenarioOfRows({ title, areas }: TraceTimeline, rows: readonly number[], place: string): string {
  const ops = rows.map((row): MapOp => mapOp(areas.starts[row]!, areas.lasts[row]! + 1n, bitsOf(areas.permissions[row]!)))
  return textOfOps(`${title}, ${place}`, ops)
}

/** A run as a scenario, up to a place: the areas at the start, then what each call did. */
export function scenarioOfSteps({ title, areas, startCount, steps }: TraceTimeline, position: number, place: string): string {
  const start = Array.from({ length: startCount }, (_, row) => mapOp(areas.starts[row]!, areas.lasts[row]! + 1n, bitsOf(areas.permissions[row]!)))
  const calls = steps.slice(0, position).flatMap(({ effects }) => effects.map(({ kind, start: from, end, permission }): ScenarioOp => {
    switch (kind) {
      case 'map': return { ...mapOp(from, end, permission), onOverlap: 'replace' }
      case 'unmap': return { op: 'unmap', start: from, size: end - from }
      case 'protect': return { op: 'protect', start: from, size: end - from, flags: flagsOf(permission) }
    }
  }))
  return textOfOps(`${title}, all calls to ${place}`, [...start, ...calls])
}

function textOfOps(name: string, ops: readonly ScenarioOp[]): string {
  return [formatHeader({ name, backend: 'x86-64' }), ...ops.map(formatOp), ''].join('\n')
}

function mapOp(start: bigint, end: bigint, permission: number): MapOp {
  return { op: 'map', start, size: end - start, flags: flagsOf(permission), backing: 'demand' }
}

function flagsOf(permission: number): string {
  return `${(permission & 1) === 0 ? '' : 'r'}${(permission & 2) === 0 ? '' : 'w'}${(permission & 4) === 0 ? '' : 'x'}u`
}

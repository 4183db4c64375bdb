// A request worked out before anything is touched: which areas go, which come in their place, and
// what the backends have to do. All questions to the calling program (flags, merging, slices) are
// asked here; a plan that is refused, or in which a callback throws, leaves nothing behind.
import { addrRange, checkAlign } from '@addrspace/memory-addr'
import type { AddrRange, AnyAddr } from '@addrspace/memory-addr'

import type { AreaIndex } from './area-index.ts'
import { MemoryArea } from './area.ts'
import type { MappingBackend } from './backend.ts'
import { MappingError, printedRange } from './errors.ts'
import { AreaCursor } from './internal/area-cursor.ts'
import type { AreaAttributes, Guards } from './internal/attributes.ts'
import { NO_GUARDS } from './internal/attributes.ts'
import { addressOf, endKeyOf, isBelow, keyBefore, keyOf, restBefore, restOf } from './internal/bound.ts'
import type { RangeBounds } from './internal/bound.ts'
import { replaceRun } from './internal/change-areas.ts'
import type { Piece } from './internal/change-areas.ts'
import { restsOf } from './internal/change-nodes.ts'
import { yesOrNo } from './internal/check-arguments.ts'
import { END as DISTANCE } from './internal/node-store.ts'

// A module's own constants are part of the compiled code; imported ones are loaded at every use.
const END = DISTANCE

/** One call of a backend, with what undoing it needs. */
export interface PlanStep<F, P, A extends AnyAddr> {
  readonly verb: 'map' | 'unmap' | 'protect'
  readonly start: A
  readonly size: bigint
  readonly backend: MappingBackend<F, P, A>
  /** To be given; of an unmap, the flags that mapping again needs. */
  readonly flags: F
  /** Of a protect: the flags before. */
  readonly oldFlags: F
}

export interface PlanOptions<F> {
  readonly flagsEqual: (a: F, b: F) => boolean
  readonly isMerging: boolean
}

/** What is given to `protect`. */
type Update<F, P, A extends AnyAddr> = (flags: F, area: MemoryArea<F, P, A>) => F | undefined

export class Plan<F, P, A extends AnyAddr> {
  /** What the backends have to do, in this order. */
  steps: PlanStep<F, P, A>[] = []
  declare private readonly index: AreaIndex<F, P, A>
  declare private readonly options: PlanOptions<F>
  declare private readonly request: RangeBounds
  /** Where the run starts, or where to insert; the area to cut. */
  declare readonly cursor: AreaCursor<F, P, A>
  declare private readonly walker: AreaCursor<F, P, A>
  /** How many areas the run has, and what comes in their place. */
  #taken = 0
  #added: Piece<F, P, A>[] = []

  /** `request` is the range of the operation that is planned. */
  constructor(index: AreaIndex<F, P, A>, request: RangeBounds, options: PlanOptions<F>) {
    this.index = index
    this.options = options
    this.request = request
    this.cursor = new AreaCursor(index)
    this.walker = new AreaCursor(index)
  }

  /** Plans a new area, in free space or, with `isReplacing`, in place of what is there. */
  map(start: A, size: bigint, flags: F, backend: MappingBackend<F, P, A>, guards: Guards, isReplacing: boolean): MappingError | undefined {
    if (backend.granule !== undefined && (isCut(start, backend) || isCut(size, backend))) {
      return misaligned(`start and size must be multiples of ${String(backend.granule)}`, start, size)
    }
    const attributes = this.lookup(flags, backend, guards)
    const error = this.#planRun(start, size, { start, end: start + size, attributes }, isReplacing, undefined)
    if (error === undefined) this.#pushStep('map', start, size, attributes, flags)
    return error
  }

  /** Plans the removal of whatever lies in the range. */
  unmap(start: A, size: bigint): MappingError | undefined {
    return this.#planRun(start, size, undefined, true, undefined)
  }

  /** Plans new flags for the areas in the range; `update` is asked once per area that intersects it, in order. */
  protect(start: A, size: bigint, update: Update<F, P, A>, mayHaveHoles: boolean): MappingError | undefined {
    if (mayHaveHoles || !this.#hasHole()) return this.#planRun(start, size, undefined, true, update)
    const range = rangeOf(start, size)
    return new MappingError('hole', `a hole in ${printedRange(range.start, range.end)}, which must be fully mapped`, { range })
  }

  /** Gives the index the areas that were planned. */
  commit(): void {
    replaceRun(this.cursor, this.#taken, this.#added)
  }

  /** Lets go of what the plan refers to. */
  reset(): void {
    this.#taken = 0
    if (this.#added.length > 0) this.#added = []
    if (this.steps.length > 0) this.steps = []
  }

  /**
   * Whether the range is free and aligned, and the new area changes no other: nothing merges, and no bound has a rest.
   * The cursor is then where to insert.
   */
  seekFree(start: bigint, size: bigint, backend: MappingBackend<F, P, A>): boolean {
    const { startKey, startRest, endKey, endRest } = this.request
    const { store } = this.index
    if (this.options.isMerging || store.hasRests || (startRest | endRest) !== 0) return false
    if (backend.granule !== undefined && (isCut(start, backend) || isCut(size, backend))) return false
    const { cursor } = this
    const { bounds } = store
    const at = cursor.seek(startKey, 0)
    if (bounds[at]! <= startKey) {
      if (startKey < bounds[at + END]!) return false
      cursor.path[0] = at + 1
    }
    const next = cursor.nextArea()
    return next < 0 || endKey <= bounds[next]!
  }

  /**
   * The attributes of the area that the whole range lies in, if it can be cut out of that where it stands: nothing
   * merges or has a rest, guard or slice, and cuts are multiples of the granule. The cursor is then at the area.
   */
  seekWhole(start: bigint, size: bigint): AreaAttributes<F, P, A> | undefined {
    const { startKey, startRest, endKey, endRest } = this.request
    const { store } = this.index
    if (this.options.isMerging || store.hasRests || (startRest | endRest) !== 0) return undefined
    const { bounds } = store
    const at = this.cursor.seek(startKey, 0)
    if (startKey < bounds[at]! || bounds[at + END]! < endKey) return undefined
    const attributes = store.attributesAt(at)
    const { backend, guards } = attributes
    if (guards !== NO_GUARDS || backend.slice !== undefined) return undefined
    if (backend.granule === undefined) return attributes
    const isMisaligned = (bounds[at]! < startKey && isCut(start, backend)) || (endKey < bounds[at + END]! && isCut(start + size, backend))
    return isMisaligned ? undefined : attributes
  }

  /** The record of an area with these attributes. */
  lookup(flags: F, backend: MappingBackend<F, P, A>, guards: Guards): AreaAttributes<F, P, A> {
    return this.index.store.attributeTable.lookup(flags, backend, guards)
  }

  /** The record of an area that is given new flags. */
  withFlags(attributes: AreaAttributes<F, P, A>, flags: F): AreaAttributes<F, P, A> {
    return Object.is(flags, attributes.flags) ? attributes : this.lookup(flags, attributes.backend, attributes.guards)
  }

  /**
   * Goes to the run: the areas that intersect the range and, in a set that merges, those that touch
   * it. No others can merge anew: what lies next to a cut is unchanged, next to a hole not adjacent.
   */
  #seekRun(cursor: AreaCursor<F, P, A>): void {
    const { startKey, startRest } = this.request
    // To end at or above the start is to end above the address before it.
    if (this.options.isMerging && (startKey > 0 || startRest > 0)) cursor.seekEndAbove(keyBefore(startKey, startRest), restBefore(startKey, startRest))
    else cursor.seekEndAbove(startKey, startRest)
  }

  #startsBelow(at: number, key: number, rest: number): boolean {
    const { store } = this.index
    return isBelow(store.bounds[at]!, store.startRest(at), key, rest)
  }

  #endsAbove(at: number, key: number, rest: number): boolean {
    const { store } = this.index
    return isBelow(key, rest, store.bounds[at + END]!, store.endRest(at))
  }

  #hasHole(): boolean {
    const { startKey, startRest, endKey, endRest } = this.request
    const walker = this.walker
    const { store } = this.index
    walker.seekEndAbove(startKey, startRest)
    let [key, rest] = [startKey, startRest]
    do {
      const { at } = walker
      if (!walker.isArea || isBelow(key, rest, store.bounds[at]!, store.startRest(at))) return true
      key = store.bounds[at + END]!
      rest = store.endRest(at)
      if (!isBelow(key, rest, endKey, endRest)) return false
    } while (walker.next())
    return true
  }

  /**
   * Takes the range out of the areas that lie in it, and puts there what is new: an area to insert,
   * or with `update` the same with other flags, or nothing.
   *
   *     old      [=====]   [==]    [=====]
   *     range       [----------------)
   *     kept     [==]                 [==]
   */
  #planRun(start: A, size: bigint, inserted: Piece<F, P, A> | undefined, isReplacing: boolean, update: Update<F, P, A> | undefined): MappingError | undefined {
    const { startKey, startRest, endKey, endRest } = this.request
    const { store } = this.index
    const { isMerging } = this.options
    const walker = this.walker
    const end = addressOf(endKey, endRest)
    let isInserted = inserted === undefined
    const insert = (): void => {
      if (!isInserted) this.#push(inserted!.start, inserted!.end, inserted!.attributes)
      isInserted = true
    }
    this.#seekRun(this.cursor)
    walker.copyFrom(this.cursor)
    for (let isArea = walker.isArea; isArea; isArea = walker.next()) {
      const { at } = walker
      const isBehind = !this.#startsBelow(at, endKey, endRest)
      if (isBehind && !(isMerging && store.startOf(at) === end)) break
      this.#taken++
      const attributes = store.attributesAt(at)
      const isTouched = !isBehind && this.#endsAbove(at, startKey, startRest)
      if (isTouched && !isReplacing) {
        const area = this.index.areaAt(at)
        const range = rangeOf(start, size)
        return new MappingError('overlap', `${printedRange(range.start, range.end)} overlaps the area ${area.toString()}`, { range, area })
      }
      const flags = isTouched && update !== undefined ? update(attributes.flags, this.index.areaAt(at)) : undefined
      if (!isTouched || (update !== undefined && flags === undefined)) {
        if (isBehind) insert()
        this.#push(store.startOf(at), store.endOf(at), attributes)
        continue
      }
      const cutsLeft = this.#startsBelow(at, startKey, startRest)
      const cutsRight = this.#endsAbove(at, endKey, endRest)
      const { backend } = attributes
      if ((cutsLeft && isCut(start, backend)) || (cutsRight && isCut(end, backend))) {
        return misaligned(`a cut must be at a multiple of ${String(backend.granule)}`, start, size, this.index.areaAt(at))
      }
      const from = cutsLeft ? start : store.startOf(at)
      const changed = flags === undefined ? attributes : this.withFlags(attributes, flags)
      const partSize = cutsLeft || cutsRight ? (cutsRight ? end : store.endOf(at)) - from : store.sizeOf(at)
      this.#pushStep(update === undefined ? 'unmap' : 'protect', from, partSize, attributes, changed.flags)
      if (cutsLeft) this.#pushPiece(store.startOf(at), start, true, false, attributes)
      if (update === undefined) insert()
      else if (cutsLeft || cutsRight) this.#pushPiece(from, from + partSize, !cutsLeft, !cutsRight, changed)
      else this.#push(from, store.endOf(at), changed)
      if (cutsRight) this.#pushPiece(end, store.endOf(at), false, true, attributes)
    }
    insert()
    return undefined
  }

  #pushStep(verb: PlanStep<F, P, A>['verb'], start: bigint, size: bigint, { backend, flags: oldFlags }: AreaAttributes<F, P, A>, flags: F): void {
    // A bound of an area that is not an end is an address of the set's kind.
    this.steps.push({ verb, start: start as A, size, backend, flags, oldFlags })
  }

  /** Adds a part of an area: guards stay with the outer edges, and the backend may want to be sliced. */
  #pushPiece(start: bigint, end: bigint, isFirst: boolean, isLast: boolean, attributes: AreaAttributes<F, P, A>): void {
    let { backend, guards } = attributes
    if (guards !== NO_GUARDS) guards = guardsOf(isFirst ? guards.below : 0n, isLast ? guards.above : 0n)
    if (backend.slice !== undefined) {
      backend = backend.slice(addrRange(start as A, end))
      checkBackend(backend, 'slice', 'must give a backend')
    }
    const isSame = backend === attributes.backend && guards === attributes.guards
    this.#push(start, end, isSame ? attributes : this.lookup(attributes.flags, backend, guards))
  }

  /** Adds an area to the new run, merging it with the one before where the set merges and both allow it. */
  #push(start: bigint, end: bigint, attributes: AreaAttributes<F, P, A>): void {
    const { isMerging, flagsEqual } = this.options
    const last = this.#added.at(-1)
    const piece = { start, end, attributes }
    if (!isMerging || last?.end !== start || !mayMerge(last.attributes === attributes ? undefined : flagsEqual, areaOf(last), areaOf(piece))) {
      this.#added.push(piece)
      return
    }
    last.end = end
    const { flags, backend, guards } = last.attributes
    const merged = guardsOf(guards.below, attributes.guards.above)
    if (merged !== guards) last.attributes = this.lookup(flags, backend, merged)
  }
}

function areaOf<F, P, A extends AnyAddr>({ start, end, attributes }: Piece<F, P, A>): MemoryArea<F, P, A> {
  return new MemoryArea(keyOf(start), endKeyOf(end), restsOf(restOf(start), restOf(end)), attributes)
}

function rangeOf(start: bigint, size: bigint): AddrRange {
  return addrRange(start as AnyAddr, start + size)
}

function misaligned(rule: string, start: bigint, size: bigint, area?: MemoryArea<unknown, unknown, AnyAddr>): MappingError {
  const range = rangeOf(start, size)
  return new MappingError('misaligned', `${rule}, got ${printedRange(range.start, range.end)}`, { range, area })
}

/** Whether two adjacent areas may become one: equal flags, no guard between them, and the left's backend allows it. */
export function mayMerge<F, P, A extends AnyAddr>(
  flagsEqual: ((a: F, b: F) => boolean) | undefined,
  left: MemoryArea<F, P, A>,
  right: MemoryArea<F, P, A>,
): boolean {
  if (left.guards.above !== 0n || right.guards.below !== 0n) return false
  if (flagsEqual !== undefined && !yesOrNo(flagsEqual(left.flags, right.flags), 'flagsEqual')) return false
  if (left.backend.canMerge === undefined) return left.backend === right.backend
  return yesOrNo(left.backend.canMerge(left, right), 'canMerge')
}

/**
 * Refuses what is no backend, and a granule that is none. Messages start with `name`.
 *
 * @throws TypeError, RangeError
 */
export function checkBackend(backend: Partial<MappingBackend<never, never, never>> | null | undefined, name: string, rule: string): void {
  const isBackend = typeof backend?.map === 'function' && typeof backend.unmap === 'function' && typeof backend.protect === 'function'
  if (!isBackend) throw new TypeError(`"${name}" ${rule}, got ${typeof backend}`)
  const { granule } = backend
  if (granule !== undefined) checkAlign(granule, `${name}.granule`)
}

export function guardsOf(below: bigint, above: bigint): Guards {
  return below === 0n && above === 0n ? NO_GUARDS : Object.freeze({ below, above })
}

/** The granule that was last found to be one: nearly always, it is the next one too. */
let soundGranule = 1n

/**
 * Whether a position is no multiple of the backend's granule.
 *
 * @throws TypeError, RangeError if the granule has become none since the area was mapped
 */
function isCut<F, P, A extends AnyAddr>(position: bigint, backend: MappingBackend<F, P, A>): boolean {
  const { granule } = backend
  if (granule === undefined) return false
  if (granule !== soundGranule) {
    checkAlign(granule, 'backend.granule')
    soundGranule = granule
  }
  return (position & (granule - 1n)) !== 0n
}

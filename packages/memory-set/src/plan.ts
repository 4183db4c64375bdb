// A request worked out before anything is touched: which areas go, which come in their place, and
// what the backends have to do. All questions to the calling program (flags, merging, slices) are
// asked here; a plan that is refused, or in which a callback throws, leaves nothing behind.
import { addrRange, checkAlign } from '@addrspace/memory-addr'
import type { AnyAddr } from '@addrspace/memory-addr'

import type { AreaIndex } from './area-index.ts'
import { MemoryArea } from './area.ts'
import type { MappingBackend } from './backend.ts'
import { MappingError, printedRange } from './errors.ts'
import { AreaCursor } from './internal/area-cursor.ts'
import type { AreaAttributes, Guards } from './internal/attributes.ts'
import { NO_GUARDS } from './internal/attributes.ts'
import { addressOf, isBelow, keyBefore, restBefore } from './internal/bound.ts'
import type { RangeBounds } from './internal/bound.ts'
import { yesOrNo } from './internal/check-arguments.ts'
import { EntryList } from './internal/entry-list.ts'
import { LEAF_BOUNDS, LEAF_END, LEAF_SLOTS } from './internal/node-store.ts'
import { FEWEST_IN_LEAF, insertArea, replaceInArea, replaceRun } from './internal/splice.ts'

// A module's own constants are part of the compiled code; imported ones are loaded at every use.
const BOUNDS = LEAF_BOUNDS
const END = LEAF_END
const SLOTS = LEAF_SLOTS
const FEWEST_ENTRIES = FEWEST_IN_LEAF

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

/** What decides about merging, of an area or of its record. */
type AreaTraits<F, P, A extends AnyAddr> = Pick<AreaAttributes<F, P, A>, 'flags' | 'backend' | 'guards'>

export interface PlanOptions<F> {
  readonly flagsEqual: (a: F, b: F) => boolean
  readonly isMerging: boolean
}

// What a request does that touches at most one area: nearly all of them, and planned without lists.
const NOTHING = 0
/** A new area at the cursor. */
const INSERT = 1
/** Another thing, or nothing, in the place of a part of the area at the cursor. */
const REPLACE = 2

/** How many steps a finished plan may keep, with what they refer to, until they are overwritten. */
const KEPT_STEPS = 16

export class Plan<F, P, A extends AnyAddr> {
  /** The run of areas that is replaced, and by what. */
  readonly removed: EntryList<F, P, A> = new EntryList()
  readonly added: EntryList<F, P, A> = new EntryList()
  /** The first `stepCount` of these, in this order; the array is never shortened, since that would give its memory back. */
  readonly steps: PlanStep<F, P, A>[] = []
  stepCount = 0
  /** Where the run starts; where it is empty, the slot at which to insert. */
  readonly cursor: AreaCursor<F, P, A>
  readonly #walker: AreaCursor<F, P, A>
  readonly #index: AreaIndex<F, P, A>
  readonly #options: PlanOptions<F>
  readonly #request: RangeBounds
  /** Of a request that touches at most one area, what it does to the index; `NOTHING` for one that is planned in lists. */
  #change: typeof NOTHING | typeof INSERT | typeof REPLACE
  /** The new area's attributes, and those of what comes in the middle of one that is cut. */
  #changed: AreaAttributes<F, P, A> | undefined

  /** `request` is the range of the operation that is planned. */
  constructor(index: AreaIndex<F, P, A>, request: RangeBounds, options: PlanOptions<F>) {
    this.#index = index
    this.#request = request
    this.#options = options
    this.cursor = new AreaCursor(index)
    this.#walker = new AreaCursor(index)
    this.#change = NOTHING
    this.#changed = undefined
  }

  /** Plans a new area, in free space or, with `isReplacing`, in place of what is there. */
  map(start: A, size: bigint, flags: F, backend: MappingBackend<F, P, A>, guards: Guards, isReplacing: boolean): MappingError | undefined {
    const isMisaligned = backend.granule !== undefined && (isCut(start, backend) || isCut(size, backend))
    if (!isMisaligned && this.#seekFree()) {
      this.#change = INSERT
      this.#changed = this.#index.store.attributeTable.lookup(flags, backend, guards)
      this.steps[this.stepCount++] = { verb: 'map', start, size, backend, flags, oldFlags: flags }
      return undefined
    }
    this.#collect()
    if (isMisaligned) return this.#misaligned(`start and size must be multiples of ${String(backend.granule)}`)
    const { removed } = this
    let i = 0
    for (; i < removed.length && !isBelow(this.#request.startKey, this.#request.startRest, removed.endKeys[i]!, removed.endRests[i]!); i++) this.#keep(i)
    if (i < removed.length && this.#intersects(i)) {
      if (!isReplacing) return this.#overlap(i)
      const error = this.#removeRange(i, () => this.#pushNew(start, size, flags, backend, guards))
      if (error !== undefined) return error
    } else {
      this.#pushNew(start, size, flags, backend, guards)
      for (; i < removed.length; i++) this.#keep(i)
    }
    this.steps[this.stepCount++] = { verb: 'map', start, size, backend, flags, oldFlags: flags }
    return undefined
  }

  /** Plans the removal of whatever lies in the range. */
  unmap(start: A, size: bigint): MappingError | undefined {
    const whole = this.#seekWhole()
    if (whole !== undefined) {
      this.#change = REPLACE
      this.steps[this.stepCount++] = { verb: 'unmap', start, size, backend: whole.backend, flags: whole.flags, oldFlags: whole.flags }
      return undefined
    }
    this.#collect()
    let i = 0
    for (; i < this.removed.length && !this.#intersects(i); i++) this.#keep(i)
    return this.#removeRange(i, undefined)
  }

  /** Plans new flags for the areas in the range; `update` is asked once per area that intersects it, in order. */
  protect(start: A, size: bigint, update: (flags: F, area: MemoryArea<F, P, A>) => F | undefined, mayHaveHoles: boolean): MappingError | undefined {
    const whole = this.#seekWhole()
    if (whole !== undefined) {
      const { leaf, slot } = this.cursor
      const flags = update(whole.flags, this.#index.areaIn(leaf, slot))
      if (flags === undefined) return undefined
      this.#change = REPLACE
      this.#changed = this.#attributesWith(whole, flags)
      this.steps[this.stepCount++] = { verb: 'protect', start, size, backend: whole.backend, flags, oldFlags: whole.flags }
      return undefined
    }
    this.#collect()
    if (!mayHaveHoles && this.#hasHole()) {
      return new MappingError('hole', `a hole in ${printedRange(this.#request.start, this.#request.end)}, which must be fully mapped`, { range: this.#range() })
    }
    for (let i = 0; i < this.removed.length; i++) {
      const flags = this.#intersects(i) ? update(this.removed.attributes[i]!.flags, this.#areaOf(i)) : undefined
      if (flags === undefined) {
        this.#keep(i)
        continue
      }
      const error = this.#protectOne(i, flags)
      if (error !== undefined) return error
    }
    return undefined
  }

  /** Gives the index the areas that were planned. */
  commit(): void {
    if (this.#change === NOTHING) replaceRun(this.cursor, this.removed, this.added)
    else if (this.#change === INSERT) insertArea(this.cursor, this.#request, this.#changed!)
    else replaceInArea(this.cursor, this.#request, this.#changed)
  }

  /** Lets go of what the plan refers to. */
  reset(): void {
    if (this.#change !== NOTHING) {
      // Then nothing is in the lists.
      this.#change = NOTHING
      this.#changed = undefined
      this.stepCount = 0
      return
    }
    this.removed.clear()
    this.added.clear()
    if (this.stepCount > KEPT_STEPS) this.steps.length = KEPT_STEPS
    this.stepCount = 0
  }

  /**
   * Whether the range is free, the new area changes no other, and the leaf at the cursor takes it: nothing merges, and
   * no bound has a rest. The cursor is then where to insert.
   */
  #seekFree(): boolean {
    const { startKey, startRest, endKey, endRest } = this.#request
    const { store } = this.#index
    if (this.#options.isMerging || store.hasRests || (startRest | endRest) !== 0) return false
    const { cursor } = this
    cursor.seek(startKey, 0)
    const { leaf, slot } = cursor
    if (slot >= 0 && startKey < store.bounds[leaf * BOUNDS + END + slot]!) return false
    if (store.leafCounts[leaf] === SLOTS || cursor.nextStart() < endKey) return false
    cursor.slots[0] = slot + 1
    return true
  }

  /**
   * The attributes of the area that the whole range lies in, if it can be cut out of that where it stands: nothing
   * merges or has a rest, guard or slice, cuts are multiples of the granule, and the leaf has room and stays full
   * enough. The cursor is then at the area.
   */
  #seekWhole(): AreaAttributes<F, P, A> | undefined {
    const { startKey, startRest, endKey, endRest } = this.#request
    const { store, height } = this.#index
    if (this.#options.isMerging || store.hasRests || (startRest | endRest) !== 0) return undefined
    const { cursor } = this
    cursor.seek(startKey, 0)
    const { leaf, slot } = cursor
    const at = leaf * BOUNDS + slot
    if (slot < 0 || store.bounds[at + END]! < endKey) return undefined
    const count = store.leafCounts[leaf]!
    if (count > SLOTS - 2 || (height > 0 && count <= FEWEST_ENTRIES)) return undefined
    const attributes = store.attributeTable.at(store.attributes[leaf * SLOTS + slot]!)
    const { backend, guards } = attributes
    if (guards !== NO_GUARDS || backend.slice !== undefined) return undefined
    if (backend.granule === undefined) return attributes
    const isMisaligned = (store.bounds[at]! < startKey && isCut(this.#request.start, backend)) || (endKey < store.bounds[at + END]! && isCut(this.#request.end, backend))
    return isMisaligned ? undefined : attributes
  }

  /**
   * Finds the run: the areas that intersect the range and, in a set that merges, those that touch
   * it. No others can merge anew: what lies next to a cut is unchanged, next to a hole not adjacent.
   */
  #collect(): void {
    const { start, startKey, startRest } = this.#request
    const isTouchingEnough = this.#options.isMerging
    // To end at or above the start is to end above the address before it.
    const isBefore = isTouchingEnough && start > 0n
    const fromKey = isBefore ? keyBefore(startKey, startRest) : startKey
    const fromRest = isBefore ? restBefore(startKey, startRest) : startRest
    const { cursor } = this
    cursor.seek(fromKey, fromRest)
    if (cursor.slot < 0 || !isBelow(fromKey, fromRest, cursor.endKey, cursor.endRest)) cursor.slots[0]!++
    this.#takeRun(isTouchingEnough)
  }

  /** Takes the areas from the cursor's slot on that start in reach; moves the cursor if the first is in the next leaf. */
  #takeRun(isTouchingEnough: boolean): void {
    const { cursor, removed } = this
    const { store } = this.#index
    let { leaf, slot } = cursor
    for (; ; slot++) {
      if (slot === store.leafCounts[leaf]!) {
        const walker = this.#walker
        if (removed.length === 0 || leaf === cursor.leaf) walker.copyFrom(cursor)
        walker.slots[0] = slot - 1
        if (!walker.next()) return
        leaf = walker.leaf
        slot = 0
      }
      const at = leaf * BOUNDS + slot
      const key = store.bounds[at]!
      const rest = store.startRest(leaf, slot)
      const isInReach = isBelow(key, rest, this.#request.endKey, this.#request.endRest) || (isTouchingEnough && key === this.#request.endKey && rest === this.#request.endRest)
      if (!isInReach) return
      if (removed.length === 0 && leaf !== cursor.leaf) cursor.copyFrom(this.#walker)
      const attributes = store.attributeTable.at(store.attributes[leaf * SLOTS + slot]!)
      removed.push(key, rest, store.bounds[at + END]!, store.endRest(leaf, slot), attributes)
    }
  }

  #intersects(i: number): boolean {
    const { removed } = this
    return (
      isBelow(this.#request.startKey, this.#request.startRest, removed.endKeys[i]!, removed.endRests[i]!) &&
      isBelow(removed.startKeys[i]!, removed.startRests[i]!, this.#request.endKey, this.#request.endRest)
    )
  }

  #hasHole(): boolean {
    const { removed } = this
    let key = this.#request.startKey
    let rest = this.#request.startRest
    for (let i = 0; i < removed.length; i++) {
      if (!this.#intersects(i)) continue
      if (isBelow(key, rest, removed.startKeys[i]!, removed.startRests[i]!)) return true
      key = removed.endKeys[i]!
      rest = removed.endRests[i]!
    }
    return isBelow(key, rest, this.#request.endKey, this.#request.endRest)
  }

  /**
   * Takes the range out of the areas from the i-th on, and puts what `insert` pushes in its place.
   *
   *     old      [=====]   [==]    [=====]
   *     range       [----------------)
   *     left     [==]                 [==]
   */
  #removeRange(first: number, insert: (() => void) | undefined): MappingError | undefined {
    const { removed } = this
    let isInserted = insert === undefined
    for (let i = first; i < removed.length; i++) {
      if (!this.#intersects(i)) {
        if (!isInserted) insert?.()
        isInserted = true
        this.#keep(i)
        continue
      }
      const attributes = removed.attributes[i]!
      const cutsLeft = this.#cutsLeft(i)
      const cutsRight = this.#cutsRight(i)
      const error = this.#misalignedCut(i, cutsLeft, cutsRight)
      if (error !== undefined) return error
      const start = cutsLeft ? this.#request.start : addressOf(removed.startKeys[i]!, removed.startRests[i]!)
      const end = cutsRight ? this.#request.end : addressOf(removed.endKeys[i]!, removed.endRests[i]!)
      this.#pushStep('unmap', start, end, attributes, attributes.flags)
      if (cutsLeft) this.#pushPiece(i, removed.startKeys[i]!, removed.startRests[i]!, this.#request.startKey, this.#request.startRest, attributes)
      if (!cutsRight) continue
      if (!isInserted) insert?.()
      isInserted = true
      this.#pushPiece(i, this.#request.endKey, this.#request.endRest, removed.endKeys[i]!, removed.endRests[i]!, attributes)
    }
    if (!isInserted) insert?.()
    return undefined
  }

  /**
   * Gives the part of the i-th area that lies in the range new flags.
   *
   *     old      [==========]
   *     range       [----)
   *     new      [=][####][=]
   */
  #protectOne(i: number, flags: F): MappingError | undefined {
    const { removed } = this
    const attributes = removed.attributes[i]!
    const cutsLeft = this.#cutsLeft(i)
    const cutsRight = this.#cutsRight(i)
    const error = this.#misalignedCut(i, cutsLeft, cutsRight)
    if (error !== undefined) return error
    const startKey = cutsLeft ? this.#request.startKey : removed.startKeys[i]!
    const startRest = cutsLeft ? this.#request.startRest : removed.startRests[i]!
    const endKey = cutsRight ? this.#request.endKey : removed.endKeys[i]!
    const endRest = cutsRight ? this.#request.endRest : removed.endRests[i]!
    this.#pushStep('protect', addressOf(startKey, startRest), addressOf(endKey, endRest), attributes, flags)
    if (cutsLeft) this.#pushPiece(i, removed.startKeys[i]!, removed.startRests[i]!, startKey, startRest, attributes)
    const changed = this.#attributesWith(attributes, flags)
    if (cutsLeft || cutsRight) this.#pushPiece(i, startKey, startRest, endKey, endRest, changed)
    else this.#push(startKey, startRest, endKey, endRest, changed)
    if (cutsRight) this.#pushPiece(i, endKey, endRest, removed.endKeys[i]!, removed.endRests[i]!, attributes)
    return undefined
  }

  #cutsLeft(i: number): boolean {
    return isBelow(this.removed.startKeys[i]!, this.removed.startRests[i]!, this.#request.startKey, this.#request.startRest)
  }

  #cutsRight(i: number): boolean {
    return isBelow(this.#request.endKey, this.#request.endRest, this.removed.endKeys[i]!, this.removed.endRests[i]!)
  }

  #pushStep(verb: 'unmap' | 'protect', start: bigint, end: bigint, attributes: AreaAttributes<F, P, A>, flags: F): void {
    const oldFlags = attributes.flags
    // A bound of an area that is not an end is an address of the set's kind.
    this.steps[this.stepCount++] = { verb, start: start as A, size: end - start, backend: attributes.backend, flags, oldFlags }
  }

  #pushNew(start: A, size: bigint, flags: F, backend: MappingBackend<F, P, A>, guards: Guards): void {
    const attributes = this.#index.store.attributeTable.lookup(flags, backend, guards)
    this.#push(this.#request.startKey, this.#request.startRest, this.#request.endKey, this.#request.endRest, attributes)
  }

  /** Leaves the i-th area as it is. */
  #keep(i: number): void {
    const { removed } = this
    this.#push(removed.startKeys[i]!, removed.startRests[i]!, removed.endKeys[i]!, removed.endRests[i]!, removed.attributes[i]!)
  }

  /** Adds a part of the i-th area: guards stay with the outer edges, and the backend may want to be sliced. */
  #pushPiece(i: number, startKey: number, startRest: number, endKey: number, endRest: number, attributes: AreaAttributes<F, P, A>): void {
    const { removed } = this
    let { backend, guards } = attributes
    if (guards !== NO_GUARDS) {
      const isFirst = startKey === removed.startKeys[i] && startRest === removed.startRests[i]
      const isLast = endKey === removed.endKeys[i] && endRest === removed.endRests[i]
      guards = guardsOf(isFirst ? guards.below : 0n, isLast ? guards.above : 0n)
    }
    if (backend.slice !== undefined) {
      backend = backend.slice(addrRange(addressOf(startKey, startRest) as A, addressOf(endKey, endRest)))
      checkBackend(backend, 'slice', 'must give a backend')
    }
    const isSame = backend === attributes.backend && guards === attributes.guards
    const piece = isSame ? attributes : this.#index.store.attributeTable.lookup(attributes.flags, backend, guards)
    this.#push(startKey, startRest, endKey, endRest, piece)
  }

  #attributesWith(attributes: AreaAttributes<F, P, A>, flags: F): AreaAttributes<F, P, A> {
    if (Object.is(flags, attributes.flags)) return attributes
    return this.#index.store.attributeTable.lookup(flags, attributes.backend, attributes.guards)
  }

  /** Adds an area to the new run, merging it with the one before where the set merges and both allow it. */
  #push(startKey: number, startRest: number, endKey: number, endRest: number, attributes: AreaAttributes<F, P, A>): void {
    const { added } = this
    const last = added.length - 1
    const isAdjacent = last >= 0 && added.endKeys[last] === startKey && added.endRests[last] === startRest
    if (!this.#options.isMerging || !isAdjacent || !this.#mayMerge(last, startKey, startRest, endKey, endRest, attributes)) {
      added.push(startKey, startRest, endKey, endRest, attributes)
      return
    }
    const left = added.attributes[last]!
    added.extendLast(endKey, endRest)
    if (left.guards === NO_GUARDS && attributes.guards === NO_GUARDS) return
    const guards = guardsOf(left.guards.below, attributes.guards.above)
    added.attributes[last] = this.#index.store.attributeTable.lookup(left.flags, left.backend, guards)
  }

  #mayMerge(last: number, startKey: number, startRest: number, endKey: number, endRest: number, attributes: AreaAttributes<F, P, A>): boolean {
    const { added } = this
    const left = added.attributes[last]!
    return mayMerge(
      left === attributes ? undefined : this.#options.flagsEqual,
      left,
      attributes,
      () => new MemoryArea(added.startKeys[last]!, added.startRests[last]!, added.endKeys[last]!, added.endRests[last]!, left),
      () => new MemoryArea(startKey, startRest, endKey, endRest, attributes),
    )
  }

  #misalignedCut(i: number, cutsLeft: boolean, cutsRight: boolean): MappingError | undefined {
    const { backend } = this.removed.attributes[i]!
    if (backend.granule === undefined) return undefined
    if (!(cutsLeft && isCut(this.#request.start, backend)) && !(cutsRight && isCut(this.#request.end, backend))) return undefined
    return this.#misaligned(`a cut must be at a multiple of ${String(backend.granule)}`, this.#areaOf(i))
  }

  #misaligned(rule: string, area?: MemoryArea<F, P, A>): MappingError {
    return new MappingError('misaligned', `${rule}, got ${printedRange(this.#request.start, this.#request.end)}`, { range: this.#range(), area })
  }

  #overlap(i: number): MappingError {
    const area = this.#areaOf(i)
    return new MappingError('overlap', `${printedRange(this.#request.start, this.#request.end)} overlaps the area ${area.toString()}`, { range: this.#range(), area })
  }

  #areaOf(i: number): MemoryArea<F, P, A> {
    const { removed } = this
    return new MemoryArea(removed.startKeys[i]!, removed.startRests[i]!, removed.endKeys[i]!, removed.endRests[i]!, removed.attributes[i]!)
  }

  #range(): ReturnType<typeof addrRange<AnyAddr>> {
    return addrRange(this.#request.start as AnyAddr, this.#request.end)
  }
}

/** Whether two adjacent areas may become one: equal flags, no guard between them, and the left's backend allows it. */
export function mayMerge<F, P, A extends AnyAddr>(
  flagsEqual: ((a: F, b: F) => boolean) | undefined,
  left: AreaTraits<F, P, A>,
  right: AreaTraits<F, P, A>,
  leftArea: () => MemoryArea<F, P, A>,
  rightArea: () => MemoryArea<F, P, A>,
): boolean {
  if (left.guards.above !== 0n || right.guards.below !== 0n) return false
  if (flagsEqual !== undefined && !yesOrNo(flagsEqual(left.flags, right.flags), 'flagsEqual')) return false
  if (left.backend.canMerge === undefined) return left.backend === right.backend
  return yesOrNo(left.backend.canMerge(leftArea(), rightArea()), 'canMerge')
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

/**
 * The address space of a replay: the caller's set, seen in the terms of a trace. Here permissions become the caller's
 * flags and kinds become backends, a refusal of the set becomes an error, and an observer hears what was done. Which
 * calls do what is effects.ts's.
 */
import { virtAddr, WORD_SPACE, type VirtAddr } from '@addrspace/memory-addr'
import type { MappingBackend, MappingResult, MemoryArea, MemorySet } from '@addrspace/memory-set'

import { AreaBackend, type AreaKind } from './area-backend.ts'
import { accounted, permissionIn, withPermission, type AreaFlags } from './area-flags.ts'
import type { MemoryCall, MmapCall } from './memory-call.ts'
import type { CallOutcome } from './strace-log.ts'
import { formatPermission, type Permission } from './permission.ts'

/** Half-open range of virtual addresses. */
export interface Span {
  /** First address. */
  readonly start: VirtAddr
  /** Exclusive; up to 2^64. */
  readonly end: bigint
}

/** What a replay runs on. */
export interface ReplayTarget<F, P> {
  /** Name in the report. */
  readonly name: string
  /** An empty set; the replay fills it, and leaves it as the program left its memory. */
  readonly set: MemorySet<F, P>
  /** Gives the backend for an area of this kind; called for each new area, and may give the same object each time. */
  backendFor(kind: AreaKind): MappingBackend<F, P>
  /** The flags of the set for a permission. */
  flagsOf(permission: Permission): F
  /** The permission of flags: the reverse of `flagsOf`. */
  permissionOf(flags: F): Permission
  /**
   * With `kept`, both take and give `AreaFlags`, permission and attributes, and the set's areas are cut where attributes
   * differ. Default `dropped`.
   */
  readonly attributes?: 'dropped' | 'kept'
  /** Hears what is done; default nobody. */
  readonly observer?: ReplayObserver
}

/** A place that the kernel has chosen for an `mmap(NULL, …)`. */
export interface ChosenPlace {
  /** Line of the log, counted from 1, at which the call takes effect. */
  readonly line: number
  /** Where it is. */
  readonly range: Span
  /** The call as its arguments say it. */
  readonly call: MmapCall
  /** Whether the set is as the kernel's was: no other task that shares the memory had such a call in progress meanwhile. */
  readonly isOrdered: boolean
}

/** A memory call that counts, as the log has it. */
export interface ReplayedCall {
  /** As it is written. */
  readonly name: MemoryCall['name']
  /** As they are written, without the brackets around them. */
  readonly args: string
  /** A failed call counts too, and changes nothing, or what comes before a hole. */
  readonly outcome: CallOutcome
  /** Line of the log, counted from 1; of a call on two lines the first. */
  readonly firstLine: number
  /** The line with its result. */
  readonly lastLine: number
  /** A call on two lines takes memory away at its first, and adds or changes it at its second; both are told. */
  readonly part: 'whole' | 'first' | 'second'
}

/** Hears what a replay has done, after the set has done it, and may use the set: to touch pages, say. */
export interface ReplayObserver {
  /** Before anything of it is done: this call, or this part of it, is next; what is heard until another one is, it has done. */
  called?(call: ReplayedCall): void
  /** Before the set is told: the kernel has chosen this place. */
  chosen?(place: ChosenPlace): void
  /** Everything up to this line, that of a checkpoint, has been done. */
  reached?(line: number): void
  /** The range is one new area; what was there before is gone. */
  mapped?(range: Span, permission: Permission, kind: AreaKind): void
  /** The range is free; it may have been so in part before. */
  unmapped?(range: Span): void
  /** What is mapped in the range has this permission. */
  protected?(range: Span, permission: Permission): void
}

/** An area of a replay. */
export interface TracedArea extends Span {
  readonly permission: Permission
  /** The permission again, with the attributes where the target keeps them. */
  readonly flags: AreaFlags
  readonly kind: AreaKind
}

/** The address space of a replay. */
export class TracedSpace<F, P> {
  private readonly target: ReplayTarget<F, P>
  /** Bits of the narrowest canonical form that has held every mapped address. */
  addressBits = 0

  constructor(target: ReplayTarget<F, P>) {
    this.target = target
  }

  /** Number of areas in the set. */
  get size(): number {
    return this.target.set.size
  }

  /** Makes the range one new area, in place of whatever is there. */
  map(start: bigint, end: bigint, flags: AreaFlags, kind: AreaKind): void {
    const { set, observer } = this.target
    const backend = new AreaBackend(kind, this.target.backendFor(kind))
    const range = span(start, end)
    done(set.map(range.start, end - start, this.flagsOf(flags, kind), backend, { onOverlap: 'replace' }))
    this.addressBits = Math.max(this.addressBits, canonicalBits(start), canonicalBits(end - 1n))
    observer?.mapped?.(range, permissionIn(flags), kind)
  }

  /** Makes the range free. */
  unmap(start: bigint, end: bigint): void {
    if (start >= end) return
    const range = span(start, end)
    done(this.target.set.unmap(range.start, end - start))
    this.target.observer?.unmapped?.(range)
  }

  /** Gives what is mapped in the range the permission. */
  protect(start: bigint, end: bigint, permission: Permission): void {
    if (start >= end) return
    const range = span(start, end)
    this.change(range, (area) => withPermission(area.flags, permission))
    this.target.observer?.protected?.(range, permission)
  }

  /** Takes attributes from what is mapped in the range, then gives it others. Does nothing where the target drops them. */
  attribute(start: bigint, end: bigint, clears: AreaFlags, sets: AreaFlags): void {
    if (start >= end || this.target.attributes !== 'kept') return
    this.change(span(start, end), (area) => (area.flags & ~clears) | sets)
  }

  /** Tells the observer of the next call. */
  announceCall(call: ReplayedCall): void {
    this.target.observer?.called?.(call)
  }

  /** Tells the observer of a place that the kernel has chosen. */
  announce(place: ChosenPlace): void {
    this.target.observer?.chosen?.(place)
  }

  /** Gives the area that holds the address. */
  areaAt(address: bigint): TracedArea | undefined {
    if (address < 0n || address >= WORD_SPACE) return undefined
    const area = this.target.set.find(virtAddr(address))
    return area === undefined ? undefined : this.traced(area)
  }

  /** Gives the lowest area that ends above the address. */
  areaFrom(address: bigint): TracedArea | undefined {
    return this.firstIn(address, WORD_SPACE)
  }

  /** Gives the lowest area that intersects the range. */
  firstIn(start: bigint, end: bigint): TracedArea | undefined {
    for (const area of this.areasIn(start, end)) return area
    return undefined
  }

  /** Yields the areas that intersect the range, whole, in address order. */
  *areasIn(start: bigint, end: bigint): IterableIterator<TracedArea> {
    if (start >= end) return
    for (const area of this.target.set.areasIn(span(start, end))) yield this.traced(area)
  }

  /** Yields all areas in address order. */
  *areas(): IterableIterator<TracedArea> {
    for (const area of this.target.set) yield this.traced(area)
  }

  /** Gives the first address of the range that is not mapped. */
  firstHole(start: bigint, end: bigint): bigint | undefined {
    let mappedTo = start
    for (const area of this.areasIn(start, end)) {
      if (area.start > mappedTo) break
      mappedTo = area.end
    }
    return mappedTo < end ? mappedTo : undefined
  }

  private change({ start, end }: Span, change: (area: TracedArea) => AreaFlags): void {
    const update = (_: F, area: MemoryArea<F, P>): F => {
      const traced = this.traced(area)
      return this.flagsOf(change(traced), traced.kind)
    }
    done(this.target.set.protect(start, end - start, update, { holes: 'skip' }))
  }

  private flagsOf(flags: AreaFlags, { sharing }: AreaKind): F {
    return this.target.flagsOf(this.target.attributes === 'kept' ? accounted(flags, sharing) : permissionIn(flags))
  }

  private traced(area: MemoryArea<F, P>): TracedArea {
    const { backend } = area
    if (!(backend instanceof AreaBackend)) throw new TypeError('"set" must hold no areas but those of the replay')
    const flags = this.target.permissionOf(area.flags)
    return { start: area.start, end: area.end, permission: permissionIn(flags), flags, kind: backend.kind }
  }
}

/** Writes an area for a message: `0x1000-0x3000 rw-p`. */
export function printedArea(area: TracedArea): string {
  return `${printedSpan(area.start, area.end)} ${formatPermission(area.permission, area.kind.sharing)}`
}

/** Writes a range for a report: `0x1000-0x3000`. */
export function printedSpan(start: bigint, end: bigint): string {
  return `0x${start.toString(16)}-0x${end.toString(16)}`
}

function span(start: bigint, end: bigint): Span {
  return { start: virtAddr(start), end }
}

function done(result: MappingResult): void {
  if (!result.ok) throw result.error
}

/** Bits, the sign among them, of the narrowest two's complement word that holds the address. */
function canonicalBits(address: bigint): number {
  const signed = BigInt.asIntN(64, address)
  return (signed < 0n ? ~signed : signed).toString(2).length + 1
}

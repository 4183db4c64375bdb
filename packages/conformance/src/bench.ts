/**
 * Where a case works: one fresh instance of the subject, the sets made over it, and what can be compared before and
 * after. Cases write addresses in granules from a base and flags as indices into the manifest's list, so that one text
 * serves byte-granular mocks and paged machines.
 */

import { alignUp, virtAddr } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import type { Access, BackendAnswer, MappingBackend, MappingResult, MemoryArea } from '@addrspace/memory-set'
import { check, checkEqual } from './check.ts'
import { GatedBackend } from './internal/gated-backend.ts'
import type { BackendCall } from './internal/gated-backend.ts'
import type { Manifest, Subject, SubjectInstance } from './subject.ts'

/** An area, or a run of a table, in granules from the base; flags as an index, -1 for flags the manifest does not list. */
export interface Piece {
  /** The first granule. */
  readonly start: number
  /** The granule behind the last one. */
  readonly end: number
  /** By index into the manifest's list. */
  readonly flags: number
}

/** What a refused operation must leave as it was. */
export interface State {
  /** Of the set; none without one. */
  readonly areas: readonly Piece[]
  /** Runs of equal flags; none without a table. */
  readonly table: readonly Piece[]
  /** Whatever the subject's `image` gives. */
  readonly image: unknown
}

/** Options of a set that cases choose. */
export interface BenchSetOptions {
  /** For the set's option of the same name; default `never`. */
  readonly merge?: 'never' | 'equal-neighbours'
  /** By index of flags; default: everything is permitted. */
  readonly permits?: (flags: number, access: Access) => boolean
}

const GRANULES_BELOW_BASE = 256n
/** Of a coarse backend, in granules of the subject. */
export const COARSE_FACTOR = 16

/** One fresh instance of a subject. */
export class Bench<F, P> {
  /** The subject's. */
  readonly manifest: Manifest<F>
  /** In bytes. */
  readonly granule: bigint
  /** The instance's. */
  readonly pageTable: P
  /** The subject's backend, behind a gate that is open unless `onCall` closes it. */
  readonly backend: MappingBackend<F, P>
  /** A second backend object over the same table; its areas merge with nobody else's. */
  readonly other: MappingBackend<F, P>
  /** A third one whose areas start, end and are cut at multiples of 16 granules only. */
  readonly coarse: MappingBackend<F, P>
  /** Address of granule 0 of the case, a multiple of 16 granules; some way into the space unless told otherwise. */
  base: bigint
  /** Asked before each call of a backend; the calls of both count. */
  onCall: (call: BackendCall<F>) => 'through' | Exclude<BackendAnswer, true>
  readonly #instance: SubjectInstance<F, P>
  readonly #createSet: (options: ConstructorParameters<typeof MemorySet<F, P>>[0]) => MemorySet<F, P>
  readonly #sets: MemorySet<F, P>[] = []
  #isTrusted = true

  /** Creates one instance of the subject. */
  constructor(subject: Subject<F, P>) {
    this.manifest = subject.manifest
    this.granule = subject.manifest.granule
    this.base = alignUp(subject.manifest.space.start + GRANULES_BELOW_BASE * this.granule, this.size(COARSE_FACTOR))
    this.#instance = subject.create()
    this.#createSet = (options) => subject.createSet?.(options) ?? new MemorySet(options)
    this.pageTable = this.#instance.pageTable
    this.onCall = () => 'through'
    this.backend = new GatedBackend(this.#instance.backend, (call) => this.onCall(call))
    this.other = new GatedBackend(this.#instance.backend, (call) => this.onCall(call))
    this.coarse = new GatedBackend(this.#instance.backend, (call) => this.onCall(call), this.size(COARSE_FACTOR))
  }

  /** Which of the three a backend is, or is a slice of. */
  nameOf(backend: MappingBackend<F, P>): 'backend' | 'other' | 'coarse' | 'unknown' {
    const isIt = (known: MappingBackend<F, P>): boolean =>
      known === backend || (known instanceof GatedBackend && backend instanceof GatedBackend && known.gate === backend.gate)
    return (['backend', 'other', 'coarse'] as const).find((name) => isIt(this[name])) ?? 'unknown'
  }

  /** The subject's own backend, without a gate. */
  get bare(): MappingBackend<F, P> {
    return this.#instance.backend
  }

  /** The address of a granule. */
  at(granule: number): VirtAddr {
    return virtAddr(this.base + BigInt(granule) * this.granule)
  }

  /** The size of so many granules, in bytes. */
  size(granules: number): bigint {
    return BigInt(granules) * this.granule
  }

  /** The range [start, end) of granules. */
  range(start: number, end: number): { start: VirtAddr; end: bigint } {
    return { start: this.at(start), end: this.base + BigInt(end) * this.granule }
  }

  /** The flags of an index, counted around. */
  flags(index: number): F {
    const { flags } = this.manifest
    return flags[index % flags.length] ?? flags[0]
  }

  /** Makes a set over the instance. It is checked when the case ends. */
  set(options: BenchSetOptions = {}): MemorySet<F, P> {
    const { permits } = options
    const set = this.#createSet({
      pageTable: this.pageTable,
      merge: options.merge ?? 'never',
      ...(this.manifest.flagsEqual && { flagsEqual: this.manifest.flagsEqual }),
      permits: (flags, access) => permits?.(this.flagsIndex(flags), access) ?? true,
    })
    this.#sets.push(set)
    return set
  }

  /** Maps granules [start, end) in a set. */
  map(set: MemorySet<F, P>, start: number, end: number, flags = 0, backend: MappingBackend<F, P> = this.backend): MappingResult {
    return set.map(this.at(start), this.size(end - start), this.flags(flags), backend)
  }

  /** Unmaps granules [start, end) of a set. */
  unmap(set: MemorySet<F, P>, start: number, end: number): MappingResult {
    return set.unmap(this.at(start), this.size(end - start))
  }

  /** Gives granules [start, end) of a set other flags. */
  protect(set: MemorySet<F, P>, start: number, end: number, flags: number): MappingResult {
    return set.protect(this.at(start), this.size(end - start), () => this.flags(flags))
  }

  /** The areas of a set as plain pieces. */
  areas(set: MemorySet<F, P>): Piece[] {
    return Array.from(set, (area) => this.piece(area))
  }

  /** An area as a plain piece. */
  piece(area: MemoryArea<F, P>): Piece {
    return { start: this.granuleOf(area.start), end: this.granuleOf(area.end), flags: this.flagsIndex(area.flags) }
  }

  /** What the table maps, runs of equal flags joined; empty without a table. */
  table(): Piece[] {
    const runs = Array.from(this.#instance.runs?.() ?? [], ({ start, end, flags }) =>
      ({ start: this.granuleOf(start), end: this.granuleOf(end), flags: this.#shownIndex(flags) }))
    return joined(runs)
  }

  /** Everything that a refused operation must leave as it was. */
  state(set?: MemorySet<F, P>): State {
    return { areas: set === undefined ? [] : this.areas(set), table: this.table(), image: this.#instance.image?.() }
  }

  /** @throws CheckFailure unless set and table are as in `before`. */
  checkUnchanged(before: State, set: MemorySet<F, P> | undefined, what: string): void {
    const after = this.state(set)
    checkEqual(after.areas, before.areas, `areas after ${what}`)
    checkEqual(after.table, before.table, `table after ${what}`)
    checkEqual(after.image, before.image, `image after ${what}`)
  }

  /** Records the calls that `act` makes of backends. */
  recorded(act: () => void): readonly (Piece & { readonly verb: string })[] {
    const calls: (Piece & { verb: string })[] = []
    const before = this.onCall
    this.onCall = (call) => {
      const start = this.granuleOf(call.start)
      const flags = call.flags === undefined ? -1 : this.flagsIndex(call.flags)
      calls.push({ verb: call.verb, start, end: this.granuleOf(call.start + call.size), flags })
      return before(call)
    }
    act()
    this.onCall = before
    return calls
  }

  /** Excuses the table from the checks at the end: the case made it untrustworthy on purpose. */
  distrust(): void {
    this.#isTrusted = false
  }

  /** What must hold after every case, of every set: its own invariants, and that table and areas agree. */
  checkCommon(what = 'at the end'): void {
    for (const set of this.#sets) set.checkInvariants()
    const [set, second] = this.#sets
    if (!this.#isTrusted || set === undefined || second !== undefined || !this.manifest.hasTable) return
    const areas = this.areas(set)
    if (!this.manifest.isLazy) {
      checkEqual(this.table(), this.shown(areas), `table ${what}, against the areas`)
      return
    }
    for (const run of this.table()) {
      const holder = this.shown(areas).find((area) => area.start <= run.start && run.end <= area.end)
      check(holder !== undefined && holder.flags === run.flags, `table ${what}: no area accounts for granules ${run.start} to ${run.end}`)
    }
  }

  /** Areas as the table shows them: by the flags it tells, neighbours of equal flags joined. */
  shown(areas: readonly Piece[]): Piece[] {
    const { shownFlags } = this.manifest
    if (shownFlags === undefined) return joined(areas)
    return joined(areas.map((area) => ({ ...area, flags: area.flags < 0 ? -1 : this.#shownIndex(shownFlags(this.flags(area.flags))) })))
  }

  /** The index of flags in the manifest's list; -1 for others. */
  flagsIndex(flags: F): number {
    const isEqual = this.manifest.flagsEqual ?? Object.is
    return this.manifest.flags.findIndex((known) => isEqual(known, flags))
  }

  /** Granules from the base; a fraction where an address lies inside one. */
  granuleOf(addr: bigint): number {
    return Number(addr - this.base) / Number(this.granule)
  }

  /** Two requests may show the same, so what the table shows is told by the first request that shows it. */
  #shownIndex(shown: F): number {
    const { flags, shownFlags = (same: F): F => same, flagsEqual = Object.is } = this.manifest
    return flags.findIndex((known) => flagsEqual(shownFlags(known), shown))
  }
}

/** Joins pieces that touch and have equal flags. */
export function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = []
  for (const piece of pieces) {
    const last = result.at(-1)
    if (last !== undefined && last.end === piece.start && last.flags === piece.flags) result[result.length - 1] = { ...last, end: piece.end }
    else result.push(piece)
  }
  return result
}

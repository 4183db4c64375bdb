// PageTable: the translation of one address space, in tables in simulated physical memory. It knows
// levels, ranges and transactions; what a word means is the format's, who owns a virtual range is
// the caller's. A refused operation leaves the memory byte for byte as it was.
import { checkRange, checkSize, checkWord, formatHex } from '@addrspace/memory-addr'
import type { PhysAddr, RangeLike, VirtAddr } from '@addrspace/memory-addr'

import { DONE, PageTableError, refused } from './errors.ts'
import type { PageTableResult } from './errors.ts'
import { checkFlags, formatFlags } from './flags.ts'
import type { MappingFlags } from './flags.ts'
import type { Access, Mode, PteFormat } from './format.ts'
import { HIDDEN, LEAF } from './format.ts'
import type { FrameAllocator } from './frame-allocator.ts'
import type { Geometry } from './geometry.ts'
import { changeRange, tablesForSplits } from './internal/change-range.ts'
import { checkChoice } from './internal/check-choice.ts'
import { addressOf, offsetIn, pageOf } from './internal/edge.ts'
import { LeafWords } from './internal/leaf-words.ts'
import { mapRange, tablesNeeded } from './internal/map-range.ts'
import { pageRange } from './internal/range.ts'
import type { PageRange } from './internal/range.ts'
import { remapLeaf } from './internal/remap-leaf.ts'
import { dropAll, takeRoots } from './internal/roots.ts'
import { TableOwner } from './internal/table-owner.ts'
import { Tables } from './internal/tables.ts'
import { UndoLog } from './internal/undo-log.ts'
import type { InvalidationSink } from './invalidation.ts'
import { leavesIn } from './leaves.ts'
import type { LeafRun, LeavesOptions } from './leaves.ts'
import type { PhysMemory } from './phys-memory.ts'
import { transfer } from './transfer.ts'
import type { Transfer } from './transfer.ts'
import { paddrOf, translate, Walker, walkSteps } from './walk.ts'
import type { Translation, WalkStep } from './walk.ts'

export interface PageTableOptions<C> {
  readonly memory: PhysMemory
  /** Where tables come from; shared with whoever allocates the pages. */
  readonly frames: FrameAllocator
  readonly format: PteFormat<C>
  /** Told what each committed change may have left stale. */
  readonly invalidations: InvalidationSink
  /**
   * A table of the same machine in the same memory whose upper half this one shares, as processes
   * share a kernel: its second root, or its top-level entries, all of which exist from then on.
   * Whatever is changed below them shows in both.
   */
  readonly upperHalfOf?: PageTable<C>
  /**
   * Whether new entries start with accessed and dirty set, as far as the machine has such bits
   * (default), or clear, for hardware to set.
   */
  readonly accessedDirty?: 'preset' | 'hardware'
}

/** What a leaf says about an address. */
export interface Mapping {
  readonly paddr: PhysAddr
  /** Of the leaf, in bytes. */
  readonly size: bigint
  /** What the leaf alone grants; without READ, WRITE and EXECUTE for a page without access. */
  readonly flags: MappingFlags
}

export interface MapRangeOptions {
  /** The largest leaves to use, by level; default: whatever fits. */
  readonly maxLeafLevel?: number
}

export interface ChangeOptions {
  /** What to do where nothing is mapped: refuse (default), or skip. */
  readonly holes?: 'refuse' | 'skip'
}

export class PageTable<C> {
  readonly memory: PhysMemory
  readonly frames: FrameAllocator
  readonly format: PteFormat<C>
  readonly geometry: Geometry
  /** The root tables: one, or that of the lower half and that of the upper one. */
  readonly roots: readonly PhysAddr[]
  readonly #log: UndoLog
  /** The tables of the lower half and of the upper one, which other address spaces may share. */
  readonly #halves: readonly [Tables<C>, Tables<C>]
  readonly #walker: Walker<C>
  readonly #words: LeafWords<C>
  #isDisposed = false

  /**
   * @throws TypeError if `upperHalfOf` is of another machine, memory or allocator, or within a transaction
   * @throws RangeError if there are no frames for the roots in the memory, or an illegal entry is in the half to share
   */
  constructor(options: PageTableOptions<C>) {
    const { memory, frames, format, invalidations, upperHalfOf, accessedDirty = 'preset' } = options
    if (typeof invalidations !== 'function') throw new TypeError('"invalidations" must be a function')
    checkChoice(accessedDirty, 'accessedDirty', 'preset', 'hardware')
    if (upperHalfOf !== undefined) upperHalfOf.#checkSharing(options)
    this.memory = memory
    this.frames = frames
    this.format = format
    this.geometry = format.geometry
    this.#log = new UndoLog(memory, frames, invalidations)
    const isPreset = accessedDirty === 'preset'
    const pointerBits = format.tableBits | (isPreset ? format.tableAccessedBit : 0n)
    const lower = new Tables(memory, frames, format, this.#log, new TableOwner(), pointerBits)
    const shared = upperHalfOf === undefined ? undefined : upperHalfOf.#halves[1]
    const upper = new Tables(memory, frames, format, this.#log, shared?.owner ?? new TableOwner(), pointerBits)
    this.#halves = [lower, upper]
    this.#walker = new Walker(lower, upper)
    this.#words = new LeafWords(format, isPreset ? format.accessedBit | format.dirtyBit : 0n)
    this.#log.begin()
    const problem = takeRoots(lower, upper, shared)
    if (problem !== undefined) {
      this.#log.rollback()
      throw new RangeError(problem)
    }
    this.#log.commit()
    if (shared !== undefined) shared.owner.users++
    this.roots = (lower.root === upper.root ? [lower.root] : [lower.root, upper.root]).map((frame) => addressOf(frame) as PhysAddr)
  }

  /** Frames in use for tables: roots included, and those of a shared upper half. */
  get tableCount(): number {
    return this.#halves[0].owner.linkedAt.size + this.#halves[1].owner.linkedAt.size
  }

  /**
   * Maps [vaddr, vaddr + size) to [paddr, paddr + size) with the largest leaves that fit. O(tables + entries).
   *
   * Refused: `empty-range`, `misaligned`, `non-canonical`, `too-wide`, `not-expressible`,
   * `already-mapped`, `invalid-entry`, `out-of-frames`.
   *
   * @throws TypeError, RangeError if an argument is no 64-bit value, no set of flags, no level
   */
  map(vaddr: VirtAddr, size: bigint, paddr: PhysAddr, flags: MappingFlags, options: MapRangeOptions = {}): PageTableResult {
    checkWord(paddr, 'paddr')
    checkFlags(flags, 'flags')
    const { geometry } = this
    const { maxLeafLevel = geometry.levels - 1 } = options
    if (!Number.isInteger(maxLeafLevel) || maxLeafLevel < 0) throw new RangeError(`"maxLeafLevel" must be a level, got ${String(maxLeafLevel)}`)
    const range = this.#range(vaddr, size)
    if (!range.ok) return range
    if (offsetIn(paddr) !== 0) return refused('misaligned', `"paddr" must be a multiple of 4096, got ${formatHex(paddr)}`, { vaddr })
    const frame = pageOf(paddr)
    if (frame + range.value.to - range.value.from > 2 ** (geometry.physBits - 12)) return refused('too-wide', `[${formatHex(paddr)}, ${formatHex(paddr + size)}) does not fit in ${String(geometry.physBits)} bits`, { vaddr })
    const inexpressible = this.#refusalOf(flags, vaddr)
    if (inexpressible !== undefined) return inexpressible
    const request = { range: range.value, frame, leafBits: this.#words.leavesOf(flags), maxLeafLevel }
    return this.#change(range.value, (tables) => this.#shortOfFrames(tablesNeeded(tables, request, this.frames.freeFrames), vaddr) ?? mapRange(tables, request))
  }

  /**
   * Unmaps [vaddr, vaddr + size). A huge leaf that the range cuts is split, an empty table given back.
   *
   * Refused: `empty-range`, `misaligned`, `non-canonical`, `not-mapped`, `invalid-entry`, `out-of-frames`.
   *
   * @throws TypeError, RangeError if an argument is no 64-bit value
   */
  unmap(vaddr: VirtAddr, size: bigint, options: ChangeOptions = {}): PageTableResult {
    return this.#changeRange(vaddr, size, options, undefined)
  }

  /**
   * Gives [vaddr, vaddr + size) new flags; frames, sizes, accessed and dirty stay. A huge leaf that
   * the range cuts is split.
   *
   * Refused: as `unmap`, and `not-expressible`.
   *
   * @throws TypeError, RangeError if an argument is no 64-bit value
   */
  protect(vaddr: VirtAddr, size: bigint, flags: MappingFlags, options: ChangeOptions = {}): PageTableResult {
    checkFlags(flags, 'flags')
    return this.#changeRange(vaddr, size, options, flags)
  }

  /**
   * Lets the leaf that holds an address point to another frame; size, flags, accessed and dirty stay.
   *
   * Refused: `non-canonical`, `not-mapped`, `misaligned` (to the leaf's size), `too-wide`, `invalid-entry`.
   *
   * @throws TypeError, RangeError if an argument is no 64-bit value
   */
  remap(vaddr: VirtAddr, paddr: PhysAddr): PageTableResult {
    checkWord(vaddr, 'vaddr')
    checkWord(paddr, 'paddr')
    const range = this.#range((vaddr & ~0xfffn) as VirtAddr, 4096n)
    if (!range.ok) return range
    return this.#change(range.value, (tables) => remapLeaf(tables, range.value, paddr))
  }

  /** What the leaf at an address says, or undefined. O(levels). */
  query(vaddr: VirtAddr): Mapping | undefined {
    checkWord(vaddr, 'vaddr')
    this.#checkUse()
    const walker = this.#walker
    if (!walker.aim(vaddr)) return undefined
    walker.descend()
    if (walker.kind !== LEAF && walker.kind !== HIDDEN) return undefined
    const { level, low, high } = walker.path
    return { paddr: walker.physicalOf(), size: walker.span, flags: this.format.flagsOf(low, high, level) }
  }

  /** Every entry on the way to an address, up to the one at which a walk stops; none for an address that is not canonical. */
  walk(vaddr: VirtAddr): WalkStep[] {
    checkWord(vaddr, 'vaddr')
    this.#checkUse()
    return walkSteps(this.#halves[0], this.#rootOf(vaddr), vaddr)
  }

  /** What the hardware would make of an access. Writes nothing: the words that it would update are told. O(levels). */
  translate(vaddr: VirtAddr, access: Access, mode: Mode, controls: C = this.format.defaultControls): Translation {
    this.#checkAccess(vaddr, access, mode)
    return translate(this.#halves[0], this.#walker, vaddr, access, mode, controls)
  }

  /**
   * The physical address that `translate` gives, or undefined for a fault: for loads and stores one by one, at
   * two thirds of its cost.
   *
   * @throws TypeError, RangeError as `translate`
   */
  paddrOf(vaddr: VirtAddr, access: Access, mode: Mode, controls: C = this.format.defaultControls): PhysAddr | undefined {
    this.#checkAccess(vaddr, access, mode)
    return paddrOf(this.#halves[0], this.#walker, vaddr, access, mode, controls)
  }

  /**
   * Reads bytes at virtual addresses, page by page, until all are read or an access faults.
   *
   * @throws TypeError, RangeError as `translate`, and if the target is no Uint8Array
   */
  read(vaddr: VirtAddr, target: Uint8Array, mode: Mode = 'kernel', controls?: C): Transfer {
    return transfer(this.memory, vaddr, target, 'read', (at) => this.translate(at, 'read', mode, controls))
  }

  /**
   * Writes bytes at virtual addresses, page by page, until all are written or an access faults. Accessed and
   * dirty bits stay as they are.
   *
   * @throws TypeError, RangeError as `translate`, and if the source is no Uint8Array
   */
  write(vaddr: VirtAddr, source: Uint8Array, mode: Mode = 'kernel', controls?: C): Transfer {
    return transfer(this.memory, vaddr, source, 'write', (at) => this.translate(at, 'write', mode, controls))
  }

  /**
   * The leaves that intersect a range, in address order; equal neighbours with consecutive frames come
   * as one run. Lazy: O(tables × levels) from one run to the next, also where a guest has made tables
   * point to themselves; then there can be 512^4 runs. What is changed meanwhile may show or not.
   *
   * @throws TypeError, RangeError if an argument is none
   */
  leaves(range: RangeLike<VirtAddr>, options: LeavesOptions = {}): IterableIterator<LeafRun> {
    checkRange(range, 'range')
    checkChoice(options.tables ?? 'all', 'tables', 'all', 'own')
    this.#checkUse()
    return leavesIn(this.#halves, range, options)
  }

  /**
   * Every virtual address that is mapped to a byte of physical memory, ascending. Lazy, as `leaves` is.
   *
   * @throws TypeError, RangeError if `paddr` is no 64-bit word
   */
  pagesOf(paddr: PhysAddr): IterableIterator<VirtAddr> {
    checkWord(paddr, 'paddr')
    this.#checkUse()
    return addressesOf(leavesIn(this.#halves, { start: 0n as VirtAddr, end: 1n << 64n }, { frame: pageOf(paddr) }), paddr)
  }

  /**
   * Frees every table of its own, roots included; those of a shared upper half go with the last that
   * shares it. Pages stay with whoever allocated them. The table cannot be used afterwards.
   *
   * @throws TypeError within a transaction, and as every operation does afterwards
   */
  dispose(): void {
    this.#checkUse()
    if (this.#log.isOpen) throw new TypeError('a table must not be disposed of within a transaction')
    this.#log.begin()
    dropAll(...this.#halves)
    this.#isDisposed = true
    this.#log.commit()
  }

  /**
   * Allocates frames for pages, zeroed, consecutive and aligned to their number, a power of two;
   * undefined if there are none. They are given back if the transaction around it rolls back.
   *
   * @throws RangeError if the allocator refuses the number
   */
  allocateFrames(count: number): PhysAddr | undefined {
    this.#checkUse()
    const frame = count === 1 ? this.frames.allocate() : this.frames.allocateRun(count)
    if (frame === undefined) return undefined
    this.#log.begin()
    this.#log.takePages(pageOf(frame), count)
    this.#log.commit()
    return frame
  }

  /** Whether all of `count` frames were allocated here and not given back. A leaf may tell others: guests write leaves. */
  hasFrames(frame: PhysAddr, count: number): boolean {
    checkWord(frame, 'frame')
    return offsetIn(frame) === 0 && this.#log.pages.hasAll(pageOf(frame), count)
  }

  /**
   * Gives frames back: within a transaction when it commits, after everybody was told what is stale.
   *
   * @throws RangeError if one of them was not allocated here, or was given back already
   */
  freeFrames(frame: PhysAddr, count: number): void {
    if (!(Number.isSafeInteger(count) && count >= 1 && this.hasFrames(frame, count))) {
      throw new RangeError(`"frame" must be the first of ${String(count)} allocated here, got ${formatHex(frame)}`)
    }
    this.#log.begin()
    this.#log.dropPages(pageOf(frame), count)
    this.#log.commit()
  }

  /** Begins a bracket; brackets nest. */
  beginTransaction(): void {
    this.#log.begin()
  }

  /** Ends a bracket; the outermost tells what is stale and gives frames back. */
  commitTransaction(): void {
    this.#log.commit()
  }

  /** Makes everything since the bracket began undone. */
  rollbackTransaction(): void {
    this.#log.rollback()
  }

  /** Refuses to share the upper half with a table of these options. */
  #checkSharing({ memory, frames, format }: PageTableOptions<C>): void {
    this.#checkUse()
    if (this.format !== format || this.memory !== memory || this.frames !== frames) throw new TypeError('"upperHalfOf" must be of the same machine, with the same memory and frames')
    if (this.#log.isOpen) throw new TypeError('"upperHalfOf" must not be within a transaction')
  }

  /** Written out, since it is asked for every access. */
  #checkAccess(vaddr: unknown, access: unknown, mode: unknown): void {
    checkWord(vaddr, 'vaddr')
    this.#checkUse()
    if (access !== 'read' && access !== 'write' && access !== 'exec') checkChoice(access, 'access', 'read', 'write', 'exec')
    if (mode !== 'user' && mode !== 'kernel') checkChoice(mode, 'mode', 'user', 'kernel')
  }

  #checkUse(): void {
    if (this.#isDisposed) throw new TypeError('the table was disposed of')
  }

  #range(vaddr: VirtAddr, size: bigint): PageTableResult<PageRange> {
    this.#checkUse()
    checkWord(vaddr, 'vaddr')
    checkSize(size, 'size')
    return pageRange(this.geometry, vaddr, size)
  }

  #rootOf(vaddr: bigint): number {
    return this.#halves[this.geometry.rootOf(vaddr)].root
  }

  #changeRange(vaddr: VirtAddr, size: bigint, options: ChangeOptions, flags: MappingFlags | undefined): PageTableResult {
    const { holes = 'refuse' } = options
    checkChoice(holes, 'holes', 'refuse', 'skip')
    const range = this.#range(vaddr, size)
    if (!range.ok) return range
    const inexpressible = flags === undefined ? undefined : this.#refusalOf(flags, vaddr)
    if (inexpressible !== undefined) return inexpressible
    const request = { range: range.value, mayHaveHoles: holes === 'skip', flagBits: flags === undefined ? undefined : this.#words.bitsOf(flags) }
    return this.#change(range.value, (tables) => this.#shortOfFrames(tablesForSplits(tables, request, this.frames.freeFrames), vaddr) ?? changeRange(tables, request))
  }

  #refusalOf(flags: MappingFlags, vaddr: VirtAddr): PageTableResult | undefined {
    const grant = this.#words.grantOf(flags)
    if (grant.kind === 'granted') return undefined
    return refused('not-expressible', `${this.format.name} cannot express ${formatFlags(flags)}: ${grant.why}`, { vaddr })
  }

  /** Brackets a change of a range below one root. */
  #change(range: PageRange, change: (tables: Tables<C>) => PageTableError | undefined): PageTableResult {
    this.#log.begin()
    let error: PageTableError | undefined
    try {
      error = change(this.#halves[range.half])
    } catch (thrown) {
      this.#log.rollback()
      throw thrown
    }
    if (error !== undefined) {
      this.#log.rollback()
      return { ok: false, error }
    }
    this.#log.commit()
    return DONE
  }

  #shortOfFrames(needed: number, vaddr: VirtAddr): PageTableError | undefined {
    if (needed <= this.frames.freeFrames) return undefined
    const message = `${String(needed)} tables are needed at ${formatHex(vaddr)}, ${String(this.frames.freeFrames)} frames are free`
    return new PageTableError('out-of-frames', message, { vaddr })
  }
}

function* addressesOf(runs: Iterable<LeafRun>, paddr: PhysAddr): IterableIterator<VirtAddr> {
  for (const run of runs) yield (run.start + (paddr - run.paddr)) as VirtAddr
}

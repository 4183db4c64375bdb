// PageTable: the translation of one address space, in tables in simulated physical memory. It knows
// levels, ranges and transactions; what a word means is the format's, who owns a virtual range is
// the caller's. A refused operation leaves the memory byte for byte as it was.
import { checkSize, checkWord, formatHex } from '@addrspace/memory-addr'
import type { PhysAddr, RangeLike, VirtAddr } from '@addrspace/memory-addr'

import { DONE, PageTableError, refused } from './errors.ts'
import type { PageTableResult } from './errors.ts'
import type { MappingFlags } from './flags.ts'
import { formatFlags } from './flags.ts'
import type { Access, Mode, PteFormat } from './format.ts'
import { ABSENT, HIDDEN, LEAF } from './format.ts'
import type { FrameAllocator } from './frame-allocator.ts'
import type { Geometry } from './geometry.ts'
import { changeRange, tablesForSplits } from './internal/change-range.ts'
import type { FlagBits } from './internal/change-range.ts'
import { entryError, mapRange, tablesNeeded } from './internal/map-range.ts'
import { pageRange } from './internal/range.ts'
import type { PageRange } from './internal/range.ts'
import { halvesOf, Tables, wordOf } from './internal/tables.ts'
import type { Halves } from './internal/tables.ts'
import { UndoLog } from './internal/undo-log.ts'
import type { InvalidationSink } from './invalidation.ts'
import { leavesIn } from './leaves.ts'
import type { LeafRun } from './leaves.ts'
import type { PhysMemory } from './phys-memory.ts'
import { translate, Walker, walkSteps } from './walk.ts'
import type { Fault, Translation, WalkStep } from './walk.ts'

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
  /** Whether new leaves start with accessed and dirty set (default), or clear, for hardware to set. */
  readonly accessedDirty?: 'preset' | 'hardware'
}

/** What a leaf says about an address. */
export interface Mapping {
  readonly paddr: PhysAddr
  /** Of the leaf, in bytes. */
  readonly size: bigint
  /** Effective; without READ, WRITE and EXECUTE for a page without access. */
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

/** How far a read or write got, and what stopped it. */
export interface Transfer {
  /** Bytes done. */
  readonly done: number
  readonly fault: Fault | undefined
}

export class PageTable<C> {
  readonly memory: PhysMemory
  readonly frames: FrameAllocator
  readonly format: PteFormat<C>
  readonly geometry: Geometry
  /** The root tables: one, or that of the lower half and that of the upper one. */
  readonly roots: readonly PhysAddr[]
  readonly #tables: Tables<C>
  readonly #walker: Walker<C>
  readonly #log: UndoLog
  readonly #rootFrames: readonly number[]
  readonly #preset: bigint

  /** @throws RangeError if there is no frame for the root, or it does not lie in the memory */
  constructor(options: PageTableOptions<C>) {
    const { memory, frames, format, invalidations, upperHalfOf, accessedDirty = 'preset' } = options
    if (upperHalfOf !== undefined && (upperHalfOf.format !== format || upperHalfOf.memory !== memory)) {
      throw new TypeError('"upperHalfOf" must be a table of the same machine in the same memory')
    }
    const owned = new Set<number>()
    this.memory = memory
    this.frames = frames
    this.format = format
    this.geometry = format.geometry
    this.#log = new UndoLog(memory, frames, invalidations, owned)
    this.#tables = new Tables(memory, frames, format, this.#log, owned)
    this.#walker = new Walker(this.#tables)
    this.#preset = accessedDirty === 'preset' ? format.accessedBit | format.dirtyBit : 0n
    this.#rootFrames = this.#takeRoots(upperHalfOf)
    this.roots = this.#rootFrames.map((frame) => (BigInt(frame) << 12n) as PhysAddr)
  }

  /** Frames in use for tables, roots included. */
  get tableCount(): number {
    return this.#tables.owned.size
  }

  /**
   * Maps [vaddr, vaddr + size) to [paddr, paddr + size) with the largest leaves that fit. O(tables + entries).
   *
   * Refused: `empty-range`, `misaligned`, `non-canonical`, `too-wide`, `not-expressible`,
   * `already-mapped`, `invalid-entry`, `out-of-frames`.
   *
   * @throws TypeError, RangeError if an argument is no 64-bit value
   */
  map(vaddr: VirtAddr, size: bigint, paddr: PhysAddr, flags: MappingFlags, options: MapRangeOptions = {}): PageTableResult {
    const range = this.#range(vaddr, size)
    if (!range.ok) return range
    checkWord(paddr, 'paddr')
    if ((paddr & 0xfffn) !== 0n) return refused('misaligned', `"paddr" must be a multiple of 4096, got ${formatHex(paddr)}`, { vaddr })
    const physEnd = 1n << BigInt(this.geometry.physBits)
    if (paddr + size > physEnd) return refused('too-wide', `[${formatHex(paddr)}, ${formatHex(paddr + size)}) does not fit in ${String(this.geometry.physBits)} bits`, { vaddr })
    const grant = this.format.grant(flags)
    if (grant.kind === 'refused') return refused('not-expressible', `${this.format.name} cannot express ${formatFlags(flags)}: ${grant.why}`, { vaddr })
    const { maxLeafLevel = this.geometry.levels - 1 } = options
    const leafBits = Array.from({ length: this.geometry.levels }, (_, level) =>
      this.geometry.hasLeaf(level) && level <= maxLeafLevel ? halvesOf(this.format.leafBits(flags, level) | this.#preset) : undefined,
    )
    return this.#change(range.value, (root) => {
      const request = { range: range.value, frame: Number(paddr >> 12n), leafBits }
      return this.#shortOfFrames(tablesNeeded(this.#tables, root, request), vaddr) ?? mapRange(this.#tables, root, request)
    })
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
    const grant = this.format.grant(flags)
    if (grant.kind === 'refused') return refused('not-expressible', `${this.format.name} cannot express ${formatFlags(flags)}: ${grant.why}`, { vaddr })
    return this.#changeRange(vaddr, size, options, this.#flagBits(flags))
  }

  /**
   * Lets the leaf that holds an address point to another frame; size, flags, accessed and dirty stay.
   *
   * Refused: `non-canonical`, `not-mapped`, `misaligned` (to the leaf's size), `too-wide`, `invalid-entry`.
   *
   * @throws TypeError, RangeError if an argument is no 64-bit value
   */
  remap(vaddr: VirtAddr, paddr: PhysAddr): PageTableResult {
    checkWord(paddr, 'paddr')
    const page = (vaddr & ~0xfffn) as VirtAddr
    const range = this.#range(page, 4096n)
    if (!range.ok) return range
    return this.#change(range.value, (root) => {
      const walker = this.#walker
      walker.descend(root, page)
      const { level, low, high } = walker.path
      if (walker.isOutOfMemory || (walker.kind !== LEAF && walker.kind !== HIDDEN)) return this.#entryError(page)
      const size = this.geometry.span(level)
      if ((paddr & (size - 1n)) !== 0n) return new PageTableError('misaligned', `"paddr" must be a multiple of the leaf's size ${formatHex(size)}, got ${formatHex(paddr)}`, { vaddr: page, level })
      if (paddr + size > 1n << BigInt(this.geometry.physBits)) return new PageTableError('too-wide', `${formatHex(paddr)} does not fit in ${String(this.geometry.physBits)} bits`, { vaddr: page })
      const mask = this.#tables.frameMask(level)
      const frame = this.#tables.frameBits(Number(paddr >> 12n))
      this.#replaceLeaf(page, { low: (low & ~mask.low) | frame.low, high: (high & ~mask.high) | frame.high })
      return undefined
    })
  }

  /** What the leaf at an address says, or undefined. O(levels). */
  query(vaddr: VirtAddr): Mapping | undefined {
    checkWord(vaddr, 'vaddr')
    if (!this.geometry.isCanonical(vaddr)) return undefined
    const walker = this.#walker
    walker.descend(this.#rootOf(vaddr), vaddr)
    if (walker.kind !== LEAF && walker.kind !== HIDDEN) return undefined
    const { level, low, high } = walker.path
    const size = this.geometry.span(level)
    const frame = BigInt(this.#tables.leafFrameIn(low, high, level)) << 12n
    return { paddr: (frame | (vaddr & (size - 1n))) as PhysAddr, size, flags: this.format.flagsOf(low, high, level) }
  }

  /** Every entry on the way to an address, up to the one at which a walk stops; none for an address that is not canonical. */
  walk(vaddr: VirtAddr): WalkStep[] {
    checkWord(vaddr, 'vaddr')
    return walkSteps(this.#tables, this.#rootOf(vaddr), vaddr)
  }

  /** What the hardware would make of an access. Writes nothing: the words that it would update are told. O(levels). */
  translate(vaddr: VirtAddr, access: Access, mode: Mode, controls: C = this.format.defaultControls): Translation {
    checkWord(vaddr, 'vaddr')
    return translate(this.#tables, this.#walker, this.#rootOf(vaddr), vaddr, access, mode, controls)
  }

  /** Reads bytes at virtual addresses, page by page, until all are read or an access faults. */
  read(vaddr: VirtAddr, target: Uint8Array, mode: Mode = 'kernel', controls?: C): Transfer {
    return this.#transfer(vaddr, target, 'read', mode, controls)
  }

  /** Writes bytes at virtual addresses, page by page, until all are written or an access faults. */
  write(vaddr: VirtAddr, source: Uint8Array, mode: Mode = 'kernel', controls?: C): Transfer {
    return this.#transfer(vaddr, source, 'write', mode, controls)
  }

  /** The leaves that intersect a range, in address order; equal neighbours with consecutive frames come as one run. */
  leaves(range: RangeLike<VirtAddr>): IterableIterator<LeafRun> {
    return leavesIn(this.#tables, this.#rootFrames, range)
  }

  /** Every virtual address that is mapped to a byte of physical memory. O(tables). */
  pagesOf(paddr: PhysAddr): VirtAddr[] {
    checkWord(paddr, 'paddr')
    const whole = { start: 0n as VirtAddr, end: 1n << 64n }
    return [...this.leaves(whole)].flatMap(({ start, paddr: first, size }) => (paddr >= first && paddr < first + size ? [(start + (paddr - first)) as VirtAddr] : []))
  }

  /** Frees every table of its own, roots included; the pages stay with whoever allocated them. The table cannot be used afterwards. */
  dispose(): void {
    if (this.#log.isOpen) throw new TypeError('a table must not be disposed of within a transaction')
    this.#log.begin()
    for (const table of [...this.#tables.owned]) this.#tables.dropTable(table)
    this.#log.commit()
  }

  /**
   * Allocates frames for pages, zeroed, consecutive and aligned to their number, a power of two;
   * undefined if there are none. They are given back if the transaction around it rolls back.
   */
  allocateFrames(count: number): PhysAddr | undefined {
    const frame = count === 1 ? this.frames.allocate() : this.frames.allocateRun(count)
    if (frame === undefined) return undefined
    this.#log.begin()
    this.#log.take(frame, count)
    this.#log.commit()
    return frame
  }

  /** Gives frames back: within a transaction when it commits, after everybody was told what is stale. */
  freeFrames(frame: PhysAddr, count: number): void {
    this.#log.begin()
    this.#log.drop(frame, count)
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

  #takeRoots(upperHalfOf: PageTable<C> | undefined): number[] {
    const tables = this.#tables
    const isShared = upperHalfOf !== undefined
    this.#log.begin()
    const lower = tables.takeTable()
    const upper = this.geometry.roots === 1 ? undefined : isShared ? upperHalfOf.#rootFrames[1] : tables.takeTable()
    if (lower === undefined || (this.geometry.roots === 2 && upper === undefined) || (this.geometry.roots === 1 && isShared && !this.#linkUpperHalf(lower, upperHalfOf))) {
      this.#log.rollback()
      throw new RangeError('"frames" must have frames for the roots that lie in the memory')
    }
    this.#log.commit()
    return upper === undefined ? [lower] : [lower, upper]
  }

  /** Makes all top-level entries of the other's upper half exist, and points to the same tables; false if a frame is missing. */
  #linkUpperHalf(root: number, other: PageTable<C>): boolean {
    const { geometry } = this
    const otherRoot = other.#rootFrames[0]!
    other.#log.begin()
    for (let slot = geometry.entries / 2; slot < geometry.entries; slot++) {
      if (other.#tables.classAt(otherRoot, slot, geometry.levels - 1) === ABSENT) {
        const table = other.#tables.takeTable()
        if (table === undefined) {
          other.#log.rollback()
          return false
        }
        other.#tables.link(otherRoot, slot, table)
      }
      other.#tables.pin(otherRoot, slot)
      this.#tables.pin(root, slot)
      this.#tables.write(root, slot, halvesOf(other.#tables.wordAt(otherRoot, slot)))
    }
    other.#log.commit()
    return true
  }

  #range(vaddr: VirtAddr, size: bigint): PageTableResult<PageRange> {
    checkWord(vaddr, 'vaddr')
    checkSize(size, 'size')
    return pageRange(this.geometry, vaddr, size)
  }

  #rootOf(vaddr: bigint): number {
    return this.#rootFrames[this.geometry.rootOf(vaddr)]!
  }

  #flagBits(flags: MappingFlags): FlagBits[] {
    return Array.from({ length: this.geometry.levels }, (_, level) => {
      const mask = this.format.flagMask(level)
      return { mask: halvesOf(mask), set: halvesOf(this.format.leafBits(flags, level) & mask) }
    })
  }

  #changeRange(vaddr: VirtAddr, size: bigint, options: ChangeOptions, flagBits: readonly FlagBits[] | undefined): PageTableResult {
    const { holes = 'refuse' } = options
    if (holes !== 'refuse' && holes !== 'skip') throw new RangeError(`"holes" must be refuse or skip, got ${String(holes)}`)
    const range = this.#range(vaddr, size)
    if (!range.ok) return range
    return this.#change(range.value, (root) => {
      const request = { range: range.value, mayHaveHoles: holes === 'skip', flagBits }
      return this.#shortOfFrames(tablesForSplits(this.#tables, root, range.value), vaddr) ?? changeRange(this.#tables, root, request)
    })
  }

  /** Brackets a change of a range below one root. */
  #change(range: PageRange, change: (root: number) => PageTableError | undefined): PageTableResult {
    this.#log.begin()
    let error: PageTableError | undefined
    try {
      error = change(this.#rootFrames[range.root]!)
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

  #entryError(vaddr: VirtAddr): PageTableError {
    const { table, slot, path } = this.#walker
    if (this.#walker.isOutOfMemory) return new PageTableError('invalid-entry', `the walk to ${formatHex(vaddr)} leaves the memory at level ${String(path.level)}`, { vaddr, level: path.level })
    return entryError(this.#tables, table, slot, path.level, vaddr, 'not-mapped')
  }

  /** Overwrites the leaf at which the walker stands. */
  #replaceLeaf(vaddr: VirtAddr, word: Halves): void {
    const { table, slot, path, kind } = this.#walker
    const oldWord = wordOf(path.low, path.high)
    const newWord = wordOf(word.low, word.high)
    if (oldWord === newWord) return
    this.#tables.write(table, slot, word)
    if (kind !== LEAF) return
    const size = this.geometry.span(path.level)
    const range = { start: (vaddr & ~(size - 1n)) as VirtAddr, size }
    this.#log.stale(range)
    if (this.format.needsBreak(oldWord, newWord, path.level)) this.#log.break({ entry: this.#tables.entryAddress(table, slot), oldWord, newWord, range })
  }

  #transfer(vaddr: VirtAddr, bytes: Uint8Array, access: 'read' | 'write', mode: Mode, controls: C = this.format.defaultControls): Transfer {
    checkWord(vaddr, 'vaddr')
    for (let done = 0; done < bytes.length; ) {
      const at = BigInt.asUintN(64, vaddr + BigInt(done)) as VirtAddr
      const translation = this.translate(at, access, mode, controls)
      if (translation.kind === 'fault') return { done, fault: translation }
      const { paddr, size } = translation
      const piece = bytes.subarray(done, done + Number(minimum(size - (paddr & (size - 1n)), BigInt(bytes.length - done))))
      if (!this.memory.contains(paddr, BigInt(piece.length))) return { done, fault: { kind: 'fault', reason: 'memory', level: 0, bit: '' } }
      if (access === 'read') this.memory.read(paddr, piece)
      else this.memory.write(paddr, piece)
      done += piece.length
    }
    return { done: bytes.length, fault: undefined }
  }
}

function minimum(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

// PageTable: the translation of one address space, in tables in simulated physical memory. It knows
// levels, ranges and transactions; what a word means is the format's, who owns a virtual range is
// the caller's. A refused operation leaves the memory byte for byte as it was.
import { checkObject, checkSize, checkWord, formatHex, isWord } from '@addrspace/memory-addr'
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'

import { DONE, PageTableError, refused } from './errors.ts'
import type { PageTableResult } from './errors.ts'
import { checkFlags, formatFlags } from './flags.ts'
import type { MappingFlags } from './flags.ts'
import type { PteFormat } from './format.ts'
import type { FrameAllocator } from './frame-allocator.ts'
import { changeRange, tablesForSplits } from './internal/change-range.ts'
import { BreakFinder } from './internal/break-steps.ts'
import { checkChoice } from './internal/check-choice.ts'
import { checkCount } from './internal/check-count.ts'
import { addressOf, offsetIn, pageOf } from './internal/edge.ts'
import { givenFrame } from './internal/given-frame.ts'
import { LeafWords } from './internal/leaf-words.ts'
import { mapRange, tablesNeeded } from './internal/map-range.ts'
import { PageFrames } from './internal/page-frames.ts'
import { pageRange } from './internal/range.ts'
import type { PageRange } from './internal/range.ts'
import { remapLeaf } from './internal/remap-leaf.ts'
import { dropAll, takeRoots } from './internal/roots.ts'
import { neededAndFree } from './internal/shortage.ts'
import { ShortRanges } from './internal/short-range.ts'
import { TableOwner } from './internal/table-owner.ts'
import { Tables } from './internal/tables.ts'
import { UndoLog } from './internal/undo-log.ts'
import type { InvalidationSink } from './invalidation.ts'
import { PhysMemory } from './phys-memory.ts'
import { ReadableTables } from './readable-tables.ts'

// A module's own binding is not looked at whether it exists at every use, as an imported one is.
const IS_DONE = DONE

/** What a page table is made of; fixed for its life. */
export interface PageTableOptions<C> {
  /** Where tables are written to. */
  readonly memory: PhysMemory
  /** Where tables come from; shared with whoever allocates the pages. */
  readonly frames: FrameAllocator
  /** What words mean. */
  readonly format: PteFormat<C>
  /** Told what each committed change may have left stale. */
  readonly invalidations: InvalidationSink
  /**
   * A table of the same machine in the same memory whose upper half this one shares, as processes
   * share a kernel: its second root, or its top-level entries, all of which exist from then on: 256
   * tables on a machine with 512 entries a table. Whatever is changed below them shows in both.
   */
  readonly upperHalfOf?: PageTable<C>
  /**
   * Whether new entries start with accessed and dirty set, as far as the machine has such bits
   * (default), or clear, for hardware to set.
   */
  readonly accessedDirty?: 'preset' | 'hardware'
}

/** How a range is mapped. */
export interface MapRangeOptions {
  /** The largest leaves to use, by a level that the machine has; default: whatever fits. */
  readonly maxLeafLevel?: number
}

/** How a change of a range treats holes. */
export interface ChangeOptions {
  /** What to do where nothing is mapped: refuse (default), or skip. */
  readonly holes?: 'refuse' | 'skip'
}

/** The page table of one address space, made and changed here. */
export class PageTable<C> extends ReadableTables<C> {
  /** Where tables come from and go back to. */
  readonly frames: FrameAllocator
  readonly #log: UndoLog
  /** The tables of the lower half and of the upper one, which other address spaces may share. */
  readonly #halves: readonly [Tables<C>, Tables<C>]
  readonly #words: LeafWords<C>
  readonly #short: ShortRanges<C>
  #isDisposed = false

  /**
   * @throws TypeError if an option is missing, or `upperHalfOf` is of another machine, memory or allocator, or within a transaction
   * @throws RangeError if there are not enough free frames in the memory, or an illegal entry is in the half to share
   */
  constructor(options: PageTableOptions<C>) {
    checkOptions(options)
    const { memory, frames, format, invalidations, upperHalfOf, accessedDirty = 'preset' } = options
    if (upperHalfOf !== undefined && !(upperHalfOf instanceof PageTable)) throw new TypeError('"upperHalfOf" must be a PageTable')
    if (upperHalfOf !== undefined) PageTable.#checkSharing(upperHalfOf, options)
    const log = new UndoLog(memory, frames, invalidations, upperHalfOf === undefined ? new PageFrames() : upperHalfOf.#log.pages)
    const isPreset = accessedDirty === 'preset'
    const pointerBits = format.tableBits | (isPreset ? format.tableAccessedBit : 0n)
    const lower = new Tables(memory, frames, format, log, new TableOwner(), pointerBits)
    const shared = upperHalfOf === undefined ? undefined : upperHalfOf.#halves[1]
    const upper = new Tables(memory, frames, format, log, shared?.owner ?? new TableOwner(), pointerBits)
    log.begin()
    let problem: string | undefined
    try {
      problem = takeRoots(lower, upper, shared)
    } catch (thrown) {
      log.rollback()
      throw thrown
    }
    if (problem !== undefined) {
      log.rollback()
      throw new RangeError(problem)
    }
    log.commit()
    if (format.needsBreak !== undefined) log.breakFinder = new BreakFinder(lower, upper)
    if (shared !== undefined) shared.owner.users++
    super(lower, upper)
    this.frames = frames
    this.#log = log
    this.#halves = [lower, upper]
    this.#short = new ShortRanges(lower, upper, log)
    this.#words = new LeafWords(format, isPreset ? format.accessedBit | format.dirtyBit : 0n)
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
   * @throws TypeError, RangeError if an argument is no 64-bit value, no set of flags, no level of the machine
   * @throws TypeError as every change, of a shared upper half that another table has changed in a transaction that is open
   */
  map(vaddr: VirtAddr, size: bigint, paddr: PhysAddr, flags: MappingFlags, options: MapRangeOptions = {}): PageTableResult {
    checkWord(paddr, 'paddr')
    checkFlags(flags, 'flags')
    const { geometry } = this
    checkObject(options, 'options')
    const { maxLeafLevel = geometry.levels - 1 } = options
    checkCount(maxLeafLevel, 0, 'maxLeafLevel')
    if (maxLeafLevel >= geometry.levels) throw new RangeError(`"maxLeafLevel" must be a level from 0 to ${String(geometry.levels - 1)}, got ${String(maxLeafLevel)}`)
    this.#checkRange(vaddr, size)
    const leaves = this.#words.knownLeavesOf(flags)
    if (leaves !== undefined && this.#short.map(vaddr, size, paddr, leaves[0]!)) return IS_DONE
    const range = pageRange(geometry, vaddr, size)
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
    this.checkUse()
    const range = pageRange(this.geometry, (vaddr & ~0xfffn) as VirtAddr, 4096n)
    if (!range.ok) return range
    return this.#change(range.value, (tables) => remapLeaf(tables, range.value, paddr))
  }

  /**
   * Frees every table of its own, roots included; those of a shared upper half go with the last that
   * shares it. Pages stay with whoever allocated them. The table cannot be used afterwards.
   *
   * @throws TypeError within a transaction, and as every operation does afterwards
   */
  dispose(): void {
    this.checkUse()
    if (this.#log.isOpen) throw new TypeError('a table must not be disposed of within a transaction')
    this.#log.begin()
    dropAll(...this.#halves)
    this.#isDisposed = true
    this.#log.commit()
  }

  /**
   * Allocates frames for pages, zeroed, consecutive and aligned to their number, a power of two; undefined
   * if the allocator has none, or gives some that do not lie in the memory. They are given back if the
   * transaction around it rolls back.
   *
   * @throws RangeError if the allocator refuses the number
   * @throws TypeError, RangeError if it gives what is no frame, or one that is in use
   */
  allocateFrames(count: number): PhysAddr | undefined {
    this.checkUse()
    checkCount(count, 1, 'frames')
    this.#log.begin()
    let frame: PhysAddr | undefined
    try {
      frame = count === 1 ? this.frames.allocate() : this.frames.allocateRun(count)
      if (frame !== undefined) {
        const first = givenFrame(frame, count, (given) => this.#isUsed(given))
        if (this.memory.indexOf(first) < 0 || this.memory.indexOf(first + count - 1) < 0) {
          this.frames.free(frame, count)
          frame = undefined
        } else this.#log.takePages(first, count)
      }
    } catch (thrown) {
      this.#log.rollback()
      throw thrown
    }
    this.#log.commit()
    return frame
  }

  /**
   * Whether all of `count` frames were allocated here, or through a table that shares the upper half, and
   * not given back, so that they can be. A leaf may tell others: guests write leaves.
   *
   * @throws TypeError, RangeError if the address is none, or the count
   */
  hasFrames(frame: PhysAddr, count: number): boolean {
    this.checkUse()
    checkWord(frame, 'frame')
    checkCount(count, 1, 'count')
    return offsetIn(frame) === 0 && this.#log.pages.canFree(pageOf(frame), count, this.#log)
  }

  /**
   * Gives frames back: within a transaction when it commits, after everybody was told what is stale.
   *
   * @throws RangeError if one of them is not one that `hasFrames` knows
   */
  freeFrames(frame: PhysAddr, count: number): void {
    this.checkUse()
    if (!this.hasFrames(frame, count)) throw this.#mistakeIn(frame)
    this.#log.begin()
    this.#log.dropPages(pageOf(frame), count)
    this.#log.commit()
  }

  /** Begins a bracket; brackets nest. */
  beginTransaction(): void {
    this.checkUse()
    this.#log.begin()
  }

  /**
   * Ends a bracket; the outermost tells what is stale and gives frames back.
   *
   * @throws TypeError if none has begun
   */
  commitTransaction(): void {
    this.checkUse()
    this.#log.commit()
  }

  /**
   * Makes everything since the bracket began undone.
   *
   * @throws TypeError if none has begun
   */
  rollbackTransaction(): void {
    this.checkUse()
    this.#log.rollback()
  }

  /** What is wrong with a call that gives frames back. */
  #mistakeIn(frame: PhysAddr): RangeError {
    if (offsetIn(frame) !== 0) return new RangeError(`"frame" must be a multiple of 4096, got ${formatHex(frame)}`)
    let culprit = pageOf(frame)
    while (this.#log.pages.canFree(culprit, 1, this.#log)) culprit++
    return new RangeError(`"frame": ${formatHex(addressOf(culprit))} is not allocated here, or was given back already`)
  }

  /** Refuses to share the upper half of a table with one of these options. */
  static #checkSharing<C>(table: PageTable<C>, { memory, frames, format }: PageTableOptions<C>): void {
    if (!(table instanceof PageTable)) throw new TypeError('"upperHalfOf" must be a PageTable')
    table.checkUse()
    if (table.format !== format || table.memory !== memory || table.frames !== frames) throw new TypeError('"upperHalfOf" must be of the same machine, with the same memory and frames')
    if (table.#log.isOpen) throw new TypeError('"upperHalfOf" must not be within a transaction')
  }

  protected override checkUse(): void {
    if (this.#isDisposed) throw new TypeError('the table was disposed of')
  }

  #checkRange(vaddr: VirtAddr, size: bigint): void {
    this.checkUse()
    checkWord(vaddr, 'vaddr')
    // A size that is a word is one, and that is soon told.
    if (!isWord(size)) checkSize(size, 'size')
  }

  #isUsed(frame: number): boolean {
    return this.#log.pages.hasAll(frame, 1) || this.#halves.some(({ owner }) => owner.linkedAt.has(frame))
  }

  #changeRange(vaddr: VirtAddr, size: bigint, options: ChangeOptions, flags: MappingFlags | undefined): PageTableResult {
    checkObject(options, 'options')
    const { holes = 'refuse' } = options
    if (holes !== 'refuse' && (holes as unknown) !== 'skip') checkChoice(holes, 'holes', 'refuse', 'skip')
    this.#checkRange(vaddr, size)
    if (flags === undefined) {
      if (this.#short.unmap(vaddr, size)) return IS_DONE
    } else {
      const bits = this.#words.knownBitsOf(flags)
      if (bits !== undefined && this.#short.protect(vaddr, size, bits[0]!)) return IS_DONE
    }
    const range = pageRange(this.geometry, vaddr, size)
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
    const tables = this.#halves[range.half]
    this.#log.begin()
    let error: PageTableError | undefined
    try {
      if (tables.owner.users > 1) this.#log.claim(tables.owner)
      error = change(tables)
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
    return new PageTableError('out-of-frames', neededAndFree(needed, `at ${formatHex(vaddr)}`, this.frames.freeFrames), { vaddr })
  }
}

function checkOptions<C>(options: PageTableOptions<C>): void {
  checkObject(options, 'options')
  // What types promise is not kept by everybody.
  const { memory, frames, format, invalidations, accessedDirty = 'preset' }: { readonly [name: string]: unknown } = { ...options }
  if (!(memory instanceof PhysMemory)) throw new TypeError('"memory" must be a PhysMemory')
  if (!hasMethods(frames, 'allocate', 'allocateRun', 'free')) throw new TypeError('"frames" must be a FrameAllocator')
  if (!hasMethods(format, 'classify', 'decode', 'grant')) throw new TypeError('"format" must be a PteFormat')
  if (typeof invalidations !== 'function') throw new TypeError('"invalidations" must be a function')
  checkChoice(accessedDirty, 'accessedDirty', 'preset', 'hardware')
}

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => typeof Reflect.get(value, name) === 'function')
}

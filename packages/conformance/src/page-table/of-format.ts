/**
 * A machine's format as a subject of the suite: the adapter over `PageTable`, for any format. What a seeded fault changes
 * is handed in as hooks: its memory's allocator, its sink, its operations.
 */

import { pa, va } from '@addrspace/memory-addr'
import { BitmapAllocator, formatFlags, PageTable, parseFlags, PhysMemory } from '@addrspace/page-table'
import type { FrameAllocator, Invalidations, InvalidationSink, LeafRun, PageTableResult, PteEntry, PteFormat } from '@addrspace/page-table'
import type {
  EntryCodec, GoldenWord, PageTableFeatures, PageTableInstance, PageTableManifest, PageTableSubject, TableControls, TableEntryRecord, TableEvent,
  TableMemory, TableOutcome,
} from './subject.ts'

const PAGE = 0x1000n
/** Tables lie on both sides of 4 GiB. */
const TABLES_START = (1n << 32n) - 8n * PAGE
const SCRATCH = { start: 0n, size: 0x40_0000n }

/** What `PageTable` can do with any format; what leaves tell of use, and whether live entries are broken, is the machine's. */
export const TABLE_FEATURES: Omit<PageTableFeatures, 'marks' | 'breaksBeforeMaking'> = {
  tellsReasons: true, splits: true, picksLargest: true, freesTables: true, keepsHidden: true, invalidations: 'exact',
  translates: true, remaps: true, disposes: true, sharesUpperHalf: true, transacts: true, allocatesPages: true,
  hasMemory: true, hasFrames: true, hasCodec: true,
}

/** How a seeded fault departs from the table itself: each wraps a part of it. */
export interface SubjectHooks {
  /** The allocator that tables and pages come from. */
  readonly frames?: (inner: FrameAllocator) => FrameAllocator
  /** Who is told what is stale. */
  readonly sink?: (forward: InvalidationSink) => InvalidationSink
  /** All that a case calls. */
  readonly operations?: (table: PageTableInstance) => PageTableInstance
}

/** What there is to say of a machine. */
export interface MachineDescription<C> {
  /** What reports call it. */
  readonly name: string
  /** What is held against the suite. */
  readonly format: PteFormat<C>
  /** From the manual, not from the format: what the format is held against. */
  readonly manifest: PageTableManifest
  /** Words from manuals and other systems. */
  readonly golden: readonly GoldenWord[]
}

/**
 * Makes a subject of the page-table suite of a machine's format, under the page table that all formats share. Hooks
 * are made anew for each table.
 */
export function pageTableSubjectOf<C>({ name, format, manifest, golden }: MachineDescription<C>, makeHooks: () => SubjectHooks = () => ({})): PageTableSubject {
  return {
    name,
    manifest,
    codec: codecOf(format),
    golden,
    create({ frames: count, fresh, onEvent }) {
      const { frames: wrapFrames = (inner) => inner, sink: wrapSink = (forward) => forward, operations = (table) => table } = makeHooks()
      const memory = new PhysMemory({ size: TABLES_START + BigInt(count) * PAGE })
      const counted = new CountedFrames(new BitmapAllocator({ start: pa(TABLES_START), end: TABLES_START + BigInt(count) * PAGE }), onEvent)
      const frames = wrapFrames(counted)
      const invalidations = wrapSink((told) => tell(told, onEvent))
      const open = (upperHalfOf?: PageTable<C>): PageTableInstance => {
        const pageTable = new PageTable<C>({
          memory, frames, format, invalidations, accessedDirty: fresh === 'marked' ? 'preset' : 'hardware', ...(upperHalfOf !== undefined && { upperHalfOf }),
        })
        return operations(new TableAdapter(pageTable, counted, (shared) => open(shared)))
      }
      return open()
    },
  }
}

/** The table, in plain values. */
class TableAdapter<C> implements PageTableInstance {
  readonly #table: PageTable<C>
  readonly #open: (upperHalfOf: PageTable<C>) => PageTableInstance
  readonly memory: TableMemory
  readonly frames: CountedFrames

  constructor(table: PageTable<C>, frames: CountedFrames, open: (upperHalfOf: PageTable<C>) => PageTableInstance) {
    const { memory, roots } = table
    this.#table = table
    this.#open = open
    this.frames = frames
    this.memory = {
      roots,
      scratch: SCRATCH,
      readWord: (paddr) => memory.readWord(pa(paddr)),
      writeWord: (paddr, word) => memory.writeWord(pa(paddr), word),
      words: () => wordsOf(memory),
    }
  }

  map(vaddr: bigint, size: bigint, paddr: bigint, flags: string): TableOutcome {
    return outcomeOf(this.#table.map(va(vaddr), size, pa(paddr), parseFlags(flags)))
  }

  unmap(vaddr: bigint, size: bigint, options?: { readonly holes?: 'refuse' | 'skip' }): TableOutcome {
    return outcomeOf(this.#table.unmap(va(vaddr), size, options))
  }

  protect(vaddr: bigint, size: bigint, flags: string, options?: { readonly holes?: 'refuse' | 'skip' }): TableOutcome {
    return outcomeOf(this.#table.protect(va(vaddr), size, parseFlags(flags), options))
  }

  remap(vaddr: bigint, paddr: bigint): TableOutcome {
    return outcomeOf(this.#table.remap(va(vaddr), pa(paddr)))
  }

  query(vaddr: bigint): ReturnType<PageTableInstance['query']> {
    const mapping = this.#table.query(va(vaddr))
    return mapping && { paddr: mapping.paddr, size: mapping.size, flags: formatFlags(mapping.flags) }
  }

  * leaves(start: bigint, end: bigint): Generator<Omit<LeafRun, 'flags' | 'level'> & { readonly flags: string }, undefined> {
    for (const { flags, ...run } of this.#table.leaves({ start: va(start), end })) yield { ...run, flags: formatFlags(flags) }
    return undefined
  }

  translate(vaddr: bigint, access: 'read' | 'write' | 'exec', mode: 'user' | 'kernel', controls: TableControls = {}): ReturnType<NonNullable<PageTableInstance['translate']>> {
    const answer = this.#table.translate(va(vaddr), access, mode, { ...this.#table.format.defaultControls, ...controls })
    if (answer.kind === 'fault') return answer
    return { kind: 'mapped', paddr: answer.paddr, updates: answer.updates.map(({ entryAddress, word }) => ({ paddr: entryAddress, word })) }
  }

  share(): PageTableInstance {
    return this.#open(this.#table)
  }

  dispose(): void {
    this.#table.dispose()
  }

  begin(): void {
    this.#table.beginTransaction()
  }

  commit(): void {
    this.#table.commitTransaction()
  }

  rollback(): void {
    this.#table.rollbackTransaction()
  }

  allocatePage(): bigint | undefined {
    return this.#table.allocateFrames(1)
  }

  freePage(frame: bigint): void {
    this.#table.freeFrames(pa(frame), 1)
  }
}

/** An allocator that can be made to fail, and tells what comes back. */
class CountedFrames implements FrameAllocator {
  readonly #inner: BitmapAllocator
  readonly #onEvent: (event: TableEvent) => void
  #left: number | undefined

  constructor(inner: BitmapAllocator, onEvent: (event: TableEvent) => void) {
    this.#inner = inner
    this.#onEvent = onEvent
  }

  get freeFrames(): number {
    return this.#inner.freeFrames
  }

  inUse(): number {
    return this.#inner.usedFrames
  }

  failAfter(count: number | undefined): void {
    this.#left = count
  }

  allocate(): ReturnType<FrameAllocator['allocate']> {
    return this.#mayAllocate() ? this.#inner.allocate() : undefined
  }

  allocateRun(frames: number): ReturnType<FrameAllocator['allocateRun']> {
    return this.#mayAllocate() ? this.#inner.allocateRun(frames) : undefined
  }

  free(...request: Parameters<FrameAllocator['free']>): void {
    this.#inner.free(...request)
    this.#onEvent({ kind: 'free', frame: request[0] })
  }

  #mayAllocate(): boolean {
    if (this.#left === undefined) return true
    if (this.#left === 0) return false
    this.#left -= 1
    return true
  }
}

function tell({ ranges, breaks, dropsTables }: Invalidations, onEvent: (event: TableEvent) => void): void {
  for (const { entry, range } of breaks) onEvent({ kind: 'break', entry, start: range.start, size: range.size })
  onEvent({ kind: 'invalidate', ranges, dropsTables })
}

function outcomeOf(result: PageTableResult): TableOutcome {
  return result.ok ? { ok: true } : { ok: false, reason: result.error.reason, level: result.error.level }
}

/** All words of a memory that are not zero, in the order of their addresses: what a subject's `image` may be made of. */
export function* wordsOf(memory: PhysMemory): Generator<readonly [paddr: bigint, word: bigint], undefined> {
  for (const frame of memory.nonZeroFrames()) {
    const { words } = memory
    const first = memory.indexOf(frame)
    for (let slot = 0; slot < 512; slot++) {
      const [low, high] = [words[first + 2 * slot]!, words[first + 2 * slot + 1]!]
      if (low !== 0 || high !== 0) yield [(BigInt(frame) << 12n) + 8n * BigInt(slot), (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)]
    }
  }
  return undefined
}

function codecOf<C>(format: PteFormat<C>): EntryCodec {
  return {
    decode: (word, level) => recordOf(format.decode(word, level)),
    encode(entry, level) {
      if (entry.kind === 'invalid') throw new RangeError('"entry" must be legal')
      if (entry.kind === 'absent') return format.encode(entry, level)
      const frame = pa(entry.frame)
      return format.encode(entry.kind === 'table' ? { kind: 'table', frame } : { ...entry, frame, flags: parseFlags(entry.flags) }, level)
    },
  }
}

function recordOf(entry: PteEntry): TableEntryRecord {
  if (entry.kind === 'leaf') return { ...entry, flags: formatFlags(entry.flags) }
  return entry.kind === 'invalid' ? { kind: 'invalid', reason: `${entry.reason} ${entry.bit}` } : entry
}

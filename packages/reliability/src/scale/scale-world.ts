// A large address space on x86-64, and what should be in it, page by page: slots of 16 pages, each an area of its
// own in the beginning. Three quarters are linear areas of 4 KiB pages, one eighth has frames of its own, one
// eighth gets them on demand.
import { FrameBackend, LinearBackend } from '@addrspace/backend-paging'
import { x8664, type X8664Controls } from '@addrspace/backend-x86-64'
import { bitsPermit } from '@addrspace/conformance'
import { pa, va, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type Access, type BackendAnswer, type FaultAnswer, type MappingBackend } from '@addrspace/memory-set'
import { BitmapAllocator, PageTable, PhysMemory, type MappingFlags } from '@addrspace/page-table'

export const PAGE = 0x1000n
export const SLOT_PAGES = 16
const BASE = 1n << 36n
/** Never a multiple of 2 MiB away, so that every leaf is one of 4 KiB. */
const LINEAR_BASE = (1n << 44n) + PAGE
/** For tables, beside the frames of pages. */
const SPARE_MEMORY = 1n << 30n

/** What is in a page, in the low bits of its byte: 0 for nothing, otherwise kind × 4 + flags + 1. */
export const LINEAR = 0
export const EAGER = 1
export const DEMAND = 2
const KIND_BITS = 15
/** Of a page on demand: it has its frame. */
const PRESENT = 16

/** r, rw, ru, rwu: all that differ, and all permit reading. */
export const FLAGS: readonly MappingFlags[] = [1, 3, 9, 11] as readonly number[] as readonly MappingFlags[]

/** Calls go through to another backend, and are counted. */
class CountedBackend implements MappingBackend<MappingFlags, PageTable<X8664Controls>> {
  readonly granule: bigint = PAGE
  readonly #inner: Required<Pick<MappingBackend<MappingFlags, PageTable<X8664Controls>>, 'map' | 'unmap' | 'protect' | 'fault'>>
  readonly #counts: { calls: number }

  constructor(inner: FrameBackend<X8664Controls> | LinearBackend<X8664Controls>, counts: { calls: number }) {
    this.#inner = inner
    this.#counts = counts
  }

  map(start: VirtAddr, size: bigint, flags: MappingFlags, table: PageTable<X8664Controls>): BackendAnswer {
    this.#counts.calls++
    return this.#inner.map(start, size, flags, table)
  }

  unmap(start: VirtAddr, size: bigint, table: PageTable<X8664Controls>): BackendAnswer {
    this.#counts.calls++
    return this.#inner.unmap(start, size, table)
  }

  protect(start: VirtAddr, size: bigint, flags: MappingFlags, table: PageTable<X8664Controls>): BackendAnswer {
    this.#counts.calls++
    return this.#inner.protect(start, size, flags, table)
  }

  fault(addr: VirtAddr, access: Access, flags: MappingFlags, table: PageTable<X8664Controls>): FaultAnswer {
    this.#counts.calls++
    return this.#inner.fault(addr, access, flags, table)
  }
}

/** Memory that counts how often somebody asks where a frame lies, or for the words: tables, one step or one walk each. */
class CountedMemory extends PhysMemory {
  visits = 0

  override get words(): Int32Array {
    this.visits++
    return super.words
  }

  override indexOf(frame: number): number {
    this.visits++
    return super.indexOf(frame)
  }

  override writableIndexOf(frame: number): number {
    this.visits++
    return super.writableIndexOf(frame)
  }
}

export class ScaleWorld {
  readonly slots: number
  readonly pages: number
  readonly memory: CountedMemory
  readonly frames: BitmapAllocator
  readonly table: PageTable<X8664Controls>
  readonly set: MemorySet<MappingFlags, PageTable<X8664Controls>>
  readonly counts: { calls: number } = { calls: 0 }
  /** What should be in each page. */
  readonly bytes: Uint8Array
  /** By kind. */
  readonly backends: readonly CountedBackend[]
  /** Ranges that the sink was told. */
  invalidated = 0

  constructor(slots: number) {
    this.slots = slots
    this.pages = slots * SLOT_PAGES
    const size = (BigInt(this.pages) * PAGE * 3n) / 8n
    this.memory = new CountedMemory({ size: size + SPARE_MEMORY })
    this.frames = new BitmapAllocator({ start: pa(0), end: size + SPARE_MEMORY })
    this.table = new PageTable<X8664Controls>({
      memory: this.memory, frames: this.frames, format: x8664,
      invalidations: ({ ranges }) => {
        this.invalidated += ranges.length
      },
    })
    this.set = new MemorySet<MappingFlags, PageTable<X8664Controls>>({ pageTable: this.table, permits: bitsPermit, merge: 'equal-neighbours' })
    this.bytes = new Uint8Array(this.pages)
    const inner = [new LinearBackend<X8664Controls>(va(BASE), pa(LINEAR_BASE)), new FrameBackend<X8664Controls>({ when: 'eager' }), new FrameBackend<X8664Controls>({ when: 'demand' })]
    this.backends = inner.map((backend) => new CountedBackend(backend, this.counts))
  }

  get end(): bigint {
    return BASE + BigInt(this.pages) * PAGE
  }

  /** Maps every slot as it is in the beginning, with a leaf for every page; where something is, in its place. */
  fill(onSlot: () => void = () => undefined): void {
    // Linear ones first: their tables then lie together, not one between the frames of others every few pages.
    for (const kind of [LINEAR, EAGER, DEMAND]) {
      for (let slot = 0; slot < this.slots; slot++) {
        if (kindOfSlot(slot) !== kind) continue
        this.restore(slot)
        if (kind === DEMAND) for (let page = slot * SLOT_PAGES; page < (slot + 1) * SLOT_PAGES; page++) this.fault(page)
        onSlot()
      }
    }
  }

  /** Puts the area in place that a slot has in the beginning. */
  restore(slot: number): void {
    const kind = kindOfSlot(slot)
    const flags = slot % FLAGS.length
    this.map(slot * SLOT_PAGES, SLOT_PAGES, kind, flags)
  }

  map(page: number, count: number, kind: number, flags: number): void {
    unwrap(this.set.map(this.addressOf(page), BigInt(count) * PAGE, FLAGS[flags]!, this.backends[kind]!, { onOverlap: 'replace' }))
    this.bytes.fill(kind * 4 + flags + 1, page, page + count)
  }

  unmap(page: number, count: number): void {
    unwrap(this.set.unmap(this.addressOf(page), BigInt(count) * PAGE))
    this.bytes.fill(0, page, page + count)
  }

  protect(page: number, count: number, flags: number): void {
    unwrap(this.set.protect(this.addressOf(page), BigInt(count) * PAGE, () => FLAGS[flags]!))
    for (let i = page; i < page + count; i++) {
      const byte = this.bytes[i]!
      if (byte !== 0) this.bytes[i] = (byte & PRESENT) | (((byte & KIND_BITS) - 1) & ~3) + flags + 1
    }
  }

  fault(page: number): void {
    const result = this.set.fault(this.addressOf(page), 'read')
    const byte = this.bytes[page]!
    const expected = byte === 0 ? 'no-area' : kindOf(byte) === DEMAND && (byte & PRESENT) === 0 ? 'installed' : 'present'
    const answer = result.ok ? result.value : result.error.reason
    if (answer !== expected) throw new Error(`a fault of page ${page} gave ${answer}, not ${expected}`)
    if (expected === 'installed') this.bytes[page]! |= PRESENT
  }

  addressOf(page: number): VirtAddr {
    return va(BASE + BigInt(page) * PAGE)
  }

  pageOf(address: bigint): number {
    return Number((address - BASE) / PAGE)
  }

  /** The physical address of a page of a linear area. */
  linearOf(page: number): bigint {
    return LINEAR_BASE + BigInt(page) * PAGE
  }
}

/** Which kind of area a slot has in the beginning. */
export function kindOfSlot(slot: number): number {
  return slot % 8 === 3 ? EAGER : slot % 8 === 6 ? DEMAND : LINEAR
}

export function kindOf(byte: number): number {
  return ((byte & KIND_BITS) - 1) >> 2
}

export function flagsOf(byte: number): MappingFlags {
  return FLAGS[((byte & KIND_BITS) - 1) & 3]!
}

/** Whether the page is mapped, and has a leaf. */
export function hasLeaf(byte: number): boolean {
  return byte !== 0 && (kindOf(byte) !== DEMAND || (byte & PRESENT) !== 0)
}

/** Whether two pages are of one area. */
export function isSameArea(a: number, b: number): boolean {
  return (a & KIND_BITS) === (b & KIND_BITS)
}

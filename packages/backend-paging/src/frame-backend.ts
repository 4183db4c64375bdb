// Areas whose pages are frames of their own, zero when they are first seen: allocated with the area,
// or one by one as they are touched.
import { checkWord, formatHex } from '@addrspace/memory-addr'
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'
import type { Access, BackendAnswer, FaultAnswer, MappingBackend } from '@addrspace/memory-set'
import { checkFlags, PageTableError } from '@addrspace/page-table'
import type { LeafRun, MappingFlags, PageTable } from '@addrspace/page-table'

import { answerOf, refusalOf } from './answer.ts'
import type { Answer } from './answer.ts'
import { checkRequest } from './check-request.ts'
import { printedFlags } from './printed-flags.ts'

const PAGE = 4096n

/** Options of a `FrameBackend`. */
export interface FrameBackendOptions {
  /** `eager`: every page gets its frame when the area is mapped. `demand`: at its first fault. */
  readonly when: 'eager' | 'demand'
}

/**
 * Backs every page of 4 KiB by a frame from the page table's allocator. With `demand` it is lazy: an
 * untouched page is as good as mapped, and unmapping and protecting cost by tables, not by pages.
 *
 * Every method throws a TypeError or a RangeError for an argument that is none.
 */
export class FrameBackend<C> implements MappingBackend<MappingFlags, PageTable<C>> {
  readonly granule: bigint = PAGE
  /** When pages get their frames. */
  readonly when: 'eager' | 'demand'

  /** @throws TypeError, RangeError if there are no options, or one is none */
  constructor(options: FrameBackendOptions) {
    checkWhen(options)
    this.when = options.when
  }

  /** Letters in the order `rwxudng`, or `no access`. */
  formatFlags(flags: MappingFlags): string {
    return printedFlags(flags)
  }

  map(start: VirtAddr, size: bigint, flags: MappingFlags, pageTable: PageTable<C>): BackendAnswer {
    checkRequest(start, size)
    checkFlags(flags, 'flags')
    // What does not depend on entries is refused before frames are taken, or where no page is mapped yet. The
    // table would refuse to protect for just that, and tells why.
    if (!isMappable(start, size, flags, pageTable)) return answerOf(pageTable.protect(start, size, flags, { holes: 'skip' }))
    if (this.when === 'eager') return bracketed(pageTable, () => this.#mapAll(start, size, flags, pageTable))
    const [leaf] = pageTable.leaves({ start, end: start + size }, { tables: 'own' })
    return leaf === undefined ? true : refusalOf(inTheWay(leaf.start > start ? leaf.start : start, pageTable))
  }

  unmap(start: VirtAddr, size: bigint, pageTable: PageTable<C>): BackendAnswer {
    checkRequest(start, size)
    return bracketed(pageTable, () => {
      // The frames are told by the leaves, which are gone afterwards. A guest can have made pointers lead
      // to more of them than there is time for; those refuse, and their leaves are not asked for.
      const leaves = [...pageTable.leaves({ start, end: start + size }, { tables: 'own' })]
      const answer = answerOf(pageTable.unmap(start, size, { holes: this.#holes }))
      if (answer === true) for (const leaf of leaves) freeWithin(leaf, start, start + size, pageTable)
      return answer
    })
  }

  protect(start: VirtAddr, size: bigint, newFlags: MappingFlags, pageTable: PageTable<C>): BackendAnswer {
    checkRequest(start, size)
    return answerOf(pageTable.protect(start, size, newFlags, { holes: this.#holes }))
  }

  /** Gives a page that was never touched its frame; one that is present keeps it, whatever the fault was. */
  fault(addr: VirtAddr, _access: Access, flags: MappingFlags, pageTable: PageTable<C>): FaultAnswer {
    checkWord(addr, 'addr')
    if (pageTable.query(addr) !== undefined) return 'present'
    const answer = bracketed(pageTable, () => this.#mapAll((addr & ~(PAGE - 1n)) as VirtAddr, PAGE, flags, pageTable))
    return answer === true ? 'installed' : answer
  }

  get #holes(): 'refuse' | 'skip' {
    return this.when === 'eager' ? 'refuse' : 'skip'
  }

  /** Maps every page to a frame of its own; consecutive frames in one go. */
  #mapAll(start: VirtAddr, size: bigint, flags: MappingFlags, pageTable: PageTable<C>): Answer {
    const end = start + size
    // Not one after the other until there is none left: what is undone then takes as long, and memory for its record.
    const needed = Number(size / PAGE)
    const { freeFrames } = pageTable.frames
    if (needed > freeFrames) return refusalOf(new PageTableError('out-of-frames', `pages at ${formatHex(start)}: ${String(needed)} frames are needed, free ones: ${String(freeFrames)}`, { vaddr: start }))
    let next: PhysAddr | undefined
    for (let at: bigint = start; at < end; ) {
      const first = next ?? pageTable.allocateFrames(1)
      if (first === undefined) return outOfFrames(at as VirtAddr)
      let run = PAGE
      next = undefined
      while (at + run < end) {
        next = pageTable.allocateFrames(1)
        if (next !== first + run) break
        run += PAGE
        next = undefined
      }
      if (at + run < end && next === undefined) return outOfFrames((at + run) as VirtAddr)
      const result = pageTable.map(at as VirtAddr, run, first, flags, { maxLeafLevel: 0 })
      if (!result.ok) return refusalOf(result.error)
      at += run
    }
    return true
  }
}

function checkWhen(options: unknown): void {
  if (typeof options !== 'object' || options === null) throw new TypeError(`"options" must be an object with "when", got ${options === null ? 'null' : typeof options}`)
  const when: unknown = Reflect.get(options, 'when')
  if (when === 'eager' || when === 'demand') return
  const rule = '"when" must be eager or demand, got '
  // Only a text is told as it is: what an object says of itself may throw.
  throw typeof when === 'string' ? new RangeError(rule + when) : new TypeError(rule + typeof when)
}

/** Whether the machine has such flags, and translates such a range of pages. */
function isMappable<C>(start: VirtAddr, size: bigint, flags: MappingFlags, { format, geometry }: PageTable<C>): boolean {
  const last = start + size - 1n
  if (((start | size) & (PAGE - 1n)) !== 0n || format.grant(flags).kind === 'refused') return false
  return geometry.isCanonical(start) && geometry.isCanonical(last) && start >> 63n === last >> 63n
}

function inTheWay<C>(vaddr: VirtAddr, pageTable: PageTable<C>): PageTableError {
  const { level, entryAddress, entry } = pageTable.walk(vaddr).at(-1)!
  return new PageTableError('already-mapped', `a ${entry.kind} entry is in the way at ${formatHex(vaddr)}, level ${String(level)}`, { vaddr, level, entryAddress, entry })
}

function outOfFrames(vaddr: VirtAddr): Answer {
  return refusalOf(new PageTableError('out-of-frames', `no frame is free for the page at ${formatHex(vaddr)}`, { vaddr }))
}

/** Runs an operation of several steps so that a refusal, or a throw, leaves nothing of it. */
function bracketed<C>(pageTable: PageTable<C>, operation: () => Answer): Answer {
  pageTable.beginTransaction()
  let answer: Answer
  try {
    answer = operation()
  } catch (thrown) {
    pageTable.rollbackTransaction()
    throw thrown
  }
  if (answer === true) pageTable.commitTransaction()
  else pageTable.rollbackTransaction()
  return answer
}

/**
 * Gives back the frames of a run of leaves, as far as it lies in [start, end). Only those that were
 * allocated here, each once: a guest that writes into its tables does not free what others use.
 */
function freeWithin<C>(leaf: LeafRun, start: bigint, end: bigint, pageTable: PageTable<C>): void {
  const from = leaf.start > start ? leaf.start : start
  const to = leaf.start + leaf.size < end ? leaf.start + leaf.size : end
  const first = (leaf.paddr + (from - leaf.start)) as PhysAddr
  const count = Number((to - from) / PAGE)
  if (pageTable.hasFrames(first, count)) pageTable.freeFrames(first, count)
  else {
    for (let i = 0; i < count; i++) {
      const frame = (first + BigInt(i) * PAGE) as PhysAddr
      if (pageTable.hasFrames(frame, 1)) pageTable.freeFrames(frame, 1)
    }
  }
}

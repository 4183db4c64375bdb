// Areas whose pages are frames of their own, zero when they are first seen: allocated with the area,
// or one by one as they are touched.
import { checkObject, checkWord } from '@addrspace/memory-addr'
import type { PhysAddr, VirtAddr } from '@addrspace/memory-addr'
import type { Access, BackendAnswer, FaultAnswer, MappingBackend } from '@addrspace/memory-set'
import { checkFlags } from '@addrspace/page-table'
import type { LeafRun, MappingFlags, PageTable } from '@addrspace/page-table'

import { answerOf, refusalOf } from './answer.ts'
import { checkRequest } from './check-request.ts'

const PAGE = 4096n

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
  readonly when: 'eager' | 'demand'

  constructor(options: FrameBackendOptions) {
    checkObject(options, 'options')
    const { when } = options
    if (!['eager', 'demand'].includes(when)) throw new RangeError(`"when" must be eager or demand, got ${typeof when === 'string' ? when : typeof when}`)
    this.when = when
  }

  map(start: VirtAddr, size: bigint, flags: MappingFlags, pageTable: PageTable<C>): BackendAnswer {
    checkRequest(start, size)
    checkFlags(flags, 'flags')
    if (((start | size) & (PAGE - 1n)) !== 0n) return { reason: 'misaligned' }
    const grant = pageTable.format.grant(flags)
    if (grant.kind === 'refused') return { reason: 'not-expressible', cause: grant.why }
    const { geometry } = pageTable
    if (!geometry.isCanonical(start) || !geometry.isCanonical(start + size - 1n) || start >> 63n !== (start + size - 1n) >> 63n) return { reason: 'not-expressible' }
    if (this.when === 'eager') return bracketed(pageTable, () => this.#mapAll(start, size, flags, pageTable))
    return pageTable.leaves({ start, end: start + size }, { tables: 'own' }).next().done === true ? true : { reason: 'already-mapped' }
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
    if (answer === true) return 'installed'
    return answer === false ? { reason: 'not-expressible' } : answer
  }

  get #holes(): 'refuse' | 'skip' {
    return this.when === 'eager' ? 'refuse' : 'skip'
  }

  /** Maps every page to a frame of its own; consecutive frames in one go. */
  #mapAll(start: VirtAddr, size: bigint, flags: MappingFlags, pageTable: PageTable<C>): BackendAnswer {
    const end = start + size
    // Not one after the other until there is none left: what is undone then takes as long, and memory for its record.
    if (Number(size / PAGE) > pageTable.frames.freeFrames) return { reason: 'out-of-frames' }
    let next: PhysAddr | undefined
    for (let at: bigint = start; at < end; ) {
      const first = next ?? pageTable.allocateFrames(1)
      if (first === undefined) return { reason: 'out-of-frames' }
      let run = PAGE
      next = undefined
      while (at + run < end) {
        next = pageTable.allocateFrames(1)
        if (next !== first + run) break
        run += PAGE
        next = undefined
      }
      if (at + run < end && next === undefined) return { reason: 'out-of-frames' }
      const result = pageTable.map(at as VirtAddr, run, first, flags, { maxLeafLevel: 0 })
      if (!result.ok) return refusalOf(result.error)
      at += run
    }
    return true
  }
}

/** Runs an operation of several steps so that a refusal, or a throw, leaves nothing of it. */
function bracketed<C>(pageTable: PageTable<C>, operation: () => BackendAnswer): BackendAnswer {
  pageTable.beginTransaction()
  let answer: BackendAnswer
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

/**
 * What the calls do to memory. Every call has two parts: at its first line memory is taken away, at its second it is
 * added or changed, and then its outcome is held against the layout. For a call on one line, both happen there, in this
 * order. A failed call does nothing, except an `mprotect` that met a hole.
 */
import { virtAddr } from '@addrspace/memory-addr'

import { ANONYMOUS, type AreaKind } from './area-backend.ts'
import type { AttributeCall } from './attribute-call.ts'
import type { Checks } from './checks.ts'
import { TraceInputError, type SourceLine } from './errors.ts'
import { growDownStart, growDownTo, growOverHoles } from './growth.ts'
import { PAGE_SIZE, pageUp, type BrkCall, type MemoryCall, type MmapCall, type MprotectCall } from './memory-call.ts'
import { addOrChange as mremapArrives, takeAway as mremapLeaves, type Piece } from './mremap.ts'
import { READ, WRITE } from './permission.ts'
import { Segments } from './segments.ts'
import type { CallOutcome } from './strace-log.ts'
import { printedArea, printedSpan, type TracedSpace } from './traced-space.ts'

const SPACE_END = 2n ** 64n

/** What the second line of a call needs to know of its first one. */
export interface FirstHalf {
  /** Whether there were two lines. */
  readonly isSplit: boolean
  /** Whether no call of another task that shares the memory, which may change what is free, was in progress meanwhile. */
  readonly isOrdered: boolean
  /** What a moving `mremap` has on its way. */
  readonly pieces: Piece[]
}

/** Carries out memory calls on a space. */
export class Effects<F, P> {
  private readonly space: TracedSpace<F, P>
  private readonly checks: Checks<F, P>
  private readonly segments: Segments<F, P>
  /** The program break; `undefined` until a call has told it. */
  private programBreak: bigint | undefined
  /** The first page of what `brk` has mapped, which begins where the first break was. */
  private heapStart: bigint | undefined

  constructor(space: TracedSpace<F, P>, checks: Checks<F, P>) {
    this.space = space
    this.checks = checks
    this.segments = new Segments(space, checks)
  }

  /**
   * Takes away what a call takes away at its first line. Its outcome is known by now, unless its second line is missing:
   * then it counts as if it had succeeded, as far as its arguments tell what it would take.
   *
   * @returns what a moving `mremap` has on its way, for `addOrChange`.
   * @throws TraceInputError if a successful call has arguments with which none succeeds.
   */
  takeAway(call: MemoryCall, outcome: CallOutcome, where: SourceLine): Piece[] {
    if (outcome.kind === 'failed') return []
    // Without a result, arguments with which a call fails say that it did.
    const isSound = (address: bigint, size: bigint): boolean => {
      if (address % PAGE_SIZE === 0n && address + size <= SPACE_END) return true
      if (outcome.kind === 'unknown') return false
      throw new TraceInputError(where, `a page's address, and an end of at most 2^64, in a successful ${call.name}`, printedSpan(address, address + size))
    }
    if (call.name === 'munmap') {
      if (isSound(call.address, call.size)) this.space.unmap(call.address, call.address + call.size)
    } else if (call.name === 'shmdt') {
      if (isSound(call.address, 0n)) this.segments.detach(call, outcome.kind, where.line)
    } else if (call.name === 'mremap') {
      const size = call.oldSize > call.newSize ? call.oldSize : call.newSize
      // A new length of 0 is refused, and would otherwise look like a range to free.
      if (isSound(call.address, size) && call.newSize > 0n) return mremapLeaves(this.space, call, outcome.kind === 'returned' ? outcome.value : undefined)
    }
    return []
  }

  /**
   * Adds or changes what a call adds or changes at its second line, and checks its outcome.
   *
   * @throws TraceInputError if a successful call has arguments or a result with which none succeeds, maps huge pages, or
   *   attaches an unknown segment.
   */
  addOrChange(call: MemoryCall, outcome: CallOutcome, { pieces, isSplit, isOrdered }: FirstHalf, where: SourceLine): void {
    if (outcome.kind === 'unknown') return
    if (outcome.kind === 'failed') {
      this.failed(call, outcome.errno, where.line)
      return
    }
    const result = outcome.value
    switch (call.name) {
      case 'mmap':
        this.mmap(call, result, isOrdered, where)
        break
      case 'mprotect':
      case 'pkey_mprotect':
        nothingReturned(call, result, where)
        this.mprotect(call, where)
        break
      case 'brk':
        this.brk(call, result, where, isSplit)
        break
      case 'mremap':
        checkRange(call, result, call.newSize, where)
        if (result !== call.address) checkPlace(call, result, call.fixed ? call.newAddress : undefined, where)
        mremapArrives(this.space, this.checks, call, result, pieces, where.line)
        break
      case 'shmat':
        checkRange(call, result, PAGE_SIZE, where)
        checkPlace(call, result, undefined, where)
        this.segments.attach(call, result, where)
        break
      case 'shmget':
        this.segments.remember(call, result)
        break
      case 'munmap':
      case 'shmdt':
        nothingReturned(call, result, where)
        break
    }
  }

  private mmap(call: MmapCall, start: bigint, isOrdered: boolean, where: SourceLine): void {
    if (call.hugePages) throw new TraceInputError(where, 'no mapping of huge pages (MAP_HUGETLB)', 'mmap')
    checkRange(call, start, call.size, where)
    checkPlace(call, start, call.placement === 'free' ? undefined : call.address, where)
    const end = start + call.size
    if (call.placement === 'free') {
      if (call.address === 0n) this.space.announce({ line: where.line, range: { start: virtAddr(start), end }, call, isOrdered })
      this.checks.free(where.line, 'mmap-free', 'mmap returned', start, end)
    } else if (call.placement === 'fixed-noreplace') {
      this.checks.free(where.line, 'noreplace-exists', 'mmap with MAP_FIXED_NOREPLACE mapped', start, end)
    }
    this.space.map(start, end, call.permission | call.attributes, kindOf(call, start, where.line))
  }

  private mprotect(call: MprotectCall, where: SourceLine): void {
    if (call.size === 0n) return
    const end = checkRange(call, call.address, call.size, where)
    // Where the area that holds the address begins above the whole range, it has grown down to the address, unseen.
    if (call.fromAreaStart && this.space.firstIn(call.address, end) === undefined) growDownTo(this.space, call.address)
    const start = this.protectionStart(call)
    if (start === undefined) {
      const detail = `${call.name} with PROT_GROWSDOWN of ${printedSpan(call.address, end)}, where no area grows downwards`
      this.checks.violated(where.line, 'mprotect-grows-down', detail)
    }
    const from = start ?? call.address
    growOverHoles(this.space, from, end)
    this.checks.mapped(where.line, 'mprotect-mapped', `${call.name} of`, from, end)
    this.space.protect(from, end, call.permission)
  }

  private brk(call: BrkCall, result: bigint, where: SourceLine, isSplit: boolean): void {
    if (result >= SPACE_END) throw new TraceInputError(where, 'an address below 2^64', `0x${result.toString(16)}`)
    const before = this.programBreak
    // A split call that moves nothing may tell where the break was before another task's call moved it.
    if (before !== undefined && isSplit && result !== call.address) return
    this.programBreak = result
    this.heapStart ??= pageUp(result)
    if (before === undefined) return
    const from = pageUp(before)
    const to = pageUp(result)
    if (to < from) this.space.unmap(to, from)
    if (to <= from) return
    this.checks.free(where.line, 'brk-growth-free', 'brk grew over', from, to)
    this.space.map(from, to, READ | WRITE, { ...ANONYMOUS, heapStart: this.heapStart })
  }

  /** Changes attributes, where they are kept. Locking that met a hole has changed what lies before it; advice, everything. */
  attribute(call: AttributeCall, outcome: CallOutcome): void {
    const { start, end, clears, sets } = call
    if (clears === 0 && sets === 0) return
    const metHole = outcome.kind === 'failed' && outcome.errno === 'ENOMEM' && end <= SPACE_END
    if (outcome.kind !== 'returned' && !metHole) return
    const hole = metHole && call.name !== 'madvise' ? this.space.firstHole(start, end) : undefined
    this.space.attribute(start, hole ?? end, clears, sets)
  }

  private failed(call: MemoryCall, errno: string, line: number): void {
    if (call.name === 'mmap' && call.placement === 'fixed-noreplace' && errno === 'EEXIST') this.refusedToReplace(call, line)
    if ((call.name === 'mprotect' || call.name === 'pkey_mprotect') && errno === 'ENOMEM') this.metHole(call, line)
  }

  private refusedToReplace(call: MmapCall, line: number): void {
    const end = call.address + call.size
    if (this.space.firstIn(call.address, end > SPACE_END ? SPACE_END : end) !== undefined) return
    // The stack may have grown into the range, unseen.
    if (end <= SPACE_END && end > call.address && growDownTo(this.space, end - PAGE_SIZE)) return
    const detail = `mmap with MAP_FIXED_NOREPLACE found something in ${printedSpan(call.address, end)}, where nothing is mapped`
    this.checks.violated(line, 'noreplace-exists', detail)
  }

  /** `mprotect` changes area by area, so that it has changed what lies before the hole that made it fail. */
  private metHole(call: MprotectCall, line: number): void {
    const end = call.address + call.size
    // A range that wraps, as one of no whole pages, fails before any area is looked at.
    if (call.size === 0n || end >= SPACE_END || call.address % PAGE_SIZE !== 0n) return
    const start = this.protectionStart(call) ?? call.address
    const hole = this.space.firstHole(start, end)
    if (hole !== undefined) {
      this.space.protect(start, hole, call.permission)
      return
    }
    const area = this.space.areaFrom(start)!
    const detail = `${call.name} of ${printedSpan(start, end)} found a hole, where all is mapped from ${printedArea(area)} on`
    this.checks.violated(line, 'mprotect-hole', detail)
  }

  /** Where a change of permission begins; `undefined` if the area it names does not grow downwards. */
  private protectionStart(call: MprotectCall): bigint | undefined {
    return call.fromAreaStart ? growDownStart(this.space, call.address) : call.address
  }
}

/** Refuses a range that no successful call has; gives its end. */
function checkRange(call: MemoryCall, start: bigint, size: bigint, where: SourceLine): bigint {
  const end = start + size
  if (start % PAGE_SIZE === 0n && size > 0n && end <= SPACE_END) return end
  throw new TraceInputError(where, `a page's address, a length and an end of at most 2^64 in a successful ${call.name}`, printedSpan(start, end))
}

/**
 * Refuses a place that the kernel never gives: another than a fixed one, or page 0 where it may choose. A log that was cut
 * inside its last result often ends so.
 */
function checkPlace(call: MemoryCall, result: bigint, fixed: bigint | undefined, where: SourceLine): void {
  const isPossible = fixed === undefined ? result !== 0n : result === fixed
  if (isPossible) return
  const expected = fixed === undefined ? 'an address' : `0x${fixed.toString(16)}, which it asks for,`
  throw new TraceInputError(where, `${expected} as the result of a successful ${call.name}`, `0x${result.toString(16)}`)
}

function nothingReturned(call: MemoryCall, result: bigint, where: SourceLine): void {
  if (result !== 0n) throw new TraceInputError(where, `0 as the result of a successful ${call.name}`, result.toString())
}

/** What a new mapping shows. Shared anonymous memory is a file of its own that no other mapping shows. */
function kindOf(call: MmapCall, start: bigint, line: number): AreaKind {
  const name = call.mappedFile ?? (call.sharing === 'shared' ? `shared memory of line ${line}` : undefined)
  const source = name === undefined ? undefined : { name, base: start - call.offset, segmentSize: undefined }
  return { sharing: call.sharing, growsDown: call.growsDown, source }
}

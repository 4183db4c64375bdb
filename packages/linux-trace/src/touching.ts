/**
 * The program itself, which a log does not show: it touches the pages that it has mapped. On a machine whose areas are
 * backed on demand, later calls so hit populated tables; and at the end every leaf, and every page touched, is held
 * against the areas. Which pages, and by which access, a seed decides.
 */
import { virtAddr, type VirtAddr } from '@addrspace/memory-addr'
import type { MemorySet } from '@addrspace/memory-set'
import type { LeafRun, MappingFlags, PageTable } from '@addrspace/page-table'

import { EXECUTE, READ, WRITE, type Permission } from './permission.ts'
import { printedSpan, type ReplayObserver, type Span } from './traced-space.ts'

/** What must hold of the page table of a replay. */
export type TableRule =
  /** A touched page is there afterwards, and only then. */
  | 'touch'
  /** Every leaf lies in areas. */
  | 'leaf-in-area'
  /** A leaf grants what the machine's table of permissions says for its area's flags, no more and no less. */
  | 'leaf-grants'
  /** A touched page that is still mapped lies in the frame it was given, and no other page does. */
  | 'touched-frame'
  /** Frames are in use for tables and for touched pages, and for nothing else. */
  | 'frames-in-use'

/** Something that did not hold. */
export interface TableViolation {
  /** What does not hold. */
  readonly rule: TableRule
  /** Where, and what is there instead. */
  readonly detail: string
}

/** What is touched, and how it is chosen. */
export interface TouchingOptions<C> {
  /** The set of the replay, still empty; its flags include `USER`, and its backends give a page its frame at a fault. */
  readonly set: MemorySet<MappingFlags, PageTable<C>>
  /** Default 1. */
  readonly seed?: number
}

type Access = 'read' | 'write' | 'exec'

const ACCESSES: readonly { readonly access: Access; readonly permission: Permission }[] = [
  { access: 'read', permission: READ },
  { access: 'write', permission: WRITE },
  { access: 'exec', permission: EXECUTE },
]

const PAGE_BITS = 12n
const PAGE_SIZE = 4096
/** Pages touched of a range besides its first and its last. */
const MOST_IN_BETWEEN = 3

/** Touches pages of whatever a replay maps or makes accessible. Give it to the replay as its observer. */
export class Touching<C> implements ReplayObserver {
  private readonly set: MemorySet<MappingFlags, PageTable<C>>
  private readonly table: PageTable<C>
  private readonly random: (below: number) => number
  /** Numbers of the pages that were touched and are still mapped, and of their frames. */
  private readonly frameOf = new Map<number, number>()
  private readonly found: TableViolation[] = []
  /** Frames that were free, or had tables in them, at first. */
  private readonly frames: number

  /**
   * Looks at the set, which must still be empty.
   *
   * @throws RangeError if it is not
   */
  constructor(options: TouchingOptions<C>) {
    const { set, seed = 1 } = options
    if (!set.isEmpty) throw new RangeError('"set" must be empty')
    this.set = set
    this.table = set.pageTable
    this.random = randomNumbers(seed)
    this.frames = this.table.frames.freeFrames + this.table.tableCount
  }

  /** Number of pages that were touched and are still mapped. */
  get touchedPages(): number {
    return this.frameOf.size
  }

  /** @throws MappingError if a page cannot be given a frame. */
  mapped(range: Span, permission: Permission): void {
    this.forget(range)
    this.touchSome(range, permission)
  }

  /** Forgets the pages touched there. */
  unmapped(range: Span): void {
    this.forget(range)
  }

  /** @throws MappingError if a page cannot be given a frame. */
  protected(range: Span, permission: Permission): void {
    this.touchSome(range, permission)
  }

  /** Gives what did not hold so far, and what does not hold of the table now. O(areas + leaves + touched pages). */
  verify(): TableViolation[] {
    const leaves = this.table.leaves({ start: virtAddr(0), end: 1n << 64n })
    return [
      ...this.found,
      ...Array.from(leaves).flatMap((run) => this.checkRun(run)),
      ...Array.from(this.frameOf).flatMap(([page, frame]) => this.checkPage(page, frame)),
      ...this.checkFrames(),
    ]
  }

  private forget({ start, end }: Span): void {
    const first = pageOf(start)
    const last = pageOf(end - 1n)
    // Whichever is shorter: the pages of the range, or those touched.
    if (last - first < this.frameOf.size) {
      for (let page = first; page <= last; page++) this.frameOf.delete(page)
    } else {
      for (const page of this.frameOf.keys()) if (page >= first && page <= last) this.frameOf.delete(page)
    }
  }

  private touchSome({ start, end }: Span, permission: Permission): void {
    if (permission === 0) return
    const first = pageOf(start)
    const last = pageOf(end - 1n)
    const pages = new Set([first, last])
    for (let i = 0; i < MOST_IN_BETWEEN && last - first > 1; i++) pages.add(first + 1 + this.random(last - first - 1))
    for (const page of pages) this.touch(page, permission)
  }

  /** Accesses a byte of the page, as the machine does: a page that is not there is asked for, and accessed again. */
  private touch(page: number, permission: Permission): void {
    const permitted = ACCESSES.filter((row) => (row.permission & permission) !== 0)
    const { access } = permitted[this.random(permitted.length)]!
    const vaddr = addressOf(page, this.random(PAGE_SIZE))
    // What a call made accessible may have holes.
    if (this.set.find(vaddr) === undefined) return
    const known = this.frameOf.get(page)
    let translation = this.table.translate(vaddr, access, 'user')
    if (translation.kind === 'mapped' && known === undefined) this.report('touch', page, `is there before its first ${access}`)
    if (translation.kind === 'fault' && translation.reason === 'not-present') {
      const result = this.set.fault(vaddr, access)
      if (!result.ok) throw result.error
      if (known !== undefined) this.report('touch', page, `is not there any more at a later ${access}`)
      translation = this.table.translate(vaddr, access, 'user')
    }
    if (translation.kind === 'fault') this.report('touch', page, `refuses a permitted ${access}: ${translation.reason} ${translation.bit}`.trimEnd())
    else if (known === undefined) this.frameOf.set(page, Number(translation.paddr >> PAGE_BITS))
  }

  /** Leaves must be covered by areas, and grant what these are granted. */
  private checkRun(run: LeafRun): TableViolation[] {
    const end = run.start + run.size
    const violations: TableViolation[] = []
    let covered: bigint = run.start
    for (const area of this.set.areasIn({ start: run.start, end })) {
      if (area.start > covered) break
      covered = area.end < end ? area.end : end
      const grant = this.table.format.grant(area.flags)
      const granted = grant.kind === 'granted' ? grant.flags : undefined
      if (run.flags !== granted) {
        const detail = `leaves in ${printedSpan(run.start, end)} grant ${run.flags}, the area ${printedSpan(area.start, area.end)} is granted ${granted ?? 'nothing'}`
        violations.push({ rule: 'leaf-grants', detail })
      }
    }
    if (covered < end) violations.push({ rule: 'leaf-in-area', detail: `leaves in ${printedSpan(covered, end)} lie in no area` })
    return violations
  }

  private checkPage(page: number, frame: number): TableViolation[] {
    const vaddr = addressOf(page, 0)
    const area = this.set.find(vaddr)
    const leaf = this.table.query(vaddr)
    const at = printedSpan(vaddr, vaddr + BigInt(PAGE_SIZE))
    if (area === undefined || leaf === undefined || pageOf(leaf.paddr) !== frame) {
      const told = leaf === undefined ? 'no frame' : `frame 0x${leaf.paddr.toString(16)}`
      return [{ rule: 'touched-frame', detail: `${at} was given frame ${frameText(frame)}, and has ${told}` }]
    }
    const grant = this.table.format.grant(area.flags)
    return ACCESSES.flatMap(({ access, permission }): TableViolation[] => {
      const isGranted = grant.kind === 'granted' && (grant.flags & permission) !== 0
      const translation = this.table.translate(vaddr, access, 'user')
      if (translation.kind === 'fault') return isGranted ? [{ rule: 'leaf-grants', detail: `${at} refuses a ${access} that is granted` }] : []
      if (!isGranted) return [{ rule: 'leaf-grants', detail: `${at} lets a ${access} through that is not granted` }]
      if (pageOf(translation.paddr) === frame) return []
      return [{ rule: 'touched-frame', detail: `${at} was given frame ${frameText(frame)}, a ${access} goes to 0x${translation.paddr.toString(16)}` }]
    })
  }

  private checkFrames(): TableViolation[] {
    const violations: TableViolation[] = []
    const distinct = new Set(this.frameOf.values()).size
    if (distinct !== this.frameOf.size) violations.push({ rule: 'touched-frame', detail: `${this.frameOf.size} touched pages lie in ${distinct} frames` })
    const { tableCount, frames } = this.table
    const kept = this.frames - frames.freeFrames - tableCount
    if (kept !== this.frameOf.size) {
      violations.push({ rule: 'frames-in-use', detail: `${kept} frames are in use besides tables, and ${this.frameOf.size} pages are touched and mapped` })
    }
    return violations
  }

  private report(rule: TableRule, page: number, what: string): void {
    this.found.push({ rule, detail: `page 0x${addressOf(page, 0).toString(16)} ${what}` })
  }
}

function pageOf(address: bigint): number {
  return Number(address >> PAGE_BITS)
}

function addressOf(page: number, offset: number): VirtAddr {
  return virtAddr((BigInt(page) << PAGE_BITS) + BigInt(offset))
}

function frameText(frame: number): string {
  return `0x${(BigInt(frame) << PAGE_BITS).toString(16)}`
}

/** Whole numbers from 0 to below a bound, at most 2^52; the same for the same seed. Two rounds of xorshift each. */
function randomNumbers(seed: number): (below: number) => number {
  let state = (seed ^ 0x5bd1_e995) | 0 || 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  for (let round = 0; round < 8; round++) next()
  return (below) => (next() * 2 ** 20 + (next() & 0xf_ffff)) % below
}

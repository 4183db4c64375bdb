// What can be asked of the tables of an address space without changing them. Reading follows them as the
// machine's hardware does, whoever wrote them.
import { checkObject, checkRange, checkWord } from '@addrspace/memory-addr'
import type { PhysAddr, RangeLike, VirtAddr } from '@addrspace/memory-addr'

import type { MappingFlags } from './flags.ts'
import { HIDDEN, LEAF } from './format.ts'
import type { Access, Mode, PteFormat } from './format.ts'
import type { Geometry } from './geometry.ts'
import { checkChoice } from './internal/check-choice.ts'
import { checkControls, isFixed } from './internal/check-controls.ts'
import { addressOf, pageOf } from './internal/edge.ts'
import type { TableReader } from './internal/table-reader.ts'
import { Walker } from './internal/walker.ts'
import { leavesIn } from './leaves.ts'
import type { LeafRun, LeavesOptions } from './leaves.ts'
import type { PhysMemory } from './phys-memory.ts'
import { transfer } from './transfer.ts'
import type { Transfer } from './transfer.ts'
import { NO_UPDATES, paddrOf, translate, walkSteps } from './walk.ts'
import type { Translation, WalkStep } from './walk.ts'

/** What a leaf says about an address. */
export interface Mapping {
  /** Where the address leads, its offset in the page included. */
  readonly paddr: PhysAddr
  /** Of the leaf, in bytes. */
  readonly size: bigint
  /** What the leaf alone grants; without READ, WRITE and EXECUTE for a page without access. */
  readonly flags: MappingFlags
}

/** Questions about an access are a bit each: by mode and access, those in the default state first, then those in another one. */
const KNOWN_QUESTIONS = 0b111_111 << 6

/** An address space as hardware sees it: a `PageTable`, or a `PageTableView` of tables that others made. */
export abstract class ReadableTables<C> {
  /** Where the tables lie. */
  readonly memory: PhysMemory
  /** What their words mean. */
  readonly format: PteFormat<C>
  /** The numbers of the machine: `format.geometry`. */
  readonly geometry: Geometry
  /** The root tables: one, or that of the lower half and that of the upper one. */
  readonly roots: readonly PhysAddr[]
  readonly #halves: readonly [TableReader<C>, TableReader<C>]
  readonly #walker: Walker<C>
  readonly #basePage: bigint
  readonly #defaultControls: C
  /** The last state of the machine that was found to be one, besides the default; whoever changes it afterwards is not asked again. */
  #knownControls: C
  /** Where the questions of an access in these two states begin; those about a state that may change are asked anew each time. */
  readonly #defaultQuestions: number
  #knownQuestions: number

  /** @internal The tables of the lower half and those of the upper one, with their roots. */
  protected constructor(lower: TableReader<C>, upper: TableReader<C>) {
    this.memory = lower.memory
    this.format = lower.format
    this.geometry = lower.geometry
    this.roots = (this.geometry.roots === 1 ? [lower] : [lower, upper]).map(({ root }) => addressOf(root) as PhysAddr)
    this.#halves = [lower, upper]
    this.#walker = new Walker(lower, upper)
    this.#basePage = this.geometry.span(0)
    this.#defaultControls = lower.format.defaultControls
    this.#knownControls = this.#defaultControls
    this.#defaultQuestions = isFixed(this.#defaultControls) ? 1 : 0
    this.#knownQuestions = 0
  }

  /** What the leaf at an address says, or undefined. O(levels). */
  query(vaddr: VirtAddr): Mapping | undefined {
    checkWord(vaddr, 'vaddr')
    this.checkUse()
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
    this.checkUse()
    return walkSteps(this.#halves[0], this.#halves[this.geometry.rootOf(vaddr)].root, vaddr)
  }

  /**
   * What the hardware would make of an access. Writes nothing: the words that it would update are told. O(levels).
   * The machine's state is given whole or not at all, and not looked at again while it is the same object. One
   * that is frozen is answered for in some two thirds of the time, as the default is.
   *
   * @throws TypeError, RangeError if an argument is none, or a control is missing, foreign or none of its choices
   */
  translate(vaddr: VirtAddr, access: Access, mode: Mode, controls: C = this.#defaultControls): Translation {
    const question = this.#question(vaddr, access, mode, controls)
    const walker = this.#walker
    const paddr = walker.recall(vaddr, question)
    if (paddr !== undefined) return { kind: 'mapped', paddr, size: this.#basePage, level: 0, updates: NO_UPDATES }
    return translate(this.#halves[0], walker, vaddr, access, mode, controls, question)
  }

  /**
   * The physical address that `translate` gives, or undefined for a fault: for loads and stores one by one, at
   * less than its cost.
   *
   * @throws TypeError, RangeError as `translate`
   */
  paddrOf(vaddr: VirtAddr, access: Access, mode: Mode, controls: C = this.#defaultControls): PhysAddr | undefined {
    const question = this.#question(vaddr, access, mode, controls)
    const walker = this.#walker
    return walker.recall(vaddr, question) ?? paddrOf(this.#halves[0], walker, vaddr, access, mode, controls, question)
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
    checkObject(options, 'options')
    const { tables = 'all' } = options
    checkChoice(tables, 'tables', 'all', 'own')
    this.checkUse()
    return leavesIn(this.#halves, range, options)
  }

  /**
   * Every virtual address that is mapped to a byte of physical memory, ascending. Lazy, as `leaves` is.
   *
   * @throws TypeError, RangeError if `paddr` is no 64-bit word
   */
  pagesOf(paddr: PhysAddr): IterableIterator<VirtAddr> {
    checkWord(paddr, 'paddr')
    this.checkUse()
    return addressesOf(leavesIn(this.#halves, { start: 0n as VirtAddr, end: 1n << 64n }, { frame: pageOf(paddr) }), paddr)
  }

  /** Refuses to answer for what does not exist any more. */
  protected abstract checkUse(): void

  /** Checks what an access is asked with, and tells which question it is: one bit, or 0. Written out, since it is asked for every access. */
  #question(vaddr: unknown, access: unknown, mode: unknown, controls: C): number {
    if (typeof vaddr !== 'bigint' || BigInt.asUintN(64, vaddr) !== vaddr) checkWord(vaddr, 'vaddr')
    this.checkUse()
    let shift = access === 'read' ? 0 : access === 'write' ? 1 : 2
    if (shift === 2 && access !== 'exec') checkChoice(access, 'access', 'read', 'write', 'exec')
    if (mode !== 'user') {
      if (mode !== 'kernel') checkChoice(mode, 'mode', 'user', 'kernel')
      shift += 3
    }
    if (controls === this.#defaultControls) return this.#defaultQuestions << shift
    if (controls === this.#knownControls) return this.#knownQuestions << shift
    this.#learn(controls)
    return 0
  }

  #learn(controls: C): void {
    const { controlChoices, name } = this.format
    if (controlChoices !== undefined) checkControls(controls, controlChoices, name)
    this.#knownControls = controls
    this.#walker.forget(KNOWN_QUESTIONS)
    // From the next time on: of states that take turns, none is worth to be remembered.
    this.#knownQuestions = isFixed(controls) ? KNOWN_QUESTIONS & -KNOWN_QUESTIONS : 0
  }
}

function* addressesOf(runs: Iterable<LeafRun>, paddr: PhysAddr): IterableIterator<VirtAddr> {
  for (const run of runs) yield (run.start + (paddr - run.paddr)) as VirtAddr
}

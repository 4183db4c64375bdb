/**
 * Where a case about page tables works: a fresh table, its dumb twin, and what happened. Operations that must succeed
 * are done on both; those that must be refused are held against the memory before. When the case ends, the common
 * checks look at the whole: Z1 the tables are a tree, Z2 counted frames are tables, Z3 the space is as the twin says, Z4
 * dropping the table gives all frames back.
 */

import { check, CheckFailure, checkEqual, show } from '../check.ts'
import { Shape, SPACE } from './shape.ts'
import { joinRuns, SpaceModel } from './space-model.ts'
import type { MeaningRun } from './space-model.ts'
import type {
  ChangeOfTable, EntryCodec, PageTableInstance, PageTableManifest, PageTableSubject, TableAccess, TableControls, TableEvent, TableFrames,
  TableLeaf, TableMemory, TableMode, TableOutcome, TableRefusal,
} from './subject.ts'
import { countTables } from './tree.ts'

/** What a case may ask of a bench. */
export interface TableBenchOptions {
  /** Frames that there are for tables; default 1024. */
  readonly frames?: number
  /** Whether new leaves start as accessed and dirty (default), or for hardware to mark. */
  readonly fresh?: 'marked' | 'clear'
}

/** Words by address, those that are zero left out. */
export type Image = ReadonlyMap<bigint, bigint>

/** One fresh page table beside its dumb twin. Methods that do something throw a CheckFailure where it does not come out as it must. */
export class TableBench {
  /** What is tested. */
  readonly subject: PageTableSubject
  /** The subject's. */
  readonly manifest: PageTableManifest
  /** @internal */
  readonly shape: Shape
  /** The page table; what is done to it directly, the twin does not hear of. */
  readonly table: PageTableInstance
  /** @internal */
  readonly model: SpaceModel = new SpaceModel()
  /** All that the table has told so far. */
  readonly events: TableEvent[] = []
  /** Told of each event as it happens. */
  onEvent: (event: TableEvent) => void = () => undefined
  /** False where tables are shared or forged, and their number says nothing. */
  countsTables = true

  /** Creates one table of the subject. */
  constructor(subject: PageTableSubject, options: TableBenchOptions = {}) {
    const { frames = 1024, fresh = 'marked' } = options
    this.subject = subject
    this.manifest = subject.manifest
    this.shape = new Shape(subject.manifest)
    this.table = subject.create({
      frames, fresh,
      onEvent: (event) => {
        this.events.push(event)
        this.onEvent(event)
      },
    })
  }

  /** What is granted for letters. @throws CheckFailure for letters that are refused. */
  granted(asked: string): string {
    const granted = this.manifest.grants[asked]
    if (typeof granted !== 'string') throw new CheckFailure(`the manifest does not grant "${asked}"`)
    return granted
  }

  /** Maps [vaddr, vaddr + size) to [paddr, paddr + size), which must succeed. */
  map(vaddr: bigint, size: bigint, paddr: bigint, flags: string): void {
    this.#succeeds(this.table.map(vaddr, size, paddr, flags), `map ${rangeText(vaddr, size)} to ${show(paddr)} as "${flags}"`)
    this.model.map(vaddr, vaddr + size, paddr, this.granted(flags))
  }

  /** Unmaps a range, which must succeed. */
  unmap(vaddr: bigint, size: bigint, options?: ChangeOfTable): void {
    this.#succeeds(this.table.unmap(vaddr, size, options), `unmap ${rangeText(vaddr, size)}`)
    this.model.unmap(vaddr, vaddr + size)
  }

  /** Gives a range other flags, which must succeed. */
  protect(vaddr: bigint, size: bigint, flags: string, options?: ChangeOfTable): void {
    this.#succeeds(this.table.protect(vaddr, size, flags, options), `protect ${rangeText(vaddr, size)} as "${flags}"`)
    const granted = this.granted(flags)
    if (isHidden(granted) && !this.manifest.features.keepsHidden) this.model.unmap(vaddr, vaddr + size)
    else this.model.protect(vaddr, vaddr + size, granted)
  }

  /** Does what must be refused, and checks that nothing has changed. */
  refuses(what: string, act: () => TableOutcome, reason?: TableRefusal | readonly TableRefusal[]): TableOutcome {
    const before = this.image()
    const frames = this.table.frames?.inUse()
    const events = this.events.length
    const outcome = act()
    if (outcome.ok) throw new CheckFailure(`${what}: expected a refusal, got success`)
    if (this.manifest.features.tellsReasons && reason !== undefined) {
      const reasons = typeof reason === 'string' ? [reason] : reason
      check(outcome.reason !== undefined && reasons.includes(outcome.reason), `${what}: expected ${reasons.join(' or ')}, got ${String(outcome.reason)}`)
    }
    checkEqual(differenceOf(before, this.image()), '', `memory after the refused ${what}`)
    checkEqual(this.table.frames?.inUse(), frames, `frames in use after the refused ${what}`)
    checkEqual(this.events.slice(events).filter(({ kind }) => kind !== 'free'), [], `what was told of the refused ${what}`)
    this.checkMeaning(`the refused ${what}`)
    return outcome
  }

  /** The words in memory; undefined if it cannot be looked into. */
  image(): Image | undefined {
    return this.table.memory && new Map(this.table.memory.words())
  }

  /** @throws CheckFailure if a word has changed since. */
  checkImage(before: Image | undefined, what: string): void {
    checkEqual(differenceOf(before, this.image()), '', `memory after ${what}`)
  }

  /** The leaves that intersect [start, end); default: all. */
  leaves(start = 0n, end: bigint = SPACE): readonly TableLeaf[] {
    return [...this.table.leaves(start, end)]
  }

  /** The leaf that holds an address. */
  leafAt(vaddr: bigint): TableLeaf {
    const leaf = this.leaves(vaddr, vaddr + 1n)[0]
    if (leaf === undefined) throw new CheckFailure(`there is no leaf at ${show(vaddr)}`)
    return leaf
  }

  /** The part behind `hasMemory`. Cases that need a part are unsupported without it. */
  get memory(): TableMemory {
    return need(this.table.memory, 'memory')
  }

  /** The part behind `hasFrames`. */
  get frames(): TableFrames {
    return need(this.table.frames, 'frames')
  }

  /** The part behind `hasCodec`. */
  get codec(): EntryCodec {
    return need(this.subject.codec, 'codec')
  }

  /** What an access comes to, as text: where it leads, or the fault and its level. */
  translate(vaddr: bigint, access: TableAccess, mode: TableMode, controls?: TableControls): string {
    const answer = need(this.table.translate?.bind(this.table), 'translate')(vaddr, access, mode, controls)
    return answer.kind === 'mapped' ? `to ${show(answer.paddr)}` : `${answer.reason} at level ${answer.level}`
  }

  /** Whether an access gets through, or which fault it raises. */
  verdict(vaddr: bigint, access: TableAccess, mode: TableMode, controls?: TableControls): string {
    const answer = need(this.table.translate?.bind(this.table), 'translate')(vaddr, access, mode, controls)
    return answer.kind === 'mapped' ? 'granted' : answer.reason
  }

  /** Where the entry of a level on the way to an address lies. @throws CheckFailure if the walk ends above it. */
  entryAddress(vaddr: bigint, level: number): bigint {
    let table = this.memory.roots[this.shape.rootOf(vaddr)]!
    for (let at = this.shape.top; ; at--) {
      const entry = table + 8n * BigInt(this.shape.index(vaddr, at))
      if (at === level) return entry
      const record = this.codec.decode(this.memory.readWord(entry), at)
      if (record.kind !== 'table') throw new CheckFailure(`expected a table at level ${at} on the way to ${show(vaddr)}, got ${show(record)}`)
      table = record.frame
    }
  }

  /** Gives an entry another word while `act` runs. */
  withWord<T>(vaddr: bigint, level: number, change: (word: bigint) => bigint, act: () => T): T {
    const entry = this.entryAddress(vaddr, level)
    const word = this.memory.readWord(entry)
    this.memory.writeWord(entry, change(word))
    try {
      return act()
    } finally {
      this.memory.writeWord(entry, word)
    }
  }

  /** @throws CheckFailure unless the table means what the twin does, in leaves that are legal. */
  checkMeaning(what: string): void {
    const told = this.leaves()
    checkEqual(joinRuns(told.map(meaningOf)), this.model.runs(), `meaning of the space after ${what}`)
    for (const { start, size, paddr, leafSize } of told) {
      const isLegal = this.shape.levelOf(leafSize) >= 0 && start % leafSize === 0n && paddr % leafSize === 0n && size > 0n && size % leafSize === 0n
      check(isLegal, `after ${what} there is an illegal leaf: ${show({ start, size, paddr, leafSize })}`)
    }
    for (const { start, end, paddr, flags } of this.model.runs()) {
      for (const offset of [0n, end - start - 1n]) {
        const mapping = this.table.query(start + offset)
        checkEqual([mapping?.paddr, mapping?.flags], [paddr + offset, flags], `query of ${show(start + offset)} after ${what}`)
      }
      for (const outside of [start - 1n, end]) {
        if (outside >= 0n && outside < SPACE && this.model.at(outside) === undefined) checkEqual(this.table.query(outside), undefined, `query of ${show(outside)} after ${what}`)
      }
    }
  }

  /** Z1 to Z4; the table cannot be used afterwards. */
  checkCommon(): void {
    this.checkMeaning('the case')
    const { memory, frames } = this.table
    const counted = this.countsTables && memory !== undefined && this.subject.codec !== undefined ? countTables(this.shape, memory, this.subject.codec) : undefined
    const inUse = frames?.inUse()
    if (counted !== undefined && inUse !== undefined) checkEqual(inUse, counted, 'frames in use, against tables in the tree')
    if (this.countsTables && this.manifest.features.freesTables && inUse !== undefined) {
      checkEqual(inUse, this.shape.tablesFor(this.leaves()), 'frames in use, against tables that the leaves need')
    }
    if (this.table.dispose === undefined) return
    this.table.dispose()
    if (frames !== undefined) checkEqual(frames.inUse(), 0, 'frames in use after the table was dropped')
  }

  #succeeds(outcome: TableOutcome, what: string): void {
    if (!outcome.ok) throw new CheckFailure(`${what}: expected success, got ${String(outcome.reason)}`)
  }
}

/** Without read, write and execute hardware does not see a page. */
export function isHidden(flags: string): boolean {
  return !/[rwx]/.test(flags)
}

function meaningOf({ start, size, paddr, flags }: TableLeaf): MeaningRun {
  return { start, end: start + size, paddr, flags }
}

/** Names the first word that differs, or gives nothing. */
function differenceOf(before: Image | undefined, after: Image | undefined): string {
  if (before === undefined || after === undefined) return ''
  for (const paddr of [...before.keys(), ...after.keys()]) {
    const [old = 0n, now = 0n] = [before.get(paddr), after.get(paddr)]
    if (old !== now) return `${show(paddr)} holds ${show(now)}, not ${show(old)}`
  }
  return ''
}

export function rangeText(start: bigint, size: bigint): string {
  return `[${show(start)}, ${show(start + size)})`
}

function need<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new TypeError(`the subject has no ${name}`)
  return part
}

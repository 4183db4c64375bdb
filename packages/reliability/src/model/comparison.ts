// A set and its twin, side by side: the same commands for both, compared after each.
import { matchesExpectation, toJson, type ScenarioValue } from '@addrspace/conformance'
import { va } from '@addrspace/memory-addr'
import { MappingError, type MappingResult, type MemoryArea, type MemorySetSnapshot } from '@addrspace/memory-set'

import type { World } from '../worlds/world.ts'
import type { AddressQuestion, Change, Closing, Command, Question } from './command.ts'
import { addressOfCell } from './layout.ts'
import type { ModelCounts } from './model-counts.ts'
import { ModelFailure } from './model-failure.ts'
import { PageCheck } from './page-check.ts'
import { Subject } from './subject.ts'
import { Twin, type TwinArea, type TwinOptions } from './twin.ts'

/** The answer that was right to a command, by its place in the list; none where several were. */
export type Expectations = Map<number, ScenarioValue>

/** A question of a scenario, with the right answer. */
export interface Witness {
  readonly question: AddressQuestion | { readonly op: 'areas' }
  readonly expected: ScenarioValue
}

interface HeldSnapshot {
  readonly snapshot: MemorySetSnapshot<number, unknown>
  readonly areas: readonly TwinArea[]
}

const FRAME_INTS = 1024
const MOST_WITNESSES = 4
/** Frames of memory of which a digest is made before each refusal. */
const MOST_DIGESTED = 64

const DONE: MappingResult = { ok: true, value: undefined }
const REFUSAL: MappingResult = { ok: false, error: new MappingError('hole', 'the transaction is refused') }

class ChangedMind extends Error {
  override readonly name: string = 'ChangedMind'
}

export class Comparison {
  /** What the twin told of each command, for a scenario. */
  readonly expectations: Expectations = new Map()
  /** Questions that the set answered wrongly when something was found to be wrong, with the right answers. */
  witnesses: readonly Witness[] | undefined = undefined
  readonly #world: World
  readonly #twin: Twin
  readonly #pages: PageCheck | undefined
  readonly #counts: ModelCounts
  readonly #isDirty: boolean
  readonly #subject: Subject
  readonly #snapshots = new Map<number, HeldSnapshot>()
  #commands: readonly Command[] = []
  #next = 0
  #depth = 0

  constructor(world: World, options: TwinOptions & { readonly isDirty?: boolean | undefined }, counts: ModelCounts) {
    this.#world = world
    this.#counts = counts
    this.#isDirty = options.isDirty === true
    this.#twin = new Twin(options)
    this.#subject = new Subject(world, options.layout)
    this.#pages = world.machine === undefined ? undefined : new PageCheck(world.machine, this.#twin, counts)
  }

  /** The command that is being compared. */
  get at(): number {
    return this.#next - 1
  }

  /**
   * Carries all commands out, whose brackets are closed, and looks for leaks at the end.
   *
   * @throws ModelFailure at the first difference
   */
  run(commands: readonly Command[]): void {
    this.#commands = commands
    this.#next = 0
    this.#untilClosed()
    for (const slot of this.#snapshots.keys()) this.#release(slot)
    if (!this.#world.set.clear().ok) throw new ModelFailure('clearing the set at the end was refused')
    this.#twin.apply({ op: 'clear' })
    this.#check()
    // Memory that is given back holds nothing old, and roots nothing.
    const { words, frames } = this.#world.machine ?? {}
    if (!this.#isDirty && words?.subarray(0, frames!.touched * FRAME_INTS).some((word) => word !== 0) === true) {
      throw new ModelFailure('memory that nobody uses any more holds something')
    }
  }

  /** The twin's areas, as a scenario tells them. */
  #areas(): ScenarioValue {
    const { layout } = this.#twin
    return this.#twin.areas.map(({ start, end, bits }) => ({ start: addressOfCell(layout, start), end: addressOfCell(layout, end), flags: bits }))
  }

  /** Runs up to the bracket that closes the innermost open one, and gives it. */
  #untilClosed(): Closing | undefined {
    for (;;) {
      const command = this.#commands[this.#next++]
      if (command === undefined) return undefined
      this.#counts.commands++
      if (command.op === 'commit' || command.op === 'rollback') return command
      try {
        this.#do(command)
        this.#check()
      } catch (error) {
        // Now, since a transaction around it is about to go back.
        this.witnesses ??= this.#findWitnesses()
        throw error
      }
    }
  }

  /** What a scenario could ask here to show that something is wrong. */
  #findWitnesses(): Witness[] {
    const { set } = this.#world
    const { layout } = this.#twin
    const areas: Witness = { question: { op: 'areas' }, expected: this.#areas() }
    const found = Array.from(set, ({ start, end, flags }) => ({ start, end, flags }))
    const witnesses: Witness[] = matchesExpectation(toJson(areas.expected), toJson(found)) ? [] : [areas]
    const step = layout.pagesPerCell < 1 ? layout.unit * 2n : 0x1000n
    const end = this.#pages === undefined ? 0n : BigInt(layout.cells) * layout.unit
    for (let at = 0n; at < end && witnesses.length < MOST_WITNESSES; at += step) {
      const question = { op: 'query', at: Number(at / layout.unit), offset: at % layout.unit } as const
      const expected = this.#twin.tell(question)
      if (!matchesExpectation(toJson(expected), toJson(this.#subject.tell(question)))) witnesses.push({ question, expected })
    }
    return witnesses
  }

  #do(command: Exclude<Command, Closing>): void {
    switch (command.op) {
      case 'begin':
        this.#transaction()
        break
      case 'snapshot':
        this.#release(command.slot)
        this.#snapshots.set(command.slot, { snapshot: this.#world.set.snapshot(), areas: this.#twin.areas })
        this.#counts.snapshots++
        break
      case 'release':
        this.#release(command.slot)
        break
      case 'find':
      case 'query':
      case 'overlaps':
      case 'findFree':
        this.#ask(command)
        break
      case 'map':
      case 'unmap':
      case 'protect':
      case 'clear':
      case 'fault':
        this.#change(command)
    }
  }

  #change(change: Change): void {
    const expected = this.#twin.answer(change)
    const isSuccess = expected === 'ok' || expected === 'installed'
    const mayLackFrames = isSuccess && this.#mayLackFrames(change)
    if (!mayLackFrames) this.expectations.set(this.at, expected)
    const told = this.#world.machine?.told.length
    const before = isSuccess && !mayLackFrames ? undefined : this.#state()
    const { answer, isOutOfFrames } = answerOf(this.#subject.act(change))
    const lacksFrames = mayLackFrames && isOutOfFrames
    if (answer !== expected && !lacksFrames) throw new ModelFailure(`expected ${expected}, got ${answer}`)
    if (isSuccess && !lacksFrames) {
      this.#twin.apply(change)
      this.#counts.changes++
      if (change.op === 'fault') this.#write(change)
      return
    }
    if (this.#world.machine?.told.length !== told) throw new ModelFailure('a change that was not made invalidated something')
    if (before !== this.#state()) throw new ModelFailure('a refused change has left something behind')
    if (expected === 'present') return
    this.#counts.refusals++
    if (lacksFrames) this.#counts.outOfFrames++
  }

  /** Writes to a page that a fault has made present, as the program would. */
  #write({ at, offset }: Extract<Change, { op: 'fault' }>): void {
    const { machine } = this.#world
    const { pages } = this.#twin
    // What a program writes is not undone with a transaction.
    if (machine === undefined || this.#depth > 0) return
    const leaf = machine.table.query(va(addressOfCell(this.#twin.layout, at) + offset))
    if (leaf === undefined) throw new ModelFailure('a page is not there after its fault')
    const page = this.#twin.pageAt(at, offset)
    pages.values[page] = this.at + 1
    machine.words[(Number(leaf.paddr >> 12n) - machine.memory.firstFrame) * FRAME_INTS] = this.at + 1
  }

  /** Everything that a refusal must leave alone, down to each byte of memory; undefined where that is too much to look at. */
  #state(): string | undefined {
    const { machine } = this.#world
    // What is in memory that nobody has used yet counts as soon as somebody has.
    if (this.#isDirty) return undefined
    return machine === undefined || machine.frames.inner.usedFrames + machine.frames.freeFrames <= MOST_DIGESTED ? this.#world.state() : undefined
  }

  #ask(question: Question): void {
    const expected = this.#twin.tell(question)
    this.expectations.set(this.at, expected)
    const told = this.#subject.tell(question)
    if (!matchesExpectation(toJson(expected), toJson(told))) throw new ModelFailure(`expected ${JSON.stringify(toJson(expected))}, got ${JSON.stringify(toJson(told))}`)
  }

  #transaction(): void {
    const saved = this.#twin.save()
    const told = this.#world.machine?.told.length
    const before = this.#state()
    const changedMind = new ChangedMind()
    let closing: Closing | undefined
    this.#depth++
    this.#counts.transactions++
    try {
      const result = this.#world.set.transaction(() => {
        this.#check()
        closing = this.#untilClosed()
        if (closing?.op !== 'rollback') return DONE
        if (closing.how === 'throw') throw changedMind
        return REFUSAL
      })
      if (result.ok === isGoingBack(closing)) throw new ModelFailure(`a transaction that was to ${isGoingBack(closing) ? 'go back' : 'commit'} gave ${answerOf(result).answer}`)
    } catch (error) {
      if (error !== changedMind) throw error
    } finally {
      this.#depth--
    }
    if (!isGoingBack(closing)) return
    this.#twin.restore(saved)
    if (this.#world.machine?.told.length !== told) throw new ModelFailure('a transaction that went back invalidated something')
    if (before !== this.#state()) throw new ModelFailure('a transaction that went back has left something behind')
    this.#counts.rolledBack++
  }

  #release(slot: number): void {
    this.#snapshots.get(slot)?.snapshot.dispose()
    this.#snapshots.delete(slot)
  }

  /** Compares everything. */
  #check(): void {
    const { set } = this.#world
    const { areas } = this.#twin
    this.#counts.areas += areas.length
    if (set.size !== areas.length) throw new ModelFailure(`there are ${set.size} areas, not ${areas.length}: ${set.toString()}`)
    this.#compareAreas(set, areas, 'the set')
    set.checkInvariants()
    for (const [slot, { snapshot, areas: atThatTime }] of this.#snapshots) {
      if (snapshot.size !== atThatTime.length) throw new ModelFailure(`snapshot ${slot} has ${snapshot.size} areas, not ${atThatTime.length}`)
      this.#compareAreas(snapshot, atThatTime, `snapshot ${slot}`)
    }
    this.#pages?.check(this.#depth > 0)
  }

  #compareAreas(found: Iterable<MemoryArea<number, unknown>>, areas: readonly TwinArea[], where: string): void {
    const { layout } = this.#twin
    let i = 0
    for (const area of found) {
      const { start, end, bits, backing } = areas[i++]!
      const isRight = area.start === addressOfCell(layout, start) && area.end === addressOfCell(layout, end) && area.flags === bits
      if (!isRight || area.backend !== this.#subject.backendOf(backing)) {
        const wanted = `${addressOfCell(layout, start).toString(16)}-${addressOfCell(layout, end).toString(16)} ${bits} ${backing}`
        throw new ModelFailure(`area ${i - 1} of ${where} is ${area.toString()}, not ${wanted}`)
      }
    }
  }

  /** Whether there are so few frames left that a change may be refused for it: fewer than it could take at most. */
  #mayLackFrames(change: Change): boolean {
    const { machine } = this.#world
    if (machine === undefined || change.op === 'clear') return false
    const { geometry, frames } = machine.table
    const { pagesPerCell } = this.#twin.layout
    const pages = change.op === 'fault' ? 1 : Math.ceil((change.end - change.start) * pagesPerCell)
    let most = change.op === 'fault' || (change.op === 'map' && change.backing === 'alloc') ? pages : 0
    // A table at either end of the range for every level, and those that lie in it whole; splitting takes no more.
    for (let level = 1; level < geometry.levels; level++) most += Math.ceil(pages / geometry.spanPages(level)) + 1
    return frames.freeFrames < most
  }
}

function answerOf(result: MappingResult<unknown>): { answer: string; isOutOfFrames: boolean } {
  if (result.ok) return { answer: typeof result.value === 'string' ? result.value : 'ok', isOutOfFrames: false }
  return { answer: result.error.code, isOutOfFrames: result.error.refusal?.reason === 'out-of-frames' }
}

function isGoingBack(closing: Closing | undefined): boolean {
  return closing?.op === 'rollback'
}

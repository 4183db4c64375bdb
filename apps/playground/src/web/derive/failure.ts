/**
 * A failure in the middle of an operation, and how the operation is undone: what was done up to it, what after it, and
 * the state before, at that moment, and after.
 */

import type { OpResult, Scenario, ScenarioFailure, ScenarioRunner } from '@addrspace/conformance'
import { pa } from '@addrspace/memory-addr'
import type { PhysMemory } from '@addrspace/page-table'
import { CallNotes, type NotedEvent } from '../../adapters/call-notes.ts'
import { machineScenarios } from '../../adapters/machine-scenarios.ts'
import { openedMockScenarios, openedNullScenarios } from '../../adapters/scenario-runners.ts'
import { machineOf, type BackendName } from './backends.ts'
import { areaColumns, type AreaColumns } from './columns.ts'
import { firstOps } from './live-space.ts'

/** What may be made to fail. */
export type FailingPart = keyof ScenarioFailure

export interface FailureRequest {
  /** Its header tells what fails. */
  readonly scenario: Scenario
  readonly backend: BackendName
}

/** What there is, in numbers. Words and frames are undefined without page tables. */
export interface StateCounts {
  /** Undefined at the moment of the failure: a set is not to be asked from inside its own callbacks. */
  readonly areas: number | undefined
  readonly frames: number | undefined
  /** Words of memory that are not as before the operation; of a mock, runs of its table. */
  readonly changed: number | undefined
}

/** A failure that came to pass. */
export interface FailureReport {
  readonly part: FailingPart
  readonly n: number
  /** The operation that it strikes, from 0, and what that answers. */
  readonly op: number
  readonly reason: string
  /** In order; at most `MOST_EVENTS` from the beginning, and as many up to the end. */
  readonly events: readonly NotedEvent[]
  /** In `events`, the failure itself; what comes after it is undoing. Undefined for a callback, which fails before anything is done. */
  readonly brokenAt: number | undefined
  readonly skippedEvents: number
  readonly before: StateCounts
  /** Undefined for a callback. */
  readonly during: StateCounts | undefined
  readonly after: StateCounts
  /** Whether after the operation all is as before it: areas, words, frames. */
  readonly isUndone: { readonly areas: boolean; readonly words: boolean; readonly frames: boolean }
}

export interface FailureAnswer {
  /** Undefined if nothing is to fail, or the scenario does not come so far. */
  readonly report: FailureReport | undefined
  /** How many calls and frames the scenario takes if nothing fails. */
  readonly totals: { readonly call: number; readonly frame: number }
}

const MOST_EVENTS = 60

/** @throws ScenarioError if the backend refuses the scenario. */
export function failureOf({ scenario, backend }: FailureRequest): FailureAnswer {
  const plan = planOf(scenario, backend)
  const { fail } = scenario.header
  const [part, n] = (Object.entries(fail ?? {})[0] ?? []) as [FailingPart?, number?]
  const report = part === undefined || n === undefined ? undefined : reportOf(plan, part, n)
  return { report, totals: { call: plan.opOfCall.length, frame: plan.opOfFrame.length } }
}

/** A run without failure: which operation makes the n-th call, and takes the n-th frame. */
export interface FailurePlan {
  readonly scenario: Scenario
  readonly backend: BackendName
  readonly opOfCall: readonly number[]
  readonly opOfFrame: readonly number[]
}

/** @throws ScenarioError if the backend refuses the scenario. */
export function planOf(scenario: Scenario, backend: BackendName): FailurePlan {
  const { fail: _, ...header } = scenario.header
  const whole: Scenario = { ...scenario, header }
  const notes = new CallNotes()
  const opOfCall: number[] = []
  const opOfFrame: number[] = []
  opened(backend, notes, () => undefined).run(whole, ({ index }) => {
    while (opOfCall.length < notes.calls) opOfCall.push(index)
    while (opOfFrame.length < notes.frames) opOfFrame.push(index)
    notes.take()
  })
  return { scenario: whole, backend, opOfCall, opOfFrame }
}

/** Lets the n-th fail; undefined if the scenario does not come so far. */
export function reportOf(plan: FailurePlan, part: FailingPart, n: number): FailureReport | undefined {
  const op = part === 'callback' ? opOfCallback(plan, n) : (part === 'call' ? plan.opOfCall : plan.opOfFrame)[n - 1]
  if (op === undefined) return undefined
  let space: NotedSpace | undefined
  let before: Snapshot | undefined
  let during: TablesSnapshot | undefined
  let after: Snapshot | undefined
  let result: OpResult | undefined
  const notes = new CallNotes({ [part]: n }, () => {
    during = tablesOf(space!)
  })
  const runner = opened(plan.backend, notes, (there) => {
    space = there
    if (op === 0) before = snapshotOf(there)
  })
  let events: NotedEvent[] = []
  // The notes refuse what is to fail themselves, but for a callback.
  const fail = part === 'callback' ? { fail: { callback: n } } : {}
  runner.run({ ...firstOps(plan.scenario, op + 1), header: { ...plan.scenario.header, ...fail } }, (told) => {
    if (told.index === op - 1) {
      notes.take()
      before = snapshotOf(space!)
    }
    if (told.index !== op) return
    result = told
    events = notes.take()
    after = snapshotOf(space!)
  })
  if (before === undefined || after === undefined) return undefined
  const brokenAt = events.findIndex((event) => 'answer' in event && event.answer === 'broken')
  return {
    part,
    n,
    op,
    reason: result?.reason ?? '',
    ...shortened(events, brokenAt < 0 ? undefined : brokenAt),
    before: countsOf(before, before),
    during: during && countsOf(during, before),
    after: countsOf(after, before),
    isUndone: { areas: isSameAreas(before.areas, after.areas), words: differingWords(before.words, after.words) === 0, frames: before.frames === after.frames },
  }
}

function opOfCallback({ scenario, backend }: FailurePlan, n: number): number | undefined {
  let op: number | undefined
  opened(backend, new CallNotes(), () => undefined).run({ ...scenario, header: { ...scenario.header, fail: { callback: n } } }, ({ index, reason }) => {
    if (reason === 'callback-threw') op ??= index
  })
  return op
}

/** A space as far as it is compared. */
interface NotedSpace {
  readonly set: Iterable<{ readonly start: bigint; readonly end: bigint; readonly flags: number }> & { readonly size: number }
  readonly memory: PhysMemory | undefined
  readonly usedFrames: (() => number) | undefined
  /** Of a mock. */
  readonly runs: (() => readonly { readonly start: bigint; readonly end: bigint; readonly flags: number }[]) | undefined
}

function opened(backend: BackendName, notes: CallNotes, tell: (space: NotedSpace) => void): ScenarioRunner {
  const begin = (space: NotedSpace): void => {
    notes.begin()
    tell(space)
  }
  const none = { memory: undefined, usedFrames: undefined, runs: undefined }
  const machine = machineOf(backend)
  if (machine !== undefined) {
    return machine.use((loaded) => machineScenarios(loaded, { notes, opened: ({ set, pageTable, usedFrames }) => begin({ ...none, set, memory: pageTable.memory, usedFrames }) }))
  }
  if (backend === 'mock') return openedMockScenarios((set) => begin({ ...none, set, runs: () => set.pageTable.runs }), notes)
  return openedNullScenarios((set) => begin({ ...none, set }), notes)
}

interface TablesSnapshot {
  readonly frames: number | undefined
  readonly words: Contents | undefined
}

interface Snapshot extends TablesSnapshot {
  readonly areas: AreaColumns
}

/** Frames that are not zero, by number; of a mock, its runs as texts, a word each. */
type Contents = ReadonlyMap<number | string, BigUint64Array>

function snapshotOf(space: NotedSpace): Snapshot {
  const bits = Array.from(space.set, ({ start, end, flags }) => ({ start, end, bits: flags }))
  return { ...tablesOf(space), areas: areaColumns(bits, bits.length) }
}

function tablesOf({ memory, usedFrames, runs }: NotedSpace): TablesSnapshot {
  return { frames: usedFrames?.(), words: memory === undefined ? runs && wordsOfRuns(runs()) : wordsOf(memory) }
}

const WORDS_OF_FRAME = 512

function wordsOf(memory: PhysMemory): Contents {
  return new Map(Array.from(memory.nonZeroFrames(), (frame) => {
    const words = new BigUint64Array(WORDS_OF_FRAME)
    memory.read(pa(BigInt(frame) * 0x1000n), new Uint8Array(words.buffer))
    return [frame, words]
  }))
}

function wordsOfRuns(runs: readonly { readonly start: bigint; readonly end: bigint; readonly flags: number }[]): Contents {
  return new Map(runs.map(({ start, end, flags }) => [`${start} ${end} ${flags}`, BigUint64Array.of(1n)]))
}

const ZERO = new BigUint64Array(WORDS_OF_FRAME)

function differingWords(a: Contents | undefined, b: Contents | undefined): number | undefined {
  if (a === undefined || b === undefined) return a === b ? 0 : undefined
  let count = 0
  for (const frame of new Set([...a.keys(), ...b.keys()])) {
    const [one, other] = [a.get(frame) ?? ZERO, b.get(frame) ?? ZERO]
    for (let index = 0; index < Math.min(one.length, other.length); index++) if (one[index] !== other[index]) count += 1
  }
  return count
}

function isSameAreas(a: AreaColumns, b: AreaColumns): boolean {
  return a.count === b.count && a.starts.every((start, row) => start === b.starts[row] && a.lasts[row] === b.lasts[row] && a.flags[row] === b.flags[row])
}

function countsOf(snapshot: TablesSnapshot & Partial<Snapshot>, before: Snapshot): StateCounts {
  return { areas: snapshot.areas?.count, frames: snapshot.frames, changed: snapshot.words === undefined ? undefined : differingWords(before.words, snapshot.words) }
}

/** What was done before the failure from its beginning, and the failure with what follows. */
function shortened(events: readonly NotedEvent[], brokenAt: number | undefined): Pick<FailureReport, 'events' | 'brokenAt' | 'skippedEvents'> {
  const at = brokenAt ?? 0
  const first = events.slice(0, Math.min(at, MOST_EVENTS))
  const rest = events.slice(at, at + MOST_EVENTS)
  return { events: [...first, ...rest], brokenAt: brokenAt === undefined ? undefined : first.length, skippedEvents: events.length - first.length - rest.length }
}

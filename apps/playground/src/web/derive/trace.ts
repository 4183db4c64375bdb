/**
 * A recorded run as steps: the log is replayed once on a set without a table, and what each call changed is noted, so that
 * any place of the run can be shown without another replay. Which calls count, and what they do, `linux-trace` decides.
 */

import { NullBackend } from '@addrspace/backend-mock'
import {
  AreaBackend, formatPermission, parseMapsFile, Replay, type CallOutcome, type KernelLists, type ReplayedCall, type ReplayReport, type ReplayObserver,
  type ReportedDifference,
} from '@addrspace/linux-trace'
import { formatHex, virtAddr, WORD_SPACE } from '@addrspace/memory-addr'
import { MemorySet, type MemoryArea } from '@addrspace/memory-set'
import type { TraceFiles } from './trace-files.ts'

/** Areas as columns; a row is one area of one moment. */
export interface TraceAreas {
  readonly starts: readonly bigint[]
  /** Inclusive, since an end may be 2^64. */
  readonly lasts: readonly bigint[]
  /** Four characters as in a maps file. */
  readonly permissions: readonly string[]
  /** The file, or the kernel's name in brackets; empty for anonymous memory. */
  readonly names: readonly string[]
}

/** A call that counts, or a later part of one. */
export interface TraceStep {
  /** Of the log, from 1; of a call on two lines the second, where its result is. */
  readonly line: number
  /** `munmap(0x7ffff7fb6000, 37703) = 0`. */
  readonly text: string
  /** Whether it failed: then, almost always, nothing changed. */
  readonly hasFailed: boolean
  /** Changes `[from, to)` of the timeline; none where nothing is other than before. */
  readonly from: number
  readonly to: number
  /** What it did, in order. */
  readonly effects: readonly TraceEffect[]
}

/** What happened to a range, whatever was there. */
export interface TraceEffect {
  readonly kind: 'map' | 'unmap' | 'protect'
  readonly start: bigint
  /** Exclusive. */
  readonly end: bigint
  /** Bits: read 1, write 2, execute 4; 0 of `unmap`. */
  readonly permission: number
}

/** In the place of rows `gone`, `[from, to)` each, there are rows `added`. Rows of either are next to each other in the list. */
export interface TraceChange {
  readonly gone: readonly [from: number, to: number]
  readonly added: readonly [from: number, to: number]
}

/** A list that the kernel has told, and how the replay differs from it. */
export interface TraceCheckpoint {
  /** Of the log; undefined at the end. */
  readonly line: number | undefined
  /** Steps that were done by then. */
  readonly position: number
  readonly kernelAreas: number
  readonly areas: number
  readonly differences: readonly ReportedDifference[]
}

/** A whole run; plain data. */
export interface TraceTimeline {
  readonly title: string
  /** Every row that there ever was. */
  readonly areas: TraceAreas
  /** Rows `[0, startCount)` are those at the start. */
  readonly startCount: number
  readonly steps: readonly TraceStep[]
  readonly changes: readonly TraceChange[]
  readonly checkpoints: readonly TraceCheckpoint[]
  readonly report: ReplayReport
  /** Bits of the narrowest canonical addresses, the sign among them, that hold all areas. */
  readonly addressBits: number
  /** Lines of the log; 0 without one. */
  readonly lines: number
  /** Why there are fewer steps than calls: beyond this many, they are not kept. */
  readonly isCut: boolean
}

/** More are replayed, and compared, but not kept as steps. */
export const MOST_STEPS = 200_000

/** The set of a timeline: flags are permissions, and nothing is behind it. */
type TimelineSet = MemorySet<number, undefined>

/** Of a list alone: what the first line of any log says. */
const FIRST_LINE = '1 execve("process", ["process"], 0x0 /* 0 vars */) = 0\n'

/** So much of a log is replayed between two pauses, in characters. */
const PIECE = 32 * 1024

/** The lists of a trace, read. @throws TraceInputError naming file and line. */
export function listsOf({ title, log, start, end, checkpoints }: TraceFiles): KernelLists {
  return {
    start: areasOf(start, log === undefined ? title : 'start.maps'),
    end: end === undefined ? undefined : areasOf(end, 'end.maps'),
    checkpoints: new Map(checkpoints.map(([line, text]) => [line, areasOf(text, `mid-${String(line).padStart(5, '0')}.maps`)])),
  }
}

function areasOf(text: string, file: string): KernelLists['start'] {
  const areas = parseMapsFile(text, file)
  // No process is without areas, at whatever moment.
  if (areas.length === 0) throw new Error(`${file}: holds no areas`)
  return areas
}

/** The log in pieces, and where each ends; a list alone has a log of one line. */
export function* piecesOf({ log }: TraceFiles): Generator<{ readonly text: string; readonly done: number; readonly total: number }, undefined> {
  const text = log ?? FIRST_LINE
  for (let from = 0; from < text.length; from += PIECE) yield { text: text.slice(from, from + PIECE), done: Math.min(from + PIECE, text.length), total: text.length }
  return undefined
}

/**
 * Replays a trace and notes its steps. `pause` is awaited now and then with how much has been read.
 *
 * @throws TraceInputError (and ReplayError, for areas that overlap) naming file and line.
 */
export async function timelineOf(files: TraceFiles, pause: (done: number, total: number) => Promise<void>): Promise<TraceTimeline> {
  const set: TimelineSet = new MemorySet({ pageTable: undefined, merge: 'equal-neighbours' })
  const lists = listsOf(files)
  const notes = new Notes(set)
  const backend = new NullBackend()
  const target = { name: files.title, set, backendFor: () => backend, flagsOf: (permission: number) => permission, permissionOf: (flags: number) => flags, observer: notes.observer }
  const replay = new Replay(target, lists, 'strace.txt')
  notes.begin()
  for (const { text, done, total } of piecesOf(files)) {
    replay.push(text)
    await pause(done, total)
  }
  const report = replay.finish()
  return {
    title: files.title,
    ...notes.all(),
    checkpoints: checkpointsOf(lists, notes, report),
    report,
    addressBits: replay.addressBits,
    lines: files.log === undefined ? 0 : countLines(files.log),
  }
}

function checkpointsOf({ checkpoints, end }: KernelLists, notes: Notes, { differences, areas }: ReplayReport): TraceCheckpoint[] {
  const reached = notes.reached.map(({ line, position, size }) => {
    return { line, position, areas: size, kernelAreas: checkpoints?.get(line)?.length ?? 0, differences: differences.filter(({ checkpoint }) => checkpoint === line) }
  })
  if (end === undefined) return reached
  return [...reached, { line: undefined, position: notes.stepCount, areas, kernelAreas: end.length, differences: differences.filter(({ checkpoint }) => checkpoint === undefined) }]
}

/** What an observer of the replay notes. */
class Notes {
  readonly #set: TimelineSet
  readonly #columns = { starts: [] as bigint[], lasts: [] as bigint[], permissions: [] as string[], names: [] as string[] }
  readonly #steps: { line: number; text: string; hasFailed: boolean; from: number; to: number; effects: TraceEffect[] }[] = []
  readonly #changes: TraceChange[] = []
  /** First lines of calls that have a step, until their second part is done. */
  readonly #open = new Set<number>()
  #before: ReturnType<TimelineSet['snapshot']>
  #next: ReplayedCall | undefined
  #startCount = 0
  #isCut = false
  readonly reached: { readonly line: number; readonly position: number; readonly size: number }[] = []
  readonly observer: ReplayObserver

  constructor(set: TimelineSet) {
    this.#set = set
    this.#before = set.snapshot()
    let hasBegun = false
    const changed = (kind: TraceEffect['kind'], { start, end }: { readonly start: bigint; readonly end: bigint }, permission = 0): void => {
      if (hasBegun) this.#note({ kind, start, end, permission })
    }
    this.begin = () => {
      hasBegun = true
      this.#keep()
      for (const area of set) this.#put(area)
      this.#startCount = this.#columns.starts.length
    }
    this.observer = {
      called: (call) => this.#called(call),
      reached: (line) => this.reached.push({ line, position: this.#steps.length, size: set.size }),
      mapped: (range, permission) => changed('map', range, permission),
      unmapped: (range) => changed('unmap', range),
      protected: (range, permission) => changed('protect', range, permission),
    }
  }

  /** The areas at the start are in the set. */
  readonly begin: () => void

  get stepCount(): number {
    return this.#steps.length
  }

  all(): Pick<TraceTimeline, 'areas' | 'startCount' | 'steps' | 'changes' | 'isCut'> {
    return { areas: this.#columns, startCount: this.#startCount, steps: this.#steps, changes: this.#changes, isCut: this.#isCut }
  }

  /** A call on two lines is a step where it changes something: once, or at both of them. */
  #called(call: ReplayedCall): void {
    this.#next = call
    if (call.part === 'first') return
    if (call.part === 'second' && this.#open.delete(call.firstLine)) return
    this.#begin(call)
  }

  #begin(call: ReplayedCall): void {
    this.#next = undefined
    if (this.#steps.length >= MOST_STEPS) {
      this.#isCut = true
      return
    }
    const { name, args, outcome, firstLine, lastLine, part } = call
    if (part === 'first') this.#open.add(firstLine)
    const at = this.#changes.length
    this.#steps.push({ line: part === 'first' ? firstLine : lastLine, text: `${name}(${args}) = ${outcomeText(outcome)}`, hasFailed: outcome.kind === 'failed', from: at, to: at, effects: [] })
  }

  #note(effect: TraceEffect): void {
    const { start, end } = effect
    if (this.#next !== undefined && this.#next.part !== 'whole') this.#begin(this.#next)
    const step = this.#steps.at(-1)
    if (this.#isCut || step === undefined) return
    step.effects.push(effect)
    // Neighbours may have become one with what is new.
    const near = { start: virtAddr(start === 0n ? 0n : start - 1n), end: end === WORD_SPACE ? end : end + 1n }
    const old = [...this.#before.areasIn(near)]
    this.#keep()
    const now = [...this.#set.areasIn(near)]
    let same = 0
    while (same < old.length && same < now.length && isSame(old[same]!, now[same]!)) same += 1
    let sameAtEnd = 0
    while (sameAtEnd < old.length - same && sameAtEnd < now.length - same && isSame(old.at(-1 - sameAtEnd)!, now.at(-1 - sameAtEnd)!)) sameAtEnd += 1
    const gone = old.slice(same, old.length - sameAtEnd)
    const added = now.slice(same, now.length - sameAtEnd)
    if (gone.length === 0 && added.length === 0) return
    const from = this.#columns.starts.length
    for (const area of gone) this.#put(area)
    const middle = this.#columns.starts.length
    for (const area of added) this.#put(area)
    this.#changes.push({ gone: [from, middle], added: [middle, this.#columns.starts.length] })
    step.to = this.#changes.length
  }

  #keep(): void {
    this.#before.dispose()
    this.#before = this.#set.snapshot()
  }

  #put({ start, end, flags, backend }: MemoryArea<number, undefined>): number {
    const kind = backend instanceof AreaBackend ? backend.kind : undefined
    const { starts, lasts, permissions, names } = this.#columns
    names.push(kind?.source?.name ?? (kind?.growsDown === true ? '[stack]' : kind?.heapStart === undefined ? '' : '[heap]'))
    lasts.push(end - 1n)
    permissions.push(formatPermission(flags, kind?.sharing ?? 'private'))
    return starts.push(start) - 1
  }
}

function isSame(a: MemoryArea<number, undefined>, b: MemoryArea<number, undefined>): boolean {
  return a.start === b.start && a.end === b.end && a.flags === b.flags && a.backend === b.backend
}

function outcomeText(outcome: CallOutcome): string {
  switch (outcome.kind) {
    case 'returned': return outcome.value < 4096n ? String(outcome.value) : formatHex(outcome.value)
    case 'failed': return `-1 ${outcome.errno}`
    case 'unknown': return '?'
  }
}

function countLines(text: string): number {
  let lines = text.endsWith('\n') || text === '' ? 0 : 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

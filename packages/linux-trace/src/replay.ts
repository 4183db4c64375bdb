/**
 * The replay of a trace: reads a log, carries out on the caller's set what the calls that count did to memory, checks
 * their outcomes, and compares the result with the kernel's list. Which calls count is decided by tasks.ts, when they
 * take effect by timeline.ts, what they do by effects.ts; here the parts are joined, and the end is recognised.
 */
import { MappingError } from '@addrspace/memory-set'

import type { AreaKind } from './area-backend.ts'
import { CallReader, isExecutingCall, REFUSED_CALLS, type CallPhase } from './call-reader.ts'
import { isAttributeCall, parseAttributeCall, type AttributeCall } from './attribute-call.ts'
import { Checks, type Violation } from './checks.ts'
import { compareWithKernel, type Difference, type ReplayedRange } from './compare.ts'
import { Effects } from './effects.ts'
import { ReplayError, TraceInputError, type SourceLine } from './errors.ts'
import { LineSplitter, type TextSource } from './lines.ts'
import type { MapsArea } from './maps-file.ts'
import { isMemoryCall, parseMemoryCall, type MemoryCall } from './memory-call.ts'
import type { Piece } from './mremap.ts'
import { formatPermission, permissionOfText } from './permission.ts'
import { TaskTable, type LoggedCall, type Process } from './tasks.ts'
import { Timeline, type TimelineSink } from './timeline.ts'
import { TracedSpace, type ReplayTarget } from './traced-space.ts'

/** What the kernel tells of a run besides the log. */
export interface KernelLists {
  /** The areas right after the first line. */
  readonly start: readonly MapsArea[]
  /** The areas when the main process entered `exit_group`. */
  readonly end?: readonly MapsArea[] | undefined
  /** The areas right after some lines of the log, by line number. */
  readonly checkpoints?: ReadonlyMap<number, readonly MapsArea[]> | undefined
}

/** A recorded run of a program. */
export interface Trace extends KernelLists {
  /** The log: text in pieces of any size, with its line ends. */
  readonly log: TextSource
  /** Name of the log, for messages; default `strace.txt`. */
  readonly logFile?: string
}

/** A difference at the end, or at a checkpoint: then with the number of its line. */
export interface ReportedDifference extends Difference {
  /** The line of the checkpoint; absent at the end. */
  readonly checkpoint?: number
}

/** How a replay compares with what the kernel did; plain data, ready for JSON. */
export interface ReplayReport {
  /** Name of the target. */
  readonly name: string
  /** Memory calls that count, by name, failed ones included. */
  readonly operations: Readonly<Record<string, number>>
  /** Areas in the set at the end. */
  readonly areas: number
  /** Areas in the kernel's list; `null` if there is none. */
  readonly kernelAreas: number | null
  /** Where the replay's areas are not the kernel's. */
  readonly differences: readonly ReportedDifference[]
  /** Calls whose outcome contradicts the replay's layout. */
  readonly violations: readonly Violation[]
  /** Number of checkpoints compared. */
  readonly checkpoints: number
  /** Whether there is neither a difference nor a violation. */
  readonly match: boolean
}

/** Calls that act at their first line already, and are counted there. */
const COUNTED_FIRST: ReadonlySet<string> = new Set(['munmap', 'shmdt', 'mremap'])

/** A replay in progress. Takes the log in pieces and holds no more of it than is needed to order its calls. */
export class Replay<F, P> {
  private readonly target: ReplayTarget<F, P>
  private readonly lists: KernelLists
  private readonly logFile: string
  private readonly space: TracedSpace<F, P>
  private readonly checks: Checks<F, P>
  private readonly effects: Effects<F, P>
  private readonly reader: CallReader
  private readonly timeline: Timeline
  private readonly splitter: LineSplitter
  private readonly operations = new Map<string, number>()
  /** What moving calls have on their way between their two lines. */
  private readonly onTheirWay = new Map<LoggedCall, Piece[]>()
  private readonly differences: ReportedDifference[] = []
  private checkpoints = 0
  private lines = 0
  private hasEnded = false
  private hasExecuted = false

  /**
   * Fills the set with the areas at the start.
   *
   * @throws RangeError if the set is not empty.
   * @throws ReplayError if it refuses an area.
   */
  constructor(target: ReplayTarget<F, P>, lists: KernelLists, logFile = 'strace.txt') {
    if (!target.set.isEmpty) throw new RangeError('"target.set" must be empty')
    this.target = target
    this.lists = lists
    this.logFile = logFile
    this.space = new TracedSpace(target)
    this.checks = new Checks(this.space)
    this.effects = new Effects(this.space, this.checks)
    const tasks = new TaskTable()
    this.timeline = new Timeline(logFile, this.sink())
    this.reader = new CallReader(logFile, tasks, (call, phase) => this.takeCall(call, phase))
    this.splitter = new LineSplitter(logFile, (line, number) => this.takeLine(line, number))
    this.fill(lists.start)
  }

  /**
   * Takes the next piece of the log's text. Pieces may end anywhere.
   *
   * @throws TraceInputError if a line cannot be understood, naming it and what was expected.
   * @throws ReplayError if the set refuses what the kernel did.
   */
  push(text: string): void {
    this.splitter.push(text)
  }

  /**
   * Takes the end of the log and compares. Call it once.
   *
   * @throws TraceInputError, ReplayError as `push` does.
   */
  finish(): ReplayReport {
    this.splitter.end()
    if (this.lines === 0) throw new TraceInputError({ file: this.logFile, line: 1 }, 'an execve', '')
    this.reader.end()
    this.timeline.end()
    const { end } = this.lists
    if (end !== undefined) this.differences.push(...this.compare(end))
    return {
      name: this.target.name,
      operations: Object.fromEntries([...this.operations].sort(([a], [b]) => (a < b ? -1 : 1))),
      areas: this.space.size,
      kernelAreas: end?.length ?? null,
      differences: this.differences,
      violations: this.checks.violations,
      checkpoints: this.checkpoints,
      match: this.differences.length === 0 && this.checks.violations.length === 0,
    }
  }

  /** Bits of the narrowest canonical addresses that hold all areas so far: 48 for a usual program, of which Sv48 has 48. */
  get addressBits(): number {
    return this.space.addressBits
  }

  private fill(areas: readonly MapsArea[]): void {
    for (const [index, area] of areas.entries()) {
      const where = { file: 'start.maps', line: index + 1 }
      this.guarded(where, 'map', () => {
        this.space.map(area.start, area.end, permissionOfText(area.permission), kindOf(area))
      })
    }
  }

  private takeLine(line: string, number: number): void {
    this.lines = number
    this.reader.take(line, number)
    if (this.lists.checkpoints?.has(number) === true) this.timeline.addCheckpoint(number)
  }

  private takeCall(call: LoggedCall, phase: CallPhase): void {
    // Attributes are for targets that keep them; others need not understand these calls.
    if (this.target.attributes === 'kept' || !isAttributeCall(call.name)) this.timeline.add(call, phase)
  }

  private sink(): TimelineSink {
    // An object of closures, because the timeline asks for the end as a property of what it hands calls to.
    const hasEnded = (): boolean => this.hasEnded
    return {
      call: (call, phase, process) => this.carryOut(call, phase, process),
      checkpoint: (line) => this.compareAt(line),
      get hasEnded() {
        return hasEnded()
      },
    }
  }

  private carryOut(call: LoggedCall, phase: CallPhase, process: Process): void {
    const { name, outcome } = call
    if (name === 'exit_group') {
      if (process.isMain && phase !== 'second') this.hasEnded = true
    } else if (!process.sharesMemory) {
      // A segment that another process has made may still be attached here.
      if (name === 'shmget' && outcome?.kind === 'returned') this.carryOutMemoryCall(call, name, phase)
    } else if (isMemoryCall(name)) {
      const isCounted = phase === 'whole' || (phase === 'first') === COUNTED_FIRST.has(name)
      if (isCounted && name !== 'shmget') this.operations.set(name, (this.operations.get(name) ?? 0) + 1)
      this.carryOutMemoryCall(call, name, phase)
    } else if (isAttributeCall(name)) {
      this.carryOutAttributeCall(call, name)
    } else if (outcome?.kind === 'returned' && phase !== 'first') {
      if (isExecutingCall(name)) this.execute(call, process)
      if (REFUSED_CALLS.has(name)) throw new TraceInputError(this.at(call.lastLine), 'no call that changes memory in ways not replayed', name)
    }
  }

  private carryOutMemoryCall(logged: LoggedCall, name: MemoryCall['name'], phase: CallPhase): void {
    const { outcome } = logged
    if (outcome === undefined) return
    const line = phase === 'first' ? logged.firstLine : logged.lastLine
    const where = this.at(line)
    const call = parseMemoryCall(name, logged.args, where)
    if (name !== 'shmget') this.space.announceCall({ name, args: logged.args, outcome, firstLine: logged.firstLine, lastLine: logged.lastLine, part: phase })
    this.guarded(where, name, () => {
      let pieces = this.onTheirWay.get(logged) ?? []
      if (phase !== 'second') pieces = this.effects.takeAway(call, outcome, where)
      if (phase === 'first') {
        if (pieces.length > 0 && outcome.kind === 'returned') this.onTheirWay.set(logged, pieces)
      } else {
        this.onTheirWay.delete(logged)
        this.effects.addOrChange(call, outcome, { pieces, isSplit: phase === 'second', isOrdered: isOrdered(logged) }, where)
      }
    })
  }

  private carryOutAttributeCall({ args, outcome, lastLine }: LoggedCall, name: AttributeCall['name']): void {
    if (outcome === undefined) return
    const where = this.at(lastLine)
    const call = parseAttributeCall(name, args, where)
    this.guarded(where, name, () => this.effects.attribute(call, outcome))
  }

  private execute(call: LoggedCall, process: Process): void {
    if (!process.isMain) {
      process.sharesMemory = false
    } else if (this.hasExecuted || this.operations.size > 0) {
      throw new TraceInputError(this.at(call.lastLine), 'one execve of the main process, on the first line', call.name)
    } else {
      this.hasExecuted = true
    }
  }

  private compareAt(line: number): void {
    const kernel = this.lists.checkpoints?.get(line)
    if (kernel === undefined) return
    this.checkpoints += 1
    this.target.observer?.reached?.(line)
    for (const difference of this.compare(kernel)) this.differences.push({ ...difference, checkpoint: line })
  }

  private compare(kernel: readonly MapsArea[]): Difference[] {
    return compareWithKernel(this.ranges(), kernel)
  }

  private *ranges(): IterableIterator<ReplayedRange> {
    for (const { start, end, permission, kind } of this.space.areas()) {
      yield { start, end, permission: formatPermission(permission, kind.sharing), growsDown: kind.growsDown }
    }
  }

  private at(line: number): SourceLine {
    return { file: this.logFile, line }
  }

  private guarded(where: SourceLine, what: string, act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!(error instanceof MappingError)) throw error
      throw new ReplayError(where, `${what} was refused: ${error.message}`, error)
    }
  }
}

/**
 * Replays a trace on a target. Streams the log: memory is bounded by its areas, its tasks and its longest line.
 *
 * @throws TraceInputError if the log cannot be understood, naming file, line and what was expected.
 * @throws ReplayError if the set or a backend refuses what the kernel did.
 * @throws RangeError if the set is not empty.
 */
export async function replayTrace<F, P>(trace: Trace, target: ReplayTarget<F, P>): Promise<ReplayReport> {
  const replay = new Replay(target, trace, trace.logFile)
  if (typeof trace.log === 'string') replay.push(trace.log)
  else for await (const piece of trace.log) replay.push(piece)
  return replay.finish()
}

/** Whether no task that shares the memory, or may do so, had a call in progress meanwhile that may change what is free. */
function isOrdered(call: LoggedCall): boolean {
  for (const { process } of call.overlapping ?? []) if (process?.sharesMemory !== false) return false
  return true
}

function kindOf(area: MapsArea): AreaKind {
  // Heap and stack are anonymous memory; other bracketed names are the kernel's own mappings.
  const isAnonymous = area.name === '' || area.name === '[heap]' || area.name === '[stack]'
  return {
    sharing: area.permission.endsWith('s') ? 'shared' : 'private',
    growsDown: area.name === '[stack]',
    source: isAnonymous ? undefined : { name: area.name, base: area.start - area.offset, segmentSize: undefined },
  }
}

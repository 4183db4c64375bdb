/**
 * Who shares the main process's memory. A task is a thread or the only thread of a process; what counts is decided per
 * process, since all its threads share, and stop sharing, together.
 *
 * The log is looked at in two orders. As lines *arrive*, numbers become tasks: a number that returns after its task has
 * ended is another task, and a call that creates one is bound to it as soon as its result is seen, which may be long
 * after the new task's first lines. When calls are *replayed*, in their order, it is decided what a creating call makes
 * of its task, because that depends on what its creator was at that moment. A task whose creator's result is yet to come
 * is resolved early if every call that can have created it gives the same answer; with a single one, as nearly always,
 * that is at once.
 */
import { withoutComments } from './arguments.ts'
import { TraceInputError } from './errors.ts'
import { LONGEST_ARGUMENTS } from './memory-call.ts'
import { UNKNOWN, type CallOutcome } from './strace-log.ts'

/** One line or two of the log: a call of a task. */
export interface LoggedCall {
  readonly task: Task
  readonly name: string
  readonly firstLine: number
  /** Line of the result; the first line while the call is in progress. */
  lastLine: number
  /** The arguments, as far as written; all of them once there is an outcome. */
  args: string
  /** `undefined` while the call is in progress. */
  outcome: CallOutcome | undefined
  /** Set for a call that creates a task. */
  creation: Creation | undefined
  /** Other tasks that had a call in progress meanwhile which may change what is free, if this is such a call; `undefined` for none. */
  overlapping: Set<Task> | undefined
}

/** A process, or what is known of it. */
export interface Process {
  readonly isMain: boolean
  /** Whether its calls act on the main process's memory; a successful `execve` ends that. */
  sharesMemory: boolean
}

/** What a creating call makes of its task. */
type Verdict = { readonly kind: 'thread'; readonly process: Process } | { readonly kind: 'process'; readonly sharesMemory: boolean }

/** A call that creates a task. */
export interface Creation {
  readonly call: LoggedCall
  verdict: Verdict | undefined
}

/** A thread, from its first line or its creation on until it ends; its number may return as another task. */
export class Task {
  /** `undefined` for a main task whose number no line has told yet. */
  number: number | undefined
  /** `undefined` until it is decided. */
  process: Process | undefined
  /** The call that created it, once its result is known. */
  creation: Creation | undefined = undefined
  /** The calls that can have created it, if its first line comes before that result. */
  candidates: readonly Creation[]
  /** The call in progress; a task has at most one. */
  pending: LoggedCall | undefined = undefined
  hasEnded = false

  constructor(number: number | undefined, candidates: readonly Creation[] = []) {
    this.number = number
    this.candidates = candidates
  }
}

/** The new task has memory of its own; which process it belongs to does not matter then. */
const COPIES: Verdict = { kind: 'process', sharesMemory: false }

const CREATING = new Set(['clone', 'clone3', 'fork', 'vfork'])
const CLONE_VM = 0x100
const CLONE_THREAD = 0x1_0000

/** Tells whether a call of this name creates a task. */
export function isCreatingCall(name: string): boolean {
  return CREATING.has(name)
}

/** The tasks of a log. */
export class TaskTable {
  /** The task of the first line. */
  main: Task | undefined = undefined
  private readonly tasks = new Map<number, Task>()
  /** Tasks that have ended before the result of the call that created them was seen, by number. */
  private readonly endedEarly = new Map<number, Task>()
  /** Creating calls in progress. */
  private readonly open = new Set<Creation>()
  private readonly attached = new Set<number>()

  /**
   * Gives the task of a line that begins a call, resumes the call `name`, or does neither. Only a call makes a task that
   * was not seen before; for other lines of such a task there is none.
   */
  speaker(number: number | undefined, does: 'begin' | 'resume' | 'other', name = ''): Task | undefined {
    if (this.main === undefined) return (this.main = this.firstTask(number))
    if (number === undefined || number === this.main.number) return this.main
    const known = this.tasks.get(number)
    if (known !== undefined && (!known.hasEnded || does !== 'begin')) return known
    if (known === undefined && this.isMain(number, does, name)) {
      this.main.number = number
      return this.main
    }
    return does === 'begin' ? this.add(new Task(number, [...this.open])) : undefined
  }

  /** Notes that strace has announced a task of this number. */
  attach(number: number): void {
    this.attached.add(number)
  }

  /** Notes that a creating call has begun. */
  begin(call: LoggedCall): void {
    call.creation = { call, verdict: undefined }
    this.open.add(call.creation)
  }

  /** Notes that a call has its outcome; a successful creating call is bound to its task. */
  finish(call: LoggedCall): void {
    const { creation, outcome } = call
    if (creation === undefined || outcome === undefined) return
    this.open.delete(creation)
    if (outcome.kind !== 'returned') return
    const number = Number(outcome.value)
    if (number === this.main?.number) return
    const known = this.tasks.get(number)
    const early = this.endedEarly.get(number) ?? known
    // A child may have ended, or called exit, before this result: it was one that this call can have created.
    if (early?.hasEnded === true && early.creation === undefined && early.candidates.includes(creation)) {
      early.creation = creation
      this.endedEarly.delete(number)
      return
    }
    // A live task that another call has created ended without a line, and its number has returned.
    const isNew = known === undefined || known.hasEnded || known.creation !== undefined || known === call.task
    const child = isNew ? this.add(new Task(number)) : known
    child.creation = creation
  }

  /** Notes that a task is no more: its call in progress has no result, and its number may return as another task. */
  end(task: Task): void {
    task.hasEnded = true
    this.abandon(task)
    if (task.number === undefined || this.tasks.get(task.number) !== task) return
    this.tasks.delete(task.number)
    if (task.creation === undefined && task.candidates.length > 0) this.endedEarly.set(task.number, task)
  }

  /** Gives up waiting for the second line of a task's call. */
  abandon(task: Task): void {
    const call = task.pending
    if (call === undefined) return
    task.pending = undefined
    call.outcome = UNKNOWN
    this.finish(call)
  }

  /** Gives up waiting for all second lines. */
  abandonAll(): void {
    if (this.main !== undefined) this.abandon(this.main)
    for (const task of this.tasks.values()) this.abandon(task)
  }

  /** Lets the task `by`, which executes a program, go on under the number of `leader`. */
  supersede(leader: Task, by: number): void {
    this.abandon(leader)
    const task = this.tasks.get(by)
    if (task?.pending === undefined) return
    // The call itself keeps its task: both are of one process, and that is what it changes.
    leader.pending = task.pending
    task.pending = undefined
    task.hasEnded = true
  }

  /**
   * Whether a number is the main task's, whose first lines had none because strace wrote none while there was one task:
   * it is, if it takes up the call that the main task has in progress, or begins one while the main task has none and
   * nobody is creating a task, or strace announces those.
   */
  private isMain(number: number, does: 'begin' | 'resume' | 'other', name: string): boolean {
    if (this.main === undefined || this.main.number !== undefined || this.attached.has(number)) return false
    if (does === 'resume') return this.main.pending?.name === name
    return does === 'begin' && this.main.pending === undefined && (this.open.size === 0 || this.attached.size > 0)
  }

  private firstTask(number: number | undefined): Task {
    const task = new Task(number)
    task.process = { isMain: true, sharesMemory: true }
    return number === undefined ? task : this.add(task)
  }

  private add(task: Task): Task {
    this.tasks.set(task.number!, task)
    return task
  }
}

/**
 * Decides what a creating call makes of its task, at the call's first line in the order of the replay.
 *
 * @returns whether it could be decided: not so while the flags of `clone` are still to come.
 * @throws TraceInputError if a successful call has no flags that can be read.
 */
export function decideCreation(creation: Creation, file: string): boolean {
  if (creation.verdict !== undefined) return true
  const { call } = creation
  const creator = call.task.process
  if (creator === undefined) return false
  creation.verdict = creator.sharesMemory ? verdictByFlags(call, creator, file) : COPIES
  // Nobody needs the flags any more, and a task that lives long would keep them.
  if (creation.verdict !== undefined) call.args = ''
  return creation.verdict !== undefined
}

/** What a task of a process that shares the memory creates; `undefined` while its flags are to come. */
function verdictByFlags(call: LoggedCall, creator: Process, file: string): Verdict | undefined {
  const flags = cloneFlags(call)
  if (flags === undefined) {
    if (call.outcome?.kind === 'returned') {
      throw new TraceInputError({ file, line: call.lastLine }, `flags=CLONE_… in ${call.name}`, call.args)
    }
    return call.outcome === undefined ? undefined : COPIES
  }
  if ((flags & CLONE_THREAD) !== 0) return { kind: 'thread', process: creator }
  return (flags & CLONE_VM) === 0 ? COPIES : { kind: 'process', sharesMemory: true }
}

/** Finds out the process of a task, if that can be known by now. */
export function resolveTask(task: Task, file: string): Process | undefined {
  if (task.process !== undefined) return task.process
  const possible = task.creation === undefined ? task.candidates.filter(mayHaveCreatedAnother) : [task.creation]
  const verdicts = possible.map((creation) => verdictOf(creation, file))
  const first = verdicts[0]
  if (first === undefined || !verdicts.every((verdict) => verdict !== undefined && sameVerdict(verdict, first))) return undefined
  task.candidates = []
  return (task.process = processOf(first))
}

/** Whether the call is in progress, or has lost its second line. */
function mayHaveCreatedAnother(creation: Creation): boolean {
  const { outcome } = creation.call
  return outcome === undefined || outcome.kind === 'unknown'
}

/**
 * Gives the verdict on a creating call. Usually it has been decided at the call's first line; but where a log tells the
 * whole call behind its task's first lines, that is yet to come, for the creator too, and its creator.
 */
function verdictOf(creation: Creation, file: string): Verdict | undefined {
  const ancestors = new Set<Creation>()
  let oldest: Creation | undefined = creation
  while (oldest !== undefined && oldest.verdict === undefined && oldest.call.task.process === undefined) {
    // Tasks that have created each other are known to nobody.
    if (ancestors.has(oldest)) return undefined
    ancestors.add(oldest)
    oldest = oldest.call.task.creation
  }
  if (oldest === undefined || !decideCreation(oldest, file)) return undefined
  for (const next of [...ancestors].reverse()) {
    next.call.task.process = processOf(next.call.task.creation!.verdict!)
    if (!decideCreation(next, file)) return undefined
  }
  return creation.verdict
}

function processOf(verdict: Verdict): Process {
  return verdict.kind === 'thread' ? verdict.process : { isMain: false, sharesMemory: verdict.sharesMemory }
}

function sameVerdict(a: Verdict, b: Verdict): boolean {
  if (a.kind === 'thread') return b.kind === 'thread' && a.process === b.process
  return b.kind === 'process' && a.sharesMemory === b.sharesMemory
}

const FLAGS = /\bflags=([^,})]*)(.?)/

/** Reads the flags of a creating call; `undefined` if they are not, or not fully, written yet. */
function cloneFlags(call: LoggedCall): number | undefined {
  if (call.name === 'fork') return 0
  if (call.name === 'vfork') return CLONE_VM
  if (call.args.length > LONGEST_ARGUMENTS) return undefined
  const fields = FLAGS.exec(call.args)
  if (fields === null || (fields[2] === '' && call.outcome === undefined)) return undefined
  let bits = 0
  for (const symbol of withoutComments(fields[1]!).split('|').map((part) => part.trim())) {
    if (symbol === 'CLONE_VM') bits |= CLONE_VM
    else if (symbol === 'CLONE_THREAD') bits |= CLONE_THREAD
    else if (/^(?:\d+|0x[\da-f]+)$/.test(symbol)) bits |= Number(BigInt(symbol) & 0xffff_ffffn)
    else if (!/^[A-Z][A-Z0-9_]*$/.test(symbol)) return undefined
  }
  return bits
}

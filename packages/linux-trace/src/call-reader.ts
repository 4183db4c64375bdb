/**
 * From the lines of a log to its calls: joins the halves of split calls and assigns each call to its task. What it tells
 * is that a call was written whole, has begun, or has got its second line; ordering their effects is the timeline's.
 */
import { isAttributeCall } from './attribute-call.ts'
import { TraceInputError } from './errors.ts'
import { MAX_LINE_LENGTH } from './lines.ts'
import { isMemoryCall } from './memory-call.ts'
import { parseCallBody, parseStraceLine, type StraceRecord } from './strace-log.ts'
import { isCreatingCall, type LoggedCall, type Task, type TaskTable } from './tasks.ts'

/** `whole`: both halves on one line. */
export type CallPhase = 'whole' | 'first' | 'second'

/** Calls that a replay refuses if they succeed: they change memory in ways it does not know. */
export const REFUSED_CALLS: ReadonlySet<string> = new Set(['remap_file_pages', 'io_setup', 'map_shadow_stack'])

const EXECUTING = new Set(['execve', 'execveat'])
const ENDING = new Set(['exit', 'exit_group'])

/** Calls that may change which addresses are free. */
const CHANGING_FREE: ReadonlySet<string> = new Set(['mmap', 'munmap', 'mremap', 'brk', 'shmat', 'shmdt'])

/** strace's own message behind the beginning of a call, where both went to the same stream. */
const INTERRUPTED = /^(.*)strace: Process (\d+) attached$/s

/** Tells whether a successful call of this name executes a program. */
export function isExecutingCall(name: string): boolean {
  return EXECUTING.has(name)
}

/** Reads a log line by line. */
export class CallReader {
  private readonly file: string
  private readonly tasks: TaskTable
  private readonly tell: (call: LoggedCall, phase: CallPhase) => void
  /** Calls in progress that may change what is free, and some that have ended since. */
  private readonly inProgress = new Set<LoggedCall>()
  private interrupted: { readonly text: string; readonly line: number } | undefined

  /**
   * `tell` gets every call that some rule reads, and of those that change attributes the whole and second ones; all others
   * are only checked for being complete.
   */
  constructor(file: string, tasks: TaskTable, tell: (call: LoggedCall, phase: CallPhase) => void) {
    this.file = file
    this.tasks = tasks
    this.tell = tell
  }

  /**
   * Takes the next line.
   *
   * @throws TraceInputError if it is no line of a log, or the second half of a call that has no first one.
   */
  take(text: string, number: number): void {
    if (text.startsWith('strace: ')) {
      this.record(parseStraceLine(text, { file: this.file, line: number }), number)
      return
    }
    const line = this.interrupted?.line ?? number
    const joined = (this.interrupted?.text ?? '') + text
    const message = joined.endsWith(' attached') ? INTERRUPTED.exec(joined) : null
    if (message === null) {
      this.interrupted = undefined
      this.record(parseStraceLine(joined, { file: this.file, line }), line)
    } else if (joined.length > MAX_LINE_LENGTH) {
      throw this.unending(joined, line)
    } else {
      this.interrupted = { text: message[1]!, line }
      this.tasks.attach(Number(message[2]))
    }
  }

  /**
   * Takes the end of the log: what has no second line by now will not get one.
   *
   * @throws TraceInputError if the last line has been cut.
   */
  end(): void {
    if (this.interrupted !== undefined) throw this.unending(this.interrupted.text, this.interrupted.line)
    this.tasks.abandonAll()
  }

  private record(record: StraceRecord, line: number): void {
    switch (record.kind) {
      case 'call': {
        const call = this.begin(record.task, record.name, record.args, line)
        call.outcome = record.outcome
        this.finish(call, 'whole')
        break
      }
      case 'unfinished': {
        const call = this.begin(record.task, record.name, keepsArguments(record.name) ? record.head : '', line)
        call.task.pending = call
        if (CHANGING_FREE.has(call.name)) this.inProgress.add(call)
        if (isRead(record.name)) this.tell(call, 'first')
        break
      }
      case 'resumed':
        this.resume(record.task, record.name, record.tail, line)
        break
      case 'ended': {
        const task = this.tasks.speaker(record.task, 'other')
        if (task !== undefined) this.tasks.end(task)
        break
      }
      case 'superseded': {
        const task = this.tasks.speaker(record.task, 'other')
        if (task !== undefined) this.tasks.supersede(task, record.by)
        break
      }
      case 'attached':
        this.tasks.attach(record.task)
        break
      case 'nothing':
        break
    }
  }

  private begin(number: number | undefined, name: string, args: string, line: number): LoggedCall {
    // A task that begins a call always exists from then on.
    const task: Task = this.tasks.speaker(number, 'begin')!
    // A call in progress that another one follows has lost its second line.
    this.tasks.abandon(task)
    const call: LoggedCall = { task, name, firstLine: line, lastLine: line, args, outcome: undefined, creation: undefined, overlapping: undefined }
    if (isCreatingCall(name)) this.tasks.begin(call)
    if (CHANGING_FREE.has(name)) this.noteOverlaps(call)
    return call
  }

  private noteOverlaps(call: LoggedCall): void {
    for (const other of this.inProgress) {
      // It has ended meanwhile, or gets no second line.
      if (other.outcome !== undefined) {
        this.inProgress.delete(other)
        continue
      }
      other.overlapping = (other.overlapping ?? new Set()).add(call.task)
      call.overlapping = (call.overlapping ?? new Set()).add(other.task)
    }
  }

  private resume(number: number | undefined, name: string, tail: string, line: number): void {
    const where = { file: this.file, line }
    const task = this.tasks.speaker(number, 'resume', name)
    const call = task?.pending
    if (task === undefined || call === undefined || call.name !== name) {
      // The end of a call outside the log, which no rule reads, or of the last call of a task.
      parseCallBody(name, tail, where)
      const expected = call === undefined ? `the first half of ${name} on a line above` : `<... ${call.name} resumed>`
      const isOdd = isRead(name) || (call !== undefined && isRead(call.name))
      if (isOdd && !ENDING.has(name)) throw new TraceInputError(where, expected, `<... ${name} resumed>`)
      return
    }
    const text = call.args + tail
    if (text.length > 2 * MAX_LINE_LENGTH) throw this.unending(text, call.firstLine)
    if (text.endsWith(' <unfinished ...>')) {
      call.args = keepsArguments(name) ? text.slice(0, -' <unfinished ...>'.length) : ''
      return
    }
    const body = parseCallBody(name, text, where)
    task.pending = undefined
    call.args = body.args
    call.outcome = body.outcome
    call.lastLine = line
    this.finish(call, 'second')
  }

  private unending(text: string, line: number): TraceInputError {
    return new TraceInputError({ file: this.file, line }, 'the rest of the call', text)
  }

  private finish(call: LoggedCall, phase: CallPhase): void {
    this.tasks.finish(call)
    if (isRead(call.name) || isAttributeCall(call.name)) this.tell(call, phase)
    if (ENDING.has(call.name)) call.task.hasEnded = true
  }
}

/** Whether some rule reads calls of this name. */
function isRead(name: string): boolean {
  return isMemoryCall(name) || isCreatingCall(name) || EXECUTING.has(name) || REFUSED_CALLS.has(name) || name === 'exit_group'
}

/** Whether the arguments matter; those of `execve` may be long. */
function keepsArguments(name: string): boolean {
  return isMemoryCall(name) || isCreatingCall(name) || isAttributeCall(name)
}

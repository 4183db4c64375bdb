/**
 * The order in which calls take effect. A split call takes memory away at its first line and adds or changes it at its
 * second, but whether it succeeded, and where to, is told only by the second. So what happens is put in a queue in the
 * order of the lines, and its head is carried out as soon as it can be:
 *
 *     line  log                             queue                            head waits for
 *     1     A: munmap(x <unfinished ...>    A first                          A's second line
 *     2     B: mmap(…) = y                  A first, B whole
 *     3     A: <... munmap resumed>) = 0    A first, B whole, A second       nothing: all three are carried out
 *
 * The head waits in three cases: the first half of a call that takes memory away, until its second line (or the end of
 * its task, or of the log, without one); a call of a task of which it is not known whether it shares the memory, until
 * its creator's result; the first half of `clone` while its flags are still to come. Halves that do nothing at their
 * first line are not waited for. The queue is empty nearly always, and bounded: a log in which more than `MOST_WAITING`
 * entries would wait for one line is refused.
 *
 * The end of the replay, `exit_group`, passes through the queue like any call. Lines are read on behind it, only to learn
 * the outcome of calls that were in progress there.
 */
import { TraceInputError } from './errors.ts'
import type { CallPhase } from './call-reader.ts'
import { decideCreation, resolveTask, type LoggedCall, type Process } from './tasks.ts'

/** Most entries that wait for the outcome of a call. */
export const MOST_WAITING: number = 2 ** 18

/** What the queue hands on, in order. */
export interface TimelineSink {
  /** A call, or one half of it, of a task whose process is known. */
  call(call: LoggedCall, phase: CallPhase, process: Process): void
  /** Everything on lines up to this one has been handed on, as far as it takes effect there. */
  checkpoint(line: number): void
  /** Whether nothing that follows counts. */
  readonly hasEnded: boolean
}

type Entry = { readonly kind: 'call'; readonly call: LoggedCall; readonly phase: CallPhase } | { readonly kind: 'checkpoint'; readonly line: number }

/** Calls whose first half does something by itself. */
const ACTING_FIRST: ReadonlySet<string> = new Set(['munmap', 'shmdt', 'mremap', 'clone', 'clone3', 'fork', 'vfork', 'exit_group'])

/** Calls whose first half takes memory away. */
const TAKING_FIRST: ReadonlySet<string> = new Set(['munmap', 'shmdt', 'mremap'])

/** Orders the effects of calls. */
export class Timeline {
  private readonly file: string
  private readonly sink: TimelineSink
  private queue: Entry[] = []
  private head = 0

  /** `file` is for messages. */
  constructor(file: string, sink: TimelineSink) {
    this.file = file
    this.sink = sink
  }

  /**
   * Takes what a line told of a call, and hands on what need not wait any longer.
   *
   * @throws TraceInputError if too much waits.
   */
  add(call: LoggedCall, phase: CallPhase): void {
    if (phase !== 'first' || ACTING_FIRST.has(call.name)) this.push({ kind: 'call', call, phase })
    this.drain()
  }

  /** Asks to be told when everything up to this line is done. */
  addCheckpoint(line: number): void {
    this.push({ kind: 'checkpoint', line })
    this.drain()
  }

  /**
   * Hands on the rest, once the log has ended and no call is in progress any more.
   *
   * @throws TraceInputError if a task remains of which no line tells whether it shares the memory.
   */
  end(): void {
    this.drain()
    const entry = this.queue[this.head]
    if (entry?.kind !== 'call') return
    const { task, name, firstLine } = entry.call
    throw new TraceInputError({ file: this.file, line: firstLine }, `a call that creates task ${task.number ?? '?'}`, name)
  }

  private push(entry: Entry): void {
    if (this.sink.hasEnded) return
    if (this.queue.length - this.head >= MOST_WAITING) throw this.tooManyWaiting()
    this.queue.push(entry)
  }

  private drain(): void {
    while (this.head < this.queue.length && !this.sink.hasEnded) {
      const entry = this.queue[this.head]!
      if (entry.kind === 'checkpoint') {
        this.sink.checkpoint(entry.line)
      } else {
        const process = this.ready(entry.call, entry.phase)
        if (process === undefined) break
        this.sink.call(entry.call, entry.phase, process)
      }
      this.head += 1
    }
    // The array is reused when it runs empty, and shortened now and then when it does not.
    if (this.head === this.queue.length || this.sink.hasEnded) {
      this.queue.length = 0
      this.head = 0
    } else if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head)
      this.head = 0
    }
  }

  /** The process of a call that can be carried out by now. */
  private ready(call: LoggedCall, phase: CallPhase): Process | undefined {
    const process = resolveTask(call.task, this.file)
    if (process === undefined) return undefined
    if (call.creation !== undefined && !decideCreation(call.creation, this.file)) return undefined
    const waits = phase === 'first' && process.sharesMemory && TAKING_FIRST.has(call.name) && call.outcome === undefined
    return waits ? undefined : process
  }

  private tooManyWaiting(): TraceInputError {
    const entry = this.queue[this.head]!
    const line = entry.kind === 'call' ? entry.call.firstLine : entry.line
    const what = entry.kind === 'call' ? `the outcome or the creator of ${entry.call.name}` : 'a result'
    return new TraceInputError({ file: this.file, line }, `${what} within the next ${MOST_WAITING} calls`)
  }
}

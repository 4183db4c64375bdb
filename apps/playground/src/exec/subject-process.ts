/**
 * The process of a subject that speaks the exec protocol: one line in, one line out, under a time limit. What the lines
 * say is the session's matter. Whatever becomes of the process is told as a value: that it ended, did not answer, or
 * wrote when nothing was asked.
 */

import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { constants } from 'node:os'
import { killGroup, startGroup } from './process-group.ts'

/** How a process failed its part. */
export interface ProcessFailure {
  /** What it did, in words that follow its name. */
  readonly what: string
  /** The request that was open, and what came instead of an answer; without line breaks. */
  readonly asked?: string
  readonly received?: string
  /** The last lines of its standard error. */
  readonly stderr: string
  readonly isTimeout: boolean
}

/** What came of a request. */
export type Reply = { readonly kind: 'line'; readonly line: string } | { readonly kind: 'failure'; readonly failure: ProcessFailure }

export interface ProcessOptions {
  /** A program's file, or else a command line for the shell; both from where the user stands. */
  readonly command: string
  /** For each answer; the first one of a process may take three times as long. */
  readonly milliseconds: number
}

/** In UTF-16 units: an image of 1024 full tables has some 20 million. */
const LONGEST_LINE = 2 ** 26
/** A program has to start, too, before it answers for the first time. */
const START_FACTOR = 3
const STDERR_KEPT = 4096
const STDERR_LINES = 12
/** After its end a process may have left writing in a pipe, or the pipe to a child of its own. */
const LAST_WORDS_MILLISECONDS = 300
/** For leaving by itself, once its standard input is at its end. */
const LEAVE_MILLISECONDS = 1000

const START_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'it is not executable',
  ENOEXEC: 'it is neither a program nor a script with #! and an interpreter',
  ENOENT: 'there is no such program, or no interpreter of that name',
}

/** What is known of a process that will not be asked again. */
interface Doom {
  readonly what: string
  readonly received?: string
  readonly isTimeout: boolean
}

/** A request that waits for its answer. */
interface OpenRequest {
  readonly asked: string
  readonly settle: (reply: Reply) => void
  readonly timer: NodeJS.Timeout
}

/** A process that is started when it is first asked, and again after it has failed. */
export class SubjectProcess {
  readonly #options: ProcessOptions
  #run: Run | undefined
  #open: OpenRequest | undefined
  /** What happened while nothing was asked; the next request is told. */
  #pending: ProcessFailure | undefined

  constructor(options: ProcessOptions) {
    this.#options = options
  }

  /** Writes a line and gives the one that comes back. One request at a time. */
  async ask(asked: string): Promise<Reply> {
    const pending = this.#pending
    if (pending !== undefined) {
      this.#pending = undefined
      return { kind: 'failure', failure: { ...pending, asked } }
    }
    const milliseconds = this.#options.milliseconds * (this.#run === undefined ? START_FACTOR : 1)
    let run: Run
    try {
      run = this.#run ??= this.#start()
    } catch (error) {
      // Most of what can go wrong here comes as an event; not all does.
      return { kind: 'failure', failure: { what: `cannot be started: ${startProblem(error)}`, asked, stderr: '', isTimeout: false } }
    }
    const { promise, resolve: settle } = Promise.withResolvers<Reply>()
    const timer = setTimeout(() => run.condemn({ what: `has not answered within ${milliseconds / 1000} s`, isTimeout: true }), milliseconds)
    this.#open = { asked, settle, timer }
    run.write(asked)
    return promise
  }

  /** Kills the process, and gives what its standard error ended with. The next request starts another one. */
  async kill(): Promise<string> {
    const run = this.#run
    if (run === undefined) return ''
    run.condemn({ what: 'was killed', isTimeout: false })
    await run.end
    this.#pending = undefined
    return run.lastWords
  }

  /** Lets the process leave by itself, and kills it if it does not. */
  async close(): Promise<void> {
    await this.#run?.leave()
    this.#pending = undefined
  }

  #start(): Run {
    const run = new Run(this.#options.command, {
      onLine: (line) => this.#answer(run, line),
      onEnd: (doom) => {
        this.#run = undefined
        this.#tell({ ...doom, stderr: run.lastWords })
      },
    })
    return run
  }

  #answer(run: Run, line: string): void {
    const open = this.#open
    if (open === undefined) {
      run.condemn({ what: 'has written a line though nothing was asked', received: line, isTimeout: false })
      return
    }
    this.#open = undefined
    clearTimeout(open.timer)
    open.settle({ kind: 'line', line })
  }

  #tell(failure: ProcessFailure): void {
    const open = this.#open
    this.#open = undefined
    if (open === undefined) {
      this.#pending = failure
      return
    }
    clearTimeout(open.timer)
    open.settle({ kind: 'failure', failure: { ...failure, asked: open.asked } })
  }
}

interface RunEvents {
  readonly onLine: (line: string) => void
  /** Once, when the process is gone and has been heard to its end. */
  readonly onEnd: (doom: Doom) => void
}

/** One life of a process: from its start until its last words are heard. */
class Run {
  readonly #child: ChildProcessWithoutNullStreams
  readonly #events: RunEvents
  /** Settled with `onEnd`. */
  readonly end: Promise<undefined>
  readonly #settleEnd: (value: undefined) => void
  /** Pieces of a line whose end is still to come. */
  #pieces: string[] = []
  #length = 0
  #stderr = ''
  #doom: Doom | undefined
  #isOver = false

  constructor(command: string, events: RunEvents) {
    const child = startGroup(command)
    this.#child = child
    this.#events = events
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.end = promise
    this.#settleEnd = resolve
    child.stdin.on('error', () => undefined) // its end is told instead
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT)))
    child.on('error', (error) => {
      if (child.pid === undefined) this.#finish({ what: `cannot be started: ${startProblem(error)}`, isTimeout: false })
    })
    child.on('exit', (code, signal) => {
      const ended = { what: signal === null ? `ended with exit code ${code ?? 0}${shellSays(code)}` : `was ended by ${signal}`, isTimeout: false }
      killGroup(child) // it may have left others behind
      // What it wrote may still be on its way, an answer among it.
      const timer = setTimeout(() => this.#finish(ended), LAST_WORDS_MILLISECONDS)
      child.on('close', () => {
        clearTimeout(timer)
        this.#finish(ended)
      })
    })
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  /** Kills the process for a reason; `onEnd` is told of the first. */
  condemn(doom: Doom): void {
    this.#doom ??= doom
    killGroup(this.#child)
  }

  /** Lets the process leave by itself, and kills it if it does not. */
  async leave(): Promise<void> {
    this.#child.stdin.end()
    const timer = setTimeout(() => killGroup(this.#child), LEAVE_MILLISECONDS)
    await this.end
    clearTimeout(timer)
  }

  /** The last lines of standard error. */
  get lastWords(): string {
    return this.#stderr.trimEnd().split('\n').slice(-STDERR_LINES).join('\n')
  }

  #hear(text: string): void {
    if (this.#doom !== undefined) return
    const lines = text.split('\n')
    const rest = lines.pop()!
    for (const line of lines) {
      const whole = this.#pieces.join('') + line
      this.#pieces = []
      this.#length = 0
      this.#events.onLine(whole)
    }
    if (rest !== '') this.#pieces.push(rest)
    this.#length += rest.length
    if (this.#length > LONGEST_LINE) this.condemn({ what: `has written more than ${LONGEST_LINE} characters without a line break`, isTimeout: false })
  }

  #finish(ended: Doom): void {
    if (this.#isOver) return
    this.#isOver = true
    killGroup(this.#child)
    const partial = this.#pieces.length === 0 ? undefined : this.#pieces.join('')
    this.#events.onEnd({ ...(partial !== undefined && { received: partial }), ...(this.#doom ?? ended) })
    this.#settleEnd(undefined)
  }
}

function startProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return START_PROBLEMS[code ?? ''] ?? message
}

const LONGEST_QUOTE = 400

/** Tells of a failure in lines, without the name of the subject. */
export function describeFailure({ what, asked, received, stderr }: ProcessFailure): string {
  return [
    what,
    ...(asked === undefined ? [] : [`asked: ${quote(asked)}`]),
    ...(received === undefined ? [] : [`received: ${quote(received)}`]),
    ...(stderr === '' ? [] : ['standard error ends with:', ...stderr.split('\n').map((line) => `  ${quote(line.replaceAll('\t', '  '))}`)]),
  ].join('\n')
}

function quote(text: string): string {
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE)}… (${text.length} characters)`
}

/** Of those that the shell makes up, the ones that need an explanation. */
function shellSays(code: number | null): string {
  if (code === 127) return ' (no such command)'
  if (code === 126) return ' (not executable)'
  return code !== null && code > 128 && code <= 128 + 64 ? ` (${signalName(code - 128)})` : ''
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`
}

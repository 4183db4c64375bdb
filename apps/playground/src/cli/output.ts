/**
 * Writing to stdout and stderr: lines, JSON lines, colours. Colours are for terminals only, and never where NO_COLOR is
 * set. Lines are collected for a few milliseconds, since a write each would cost more than most operations do.
 *
 * A reader that goes away early (`addrspace … | head`) is no fault: what is left is not written any more, the work goes
 * on and the exit code stays true.
 */

import { styleText } from 'node:util'
import { EXIT_INPUT, oneLine } from './failure.ts'

/** What a text stands for; which colour that is, is decided here. */
export type Tone = 'bold' | 'dim' | 'good' | 'bad' | 'read' | 'write' | 'execute' | 'danger'

/** Gives a text the colour of its tone, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string

const FORMATS = {
  bold: 'bold', dim: 'dim', good: 'green', bad: 'red', read: 'cyan', write: 'green', execute: 'yellow', danger: 'red',
} as const

const FLUSH_LENGTH = 2 ** 16
const FLUSH_MILLISECONDS = 10
const DEFAULT_COLUMNS = 80
const FEWEST_COLUMNS = 40
const MOST_COLUMNS = 160

/** The stream that a command's result goes to. */
export class Output {
  readonly paint: Paint
  readonly #stream: NodeJS.WriteStream
  #pending = ''
  #flushedAt = 0
  #isClosed = false

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    this.paint = hasColours(stream) ? (tone, text) => styleText(FORMATS[tone], text, { validateStream: false }) : (_, text) => text
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!this.#isClosed && error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') {
        process.stderr.write(`addrspace: cannot write the output: ${oneLine(error.message)}\n`)
        process.exitCode = EXIT_INPUT
      }
      this.#isClosed = true
    })
  }

  /** Width to print at: the terminal's, within reason; 80 where the output is no terminal. */
  get columns(): number {
    const columns = this.#stream.isTTY ? this.#stream.columns : DEFAULT_COLUMNS
    return Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, columns || DEFAULT_COLUMNS))
  }

  /** Writes lines; a text without line breaks is one. */
  line(text = ''): void {
    this.#pending += `${text}\n`
    if (this.#pending.length >= FLUSH_LENGTH || performance.now() - this.#flushedAt >= FLUSH_MILLISECONDS) this.flush()
  }

  /** Writes a value as one line of JSON. */
  json(value: unknown): void {
    this.line(JSON.stringify(value))
  }

  /** Hands over what was collected. Call it before anything else is written to the terminal, and at the end. */
  flush(): void {
    const text = this.#pending
    this.#pending = ''
    if (text !== '' && !this.#isClosed) this.#stream.write(text)
    this.#flushedAt = performance.now()
  }
}

function hasColours(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR = '', TERM } = process.env
  return stream.isTTY && NO_COLOR === '' && TERM !== 'dumb'
}

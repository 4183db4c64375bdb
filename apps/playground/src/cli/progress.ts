/**
 * How far long work has come: one line on stderr that overwrites itself. Only where stderr is a terminal, and only for
 * work that takes long enough to wonder.
 */

const FIRST_AFTER_MILLISECONDS = 400
const NEXT_AFTER_MILLISECONDS = 100
const DEFAULT_COLUMNS = 80
const CLEAR_LINE = '\r\u001b[K'

/** A line of progress; call `done` before anything else is written. */
export class Progress {
  readonly #stream: NodeJS.WriteStream
  #dueAt: number
  #isShown = false

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream
    this.#dueAt = performance.now() + FIRST_AFTER_MILLISECONDS
  }

  /** Shows the text that `describe` gives, if the time has come. */
  report(describe: () => string): void {
    if (!this.#stream.isTTY || performance.now() < this.#dueAt) return
    const text = describe()
    this.#stream.write(`${CLEAR_LINE}${text.slice(0, (this.#stream.columns || DEFAULT_COLUMNS) - 1)}`)
    this.#isShown = true
    this.#dueAt = performance.now() + NEXT_AFTER_MILLISECONDS
  }

  /** Takes the line away. */
  done(): void {
    if (this.#isShown) this.#stream.write(CLEAR_LINE)
    this.#isShown = false
  }
}

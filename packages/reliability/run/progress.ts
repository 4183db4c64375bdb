// How far long work has come, on stderr: a line that overwrites itself on a terminal, otherwise now and then one more.

const EVERY_ON_TERMINAL = 500
const EVERY_ELSEWHERE = 15_000
const CLEAR_LINE = '\r\u001b[K'

/** Where progress goes; `process.stderr`, or what a test reads. */
export interface ProgressStream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
}

export class Progress {
  readonly #stream: ProgressStream
  #dueAt: number
  #isShown = false

  constructor(stream: ProgressStream = process.stderr) {
    this.#stream = stream
    this.#dueAt = performance.now() + this.#every
  }

  get #every(): number {
    return this.#stream.isTTY === true ? EVERY_ON_TERMINAL : EVERY_ELSEWHERE
  }

  /** Shows what `describe` gives, if the time has come. */
  report(describe: () => string): void {
    if (performance.now() < this.#dueAt) return
    this.#dueAt = performance.now() + this.#every
    this.#isShown = true
    this.#stream.write(this.#stream.isTTY === true ? `${CLEAR_LINE}${describe()}` : `${describe()}\n`)
  }

  /** Takes the line away; to be called before anything else is written. */
  done(): void {
    if (this.#isShown && this.#stream.isTTY === true) this.#stream.write(CLEAR_LINE)
    this.#isShown = false
  }
}

/** `12,345`. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** `1:02:03`, or `2:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}

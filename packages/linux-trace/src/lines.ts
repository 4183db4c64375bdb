/**
 * Text in pieces of any size, cut into lines. Holds at most one line; a line that grows beyond the limit is refused
 * instead of kept, so that a file without line ends cannot fill the memory.
 */
import { TraceInputError } from './errors.ts'

/** Text, whole or in pieces that may end anywhere: what a file stream of strings gives. */
export type TextSource = string | Iterable<string> | AsyncIterable<string>

/** Longest line taken, in UTF-16 code units. */
export const MAX_LINE_LENGTH: number = 2 ** 20

/** Cuts pieces of text into lines, without their ends (`\n` or `\r\n`). */
export class LineSplitter {
  private readonly file: string
  private readonly take: (line: string, number: number) => void
  private rest = ''
  private count = 0

  /** `take` gets each line and its number, counted from 1. `file` is for messages. */
  constructor(file: string, take: (line: string, number: number) => void) {
    this.file = file
    this.take = take
  }

  /**
   * Hands over the lines that `piece` completes.
   *
   * @throws TypeError if `piece` is no string.
   * @throws TraceInputError if a line is longer than `MAX_LINE_LENGTH`.
   */
  push(piece: string): void {
    if (typeof piece !== 'string') throw new TypeError(`"piece" must be a string, got ${typeof piece}`)
    let from = 0
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      const line = this.rest + piece.slice(from, end)
      this.rest = ''
      from = end + 1
      this.hand(line)
    }
    this.rest += piece.slice(from)
    if (this.rest.length > MAX_LINE_LENGTH) throw this.tooLong()
  }

  /** Hands over the last line if no line end followed it. */
  end(): void {
    const line = this.rest
    this.rest = ''
    if (line !== '') this.hand(line)
  }

  private hand(line: string): void {
    if (line.length > MAX_LINE_LENGTH) throw this.tooLong()
    this.count += 1
    const end = line.endsWith('\r') ? line.length - 1 : line.length
    // A slice keeps the text it is cut from alive: a path that an area remembers would keep its whole piece. The
    // concatenation makes the engine copy the line.
    this.take(` ${line}`.slice(1, end + 1), this.count)
  }

  private tooLong(): TraceInputError {
    return new TraceInputError({ file: this.file, line: this.count + 1 }, `a line of at most ${MAX_LINE_LENGTH} characters`)
  }
}

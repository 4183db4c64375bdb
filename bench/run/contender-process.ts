// A contender as a process: a line to ask, a line of JSON as answer.
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** A program and its arguments. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
}

export type Answer = { readonly figure: number } | { readonly checksum: string; readonly samples: readonly number[] }

export class ContenderProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string, undefined>
  readonly #reader: Interface
  readonly #description: string
  /** What it wrote before the last answer, for instance what the engine traced. */
  otherLines: string[] = []

  constructor({ file, args }: Command) {
    this.#description = args.slice(-2).join(' ')
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#reader = createInterface({ input: this.#child.stdout })
    this.#lines = this.#reader[Symbol.asyncIterator]()
  }

  /** @throws Error if the process ended instead of answering */
  async ask(question: string, size: number, seed: number, milliseconds: number): Promise<Answer> {
    const line = `${question} ${String(size)} ${String(seed)} ${String(milliseconds)}`
    this.#child.stdin.write(`${line}\n`)
    this.otherLines = []
    for (;;) {
      const next = await this.#lines.next()
      if (next.done === true) throw new Error(`${this.#description} ended when asked ${line}`)
      if (next.value.startsWith('{')) return JSON.parse(next.value) as Answer
      this.otherLines.push(next.value)
    }
  }

  /** Ends it, and waits until its memory is free for the next one. */
  async close(): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.stdin.end()
    await exit
    this.#reader.close()
  }
}

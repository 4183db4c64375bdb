/**
 * A conversation with a subject, synchronous as the cases are: this thread sleeps while another one writes the request,
 * keeps the time and waits for the answer. Once something has gone wrong, every further request of the same case fails
 * with the same words, so that no case can take it for a refusal; the next case begins anew.
 */

import { CheckFailure } from '@addrspace/conformance'
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { oneLine } from '../cli/failure.ts'
import { AnswerCheck, PROTOCOL_VERSION, writeMessage, type AnswerName, type Answers } from './protocol.ts'
import { describeFailure, type ProcessFailure, type Reply } from './subject-process.ts'

/** What the other thread is asked to do. */
export type Errand = { readonly kind: 'ask'; readonly line: string } | { readonly kind: 'kill' }

/** What comes back; `killed` has what standard error ended with. */
export type ErrandReply = Reply | { readonly kind: 'killed'; readonly stderr: string }

/** What went wrong in a case. */
export interface SessionFailure {
  readonly text: string
  readonly isTimeout: boolean
}

export class ExecSession {
  readonly #port: MessagePort
  readonly #signal: Int32Array
  readonly #check = new AnswerCheck()
  #lastId = 0
  /** Whether the process is one that has said hello. */
  #isGreeted = false
  #failure: SessionFailure | undefined

  /** `signal`: one number, which the other thread counts up after each reply. */
  constructor(port: MessagePort, signal: Int32Array) {
    this.#port = port
    this.#signal = signal
  }

  get failure(): SessionFailure | undefined {
    return this.#failure
  }

  /** Begins a case: without tables, in a new process if the last one has failed. */
  begin(): void {
    this.#failure = undefined
    if (this.#isGreeted) this.ask('done', { ask: 'reset' })
    else this.hello()
  }

  hello(): Answers['hello'] {
    const answer = this.ask('hello', { ask: 'hello', protocol: PROTOCOL_VERSION })
    this.#isGreeted = true
    return answer
  }

  /** @throws CheckFailure if the answer does not come, or is none. */
  ask<N extends AnswerName>(name: N, request: { readonly ask: string } & Readonly<Record<string, unknown>>): Answers[N] {
    if (this.#failure !== undefined) throw new CheckFailure(this.#failure.text)
    const id = ++this.#lastId
    const asked = writeMessage({ id, ...request })
    const reply = this.#run({ kind: 'ask', line: asked })
    if (reply.kind === 'failure') throw this.#fail(reply.failure)
    if (reply.kind === 'killed') throw new TypeError('a request was answered as something else')
    const received = reply.line
    const answer = this.#parse(received, id, asked)
    if ('error' in answer) throw this.#note({ what: `could not answer: ${oneLine(String(answer.error))}`, asked, stderr: '', isTimeout: false })
    const problem = this.#check.problemOf(name, answer)
    if (problem !== undefined) throw this.#note({ what: `has answered wrongly: ${problem}`, asked, received, stderr: '', isTimeout: false })
    return answer as unknown as Answers[N] // the schema says so
  }

  #parse(received: string, id: number, asked: string): { readonly id: unknown } {
    let answer: unknown
    try {
      answer = JSON.parse(received)
    } catch {
      throw this.#garbage('has answered with what is no JSON', asked, received)
    }
    if (typeof answer !== 'object' || answer === null || !('id' in answer)) throw this.#garbage('has answered without an "id"', asked, received)
    if (answer.id !== id) throw this.#garbage(`has answered another request: "id" must be ${id}, got ${JSON.stringify(answer.id)}`, asked, received)
    return answer
  }

  /** Nobody knows what a process that talks nonsense will say next. */
  #garbage(what: string, asked: string, received: string): CheckFailure {
    const reply = this.#run({ kind: 'kill' })
    return this.#fail({ what, asked, received, stderr: reply.kind === 'killed' ? reply.stderr : '', isTimeout: false })
  }

  #fail(failure: ProcessFailure): CheckFailure {
    this.#isGreeted = false
    return this.#note(failure)
  }

  #note(failure: ProcessFailure): CheckFailure {
    const text = `the subject ${describeFailure(failure)}`
    this.#failure = { text, isTimeout: failure.isTimeout }
    return new CheckFailure(text)
  }

  #run(errand: Errand): ErrandReply {
    const before = Atomics.load(this.#signal, 0)
    this.#port.postMessage(errand)
    Atomics.wait(this.#signal, 0, before)
    return (receiveMessageOnPort(this.#port) as { readonly message: ErrandReply }).message
  }
}

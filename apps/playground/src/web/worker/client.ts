/**
 * The page's end of the protocol. Every question gets one answer; one that is not wanted any more is cancelled, and a
 * worker that does not give way is replaced, so that no long run stands in the way of the next question.
 */

import type { Scenario } from '@addrspace/conformance'
import type { FromWorker, JobAnswer, JobName, JobProgress, JobRequest, ToWorker } from './protocol.ts'

/** How a job is watched and given up. */
export interface AskOptions<N extends JobName> {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: JobProgress<N>) => void
}

/** What is needed of a worker; a browser's has it. */
export interface WorkerPort {
  postMessage(message: ToWorker): void
  addEventListener(type: 'message', listener: (event: { readonly data: FromWorker }) => void): void
  addEventListener(type: 'error', listener: (event: { readonly message: string }) => void): void
  terminate(): void
}

interface Asked {
  readonly name: JobName
  readonly request: object
  readonly onProgress: ((progress: never) => void) | undefined
  readonly resolve: (answer: never) => void
  readonly reject: (error: Error) => void
}

/** How long a cancelled job may go on while others wait, in milliseconds. */
const PATIENCE = 300

/** Asks a worker. `start` makes a fresh one. */
export class WorkerClient {
  readonly #start: () => WorkerPort
  #worker: WorkerPort | undefined
  #asked = new Map<number, Asked>()
  #scenarioIds = new WeakMap<Scenario, number>()
  /** Those that the worker at hand knows. */
  #sent = new Set<number>()
  #nextId = 1

  constructor(start: () => WorkerPort) {
    this.#start = start
  }

  /**
   * Asks a question.
   *
   * @throws (as a rejection) an `AbortError` after `signal`, or an Error with what the worker says.
   */
  ask<N extends JobName>(name: N, request: JobRequest<N>, { signal, onProgress }: AskOptions<N> = {}): Promise<JobAnswer<N>> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(abortError())
        return
      }
      const id = this.#nextId++
      const asked: Asked = { name, request, onProgress, resolve, reject }
      this.#asked.set(id, asked)
      this.#send(id, asked)
      signal?.addEventListener('abort', () => this.#cancel(id), { once: true })
    })
  }

  #send(id: number, { name, request }: Asked): void {
    this.#worker ??= this.#begin()
    const scenario = 'scenario' in request ? (request.scenario as Scenario) : undefined
    if (scenario === undefined) {
      this.#post({ kind: 'job', id, name, request })
      return
    }
    let scenarioId = this.#scenarioIds.get(scenario)
    if (scenarioId === undefined) this.#scenarioIds.set(scenario, (scenarioId = this.#nextId++))
    // Sent again when another has been in between, since the worker remembers a few only.
    if (!this.#sent.has(scenarioId)) {
      if (this.#sent.size > 3) this.#sent.clear()
      this.#sent.add(scenarioId)
      this.#post({ kind: 'scenario', scenarioId, scenario })
    }
    this.#post({ kind: 'job', id, name, request: { ...request, scenario: { scenarioId } } })
  }

  #cancel(id: number): void {
    const asked = this.#asked.get(id)
    if (asked === undefined) return
    this.#asked.delete(id)
    asked.reject(abortError())
    const worker = this.#worker
    this.#post({ kind: 'cancel', id })
    const heard = this.#heard
    setTimeout(() => {
      if (this.#worker === worker && this.#heard === heard && this.#asked.size > 0) this.#restart()
    }, PATIENCE)
  }

  /** Counts what came from the worker: a sign that it does not hang. */
  #heard = 0

  /** What is still wanted is asked again of a fresh worker. */
  #restart(): void {
    this.#worker?.terminate()
    this.#worker = undefined
    this.#sent.clear()
    for (const [id, asked] of this.#asked) this.#send(id, asked)
  }

  #begin(): WorkerPort {
    const worker = this.#start()
    worker.addEventListener('message', ({ data }) => this.#receive(data))
    worker.addEventListener('error', (event) => this.#fail(new Error(event.message === '' ? 'the worker could not be loaded' : event.message)))
    return worker
  }

  #receive(message: FromWorker): void {
    this.#heard += 1
    if (message.kind === 'alive') return
    const asked = this.#asked.get(message.id)
    if (asked === undefined) return
    if (message.kind === 'progress') {
      asked.onProgress?.(message.progress as never)
      return
    }
    this.#asked.delete(message.id)
    if (message.kind === 'answer') asked.resolve(message.answer as never)
    else asked.reject(message.kind === 'failed' ? new Error(message.message) : abortError())
  }

  #fail(error: Error): void {
    const all = [...this.#asked.values()]
    this.#asked.clear()
    this.#worker?.terminate()
    this.#worker = undefined
    this.#sent.clear()
    for (const { reject } of all) reject(error)
  }

  #post(message: ToWorker): void {
    this.#worker?.postMessage(message)
  }
}

function abortError(): Error {
  return new DOMException('nobody wants the answer any more', 'AbortError')
}

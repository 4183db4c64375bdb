/**
 * A subject at the other end of a pipe, held against cases. The cases run in a thread that sleeps while it waits; this
 * one keeps the process and the time, so that nothing that the subject does can stop it.
 */

import { extname } from 'node:path'
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads'
import { InputError } from '../cli/failure.ts'
import type { TimedReport } from '../cli/timed-report.ts'
import type { Errand, ErrandReply } from './session.ts'
import { SubjectProcess, type ProcessOptions } from './subject-process.ts'

/** What the thread is given. */
export interface ToExecWorker {
  readonly port: MessagePort
  readonly signal: Int32Array
}

/** What the thread tells. */
export type FromExecWorker =
  | { readonly kind: 'ready'; readonly name: string }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'report'; readonly report: TimedReport }

/** In the sources or in what is built of them. */
const WORKER = new URL(`./exec-worker${extname(import.meta.url)}`, import.meta.url)

/** A subject that has said hello. Close it, whatever happens. */
export class ExecContender {
  /** What it calls itself. */
  readonly name: string
  readonly #process: SubjectProcess
  readonly #worker: Worker

  private constructor(name: string, process: SubjectProcess, worker: Worker) {
    this.name = name
    this.#process = process
    this.#worker = worker
  }

  /**
   * Starts the process and has it introduce itself.
   *
   * @throws InputError if it cannot, or its manifest contradicts itself.
   */
  static async open(options: ProcessOptions): Promise<ExecContender> {
    const process = new SubjectProcess(options)
    const worker = startWorker(process)
    try {
      const { promise, resolve, reject } = Promise.withResolvers<FromExecWorker>()
      worker.once('message', resolve)
      worker.once('error', reject)
      const greeting = await promise
      if (greeting.kind === 'refused') throw new InputError(`${options.command}: ${onOneLine(greeting.text)}`)
      if (greeting.kind === 'report') throw new TypeError('the thread must say hello before it reports')
      return new ExecContender(greeting.name, process, worker)
    } catch (error) {
      await process.kill()
      await worker.terminate()
      throw error
    }
  }

  /** Runs cases, and is told of each. */
  async run(ids: readonly string[], onReport: (report: TimedReport) => void): Promise<readonly TimedReport[]> {
    const reports: TimedReport[] = []
    if (ids.length === 0) return reports
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    this.#worker.on('error', reject)
    this.#worker.on('message', (message: FromExecWorker) => {
      if (message.kind !== 'report') return
      reports.push(message.report)
      onReport(message.report)
      if (reports.length === ids.length) resolve(undefined)
    })
    this.#worker.postMessage(ids)
    await promise
    return reports
  }

  async close(): Promise<void> {
    await this.#process.close()
    await this.#worker.terminate()
  }
}

function startWorker(process: SubjectProcess): Worker {
  const { port1: port, port2: theirs } = new MessageChannel()
  const signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  port.on('message', (errand: Errand) => {
    void run(process, errand).then((reply) => {
      port.postMessage(reply)
      Atomics.add(signal, 0, 1)
      Atomics.notify(signal, 0)
    })
  })
  return new Worker(WORKER, { workerData: { port: theirs, signal } satisfies ToExecWorker, transferList: [theirs] })
}

function onOneLine(text: string): string {
  return text.split('\n').map((line) => line.trim()).join('; ').replaceAll(':; ', ': ')
}

async function run(process: SubjectProcess, errand: Errand): Promise<ErrandReply> {
  return errand.kind === 'ask' ? process.ask(errand.line) : { kind: 'killed', stderr: await process.kill() }
}

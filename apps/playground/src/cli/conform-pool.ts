/**
 * Cases of several backends at once, in as many threads as there are processors. A thread takes one backend after the
 * other and hands back each report as soon as it is there.
 */

import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { TimedReport } from './timed-report.ts'

/** What a thread is asked: these cases, on this backend. */
export interface Assignment {
  readonly backend: string
  readonly ids: readonly string[]
}

/** In the sources or in what is built of them. */
const WORKER = new URL(`./conform-worker${extname(import.meta.url)}`, import.meta.url)

/** Runs the cases on every backend; `onReport` is told of each, in any order. Gives the reports by backend. */
export async function runInThreads(backends: readonly string[], ids: readonly string[], onReport: (backend: string, report: TimedReport) => void): Promise<Map<string, TimedReport[]>> {
  const reports = new Map<string, TimedReport[]>(backends.map((backend) => [backend, []]))
  const waiting = [...backends]
  const threads = Math.min(availableParallelism(), backends.length)
  await Promise.all(Array.from({ length: threads }, () => serve(waiting, ids, (backend, report) => {
    reports.get(backend)!.push(report)
    onReport(backend, report)
  })))
  return reports
}

/** Keeps one thread busy as long as backends are waiting. */
async function serve(waiting: string[], ids: readonly string[], onReport: (backend: string, report: TimedReport) => void): Promise<void> {
  const worker = new Worker(WORKER)
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  let backend: string | undefined
  let left = 0
  const next = (): void => {
    // From the end, where the machines are, which take longest.
    backend = waiting.pop()
    left = ids.length
    if (backend === undefined) resolve(undefined)
    else worker.postMessage({ backend, ids } satisfies Assignment)
  }
  worker.on('error', reject)
  worker.on('message', (report: TimedReport) => {
    if (backend !== undefined) onReport(backend, report)
    left -= 1
    if (left === 0) next()
  })
  next()
  try {
    await promise
  } finally {
    await worker.terminate()
  }
}

/**
 * The thread in which the cases of a subject at the other end of a pipe run, one after the other, each as synchronous as
 * it is written. The process itself belongs to the main thread.
 */

import { runPageTableConformance, type CaseReport, type PageTableSubject } from '@addrspace/conformance'
import { enableCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { isPageTableCase } from '../adapters/conformance-subjects.ts'
import { timeReport } from '../cli/timed-report.ts'
import type { FromExecWorker, ToExecWorker } from './exec-contender.ts'
import { remoteSubject } from './remote-subject.ts'
import { ExecSession } from './session.ts'

enableCompileCache()

const { port, signal } = workerData as ToExecWorker
const session = new ExecSession(port, signal)

/** After so many cases one after the other in which no answer came, the others are not asked. */
const MOST_TIMEOUTS = 3
let timeouts = 0

const subject = greet()
if (subject !== undefined) parentPort?.on('message', (ids: readonly string[]) => {
  for (const id of ids) post({ kind: 'report', report: timeReport(() => runCase(subject, id)) })
})

/** Says hello, and tries a case of none: a manifest that contradicts itself is told before anything runs. */
function greet(): PageTableSubject | undefined {
  try {
    const remote = remoteSubject(session, session.hello())
    runPageTableConformance(remote, { filter: () => false })
    post({ kind: 'ready', name: remote.name })
    return remote
  } catch (error) {
    post({ kind: 'refused', text: session.failure?.text ?? `the manifest contradicts itself: ${error instanceof Error ? error.message : String(error)}` })
    return undefined
  }
}

function runCase(remote: PageTableSubject, id: string): CaseReport {
  if (!isPageTableCase(id)) return { id, status: 'unsupported', detail: 'the protocol asks page tables only' }
  if (timeouts >= MOST_TIMEOUTS) return { id, status: 'fail', detail: `not asked: in ${MOST_TIMEOUTS} cases one after the other no answer came in time` }
  const report = begunCase(remote, id)
  const { failure } = session
  if (failure?.isTimeout === true) timeouts += 1
  else if (report.status !== 'unsupported') timeouts = 0
  // A case that expects a refusal may take a lost subject for one.
  if (failure === undefined || report.detail.includes(failure.text)) return report
  const known = remote.known?.find((entry) => entry.id === id)
  return known === undefined ? { id, status: 'fail', detail: failure.text } : { id, status: 'known', detail: `${known.reason}: ${failure.text}` }
}

function begunCase(remote: PageTableSubject, id: string): CaseReport {
  try {
    session.begin()
    return runPageTableConformance(remote, { filter: (other) => other === id })[0]!
  } catch (error) {
    return { id, status: 'fail', detail: error instanceof Error ? error.message : String(error) }
  }
}

function post(message: FromExecWorker): void {
  parentPort?.postMessage(message)
}

/**
 * A thread of `addrspace conform`: runs the cases of one assignment after the other, and reports each.
 */

import { enableCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import type { Assignment } from './conform-pool.ts'
import { timeReport } from './timed-report.ts'

enableCompileCache()
const { requireBackend } = await import('./backends.ts')

parentPort?.on('message', ({ backend, ids }: Assignment) => {
  void (async () => {
    const subject = await requireBackend(backend).loadSubject()
    for (const id of ids) parentPort?.postMessage(timeReport(() => subject.run(id)))
  })()
})

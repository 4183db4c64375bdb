/** What the worker does for each question. Long work gives way between its pieces, and stops when nobody wants it. */

import { areasAt } from '../derive/areas.ts'
import { differenceAt } from '../derive/difference.ts'
import { failureOf } from '../derive/failure.ts'
import { failuresOf } from '../derive/failures.ts'
import { framesAt } from '../derive/frames.ts'
import { pathAt } from '../derive/path.ts'
import { readScenario } from '../derive/read-scenario.ts'
import type { Session } from '../derive/session.ts'
import { stepsOf } from '../derive/steps.ts'
import { tablesAt } from '../derive/tables.ts'
import { timelineOf } from '../derive/timeline.ts'
import { walkAt } from '../derive/walk.ts'
import type { JobAnswer, JobName, JobProgress, JobRequest } from './protocol.ts'

/** What a job has besides its request. */
export interface JobContext<N extends JobName> {
  readonly session: Session
  readonly tell: (progress: JobProgress<N>) => void
  /** To be awaited between pieces of at most some milliseconds: lets cancellations come in, and throws `Cancelled` after one. */
  readonly pause: () => Promise<void>
}

/** Thrown by `pause` through a job that nobody wants any more. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

/** By name. A heavy one imports what it needs when it is asked for. */
export const JOBS: { readonly [N in JobName]: (request: JobRequest<N>, context: JobContext<N>) => JobAnswer<N> | Promise<JobAnswer<N>> } = {
  parse: ({ text }, { tell, pause }) => readScenario(text, tell, pause),
  steps: (request, { session }) => stepsOf(session, request),
  areas: (request, { session }) => areasAt(session, request),
  tables: (request, { session }) => tablesAt(session, request),
  frames: (request, { session }) => framesAt(session, request),
  path: (request, { session }) => pathAt(session, request),
  walk: (request, { session }) => walkAt(session, request),
  timeline: (request, { session }) => timelineOf(session, request),
  failure: (request) => failureOf(request),
  failures: (request, context) => failuresOf(request, context),
  mutants: async () => (await import('../derive/mutants.ts')).mutantList(),
  mutant: async (request, context) => (await import('../derive/mutants.ts')).reportOf(request, context),
  difference: (request, { session }) => differenceAt(session, request),
  file: async (request, { pause }) => (await import('../derive/share.ts')).fileOf(request, pause),
  link: async (request, { pause }) => (await import('../derive/share.ts')).linkTo(request, pause),
  checks: async (request, { session, pause }) => (await import('../derive/share.ts')).checksOf(session, request, pause),
  async trace({ files }, context) {
    const { timelineOf } = await import('../derive/trace.ts')
    return timelineOf(files, paused(context))
  },
  async traceRun(request, context) {
    const { runTrace } = await import('../derive/trace-run.ts')
    return runTrace(request, paused(context))
  },
  async suiteCases() {
    const { suiteCases } = await import('../derive/suite.ts')
    return suiteCases()
  },
  async suite(request, { tell, pause }) {
    const { runSuite } = await import('../derive/suite.ts')
    await runSuite(request, tell, pause)
    return undefined
  },
  async caseScenarios({ id }) {
    const { scenariosOfCase } = await import('../derive/case-scenarios.ts')
    return scenariosOfCase(id)
  },
}

/** Tells how much has been done, and gives way, at every piece. */
function paused({ tell, pause }: Pick<JobContext<'trace'>, 'tell' | 'pause'>): (done: number, total: number) => Promise<void> {
  return (done, total) => {
    tell({ done, total })
    return pause()
  }
}

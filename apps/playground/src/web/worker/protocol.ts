/**
 * What the page asks its worker, and what comes back. A job is a question with an id; its answer is a result, perhaps
 * with progress before it, or an error. Scenarios are sent once, and named by id afterwards.
 */

import type { Scenario } from '@addrspace/conformance'
import type { AreaColumns } from '../derive/columns.ts'
import type { Difference } from '../derive/difference.ts'
import type { FailureAnswer, FailureRequest } from '../derive/failure.ts'
import type { FailedOne, FailuresProgress, FailuresRequest } from '../derive/failures.ts'
import type { FramesView } from '../derive/frames.ts'
import type { MutantInfo, MutantProgress, MutantReport, MutantRequest } from '../derive/mutants.ts'
import type { PagePath, PathRequest } from '../derive/path.ts'
import type { Position } from '../derive/position.ts'
import type { ReadScenario, ReadOps } from '../derive/read-scenario.ts'
import type { Checks, ChecksRequest, LinkRequest, TextRequest } from '../derive/share.ts'
import type { BackendSteps, StepsRequest } from '../derive/steps.ts'
import type { TableNode, TablesRequest } from '../derive/tables.ts'
import type { Timeline, TimelineRequest } from '../derive/timeline.ts'
import type { CaseScenario } from '../derive/case-scenarios.ts'
import type { SuiteCase, SuiteProgress, SuiteRequest } from '../derive/suite.ts'
import type { TraceFiles } from '../derive/trace-files.ts'
import type { TraceRun, TraceRunRequest } from '../derive/trace-run.ts'
import type { TraceTimeline } from '../derive/trace.ts'
import type { Walk, WalkRequest } from '../derive/walk.ts'

/**
 * The questions by name. One more is an entry here, and one in `jobs.ts`. `progress` is `never` where an answer comes at
 * once.
 */
export interface Jobs {
  readonly parse: { readonly request: { readonly text: string }; readonly answer: ReadScenario; readonly progress: ReadOps }
  readonly steps: { readonly request: StepsRequest; readonly answer: readonly BackendSteps[]; readonly progress: never }
  readonly areas: { readonly request: Position; readonly answer: AreaColumns; readonly progress: never }
  readonly tables: { readonly request: TablesRequest; readonly answer: readonly TableNode[] | undefined; readonly progress: never }
  readonly frames: { readonly request: Position; readonly answer: FramesView | undefined; readonly progress: never }
  readonly path: { readonly request: PathRequest; readonly answer: PagePath; readonly progress: never }
  readonly walk: { readonly request: WalkRequest; readonly answer: Walk | undefined; readonly progress: never }
  readonly timeline: { readonly request: TimelineRequest; readonly answer: Timeline; readonly progress: never }
  readonly failure: { readonly request: FailureRequest; readonly answer: FailureAnswer; readonly progress: never }
  readonly failures: { readonly request: FailuresRequest; readonly answer: readonly FailedOne[]; readonly progress: FailuresProgress }
  readonly mutants: { readonly request: object; readonly answer: readonly MutantInfo[]; readonly progress: never }
  readonly mutant: { readonly request: MutantRequest; readonly answer: MutantReport; readonly progress: MutantProgress }
  readonly difference: { readonly request: Position; readonly answer: Difference; readonly progress: never }
  readonly file: { readonly request: TextRequest; readonly answer: string; readonly progress: never }
  readonly link: { readonly request: LinkRequest; readonly answer: string; readonly progress: never }
  readonly checks: { readonly request: ChecksRequest; readonly answer: Checks; readonly progress: never }
  readonly trace: { readonly request: { readonly files: TraceFiles }; readonly answer: TraceTimeline; readonly progress: Progress }
  readonly traceRun: { readonly request: TraceRunRequest; readonly answer: TraceRun; readonly progress: Progress }
  readonly suiteCases: { readonly request: object; readonly answer: readonly SuiteCase[]; readonly progress: never }
  readonly suite: { readonly request: SuiteRequest; readonly answer: undefined; readonly progress: SuiteProgress }
  readonly caseScenarios: { readonly request: { readonly id: string }; readonly answer: readonly CaseScenario[]; readonly progress: never }
}

/** How much of something has been done. */
export interface Progress {
  readonly done: number
  readonly total: number
}

export type JobName = keyof Jobs
export type JobRequest<N extends JobName> = Jobs[N]['request']
export type JobAnswer<N extends JobName> = Jobs[N]['answer']
export type JobProgress<N extends JobName> = Jobs[N]['progress']

/** Stands for a scenario in a request on its way. */
export interface ScenarioRef {
  readonly scenarioId: number
}

/** From the page to the worker. */
export type ToWorker =
  | { readonly kind: 'scenario'; readonly scenarioId: number; readonly scenario: Scenario }
  /** `request` is that of the job, its scenario replaced by a `ScenarioRef` if it has one. */
  | { readonly kind: 'job'; readonly id: number; readonly name: JobName; readonly request: unknown }
  /** Nobody wants the answer any more. */
  | { readonly kind: 'cancel'; readonly id: number }

/** From the worker to the page. */
export type FromWorker =
  /** Now and then during long work: it goes on, and is to be waited for. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
  | { readonly kind: 'cancelled'; readonly id: number }

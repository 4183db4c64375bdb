/** The worker's end of the protocol: one job after the other, in the order in which they were asked. */

import type { Scenario } from '@addrspace/conformance'
import { Session } from '../derive/session.ts'
import { Cancelled, JOBS, type JobContext } from './jobs.ts'
import type { FromWorker, JobAnswer, JobName, JobRequest, ToWorker } from './protocol.ts'

/** More than one, since an undo goes back to the one before. */
const MOST_SCENARIOS = 8

const scope = globalThis as unknown as {
  postMessage(message: FromWorker): void
  addEventListener(type: 'message', listener: (event: { readonly data: ToWorker }) => void): void
}

/** Between signs of life, in milliseconds; below what the page waits for a worker that it wants to give way. */
const BEAT = 100

let lastBeat = 0

/** A long scenario is one piece of work. To begin it again in another worker would not make it shorter. */
function beat(): void {
  const now = performance.now()
  if (now - lastBeat < BEAT) return
  lastBeat = now
  scope.postMessage({ kind: 'alive' })
}

const session = new Session(beat)
const scenarios = new Map<number, Scenario>()
const unwanted = new Set<number>()
const waiting: (ToWorker & { kind: 'job' })[] = []
let isBusy = false

scope.addEventListener('message', ({ data }) => {
  switch (data.kind) {
    case 'scenario':
      remember(data.scenarioId, data.scenario)
      return
    case 'job':
      waiting.push(data)
      void work()
      return
    case 'cancel':
      unwanted.add(data.id)
  }
})

/** Keeps the object that is there, since what was run is kept by identity. */
function remember(id: number, scenario: Scenario): void {
  const known = scenarios.get(id) ?? scenario
  scenarios.delete(id)
  scenarios.set(id, known)
  if (scenarios.size > MOST_SCENARIOS) scenarios.delete(scenarios.keys().next().value!)
}

async function work(): Promise<void> {
  if (isBusy) return
  isBusy = true
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    // Cancellations that have come in meanwhile are heard before each job.
    await nextTask()
    const { id, name, request } = job
    scope.postMessage(unwanted.has(id) ? { kind: 'cancelled', id } : await answerTo(id, name, request))
    unwanted.delete(id)
  }
  isBusy = false
}

async function answerTo(id: number, name: JobName, request: unknown): Promise<FromWorker> {
  const pause = async (): Promise<void> => {
    await nextTask()
    if (unwanted.has(id)) throw new Cancelled()
  }
  try {
    return { kind: 'answer', id, answer: await run(name, withScenario(request), { session, tell: (progress) => scope.postMessage({ kind: 'progress', id, progress }), pause }) }
  } catch (error) {
    if (error instanceof Cancelled) return { kind: 'cancelled', id }
    return { kind: 'failed', id, message: error instanceof Error ? error.message : String(error) }
  }
}

/** The pages' client sends each name with its own kind of request. */
function run<N extends JobName>(name: N, request: unknown, context: JobContext<N>): JobAnswer<N> | Promise<JobAnswer<N>> {
  return JOBS[name](request as JobRequest<N>, context)
}

function withScenario(request: unknown): unknown {
  if (typeof request !== 'object' || request === null || !('scenario' in request)) return request
  const { scenarioId } = request.scenario as { readonly scenarioId: number }
  const scenario = scenarios.get(scenarioId)
  if (scenario === undefined) throw new Error(`the scenario ${scenarioId} has been forgotten`)
  return { ...request, scenario }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

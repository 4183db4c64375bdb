/** A run of the suite and what it has come to. It goes on while another view is open, and what was found stays. */

import type { BackendName } from './derive/backends.ts'
import type { SuiteProgress, SuiteRequest, SuiteVerdict } from './derive/suite.ts'

/** Asks the worker; gives up when `signal` says so. */
export type AskSuite = (request: SuiteRequest, options: { readonly signal: AbortSignal; readonly onProgress: (progress: SuiteProgress) => void }) => Promise<unknown>

/** What is known now; another object after every change. */
export interface SuiteState {
  /** By case, then by backend. */
  readonly verdicts: ReadonlyMap<string, ReadonlyMap<BackendName, SuiteVerdict>>
  /** Of the run that is under way. */
  readonly run: { readonly done: number; readonly total: number } | undefined
  /** What the last run ended with, if it did not come to its end. */
  readonly problem: string | undefined
}

let state: SuiteState = { verdicts: new Map(), run: undefined, problem: undefined }
let controller: AbortController | undefined
const listeners = new Set<() => void>()

export function suiteState(): SuiteState {
  return state
}

/** Is told of every change, until what is given back is called. */
export function watchSuite(listener: () => void): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

/** Starts a run in place of one that is under way. What is not run keeps its verdicts. */
export async function startSuite(ask: AskSuite, request: SuiteRequest): Promise<void> {
  controller?.abort()
  const own = new AbortController()
  controller = own
  change({ run: { done: 0, total: request.ids.length * request.backends.length }, problem: undefined })
  try {
    await ask(request, { signal: own.signal, onProgress: ({ done, total, verdicts }) => {
      if (!own.signal.aborted) change({ verdicts: withVerdicts(verdicts), run: { done, total } })
    } })
  } catch (error) {
    if (!own.signal.aborted) change({ problem: error instanceof Error ? error.message : String(error) })
  }
  if (controller === own) change({ run: undefined })
}

/** Stops the run; what it has found stays. */
export function cancelSuite(): void {
  controller?.abort()
}

function withVerdicts(added: readonly SuiteVerdict[]): SuiteState['verdicts'] {
  const verdicts = new Map(state.verdicts)
  for (const verdict of added) verdicts.set(verdict.id, new Map(verdicts.get(verdict.id)).set(verdict.backend, verdict))
  return verdicts
}

function change(changes: Partial<SuiteState>): void {
  state = { ...state, ...changes }
  for (const listener of listeners) listener()
}

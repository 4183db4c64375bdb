/** What every view gets from the shell: the state, the way to change it, and answers of the worker. */

import { createContext } from 'preact'
import { useContext, useEffect, useRef, useState } from 'preact/hooks'
import { isSame } from './same.ts'
import type { Action, State } from './state.ts'
import type { WorkerClient } from './worker/client.ts'
import type { JobAnswer, JobName, JobRequest } from './worker/protocol.ts'

export interface PageContext {
  readonly state: State
  readonly dispatch: (action: Action) => void
  readonly client: WorkerClient
  /** For work of many seconds, which must not stand in the way of questions. */
  readonly background: WorkerClient
}

export const Page = createContext<PageContext | undefined>(undefined)

/** @throws Error outside of the shell. */
export function usePage(): PageContext {
  const page = useContext(Page)
  if (page === undefined) throw new Error('a view must be inside of the shell')
  return page
}

/** An answer of the worker, as it comes: the one before stays until the next is there. */
export interface Derived<T> {
  /** Undefined until the first answer. */
  readonly value: T | undefined
  /** Whether the value answers an older question. */
  readonly isStale: boolean
  /** What the last question failed with. */
  readonly error: string | undefined
}

/**
 * Asks the worker whenever the question changes, and gives up the question before. `request` undefined asks nothing.
 * Questions are compared field by field, by identity.
 */
export function useDerived<N extends JobName>(name: N, request: JobRequest<N> | undefined): Derived<JobAnswer<N>> {
  const { client } = usePage()
  const [answered, setAnswered] = useState<{ readonly to: JobRequest<N> | undefined; readonly value: JobAnswer<N> | undefined; readonly error: string | undefined }>()
  const stable = useStable(request)
  useEffect(() => {
    if (stable === undefined) return undefined
    const controller = new AbortController()
    client.ask(name, stable, { signal: controller.signal }).then(
      (value) => setAnswered({ to: stable, value, error: undefined }),
      (error: unknown) => {
        if (controller.signal.aborted) return
        setAnswered((before) => ({ to: stable, value: before?.value, error: error instanceof Error ? error.message : String(error) }))
      },
    )
    return () => controller.abort()
  }, [client, name, stable])
  return { value: answered?.value, isStale: answered?.to !== stable, error: answered?.to === stable ? answered?.error : undefined }
}

/** The same object as long as its fields are the same. */
function useStable<T extends object>(value: T | undefined): T | undefined {
  const kept = useRef(value)
  if (!isSame(kept.current, value)) kept.current = value
  return kept.current
}

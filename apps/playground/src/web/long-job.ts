/**
 * A job that takes a while: begun and given up by hand, and watched meanwhile. It is done in the background, so that the
 * page's other questions need not wait.
 */

import { useEffect, useRef, useState } from 'preact/hooks'
import { usePage } from './context.ts'
import type { JobAnswer, JobName, JobProgress, JobRequest } from './worker/protocol.ts'

export interface LongJob<N extends JobName> {
  readonly begin: (request: JobRequest<N>) => void
  /** Gives up what runs; what is known of it stays. */
  readonly cancel: () => void
  /** Gives up what runs, and forgets what is known. */
  readonly forget: () => void
  readonly isRunning: boolean
  /** Whether it was given up. */
  readonly isStopped: boolean
  readonly progress: JobProgress<N> | undefined
  readonly value: JobAnswer<N> | undefined
  readonly error: string | undefined
}

interface Told<N extends JobName> {
  readonly isRunning: boolean
  readonly isStopped?: boolean
  readonly progress?: JobProgress<N>
  readonly value?: JobAnswer<N>
  readonly error?: string
}

/** One at a time: a job that is begun takes the place of the one before. It ends with the view. */
export function useLongJob<N extends JobName>(name: N): LongJob<N> {
  const { background } = usePage()
  const [told, setTold] = useState<Told<N>>({ isRunning: false })
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const begin = (request: JobRequest<N>): void => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    setTold({ isRunning: true })
    const tell = (next: (before: Told<N>) => Told<N>): void => {
      if (running.current === controller && !controller.signal.aborted) setTold(next)
    }
    background.ask(name, request, { signal: controller.signal, onProgress: (progress) => tell(() => ({ isRunning: true, progress })) }).then(
      (value) => tell((before) => ({ ...before, isRunning: false, value })),
      (error: unknown) => tell((before) => ({ ...before, isRunning: false, error: error instanceof Error ? error.message : String(error) })),
    )
  }
  const cancel = (): void => {
    running.current?.abort()
    setTold((before) => ({ ...before, isRunning: false, isStopped: true }))
  }
  const forget = (): void => {
    running.current?.abort()
    setTold({ isRunning: false })
  }
  return { begin, cancel, forget, isRunning: told.isRunning, isStopped: told.isStopped === true, progress: told.progress, value: told.value, error: told.error }
}

/**
 * The address of the page follows what is shown, so that a reload, a bookmark or a copied address loses nothing; and an
 * address typed or pasted is opened. No step of the history is made: going back leaves the page.
 */

import { useEffect, useRef } from 'preact/hooks'
import { usePage } from '../context.ts'
import { placeOf, readPermalink } from '../permalink.ts'

/** Browsers refuse to replace the address more often than some times a second. */
const DELAY = 400

/** What is longer is not put into the address by itself; the view "Share" still gives it. */
const LONGEST = 64 * 1024

/** Of more operations it is not even tried: their link would be too long. */
const MOST_OPS = 20_000

export function useAddressBar(): void {
  const { state, dispatch, client } = usePage()
  const { scenario, count, view, backends, backend, focus, walk, mutant, trace } = state
  const isFirst = useRef(true)

  useEffect(() => {
    // What it was opened with stays until something is changed: a damaged link can still be copied.
    if (isFirst.current) {
      isFirst.current = false
      return undefined
    }
    if (scenario.ops.length > MOST_OPS) return undefined
    const controller = new AbortController()
    const timer = setTimeout(() => {
      client.ask('link', { scenario, place: placeOf(state), form: 'compressed' }, { signal: controller.signal }).then(
        (fragment) => {
          if (!controller.signal.aborted && fragment.length <= LONGEST) history.replaceState(history.state, '', fragment)
        },
        // The address stays behind: whatever keeps the worker from answering is told by the view that asks it.
        () => undefined,
      )
    }, DELAY)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  // The state as a whole changes with every hover.
  }, [scenario, count, view, backends, backend, focus, walk, mutant, trace])

  useEffect(() => {
    const open = (): void => {
      void readPermalink(location.hash).then((read) => {
        if (read.link !== undefined || read.problems.length > 0) dispatch({ kind: 'link-opened', read })
      })
    }
    window.addEventListener('hashchange', open)
    return () => window.removeEventListener('hashchange', open)
  }, [dispatch])
}

/**
 * The address of the page follows what is shown, so that a reload, a bookmark or a copied address loses nothing; and an
 * address typed or pasted is opened. No step of the history is made: going back leaves the page.
 */

import { useEffect, useRef } from 'preact/hooks'
import { usePage } from '../context.ts'
import { formatPermalink, linkOf, readPermalink } from '../permalink.ts'

/** Browsers refuse to replace the address more often than some times a second. */
const DELAY = 400

/** What is longer is not put into the address by itself; the view "Share" still gives it. */
const LONGEST = 64 * 1024

/** So many operations are not even tried: compressing them takes longer than anybody waits. */
const MOST_OPS = 20_000

export function useAddressBar(): void {
  const { state, dispatch } = usePage()
  const { scenario, count, view, backends, backend, focus, walk, mutant, trace } = state
  const isFirst = useRef(true)

  useEffect(() => {
    // What it was opened with stays until something is changed: a damaged link can still be copied.
    if (isFirst.current) {
      isFirst.current = false
      return undefined
    }
    if (scenario.ops.length > MOST_OPS) return undefined
    let isWanted = true
    const timer = setTimeout(() => {
      void formatPermalink(linkOf(state)).then((fragment) => {
        if (isWanted && fragment.length <= LONGEST) history.replaceState(history.state, '', fragment)
      })
    }, DELAY)
    return () => {
      isWanted = false
      clearTimeout(timer)
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

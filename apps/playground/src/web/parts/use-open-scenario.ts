/** Opens the text of a scenario file. */

import { useCallback } from 'preact/hooks'
import { usePage } from '../context.ts'
import { PiecedOps } from '../derive/read-scenario.ts'

/** What is longer is read by the worker, in characters: to read it takes longer than a frame. */
const LONG = 64 * 1024

/** Gives what opens a text, told of under the file's name if it has one; settled when it is open, or has been refused. */
export function useOpenScenario(): (text: string, name?: string) => Promise<void> {
  const { dispatch, client } = usePage()
  return useCallback(async (text, name) => {
    const named = name === undefined ? {} : { name }
    if (text.length <= LONG) {
      dispatch({ kind: 'scenario-opened', text, ...named })
      return
    }
    const pieces = new PiecedOps()
    const read = await client.ask('parse', { text }, { onProgress: (piece) => pieces.add(piece) }).then(
      (answer) => pieces.whole(answer),
      (error: unknown) => ({ kind: 'wrong', problem: error instanceof Error ? error.message : String(error) }) as const,
    )
    dispatch({ kind: 'scenario-read', read, ...named })
  }, [dispatch, client])
}

/** Opens files that a person gives the page, wherever they were given: dropped on it, or picked. */

import { useCallback } from 'preact/hooks'
import { usePage } from '../context.ts'
import { openFiles, type GivenFile } from '../dropped-files.ts'
import { keepTrace } from '../trace-store.ts'
import { useOpenScenario } from './use-open-scenario.ts'

/** Gives what opens files. What is wrong with them becomes a message, and the page stays as it is. */
export function useFiles(): (given: readonly GivenFile[]) => Promise<void> {
  const { dispatch, client } = usePage()
  const openScenario = useOpenScenario()
  return useCallback(async (given) => {
    try {
      const opened = await openFiles(given)
      if (opened.kind === 'scenario') {
        await openScenario(opened.text, opened.name)
        return
      }
      const { files } = opened
      const { id } = keepTrace(files, await client.ask('trace', { files }))
      dispatch({ kind: 'trace-changed', trace: { id, title: files.title, position: 0 } })
      dispatch({ kind: 'view-opened', view: 'programs' })
      dispatch({ kind: 'told', tone: 'info', text: `${files.title} is open.` })
    } catch (error) {
      dispatch({ kind: 'told', tone: 'error', text: `${sentence(error instanceof Error ? error.message : String(error))} The page is as it was.` })
    }
  }, [dispatch, client, openScenario])
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}

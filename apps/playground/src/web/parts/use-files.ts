/** Opens files that a person gives the page, wherever they were given: dropped on it, or picked. */

import { useCallback } from 'preact/hooks'
import { usePage } from '../context.ts'
import { kindOfFiles, readTextFile } from '../dropped-files.ts'

/** A file, and the name under which it is spoken of. */
export interface GivenFile {
  readonly name: string
  readonly file: Blob
}

/** Gives what opens files. What is wrong with them becomes a message, and the page stays as it is. */
export function useFiles(): (files: readonly GivenFile[]) => Promise<void> {
  const { dispatch } = usePage()
  return useCallback(async (given) => {
    const refuse = (problem: string): void => dispatch({ kind: 'told', tone: 'error', text: `${problem} The page is as it was.` })
    try {
      const opened = kindOfFiles(await Promise.all(given.map(({ file, name }) => readTextFile(file, name))))
      switch (opened.kind) {
        case 'scenario':
          dispatch({ kind: 'scenario-opened', text: opened.file.text, name: opened.file.name })
          return
        case 'unknown':
          refuse(opened.problem)
      }
    } catch (error) {
      refuse(error instanceof Error ? error.message : String(error))
    }
  }, [dispatch])
}

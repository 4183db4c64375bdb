/** The whole page takes files that are dropped on it, single ones and folders, and says so while they hover. */

import { useEffect, useState } from 'preact/hooks'
import type { GivenFile } from '../dropped-files.ts'
import { useFiles } from './use-files.ts'
import './file-drop.css'

export function FileDrop() {
  const open = useFiles()
  const [isOver, setIsOver] = useState(false)
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      event.preventDefault()
      setIsOver(true)
    }
    const leave = (event: DragEvent): void => {
      // Only the pointer that leaves the window is told without what it goes to.
      if (event.relatedTarget === null) setIsOver(false)
    }
    const drop = (event: DragEvent): void => {
      setIsOver(false)
      if (event.dataTransfer?.types.includes('Files') !== true) return
      event.preventDefault()
      void filesOf(event.dataTransfer).then(open)
    }
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
    }
  }, [open])
  return isOver ? <div class="file-drop" aria-hidden="true"><p>Drop a scenario, a trace folder, or a <code>/proc/PID/maps</code> file</p></div> : null
}

/** What was dropped, folders opened one level deep. Entries are only there until the event is over. */
async function filesOf(transfer: DataTransfer): Promise<readonly GivenFile[]> {
  const files = Array.from(transfer.files, (file) => ({ name: file.name, file }))
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (!entries.some(({ isDirectory }) => isDirectory)) return files
  const found = await Promise.all(entries.map(async (entry) => (entry.isDirectory ? filesIn(entry as FileSystemDirectoryEntry) : [entry as FileSystemFileEntry])))
  return Promise.all(found.flat().map(async (entry) => ({ name: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry) })))
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemFileEntry[]> {
  const reader = folder.createReader()
  const found: FileSystemEntry[] = []
  // A reader gives some at a time, and none at its end.
  for (let some = await entriesOf(reader); some.length > 0; some = await entriesOf(reader)) found.push(...some)
  return found.filter((entry): entry is FileSystemFileEntry => entry.isFile)
}

function entriesOf(reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject))
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** A button that asks for files, for those who do not drop them. */

import { useRef } from 'preact/hooks'
import { useFiles } from './use-files.ts'

interface FilePickerProps {
  readonly label: string
  /** A single file, or all of a folder. */
  readonly what: 'file' | 'folder'
  readonly isPrimary?: boolean
}

export function FilePicker({ label, what, isPrimary = false }: FilePickerProps) {
  const open = useFiles()
  const input = useRef<HTMLInputElement>(null)
  const pick = (): void => {
    const field = input.current!
    const files = Array.from(field.files ?? [], (file) => ({ name: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath, file }))
    // The same file may be picked again.
    field.value = ''
    if (files.length > 0) void open(files)
  }
  return (
    <>
      <button type="button" class={`button${isPrimary ? ' button--primary' : ''}`} onClick={() => input.current!.click()}>{label}</button>
      <input ref={input} class="visually-hidden" type="file" tabIndex={-1} aria-hidden="true" aria-label={label} onChange={pick} {...(what === 'folder' && { webkitdirectory: true })} />
    </>
  )
}

/** Files that a person gives the page: read, unpacked where they are compressed, and told apart by what is in them. */

/** A file as text. */
export interface TextFile {
  /** With the folders that it lay in. */
  readonly name: string
  readonly text: string
}

/** What files turn out to be. */
export type OpenedFiles =
  | { readonly kind: 'scenario'; readonly file: TextFile }
  /** Why they are nothing that the page opens, in a sentence. */
  | { readonly kind: 'unknown'; readonly problem: string }

/** A log of a day is smaller; more would not be looked through on a page. */
export const MOST_BYTES = 64 * 1024 * 1024

/**
 * Reads a file as text.
 *
 * @throws Error in words for a person, if it is too large, damaged, or no text.
 */
export async function readTextFile(file: Blob, name: string): Promise<TextFile> {
  if (file.size > MOST_BYTES) throw new Error(`${name} is larger than ${MOST_BYTES / 1024 / 1024} MiB.`)
  const isCompressed = name.endsWith('.gz')
  const stream: ReadableStream<Uint8Array> = isCompressed ? file.stream().pipeThrough(new DecompressionStream('gzip')) : file.stream()
  const reader = stream.getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += decoder.decode(read.value, { stream: true })
      if (text.length > MOST_BYTES) break
    }
    text += decoder.decode()
  } catch {
    throw new Error(isCompressed ? `${name} is no compressed text.` : `${name} is no text.`)
  }
  if (text.length > MOST_BYTES) throw new Error(`${name} unpacks to more than ${MOST_BYTES / 1024 / 1024} MiB.`)
  return { name: name.replace(/\.gz$/, ''), text }
}

/** Tells what files are, by their names where those are a trace's, and by how they begin. */
export function kindOfFiles(files: readonly TextFile[]): OpenedFiles {
  const [file, ...others] = files
  if (file === undefined) return { kind: 'unknown', problem: 'There is no file in what was given.' }
  if (others.length > 0) return { kind: 'unknown', problem: `These are ${files.length} files; a scenario is one.` }
  const first = firstLine(file.text)
  if (first === undefined) return { kind: 'unknown', problem: `${file.name} is empty.` }
  if (first.startsWith('{')) return { kind: 'scenario', file }
  return { kind: 'unknown', problem: `${file.name} is no scenario file: it begins with ${JSON.stringify(first.slice(0, 60))}.` }
}

/** The first that is neither blank nor a comment. */
function firstLine(text: string): string | undefined {
  return /^[^\S\n]*([^#\s].*)$/m.exec(text.replace(/^\uFEFF/, ''))?.[1]
}

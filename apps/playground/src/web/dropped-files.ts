/** Files that a person gives the page: told apart by name and content, unpacked where they are compressed, and read. */

import type { TraceFiles } from './derive/trace-files.ts'

/** A file, not yet read. */
export interface GivenFile {
  /** With the folders that it lay in: `hammer/strace.txt`. */
  readonly name: string
  readonly file: Blob
}

/** What files turn out to be. */
export type OpenedFiles =
  | { readonly kind: 'scenario'; readonly name: string; readonly text: string }
  | { readonly kind: 'trace'; readonly files: TraceFiles }

/** A log of a day is smaller; more would not be looked through on a page. */
const MOST_BYTES = 64 * 1024 * 1024

const TRACE_FILE = /^(?:strace\.txt|start\.maps|end\.maps|mid-[0-9]{1,15}\.maps)(?:\.gz)?$/
const MAPS_LINE = /^[0-9a-f]{1,16}-[0-9a-f]{1,17} [r-][w-][x-][sp] /
const STRACE_LINE = /^(?:\[pid +)?[0-9]+\]? .*(?:\(|<\.\.\. )/

/**
 * Reads what was given: a trace's folder (or its files), a list of areas, a scenario.
 *
 * @throws Error in words for a person, if it is nothing that the page opens.
 */
export async function openFiles(given: readonly GivenFile[]): Promise<OpenedFiles> {
  const parts = given.filter(({ name }) => TRACE_FILE.test(baseName(name)))
  const logs = parts.filter(({ name }) => baseName(name).startsWith('strace.txt'))
  if (logs.length > 1) throw new Error(`There are ${logs.length} traces in what was given (${logs.map(({ name }) => folderOf(name)).join(', ')}): give one of these folders.`)
  if (logs.length === 1) return { kind: 'trace', files: await readTrace(parts.filter(({ name }) => folderOf(name) === folderOf(logs[0]!.name))) }
  const [only, ...others] = given
  if (only === undefined) throw new Error('There is no file in what was given.')
  if (others.length > 0) throw new Error(`There is no strace.txt among the ${given.length} files, so they are no trace; a scenario or a list of areas is a single file.`)
  return openFile(only)
}

async function openFile(given: GivenFile): Promise<OpenedFiles> {
  const name = baseName(given.name)
  const text = await readText(given)
  const first = firstLine(text)
  if (first === undefined) throw new Error(`${name} is empty.`)
  if (first.startsWith('{')) return { kind: 'scenario', name, text }
  if (MAPS_LINE.test(first)) return { kind: 'trace', files: { title: name, log: undefined, start: text, end: undefined, checkpoints: [] } }
  if (STRACE_LINE.test(first)) throw new Error(`${name} is a log of strace alone; give its folder, in which there is start.maps too.`)
  throw new Error(`${name} is no scenario, no list of areas as in /proc/PID/maps, and no trace: it begins with ${JSON.stringify(first.slice(0, 60))}.`)
}

async function readTrace(parts: readonly GivenFile[]): Promise<TraceFiles> {
  const find = (base: string): GivenFile | undefined => parts.find(({ name }) => baseName(name).replace(/\.gz$/, '') === base)
  const [log, start, end] = ['strace.txt', 'start.maps', 'end.maps'].map(find)
  const title = folderOf(log!.name).split('/').at(-1)!
  if (start === undefined) throw new Error(`${title === '' ? 'The trace' : title} has no start.maps, the list of areas that its log begins with.`)
  const middle = parts.filter(({ name }) => baseName(name).startsWith('mid-'))
  const [logText, startText, endText, ...middleTexts] = await Promise.all([readText(log!), readText(start), end === undefined ? undefined : readText(end), ...middle.map(readText)])
  const checkpoints = middle.map(({ name }, index) => [Number(/[0-9]+/.exec(baseName(name))![0]), middleTexts[index]!] as const)
  return { title: title === '' ? 'trace' : title, log: logText, start: startText, end: endText, checkpoints: checkpoints.sort(([a], [b]) => a - b) }
}

async function readText({ name: path, file }: GivenFile): Promise<string> {
  const name = baseName(path)
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
  return text
}

/** The first that is neither blank nor a comment. */
function firstLine(text: string): string | undefined {
  return /^[^\S\n]*([^#\s].*)$/m.exec(text.replace(/^\uFEFF/, ''))?.[1]
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

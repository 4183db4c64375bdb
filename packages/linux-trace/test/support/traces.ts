// Recorded runs, read from their folders: the bundled traces, and what only tests need.
import { readdirSync, readFileSync } from 'node:fs'
import { parseMapsFile, type MapsArea } from '../../src/index.ts'

const bundled = new URL('../../traces/', import.meta.url)
const recordings = new URL('../recordings/', import.meta.url)

export interface RecordedTrace {
  readonly name: string
  readonly log: string
  readonly start: MapsArea[]
  readonly end: MapsArea[]
  readonly checkpoints: Map<number, MapsArea[]>
}

const foldersIn = (place: URL): string[] =>
  readdirSync(place, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()

export const traceNames: string[] = foldersIn(bundled)
export const recordingNames: string[] = foldersIn(recordings)

export function readTrace(name: string): RecordedTrace {
  const folder = new URL(`${name}/`, recordingNames.includes(name) ? recordings : bundled)
  const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8')
  const maps = (file: string): MapsArea[] => parseMapsFile(read(file), file)
  const mids = readdirSync(folder).filter((file) => /^mid-\d+\.maps$/.test(file))
  return {
    name,
    log: read('strace.txt'),
    start: maps('start.maps'),
    end: maps('end.maps'),
    checkpoints: new Map(mids.map((file) => [Number(file.slice(4, -5)), maps(file)])),
  }
}

// The bundled traces, read from their folders.
import { readdirSync, readFileSync } from 'node:fs'
import { parseMapsFile, type MapsArea } from '../../src/index.ts'

const folder = new URL('../../traces/', import.meta.url)

export interface BundledTrace {
  readonly name: string
  readonly log: string
  readonly start: MapsArea[]
  readonly end: MapsArea[]
  readonly checkpoints: Map<number, MapsArea[]>
}

export const traceNames: string[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()

export function readTrace(name: string): BundledTrace {
  const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, folder), 'utf8')
  const maps = (file: string): MapsArea[] => parseMapsFile(read(file), file)
  const mids = readdirSync(new URL(`${name}/`, folder)).filter((file) => /^mid-\d+\.maps$/.test(file))
  return {
    name,
    log: read('strace.txt'),
    start: maps('start.maps'),
    end: maps('end.maps'),
    checkpoints: new Map(mids.map((file) => [Number(file.slice(4, -5)), maps(file)])),
  }
}

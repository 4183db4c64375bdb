/**
 * Where the parts of a trace are: a folder with `strace.txt`, `start.maps` and perhaps `end.maps` and `mid-NNNNN.maps`, or
 * a bare log with the lists named by options. Each may be compressed (`strace.txt.gz`).
 */

import { parseMapsFile, type KernelLists, type MapsArea } from '@addrspace/linux-trace'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from './failure.ts'
import { inspectPath, openText, readText, userPath, type TextStream } from './files.ts'

/** A trace whose lists are read, and whose log is yet to be. */
export interface TraceFiles extends KernelLists {
  /** Name of the log as the user would write it. */
  readonly logFile: string
  /** Opens the log; as often as needed. */
  openLog(): TextStream
}

/** Lists given by name, in place of those of a folder. */
export interface NamedLists {
  readonly start?: string
  readonly end?: string
}

const LOG = 'strace.txt'
const START = 'start.maps'
const END = 'end.maps'
const CHECKPOINT = /^mid-([0-9]{1,15})\.maps(?:\.gz)?$/

/**
 * Finds the parts of a trace and reads its lists.
 *
 * @throws InputError if a part is missing, cannot be read, or holds no areas.
 * @throws TraceInputError if a list cannot be understood.
 */
export async function readTrace(name: string, lists: NamedLists): Promise<TraceFiles> {
  const isFolder = inspectPath(name).isDirectory()
  const logFile = isFolder ? required(name, LOG, '') : name
  const start = lists.start ?? (isFolder ? required(name, START, ' (--start names another file)') : undefined)
  if (start === undefined) throw new InputError(`${name}: the areas at its start are missing; --start names their file`)
  const end = lists.end ?? (isFolder ? inFolder(name, END) : undefined)
  return {
    logFile,
    openLog: () => openText(logFile),
    start: await readMaps(start),
    end: end === undefined ? undefined : await readMaps(end),
    checkpoints: isFolder ? await readCheckpoints(name) : new Map(),
  }
}

async function readCheckpoints(folder: string): Promise<Map<number, readonly MapsArea[]>> {
  const checkpoints = new Map<number, readonly MapsArea[]>()
  for (const file of readdirSync(userPath(folder)).sort()) {
    const line = CHECKPOINT.exec(file)?.[1]
    if (line !== undefined) checkpoints.set(Number(line), await readMaps(join(folder, file)))
  }
  return checkpoints
}

/** No process that a trace tells of is without areas, at whatever moment: an empty list is one that was not written. */
async function readMaps(name: string): Promise<MapsArea[]> {
  const areas = parseMapsFile(await readText(name), name)
  if (areas.length === 0) throw new InputError(`${name}: holds no areas`)
  return areas
}

function required(folder: string, file: string, hint: string): string {
  const found = inFolder(folder, file)
  if (found === undefined) throw new InputError(`${folder}: there is no ${file} in this folder${hint}`)
  return found
}

/** The file in the folder, as it is or compressed, if it is there. */
function inFolder(folder: string, file: string): string | undefined {
  return [file, `${file}.gz`].map((candidate) => join(folder, candidate)).find((path) => existsSync(userPath(path)))
}

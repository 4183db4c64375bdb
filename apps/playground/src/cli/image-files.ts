/**
 * Images of memory: a folder with `image.json`, which names the machine, its root tables and the segments, and a file
 * of raw bytes for each segment. Frames that no segment has are zero.
 */

import { shownJson } from '@addrspace/conformance'
import { formatHex, pa, type PhysAddr } from '@addrspace/memory-addr'
import type { PhysMemory } from '@addrspace/page-table'
import { closeSync, existsSync, openSync, readSync, realpathSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { basename, dirname, join, normalize, sep } from 'node:path'
import { InputError } from './failure.ts'
import { attempt, inspectPath, makeFolder, readText, userPath } from './files.ts'

/** What `image.json` says. */
export interface Image {
  /** A machine's name. */
  readonly arch: string
  readonly root: PhysAddr
  /** Of the upper half, on a machine with two roots. */
  readonly root1: PhysAddr | undefined
  /** What the leaves' memory attributes refer to, where the machine has such. */
  readonly mair: bigint | undefined
  readonly segments: readonly Segment[]
}

/** A file whose bytes lie from `paddr` on. */
export interface Segment {
  /** A multiple of 4096. */
  readonly paddr: bigint
  /** In bytes, at least 1. */
  readonly size: bigint
  /** As messages call it. */
  readonly file: string
}

/** What is written: tables, and where they lie. */
export interface ImageSource {
  readonly arch: string
  readonly memory: PhysMemory
  readonly roots: readonly PhysAddr[]
  readonly mair: bigint | undefined
}

const DESCRIPTION = 'image.json'
/** As `writeImage` names the files of segments. */
const SEGMENT_FILE = /^0x[0-9a-f]+\.bin$/
const FRAME_SIZE = 0x1000
const WORD_BITS = 64
/** Bytes written at once, a multiple of the frame's size. */
const PIECE = 2 ** 20

/**
 * Makes the folder of an image, unless it is there, and tells which segments an earlier image in it has.
 *
 * @throws InputError if it cannot be made, or its description not be looked at.
 */
export async function prepareImageFolder(folder: string): Promise<readonly string[]> {
  makeFolder(folder)
  const file = join(folder, DESCRIPTION)
  return existsSync(userPath(file)) ? segmentsNamedIn(await readText(file)) : []
}

/** The files of a description that have names as `writeImage` gives them; whatever else it names is not ours to remove. */
function segmentsNamedIn(description: string): string[] {
  const { segments } = parseOrNothing(description)
  if (!Array.isArray(segments)) return []
  const files = segments.map((segment: unknown) => (typeof segment === 'object' && segment !== null && 'file' in segment ? segment.file : undefined))
  return files.filter((file) => typeof file === 'string').filter((file) => SEGMENT_FILE.test(file))
}

/** Of an earlier image that is broken nothing is known. */
function parseOrNothing(description: string): Readonly<Record<string, unknown>> {
  try {
    return parseDescription(DESCRIPTION, description)
  } catch {
    return {}
  }
}

/**
 * Writes the runs of frames that hold anything, and their description; removes what only the earlier image has.
 *
 * @throws InputError if a file cannot be written.
 */
export function writeImage(folder: string, { arch, memory, roots, mair }: ImageSource, earlier: readonly string[]): void {
  const segments = frameRuns(memory.nonZeroFrames()).map(({ first, count }) => {
    const paddr = pa(BigInt(first) * BigInt(FRAME_SIZE))
    const file = `${formatHex(paddr)}.bin`
    attempt(join(folder, file), () => writeSegment(join(userPath(folder), file), memory, paddr, count * FRAME_SIZE))
    return { paddr: formatHex(paddr), file }
  })
  const [root, root1] = roots.map((paddr) => formatHex(paddr))
  const description = { arch, root, root1, mair: mair === undefined ? undefined : formatHex(mair), segments }
  const file = join(folder, DESCRIPTION)
  attempt(file, () => { writeFileSync(userPath(file), `${JSON.stringify(description, null, 2)}\n`) })
  const written = new Set(segments.map((segment) => segment.file))
  for (const name of earlier.filter((known) => !written.has(known))) attempt(join(folder, name), () => rmSync(userPath(join(folder, name)), { force: true }))
}

function frameRuns(frames: Iterable<number>): { first: number; count: number }[] {
  const runs: { first: number; count: number }[] = []
  for (const frame of frames) {
    const last = runs.at(-1)
    if (last !== undefined && last.first + last.count === frame) last.count += 1
    else runs.push({ first: frame, count: 1 })
  }
  return runs
}

function writeSegment(path: string, memory: PhysMemory, paddr: PhysAddr, size: number): void {
  const file = openSync(path, 'w')
  try {
    for (let done = 0; done < size; done += PIECE) {
      const bytes = new Uint8Array(Math.min(PIECE, size - done))
      memory.read(pa(paddr + BigInt(done)), bytes)
      writeSync(file, bytes)
    }
  } finally {
    closeSync(file)
  }
}

/**
 * Reads the description of an image, and looks at its segments.
 *
 * @throws InputError naming the file and the field that is wrong.
 */
export async function readImage(name: string): Promise<Image> {
  const file = inspectPath(name).isDirectory() ? join(name, DESCRIPTION) : name
  if (file !== name) attempt(file, () => statSync(userPath(file)))
  const description = parseDescription(file, await readText(file))
  const word = (field: string, value: unknown, multipleOf: number): bigint => readWord(`${file}: "${field}"`, value, multipleOf)
  const { arch, root, root1, mair, segments } = description
  if (typeof arch !== 'string') throw new InputError(`${file}: "arch": must be the name of a machine, got ${shown(arch)}`)
  if (!Array.isArray(segments)) throw new InputError(`${file}: "segments": must be a list, got ${shown(segments)}`)
  return {
    arch,
    root: pa(word('root', root, FRAME_SIZE)),
    root1: root1 === undefined ? undefined : pa(word('root1', root1, FRAME_SIZE)),
    mair: mair === undefined ? undefined : word('mair', mair, 1),
    segments: readSegments(file, segments),
  }
}

/** Reads the frame at an offset of a segment, a multiple of 4096; behind the segment's end it is zero. */
export function readFrame({ file }: Segment, offset: bigint): Uint8Array {
  return attempt(file, () => {
    const descriptor = openSync(userPath(file), 'r')
    try {
      const frame = new Uint8Array(FRAME_SIZE)
      readSync(descriptor, frame, 0, FRAME_SIZE, offset)
      return frame
    } finally {
      closeSync(descriptor)
    }
  })
}

function parseDescription(file: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new InputError(`${file}: is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InputError(`${file}: must be an object, got ${shown(value)}`)
  return { ...value }
}

function readSegments(file: string, list: readonly unknown[]): Segment[] {
  const segments = list.map((item, index) => {
    const where = `${file}: "segments[${index}]`
    if (typeof item !== 'object' || item === null) throw new InputError(`${where}": must be an object, got ${shown(item)}`)
    const { paddr, file: part }: { paddr?: unknown; file?: unknown } = item
    const start = readWord(`${where}.paddr"`, paddr, FRAME_SIZE)
    if (typeof part !== 'string' || !isInside(part)) throw new InputError(`${where}.file": must name a file in the image's folder, got ${shown(part)}`)
    const path = join(dirname(file), part)
    const stats = inspectPath(path)
    if (!stats.isFile()) throw new InputError(`${path}: is no file`)
    if (!isBelow(dirname(file), path)) throw new InputError(`${where}.file": must name a file in the image's folder, got ${shown(part)}, a link out of it`)
    const size = BigInt(stats.size)
    if (size === 0n) throw new InputError(`${path}: is empty`)
    if (start + size > 1n << BigInt(WORD_BITS)) throw new InputError(`${where}.paddr": reaches past 2^64`)
    return { paddr: start, size, file: path }
  }).sort((a, b) => (a.paddr < b.paddr ? -1 : 1))
  for (const [index, { paddr, file: part }] of segments.entries()) {
    const before = segments[index - 1]
    if (before !== undefined && before.paddr + before.size > paddr) throw new InputError(`${file}: the segments ${basename(before.file)} and ${basename(part)} overlap`)
  }
  return segments
}

/** An image may come from anywhere, and must not lead elsewhere. */
function isInside(part: string): boolean {
  const path = normalize(part).replaceAll('\\', '/')
  return part !== '' && !path.startsWith('/') && !/^[a-z]:/i.test(path) && path.split('/', 1)[0] !== '..'
}

/** Whether a file that is there is still in the folder when links have been followed. */
function isBelow(folder: string, path: string): boolean {
  const [root, found] = [folder, path].map((each) => attempt(each, () => realpathSync(userPath(each))))
  return found!.startsWith(root!.endsWith(sep) ? root! : root! + sep)
}

function readWord(where: string, value: unknown, multipleOf: number): bigint {
  const word = typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value) ? BigInt(value) : undefined
  if (word === undefined) throw new InputError(`${where}: must be a "0x…" string below 2^64, got ${shown(value)}`)
  if (word % BigInt(multipleOf) !== 0n) throw new InputError(`${where}: must be a multiple of ${formatHex(BigInt(multipleOf))}, got ${shown(value)}`)
  return word
}

/** Of what is no plain value only the kind: it may be nested deeper than can be written. */
function shown(value: unknown): string {
  return value === undefined ? 'nothing' : shownJson(value)
}

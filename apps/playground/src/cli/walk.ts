/**
 * `addrspace walk`: walks the tables of an image as the machine would, tells every entry on the way bit by bit, and where
 * and why it stops.
 */

import { toJson } from '@addrspace/conformance'
import { formatHex, pa, virtAddr, type PhysAddr, type VirtAddr } from '@addrspace/memory-addr'
import { nameBits, type Access, type Mode, type ReadableTables } from '@addrspace/page-table'
import { layoutOf } from '../adapters/entry-words.ts'
import { boundaryWithin, openImageTable, rootPart } from '../adapters/image-table.ts'
import { controlsOf, type Machine } from '../adapters/machines.ts'
import { scenarioTranslation } from '../adapters/translation.ts'
import type { WalkRequest } from '../adapters/walk-words.ts'
import { findBackend, machineNames } from './backends.ts'
import { EXIT_OK, InputError } from './failure.ts'
import { readFrame, readImage, type Image, type Segment } from './image-files.ts'
import { readChoice, readWordArgument } from './numbers.ts'
import type { Output } from './output.ts'
import { printWalk } from './walk-report.ts'

export interface WalkOptions {
  /** `read`, the default, `write` or `exec`. */
  readonly access?: string
  /** `user`, the default, or `kernel`. */
  readonly mode?: string
  /** A JSON object: what differs from the machine's default state. */
  readonly controls?: string
  readonly json?: boolean
}

const ACCESSES: readonly Access[] = ['read', 'write', 'exec']
const MODES: readonly Mode[] = ['user', 'kernel']
const FRAME_SIZE = 0x1000n

/**
 * Walks to an address. That the access faults is an answer, and no failure.
 *
 * @throws InputError if the image or an argument is wrong.
 */
export async function walk(image: string, address: string, options: WalkOptions, output: Output): Promise<number> {
  const request: WalkRequest = {
    vaddr: virtAddr(readWordArgument('VA', address)),
    access: readChoice('--access', options.access ?? 'read', ACCESSES),
    mode: readChoice('--mode', options.mode ?? 'user', MODES),
  }
  const given = readControls(options.controls)
  const description = await readImage(image)
  const load = findBackend(description.arch)?.loadMachine
  if (load === undefined) throw new InputError(`${image}: "arch": unknown machine ${JSON.stringify(description.arch)}; known are ${machineNames()}`)
  const machine = await load()
  machine.use((loaded) => {
    const table = openImageTable(loaded, { roots: rootsOf(image, description, loaded), parts: description.segments })
    const loadWay = wayLoader(table, request.vaddr, description.segments)
    loadWay()
    const controls = controlsOf(loaded, given, (control, problem) => {
      throw new InputError(`--controls: "${control}" ${problem}`)
    })
    if (options.json === true) output.json(asJson(table, request, controls))
    else printWalk({ machine: loaded, table, loadWay, request, controls, mair: description.mair }, output)
  })
  return EXIT_OK
}

function asJson<C extends object>(table: ReadableTables<C>, { vaddr, access, mode }: WalkRequest, controls: C): object {
  const steps = table.walk(vaddr).map(({ level, index, entryAddress, word }) => {
    return { level, index, entry: formatHex(entryAddress), word: formatHex(word), bits: nameBits(layoutOf(table.format, word, level), word) }
  })
  return { steps, result: toJson(scenarioTranslation(table.translate(vaddr, access, mode, controls))) }
}

function readControls(text: string | undefined): object {
  if (text === undefined) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InputError(`--controls must be JSON, such as {"smap":true}, got ${text}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new InputError(`--controls must be a JSON object, such as {"smap":true}, got ${text}`)
  return value
}

/** The roots of the image, if they are as many as the machine has and in its reach; so must be the segments. */
function rootsOf<C extends object>(image: string, { root, root1, segments }: Image, { format }: Machine<C>): PhysAddr[] {
  const { roots, physBits } = format.geometry
  if (roots === 2 && root1 === undefined) throw new InputError(`${image}: "root1": missing; ${format.name} has two roots`)
  if (roots === 1 && root1 !== undefined) throw new InputError(`${image}: "root1": ${format.name} has one root`)
  const end = 1n << BigInt(physBits)
  const found = root1 === undefined ? [root] : [root, root1]
  const named = found.map((paddr, index) => ({ ...rootPart(paddr), name: index === 0 ? '"root"' : '"root1"' }))
  for (const { paddr, name } of named) {
    if (paddr >= end) throw new InputError(`${image}: ${name}: must be below ${formatHex(end)} on ${format.name}, got ${formatHex(paddr)}`)
  }
  for (const { paddr, size, file } of segments) {
    if (paddr + size > end) throw new InputError(`${image}: ${file} reaches past ${formatHex(end)}, where the physical addresses of ${format.name} end`)
  }
  const crossed = boundaryWithin([...named, ...segments.map(({ paddr, size, file }) => ({ paddr, size, name: file }))])
  if (crossed !== undefined) {
    const { boundary, lowest, highest } = crossed
    const where = lowest === highest ? `${lowest.name} lies on both sides of ${formatHex(boundary)}` : `${lowest.name} lies below ${formatHex(boundary)} and ${highest.name} above`
    throw new InputError(`${image}: ${where}: an image must not reach across a multiple of 2^43`)
  }
  return found
}

/**
 * Gives what reads in the tables on the way to an address, which are all that a walk looks at, however large the image
 * is: it walks as far as the tables that are there allow, and takes the next one from its segment, until there is no
 * other. None is read twice, so that a word that was changed since stays so.
 */
function wayLoader<C>(table: ReadableTables<C>, vaddr: VirtAddr, segments: readonly Segment[]): () => void {
  const loaded = new Set<bigint>()
  return () => {
    for (;;) {
      const missing = table.walk(vaddr).map(({ entryAddress }) => entryAddress & -FRAME_SIZE).find((frame) => !loaded.has(frame))
      if (missing === undefined) return
      loaded.add(missing)
      const segment = segments.find(({ paddr, size }) => paddr <= missing && missing < paddr + size)
      if (segment !== undefined) table.memory.write(pa(missing), readFrame(segment, missing - segment.paddr))
    }
  }
}

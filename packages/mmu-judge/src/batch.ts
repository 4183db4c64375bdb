// One boot's worth of questions: an image of memory, queries, and what translate says of each, asked
// in order. Where an access goes through, what it leaves behind is written into our memory too, so
// that the next answer builds on it and the whole memory can be compared in the end.
import { formatHex, pa, type PhysAddr, type VirtAddr } from '@addrspace/memory-addr'
import { BitmapAllocator, PageTable, PhysMemory, type MappingFlags, type Translation, type WalkStep } from '@addrspace/page-table'

import { isTableFrame, MOST_QUERIES, PAGES_AT, QUERIES_AT, QUERY_WORDS, TABLES_AT, type Machine, type Query } from './machine.ts'
import { Random } from './random.ts'
import { addressToAsk, fillAtRandom, type Spots } from './random-layout.ts'

const FRAME_BYTES = 4096
const WORD_BYTES = 8n
/** Draws without a query that can be put, after which a layout is given up. */
const MOST_DRAWS_PER_QUERY = 50

export interface Asked<C> {
  readonly query: Query<C>
  readonly translation: Translation
  /** The way to it, as it was when it was asked. */
  readonly steps: readonly WalkStep[]
  /** What `query` says of the page; undefined if nothing is mapped. */
  readonly flags: MappingFlags | undefined
  /** Whether memory is where translate says that the access goes. */
  readonly isBacked: boolean
  /** What a read loads, or a fetch reports; undefined where nothing tells. */
  readonly loaded: bigint | undefined
}

export interface Batch<C> {
  readonly machine: Machine<C>
  readonly seed: number
  readonly asked: readonly Asked<C>[]
  /** The memory before the first query: frames by their number, those that are zero left out. */
  readonly image: ReadonlyMap<number, Uint8Array>
  /** The memory after the last one, as translate has it. */
  readonly after: PhysMemory
  /** Bits of words that the CPU may have set, and need not. */
  readonly mayBeSet: ReadonlyMap<PhysAddr, bigint>
  /** Queries left out for a leniency of the emulator, by its name. */
  readonly lenient: ReadonlyMap<string, number>
}

/** Builds a layout and questions from a seed. O(queries). */
export function makeBatch<C>(machine: Machine<C>, seed: number, queryCount: number): Batch<C> {
  if (queryCount > MOST_QUERIES) throw new RangeError(`"queryCount" must be at most ${String(MOST_QUERIES)}, got ${String(queryCount)}`)
  const random = new Random(seed)
  const { ramBase, ramSize } = machine
  const memory = new PhysMemory({ base: ramBase, size: ramSize })
  const frames = new BitmapAllocator({ start: pa(ramBase + TABLES_AT), end: ramBase + PAGES_AT })
  const accessedDirty = random.chance(machine.presetShare) ? 'preset' : 'hardware'
  const table = new PageTable({ memory, frames, format: machine.format, invalidations: () => {}, accessedDirty })
  machine.install(table, memory, queryCount)
  const mayBeSet = reservedEntries(machine, table)
  const spots = fillAtRandom(machine, table, random, random.chance(0.25) ? undefined : (entry) => !mayBeSet.has(entry))

  const lenient = new Map<string, number>()
  const tags = new Map<bigint, number>()
  const queries: Query<C>[] = []
  for (let draws = 0; queries.length < queryCount; draws++) {
    if (draws > queryCount * MOST_DRAWS_PER_QUERY) throw new Error(`seed ${String(seed)} on ${machine.name} gives too few queries`)
    const query = drawQuery(machine, random, spots)
    const translation = table.translate(query.vaddr, query.access, query.mode, query.controls)
    const steps = table.walk(query.vaddr)
    // Nothing is the most frequent thing in an address space.
    if (translation.kind === 'fault' && translation.reason === 'not-present' && random.chance(0.7)) continue
    if (!canBePut(machine, query, translation, steps)) continue
    const leniency = machine.leniencies.find(({ applies }) => applies(query, translation, steps))
    if (leniency !== undefined) {
      lenient.set(leniency.name, (lenient.get(leniency.name) ?? 0) + 1)
      continue
    }
    if (translation.kind === 'mapped' && memory.contains(translation.paddr, WORD_BYTES)) placeTag(machine, memory, query, translation.paddr, tags)
    queries.push(query)
  }
  writeQueries(table, machine, queries)
  const image = new Map([...memory.nonZeroFrames()].map((frame) => [frame, readFrame(memory, frame)]))
  const asked = queries.map((query) => ask(table, machine, query, tags, mayBeSet))
  return { machine, seed, asked, image, after: memory, mayBeSet, lenient }
}

/** The bytes of a frame. */
export function readFrame(memory: PhysMemory, frame: number): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES)
  memory.read(pa(BigInt(frame * FRAME_BYTES)), bytes)
  return bytes
}

/** Data lies at even words and code at odd ones, whatever the layout, so that no write ever spoils code. */
function drawQuery<C>(machine: Machine<C>, random: Random, spots: Spots): Query<C> {
  const access = random.pick(['read', 'write', 'exec'] as const)
  const near = addressToAsk(machine.format.geometry, random, spots)
  const vaddr = ((near & ~0xfn) | (access === 'exec' ? WORD_BYTES : 0n)) as VirtAddr
  return { vaddr, access, mode: random.pick(['user', 'kernel'] as const), controls: machine.randomControls(random), value: random.word() }
}

/** Whether the guest survives it, and the outcome is defined. */
function canBePut<C>(machine: Machine<C>, { access }: Query<C>, translation: Translation, steps: readonly WalkStep[]): boolean {
  const { ramBase, ramSize, nothingFrom, foreign } = machine
  const isOurs = (paddr: bigint): boolean => !foreign.some(({ start, end }) => paddr >= start && paddr < end)
  const isPage = (paddr: bigint): boolean => paddr >= ramBase + PAGES_AT && paddr < ramBase + ramSize && isOurs(paddr)
  // Pages are written to: what a spoilt pointer makes of one is another thing after each query.
  if (!steps.every(({ entryAddress }) => isTableFrame(machine, entryAddress))) return false
  if (translation.kind === 'mapped') return isPage(translation.paddr) || (translation.paddr >= nothingFrom && machine.unbackedAccesses.includes(access))
  const end = steps.at(-1)?.entry
  return translation.reason !== 'memory' || end?.kind !== 'table' || end.frame >= nothingFrom
}

/** Makes the word that an access is expected at different from every other one. */
function placeTag<C>(machine: Machine<C>, memory: PhysMemory, { access }: Query<C>, paddr: PhysAddr, tags: Map<bigint, number>): void {
  if (access === 'exec') {
    // Tags of 16 bits are enough: there are fewer queries in a batch.
    if (!tags.has(paddr)) tags.set(paddr, tags.size + 1)
    memory.writeWord(paddr, machine.fetchTarget(tags.get(paddr)!))
  } else if (memory.readWord(paddr) === 0n) {
    memory.writeWord(paddr, BigInt.asUintN(64, (paddr + 1n) * 0x9e37_79b9_7f4a_7c15n))
  }
}

function ask<C>(table: PageTable<C>, machine: Machine<C>, query: Query<C>, tags: ReadonlyMap<bigint, number>, mayBeSet: Map<PhysAddr, bigint>): Asked<C> {
  const { memory } = table
  const { vaddr, access, mode, controls, value } = query
  const translation = table.translate(vaddr, access, mode, controls)
  const steps = table.walk(vaddr)
  const flags = table.query(vaddr)?.flags
  if (translation.kind === 'fault') {
    for (const step of steps) mayBeSet.set(step.entryAddress, (mayBeSet.get(step.entryAddress) ?? 0n) | machine.mayBeSetOnFault(step))
    return { query, translation, steps, flags, isBacked: false, loaded: undefined }
  }
  const { paddr, updates } = translation
  for (const { entryAddress, word } of updates) memory.writeWord(entryAddress, word)
  if (!memory.contains(paddr, WORD_BYTES)) return { query, translation, steps, flags, isBacked: false, loaded: undefined }
  if (access === 'write') memory.writeWord(paddr, value)
  const loaded = access === 'read' ? memory.readWord(paddr) : access === 'exec' ? BigInt(tags.get(paddr) ?? 0) : undefined
  return { query, translation, steps, flags, isBacked: true, loaded }
}

/** The entries of the guest's own way through the table, whose bits are set at times that nobody can tell. */
function reservedEntries<C>(machine: Machine<C>, table: PageTable<C>): Map<PhysAddr, bigint> {
  const entries = new Map<PhysAddr, bigint>()
  const bits = machine.format.accessedBit | machine.format.dirtyBit
  for (const { start, size } of table.leaves({ start: 0n as VirtAddr, end: 1n << 64n })) {
    for (let at = 0n; at < size; at += 0x1000n) for (const { entryAddress } of table.walk((start + at) as VirtAddr)) entries.set(entryAddress, bits)
  }
  return entries
}

function writeQueries<C>(table: PageTable<C>, machine: Machine<C>, queries: readonly Query<C>[]): void {
  const { memory } = table
  queries.forEach((query, index) => {
    const { vaddr, access, mode, controls } = query
    const translation = table.translate(vaddr, access, mode, controls)
    const isBacked = translation.kind === 'fault' || memory.contains(translation.paddr, WORD_BYTES)
    const at = machine.ramBase + QUERIES_AT + BigInt(index * QUERY_WORDS) * WORD_BYTES
    machine.encodeQuery(query, isBacked).forEach((word, i) => memory.writeWord(pa(at + BigInt(i) * WORD_BYTES), word))
  })
}

/** A walk as a line for people. */
export function describeSteps(steps: readonly WalkStep[]): string {
  return steps.map(({ level, index, entryAddress, word, entry }) => `L${String(level)}[${String(index)}] @${formatHex(entryAddress)} = ${formatHex(word)} (${entry.kind})`).join(' → ')
}

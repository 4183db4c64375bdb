// One boot for a vector's questions: its tables and the machine's guest in one memory, and pages that tell where an
// access has gone. Nothing here asks translate: what is told is what the CPU did.
import { pa, va } from '@addrspace/memory-addr'
import { BitmapAllocator, PageTable, PhysMemory } from '@addrspace/page-table'

import { readFrame } from '../batch.ts'
import type { ReadAfter } from '../comparison.ts'
import { ANSWER_WORDS, ANSWERS_AT, DONE_AT, PAGES_AT, QUERIES_AT, QUERY_WORDS, TABLES_AT, type Answer, type Machine, type Query } from '../machine.ts'
import type { VectorAnswer, VectorQuestion, VectorTables } from './walk-vector.ts'

const MIB = 0x10_0000n
const PAGE = 0x1000n
/** Where the pages of vectors lie, from the first byte of the memory. */
export const DATA_AT: bigint = 64n * MIB
export const DATA_SIZE: bigint = 16n * MIB
/** What vectors may put tables into, from `TABLES_AT` on; the tables of the guest's own pages lie behind. */
export const VECTOR_TABLES_SIZE: bigint = MIB
/** So many questions can write without writing to one word twice. */
export const MOST_PER_BOOT: number = Number(PAGE / 32n)

/** A word that is loaded tells its address. */
const MASK = 0x5a5a_0000_0000_5a5an
/** In every 32 bytes of the pages, the words that are loaded, fetched and stored to lie at these offsets. */
export const OFFSETS: Readonly<Record<VectorQuestion['access'], bigint>> = { read: 0n, exec: 8n, write: 16n }

export interface VectorBoot<C> {
  readonly machine: Machine<C>
  readonly image: ReadonlyMap<number, Uint8Array>
  readonly queries: readonly Query<C>[]
}

/** What the CPU told of one question. */
export interface Told {
  readonly answer: VectorAnswer
  /** In the machine's own words. */
  readonly text: string
}

/**
 * Makes the image.
 *
 * @throws RangeError if a question cannot be put: too many, an address that does not lie at the place of its access,
 *   tables that lie elsewhere than vectors' tables do.
 */
export function makeVectorBoot<C>(machine: Machine<C>, { roots, words }: VectorTables, controls: object, questions: readonly VectorQuestion[]): VectorBoot<C> {
  const { ramBase, ramSize } = machine
  if (questions.length > MOST_PER_BOOT) throw new RangeError(`"questions" must be at most ${String(MOST_PER_BOOT)}, got ${String(questions.length)}`)
  const memory = new PhysMemory({ base: ramBase, size: ramSize })
  const start = ramBase + TABLES_AT
  const frames = new BitmapAllocator({ start: pa(start), end: ramBase + PAGES_AT })
  const table = new PageTable({ memory, frames, format: machine.format, invalidations: () => {} })
  if (table.roots.some((root, i) => root !== roots[i])) throw new RangeError(`"roots" must lie at the start of the tables, got ${roots.join(', ')}`)
  // What the guest needs comes behind the vector's tables.
  while ((frames.allocate() ?? start + VECTOR_TABLES_SIZE) < start + VECTOR_TABLES_SIZE - PAGE);
  machine.install(table, memory, questions.length)
  for (const [paddr, word] of words) {
    if (paddr < start || paddr >= start + VECTOR_TABLES_SIZE) throw new RangeError(`"words" must lie among the tables, got ${paddr.toString(16)}`)
    memory.writeWord(pa(paddr), word)
  }

  const queries = questions.map((question, index): Query<C> => {
    if (question.vaddr % 32n !== OFFSETS[question.access]) throw new RangeError(`"vaddr" of ${question.access} must lie at ${String(OFFSETS[question.access])} within 32 bytes, got ${question.vaddr.toString(16)}`)
    return { vaddr: va(question.vaddr), access: question.access, mode: question.mode, controls: { ...controls, ...question.controls } as C, value: valueOf(index) }
  })
  queries.forEach((query, index) => {
    const at = ramBase + QUERIES_AT + BigInt(index * QUERY_WORDS) * 8n
    machine.encodeQuery(query, true).forEach((word, i) => { memory.writeWord(pa(at + BigInt(i) * 8n), word) })
  })
  const image = new Map([...memory.nonZeroFrames()].map((frame) => [frame, readFrame(memory, frame)]))
  for (let page = 0n; page < DATA_SIZE / PAGE; page++) image.set(Number((ramBase + DATA_AT) / PAGE + page), dataPage(machine, ramBase + DATA_AT + page * PAGE, Number(page) + 1))
  return { machine, image, queries }
}

/** What is stored by which question; no word of a page is like it. */
function valueOf(index: number): bigint {
  return (0xa5n << 56n) | BigInt(index)
}

function dataPage<C>(machine: Machine<C>, start: bigint, tag: number): Uint8Array {
  const bytes = new Uint8Array(Number(PAGE))
  const view = new DataView(bytes.buffer)
  for (let offset = 0; offset < bytes.length; offset += 8) {
    view.setBigUint64(offset, BigInt(offset % 32) === OFFSETS.exec ? machine.fetchTarget(tag) : (start + BigInt(offset)) ^ MASK, true)
  }
  return bytes
}

/**
 * What the CPU did with each question.
 *
 * @throws Error if it did something that no access does, or went where no page of the vectors is.
 */
export function readVectorAnswers<C>({ machine, queries }: VectorBoot<C>, readAfter: ReadAfter): Told[] {
  const { ramBase } = machine
  const done = wordAt(readAfter(ramBase + DONE_AT, 8), 0)
  if (done !== BigInt(queries.length)) throw new Error(`${machine.name}: ${String(done)} of ${String(queries.length)} questions are answered`)
  const answers = readAfter(ramBase + ANSWERS_AT, queries.length * ANSWER_WORDS * 8)
  const stored = storedAt(readAfter(ramBase + DATA_AT, Number(DATA_SIZE)), ramBase + DATA_AT)
  return queries.map((query, index) => {
    const words = Array.from({ length: ANSWER_WORDS }, (_, i) => wordAt(answers, index * ANSWER_WORDS + i))
    const told = machine.decodeAnswer(words, query).map((answer) => ({ answer: meaningOf(machine, query, answer, stored), text: answer.text }))
    const [first, ...others] = told
    // One of two ways to ask may tell more, and neither may contradict the other.
    if (first === undefined || others.some((other) => !agrees(first.answer, other.answer) && !agrees(other.answer, first.answer))) {
      throw new Error(`${machine.name}: ${query.access} of ${query.vaddr.toString(16)}: the CPU told two things: ${told.map(({ text }) => text).join('; ')}`)
    }
    return first
  })
}

/** Which of the tables' words the CPU has changed, and into what, by their addresses. */
export function readChangedWords({ words }: VectorTables, readAfter: ReadAfter): ReadonlyMap<bigint, bigint> {
  const now = [...words].map(([paddr, word]) => ({ paddr, word, after: wordAt(readAfter(paddr, 8), 0) }))
  return new Map(now.filter(({ word, after }) => word !== after).map(({ paddr, after }) => [paddr, after]))
}

/** Where which stored value lies. */
function storedAt(data: Uint8Array, start: bigint): ReadonlyMap<bigint, bigint> {
  const found = new Map<bigint, bigint>()
  const words = new BigUint64Array(data.buffer, data.byteOffset, data.length / 8)
  for (let i = Number(OFFSETS.write) / 8; i < words.length; i += 4) {
    const word = words[i]!
    if (word >> 56n === 0xa5n) found.set(word, start + 8n * BigInt(i))
  }
  return found
}

function meaningOf<C>(machine: Machine<C>, query: Query<C>, answer: Answer, stored: ReadonlyMap<bigint, bigint>): VectorAnswer {
  const fail = (why: string): never => {
    throw new Error(`${machine.name}: ${query.mode} ${query.access} of ${query.vaddr.toString(16)} with ${JSON.stringify(query.controls)}: ${why}: ${answer.text}`)
  }
  switch (answer.kind) {
    case 'odd':
      return fail('an answer that no access has')
    case 'unbacked':
      return fail('the CPU went where nothing is')
    case 'refused': {
      // Of several reasons, a table out of memory is one that the tables of vectors rule out.
      const reasons = answer.reasons.length === 1 ? answer.reasons : answer.reasons.filter((reason) => reason !== 'memory')
      const fault = reasons.length === 1 ? reasons[0]! : reasons.length > MOST_REASONS ? 'any' : reasons
      return { fault, ...(answer.level !== undefined && { level: answer.level }) }
    }
    case 'done': {
      if (answer.mode !== undefined && answer.mode !== query.mode) return fail('the access was made in the other mode')
      const paddr = answer.paddr ?? (query.access === 'write' ? stored.get(query.value) : pageOf(machine, query, answer.loaded ?? fail('nothing was loaded')))
      const start = machine.ramBase + DATA_AT
      if (paddr === undefined || paddr < start || paddr >= start + DATA_SIZE) return fail('the access went elsewhere')
      return { paddr }
    }
  }
}

/** A fault of which nothing is told has more reasons than that. */
const MOST_REASONS = 3

/** A word that was loaded tells its address, code that was fetched its page. */
function pageOf<C>({ ramBase }: Machine<C>, { access, vaddr }: Query<C>, loaded: bigint): bigint {
  return access === 'exec' ? ramBase + DATA_AT + (loaded - 1n) * PAGE + (vaddr % PAGE) : loaded ^ MASK
}

/** Whether what was told says nothing else than what is expected; what was not told does not contradict it. */
export function agrees(expected: VectorAnswer, told: VectorAnswer): boolean {
  if ('paddr' in expected || 'paddr' in told) return 'paddr' in expected && 'paddr' in told && expected.paddr === told.paddr
  if (expected.level !== undefined && told.level !== undefined && expected.level !== told.level) return false
  const known = told.fault === 'any' || expected.fault === 'any'
  return known || [expected.fault].flat().some((fault) => [told.fault].flat().includes(fault))
}

function wordAt(bytes: Uint8Array, index: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset + index * 8, 8).getBigUint64(0, true)
}

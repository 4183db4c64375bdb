/**
 * Runs conformance vectors against a page table's code. This one file imports nothing: it may be copied into a project
 * that installs nothing of ours. What the files hold is told in INTERPRETING.md; reading them from a disk is the caller's
 * business. A subject answers what it can: a part that it does not have is skipped, a detail that it does not tell is
 * counted, and not compared.
 */

/** What is done with the byte at an address. */
export type VectorAccess = 'read' | 'write' | 'exec'
/** Who does it. */
export type VectorMode = 'user' | 'kernel'

/** The state of the machine that decides a walk, by name; every control of the machine is there. */
export type VectorControls = Readonly<Record<string, boolean | string>>

/** What a word means. Only `kind` must be told. */
export interface VectorEntry {
  /** What the word is to a walk. */
  readonly kind: 'absent' | 'table' | 'leaf' | 'invalid'
  /** Of the next table, or of the page. */
  readonly paddr?: bigint
  /** Letters of `rwxudng`, in any order. */
  readonly flags?: string
  /** Of a leaf: it was used. */
  readonly accessed?: boolean
  /** Of a leaf: it was written to. */
  readonly dirty?: boolean
  /** Of an invalid word: why. */
  readonly reason?: string
  /** The bits that make it so, as the manual names them. */
  readonly bit?: string
}

/** The physical memory of a walk, which holds its tables: one object for all queries of a vector, and never written to. */
export interface VectorMemory {
  /** Where memory is, in bytes; [start, start + size). */
  readonly ram: { readonly start: bigint; readonly size: bigint }
  /** The words in it that are not zero, by their addresses. */
  readonly words: ReadonlyMap<bigint, bigint>
  /** Reads the word at a multiple of 8; gives undefined where no memory is. */
  readWord(paddr: bigint): bigint | undefined
}

/** One access, and the tables that it meets. */
export interface VectorWalk {
  /** One of the subject's. */
  readonly machine: string
  /** One, or that of the lower half and that of the upper one. */
  readonly roots: readonly bigint[]
  /** Where the tables lie. */
  readonly memory: VectorMemory
  /** Any 64-bit word. */
  readonly vaddr: bigint
  /** What is done there. */
  readonly access: VectorAccess
  /** By whom. */
  readonly mode: VectorMode
  /** All that the machine has. */
  readonly controls: VectorControls
}

/** A word of a table that hardware writes back. */
export interface VectorUpdate {
  /** Where it lies. */
  readonly paddr: bigint
  /** What it is afterwards. */
  readonly word: bigint
}

/** What an access comes to. Of a fault nothing more must be told. */
export type VectorAnswer =
  | { readonly kind: 'mapped'; readonly paddr: bigint; readonly updates?: readonly VectorUpdate[] }
  | { readonly kind: 'fault'; readonly fault?: string; readonly level?: number; readonly bit?: string }

/** The page at an address. */
export interface VectorMapping {
  /** Of the byte asked for. */
  readonly paddr: bigint
  /** Of the leaf, in bytes. */
  readonly size?: bigint
  /** What is granted, as letters. */
  readonly flags?: string
}

/** An empty table, for the operations of one vector. Operations answer `ok`, or the code of a refusal. */
export interface VectorTable {
  /** Maps a range to physical addresses from `paddr` on; refuses if a part of it is mapped. */
  map(start: bigint, size: bigint, paddr: bigint, flags: string): string
  /** Unmaps what is mapped in there. */
  unmap(start: bigint, size: bigint): string
  /** Pages that are not there are skipped, or refused. */
  protect(start: bigint, size: bigint, flags: string, holes: 'skip' | 'refuse'): string
  /** Gives undefined where nothing is mapped. */
  query(vaddr: bigint): VectorMapping | undefined
}

/** The code under test. */
export interface VectorSubject {
  /** Those that it can be. */
  readonly machines: readonly string[]
  /** What a word means at a level; levels count from 0, where pages of 4 KiB are. */
  decode?(machine: string, word: bigint, level: number): VectorEntry
  /** What an access comes to. */
  translate?(walk: VectorWalk): VectorAnswer
  /** `memory`: bytes that frames of tables may be taken from. */
  openTable?(machine: string, memory: { readonly base: bigint; readonly size: bigint }): VectorTable
}

/** How one vector ended on one machine. */
export interface VectorResult {
  /** The vector's. */
  readonly id: string
  /** On which it was run. */
  readonly machine: string
  /** Whether what was told is right; `skip` if nothing was asked. */
  readonly status: 'pass' | 'fail' | 'skip'
  /** What was expected and what was found, a line each; why it was skipped; empty where it passed. */
  readonly detail: string
  /** How many expected details the subject did not tell. */
  readonly untold: number
}

/** The version of the format that this file reads. */
export const VECTOR_FORMAT = 1

/** What scenarios take frames from where they do not say. */
const DEFAULT_MEMORY = { base: '0x80000000', size: '0x4000000' }
/** A fault of whatever kind: who agreed was not told more. */
const ANY_FAULT = 'any'
/** Of the differences within one vector, so many are told. */
const MOST_TOLD = 5

type Json = Readonly<Record<string, unknown>>

/**
 * Runs all vectors of one file, each on every machine that it holds for.
 *
 * @param text of a file of entry words, walks or operations.
 * @throws Error if the text is not a file of vectors of this version.
 */
export function runVectors(text: string, subject: VectorSubject): VectorResult[] {
  if (/^\s*(#.*\s+)*\{\s*"scenario"/.test(text)) return scenariosOf(text).flatMap(({ header, ops }) => runOps(header, ops, subject))
  const file = JSON.parse(text) as Json
  if (file['version'] !== VECTOR_FORMAT) throw new Error(`vectors of version ${String(file['version'])}; this is a reader of version ${VECTOR_FORMAT}`)
  const run = file['kind'] === 'pte' ? runPte : file['kind'] === 'walk' ? runWalk : undefined
  if (run === undefined) throw new Error(`vectors of an unknown kind: ${String(file['kind'])}`)
  const results: VectorResult[] = []
  for (const vector of file['vectors'] as Json[]) {
    for (const machine of (vector['machines'] ?? file['machines']) as string[]) {
      const check = new Check(vector['id'] as string, machine)
      if (subject.machines.includes(machine)) check.guard(() => { run(check, vector, file, subject) })
      else check.skip('another machine')
      results.push(check.result())
    }
  }
  return results
}

/** Prints what failed, then a line `N passed, N failed`; gives the number that failed. */
export function reportVectors(results: readonly VectorResult[], print: (line: string) => void): number {
  const count = (status: string): number => results.filter((result) => result.status === status).length
  for (const { id, machine, detail } of results.filter(({ status }) => status === 'fail')) print(`FAIL ${id} on ${machine}: ${detail}`)
  const skipped = count('skip')
  const untold = results.reduce((sum, result) => sum + result.untold, 0)
  print(`${count('pass')} passed, ${count('fail')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}${untold > 0 ? `, ${untold} details not told` : ''}`)
  return count('fail')
}

/** What is found out about one vector on one machine. */
class Check {
  readonly #id: string
  readonly machine: string
  readonly #differences: string[] = []
  #skipped: string | undefined
  #untold = 0

  constructor(id: string, machine: string) {
    this.#id = id
    this.machine = machine
  }

  /** A subject that throws has failed, whatever it has answered before. */
  guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.differs('', 'answers', `that the subject throws ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`)
    }
  }

  skip(why: string): void {
    this.#skipped = why
  }

  /** Compares one detail; what the vector does not name, or the subject does not tell, is not compared. */
  detail(where: string, name: string, expected: unknown, found: unknown): void {
    if (expected === undefined) return
    if (found === undefined) this.#untold++
    else if (shown(expected) !== shown(found)) this.differs(where, `${name} ${shown(expected)}`, `${name} ${shown(found)}`)
  }

  differs(where: string, expected: string, found: string): void {
    this.#differences.push(`${where}expected ${expected}, found ${found}`)
  }

  result(): VectorResult {
    const { length } = this.#differences
    const told = this.#differences.slice(0, MOST_TOLD)
    if (length > MOST_TOLD) told.push(`and ${length - MOST_TOLD} more`)
    const status = length > 0 ? 'fail' : this.#skipped === undefined ? 'pass' : 'skip'
    return { id: this.#id, machine: this.machine, status, detail: length > 0 ? told.join('\n  ') : this.#skipped ?? '', untold: this.#untold }
  }
}

function runPte(check: Check, vector: Json, _file: Json, subject: VectorSubject): void {
  if (subject.decode === undefined) {
    check.skip('the subject reads no words')
    return
  }
  const word = vector['word'] as string
  const is = vector['is'] as Json
  const found = subject.decode(check.machine, BigInt(word), vector['level'] as number)
  const where = `${word} at level ${String(vector['level'])}: `
  if (found.kind !== is['kind']) {
    check.differs(where, String(is['kind']), found.kind)
    return
  }
  check.detail(where, 'paddr', number(is['paddr']), found.paddr)
  check.detail(where, 'flags', letters(is['flags']), letters(found.flags))
  for (const name of ['accessed', 'dirty', 'reason', 'bit'] as const) check.detail(where, name, is[name], found[name])
}

function runWalk(check: Check, vector: Json, file: Json, subject: VectorSubject): void {
  if (subject.translate === undefined) {
    check.skip('the subject does not walk')
    return
  }
  const roots = (vector['roots'] as string[]).map(BigInt)
  const memory = memoryOf(vector)
  for (const query of vector['queries'] as Json[]) {
    const controls = { ...(file['controls'] as VectorControls), ...(query['controls'] as VectorControls | undefined) }
    const [access, mode] = [query['access'] as VectorAccess, query['mode'] as VectorMode]
    const found = subject.translate({ machine: check.machine, roots, memory, vaddr: BigInt(query['vaddr'] as string), access, mode, controls })
    const where = `${mode} ${access} of ${String(query['vaddr'])}${query['controls'] === undefined ? '' : ` with ${JSON.stringify(query['controls'])}`}: `
    compareAnswer(check, where, query['answer'] as Json, found)
  }
}

function compareAnswer(check: Check, where: string, answer: Json, found: VectorAnswer): void {
  const told = answer['fault'] as string | readonly string[] | undefined
  const fault = typeof told === 'string' ? [told] : told
  if (found.kind === 'mapped') {
    if (fault !== undefined) {
      check.differs(where, `the fault ${fault.join(' or ')}`, shown(found.paddr))
      return
    }
    check.detail(where, 'paddr', number(answer['paddr']), found.paddr)
    const updates = answer['updates'] as readonly Json[] | undefined
    check.detail(where, 'updates', updates?.map(({ paddr, word }) => shown([number(paddr), number(word)])).sort(), found.updates?.map(({ paddr, word }) => shown([paddr, word])).sort())
    return
  }
  if (fault === undefined) {
    check.differs(where, String(answer['paddr']), `a fault ${found.fault ?? ''}`)
    return
  }
  if (!fault.includes(ANY_FAULT)) check.detail(where, 'fault', fault.join(' or '), found.fault !== undefined && fault.includes(found.fault) ? fault.join(' or ') : found.fault)
  check.detail(where, 'level', answer['level'], found.level)
  check.detail(where, 'bit', answer['bit'], found.bit)
}

/** Words in runs; what lies within `ram` and in no run is zero. */
function memoryOf(vector: Json): VectorMemory {
  const words = new Map<bigint, bigint>()
  for (const { paddr, words: run } of vector['memory'] as { readonly paddr: string; readonly words: readonly string[] }[]) {
    run.forEach((word, index) => words.set(BigInt(paddr) + 8n * BigInt(index), BigInt(word)))
  }
  const { start, size } = vector['ram'] as { readonly start: string; readonly size: string }
  const ram = { start: BigInt(start), size: BigInt(size) }
  return { ram, words, readWord: (paddr) => (ram.start <= paddr && paddr < ram.start + ram.size ? (words.get(paddr) ?? 0n) : undefined) }
}

interface ScenarioText {
  readonly header: Json
  readonly ops: Json[]
}

function scenariosOf(text: string): ScenarioText[] {
  const scenarios: ScenarioText[] = []
  for (const line of text.split('\n').map((line) => line.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const record = JSON.parse(line) as Json
    if ('scenario' in record) scenarios.push({ header: record, ops: [] })
    else scenarios.at(-1)!.ops.push(record)
  }
  return scenarios
}

/** On every machine of the header, from an empty table. */
function runOps(header: Json, ops: readonly Json[], subject: VectorSubject): VectorResult[] {
  if (header['scenario'] !== VECTOR_FORMAT) throw new Error(`a scenario of version ${String(header['scenario'])}; this is a reader of version ${VECTOR_FORMAT}`)
  return ((header['machines'] ?? [header['backend']]) as string[]).map((machine) => {
    const check = new Check(header['id'] as string, machine)
    const needed = ops.map((op) => needOf(op)).find((need) => need !== undefined)
    if (!subject.machines.includes(machine)) check.skip('another machine')
    else if (subject.openTable === undefined) check.skip('the subject does not change tables')
    else if (needed !== undefined || header['fail'] !== undefined || header['merge'] !== undefined) check.skip(`needs more than a page table: ${needed ?? 'a set'}`)
    else {
      const { base = DEFAULT_MEMORY.base, size = DEFAULT_MEMORY.size } = (header['memory'] ?? {}) as { base?: string; size?: string }
      check.guard(() => {
        const table = subject.openTable!(machine, { base: BigInt(base), size: BigInt(size) })
        ops.forEach((op, index) => { runOp(check, `op ${index}, ${String(op['op'])}: `, op, table) })
      })
    }
    return check.result()
  })
}

/** What an operation asks for that a page table alone does not have. */
function needOf(op: Json): string | undefined {
  if (!['map', 'unmap', 'protect', 'query'].includes(op['op'] as string)) return String(op['op'])
  if (op['op'] === 'map' && typeof op['backing'] !== 'object') return 'frames for pages'
  return op['onOverlap'] !== undefined ? 'onOverlap' : op['mask'] === undefined ? undefined : 'mask'
}

function runOp(check: Check, where: string, op: Json, table: VectorTable): void {
  if (op['op'] === 'query') comparePage(check, where, op['expect'] as Json | null | undefined, table.query(number(op['addr'])!))
  else check.detail(where, 'result', op['expect'], change(op, table))
}

function change(op: Json, table: VectorTable): string {
  const [start, size, flags] = [number(op['start'])!, number(op['size'])!, op['flags'] as string]
  switch (op['op']) {
    case 'map':
      return table.map(start, size, number((op['backing'] as Json)['linear'])!, flags)
    case 'unmap':
      return table.unmap(start, size)
    default:
      return table.protect(start, size, flags, op['holes'] === 'refuse' ? 'refuse' : 'skip')
  }
}

function comparePage(check: Check, where: string, expected: Json | null | undefined, found: VectorMapping | undefined): void {
  if (expected === undefined) return
  if (expected === null || found === undefined) {
    check.detail(where, 'page', expected, found ?? null)
    return
  }
  check.detail(where, 'paddr', number(expected['paddr']), found.paddr)
  check.detail(where, 'size', number(expected['size']), found.size)
  check.detail(where, 'flags', letters(expected['flags']), letters(found.flags))
}

/** A number of a file: a `0x` string, or a small integer. */
function number(value: unknown): bigint | undefined {
  return typeof value === 'string' || typeof value === 'number' ? BigInt(value) : undefined
}

/** In one order, so that they can be compared. */
function letters(flags: unknown): string | undefined {
  return typeof flags === 'string' ? ['r', 'w', 'x', 'u', 'd', 'n', 'g'].filter((letter) => flags.includes(letter)).join('') : undefined
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'bigint' ? hex(value) : JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? hex(item) : item))
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`
}

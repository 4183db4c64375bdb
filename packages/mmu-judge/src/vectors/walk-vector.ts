// A walk vector as plain values, and its text. What the fields mean is told in INTERPRETING.md of
// @addrspace/conformance.
import { formatHex } from '@addrspace/memory-addr'
import type { Access, FaultReason, Mode } from '@addrspace/page-table'

export type Controls = Readonly<Record<string, boolean | string>>

/** What an access comes to; a field that nobody has told is absent. */
export type VectorAnswer =
  | { readonly paddr: bigint; readonly updates?: readonly { readonly paddr: bigint; readonly word: bigint }[] }
  | { readonly fault: FaultReason | 'any' | readonly FaultReason[]; readonly level?: number; readonly bit?: string }

export interface VectorQuestion {
  readonly vaddr: bigint
  readonly access: Access
  readonly mode: Mode
  /** What differs from those of the file. */
  readonly controls?: Controls
}

export interface VectorQuery extends VectorQuestion {
  readonly answer: VectorAnswer
}

/** What a vector says of itself. */
export interface VectorAbout {
  readonly id: string
  readonly catches: readonly string[]
  readonly agreed: readonly string[]
  readonly notes?: string
}

/** Tables in memory. */
export interface VectorTables {
  readonly roots: readonly bigint[]
  readonly ram: { readonly start: bigint; readonly size: bigint }
  /** Words that are not zero, by their addresses. */
  readonly words: ReadonlyMap<bigint, bigint>
}

export interface WalkVector extends VectorAbout, VectorTables {
  readonly queries: readonly VectorQuery[]
}

export interface WalkFile {
  readonly machine: string
  readonly notes: string
  readonly controls: Controls
  readonly vectors: readonly WalkVector[]
}

/** The text of a file: a line for each query, so that a change shows as what it is. */
export function formatWalkFile({ machine, notes, controls, vectors }: WalkFile): string {
  const head = [
    ['$schema', '../../schemas/walk.schema.json'],
    ['kind', 'walk'],
    ['version', 1],
    ['machines', [machine]],
    ['notes', notes],
    ['controls', controls],
  ]
  return `{\n${head.map(([name, value]) => `  ${JSON.stringify(name)}: ${line(value)},\n`).join('')}  "vectors": [\n${vectors.map((vector) => formatVector(vector)).join(',\n')}\n  ]\n}\n`
}

function formatVector({ id, catches, agreed, notes, roots, ram, words, queries }: WalkVector): string {
  const fields = [
    ...Object.entries({ id, catches, agreed, ...(notes !== undefined && { notes }), roots, ram }).map(([name, value]) => `      ${JSON.stringify(name)}: ${line(value)}`),
    `      "memory": ${list(runsOf(words))}`,
    `      "queries": ${list(queries)}`,
  ]
  return `    {\n${fields.join(',\n')}\n    }`
}

function list(values: readonly unknown[]): string {
  return values.length === 0 ? '[]' : `[\n${values.map((value) => `        ${line(value)}`).join(',\n')}\n      ]`
}

/** JSON in one line, with spaces where people look for them. */
function line(value: unknown): string {
  if (typeof value === 'bigint') return `"${formatHex(value)}"`
  if (Array.isArray(value)) return `[${value.map((item) => line(item)).join(', ')}]`
  if (typeof value === 'object' && value !== null) return `{ ${Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${line(item)}`).join(', ')} }`
  return JSON.stringify(value)
}

/** Words at consecutive addresses together. */
function runsOf(words: ReadonlyMap<bigint, bigint>): { paddr: bigint; words: bigint[] }[] {
  const runs: { paddr: bigint; words: bigint[] }[] = []
  for (const [paddr, word] of [...words].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const last = runs.at(-1)
    if (last !== undefined && last.paddr + 8n * BigInt(last.words.length) === paddr) last.words.push(word)
    else runs.push({ paddr, words: [word] })
  }
  return runs
}

/** Reads what `formatWalkFile` has written. */
export function parseWalkFile(text: string): WalkFile {
  interface Text {
    readonly machines: readonly [string]
    readonly notes: string
    readonly controls: Controls
    readonly vectors: readonly {
      readonly id: string
      readonly catches: readonly string[]
      readonly agreed: readonly string[]
      readonly notes?: string
      readonly roots: readonly string[]
      readonly ram: { readonly start: string; readonly size: string }
      readonly memory: readonly { readonly paddr: string; readonly words: readonly string[] }[]
      readonly queries: readonly { readonly vaddr: string; readonly access: Access; readonly mode: Mode; readonly controls?: Controls; readonly answer: { readonly paddr?: string; readonly updates?: readonly { readonly paddr: string; readonly word: string }[] } }[]
    }[]
  }
  const { machines, notes, controls, vectors } = JSON.parse(text) as Text
  return {
    machine: machines[0],
    notes,
    controls,
    vectors: vectors.map(({ roots, ram, memory, queries, ...about }) => ({
      ...about,
      roots: roots.map(BigInt),
      ram: { start: BigInt(ram.start), size: BigInt(ram.size) },
      words: new Map(memory.flatMap(({ paddr, words }) => words.map((word, i) => [BigInt(paddr) + 8n * BigInt(i), BigInt(word)] as const))),
      queries: queries.map(({ vaddr, answer: { paddr, updates, ...fault }, ...rest }) => ({
        vaddr: BigInt(vaddr),
        ...rest,
        answer: paddr === undefined ? (fault as VectorAnswer) : { paddr: BigInt(paddr), ...(updates !== undefined && { updates: updates.map((update) => ({ paddr: BigInt(update.paddr), word: BigInt(update.word) })) }) },
      })),
    })),
  }
}

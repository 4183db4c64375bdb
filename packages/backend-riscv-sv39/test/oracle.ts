// The manual's steps, written down bit by bit on bigints, without tables and without masks: the slow twin
// that the format is compared with. Source: RISC-V Instruction Set Manual, Volume II, "Supervisor-Level
// ISA", "Virtual Address Translation Process", for a machine without Svnapot, Svpbmt and Zicfiss.
import { pa } from '@addrspace/memory-addr'
import { DEVICE, EXECUTE, GLOBAL, NONE, READ, UNCACHED, unionOf, USER, WRITE, type MappingFlags, type PteEntry, type PteFormat, type WalkedPath } from '@addrspace/page-table'
import { riscvSv39, riscvSv48, riscvSv57, type RiscvControls } from '@addrspace/backend-riscv-sv39'

export const FORMATS: readonly { readonly format: PteFormat<RiscvControls>; readonly levels: number }[] = [
  { format: riscvSv39, levels: 3 },
  { format: riscvSv48, levels: 4 },
  { format: riscvSv57, levels: 5 },
]

export const low = (word: bigint): number => Number(BigInt.asIntN(32, word))
export const high = (word: bigint): number => Number(BigInt.asIntN(32, word >> 32n))
const bit = (word: bigint, index: number): boolean => ((word >> BigInt(index)) & 1n) === 1n
const field = (word: bigint, from: number, to: number): bigint => (word >> BigInt(to)) & ((1n << BigInt(from - to + 1)) - 1n)

/** A walk that met nothing but this leaf. */
export function pathTo(word: bigint, level: number): WalkedPath {
  const halves = [low(word), high(word)] as const
  return { level, low: halves[0], high: halves[1], andLow: halves[0], andHigh: halves[1], orLow: halves[0], orHigh: halves[1] }
}

/** What a word is; of an illegal one only that it is illegal. */
export function entryBySteps(word: bigint, level: number): PteEntry | { readonly kind: 'invalid' } {
  const [v, r, w, x, u, g, a, d] = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => bit(word, index))
  const ppn = field(word, 53, 10)
  const isAligned = ppn % 512n ** BigInt(level) === 0n
  const leaf = (): PteEntry => ({
    kind: 'leaf',
    frame: pa(ppn * 4096n),
    flags: unionOf(r ? READ : NONE, w ? WRITE : NONE, x ? EXECUTE : NONE, u ? USER : NONE, g ? GLOBAL : NONE),
    accessed: a === true,
    dirty: d === true,
  })
  // Step 3, pte.v = 0. What is kept in such a word is not the manual's matter but ours.
  if (!v) return field(word, 63, 54) === 0n && field(word, 9, 8) === 3n && !x && !w && !r && isAligned ? leaf() : { kind: 'absent' }
  // Step 3, pte.r = 0 and pte.w = 1, or reserved bits; A, D and U are reserved in a pointer.
  if (!r && w) return { kind: 'invalid' }
  if (bit(word, 63) || field(word, 62, 61) !== 0n || field(word, 60, 54) !== 0n) return { kind: 'invalid' }
  // Step 4.
  if (!r && !x) return u || a || d || level === 0 ? { kind: 'invalid' } : { kind: 'table', frame: pa(ppn * 4096n) }
  // Step 5.
  return isAligned ? leaf() : { kind: 'invalid' }
}

/** All sets of portable flags, written out by their seven members. */
export function allFlags(): MappingFlags[] {
  return [READ, WRITE, EXECUTE, USER, DEVICE, UNCACHED, GLOBAL].reduce<MappingFlags[]>((sets, flag) => [...sets, ...sets.map((set) => unionOf(set, flag))], [NONE])
}

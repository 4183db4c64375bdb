// The vocabulary in which a machine's words are written down: a bit table per kind of entry and
// class of levels, highest bit first, that accounts for all 64 bits. Tables are data; what checks
// and draws them is here too.
import { checkWord } from '@addrspace/memory-addr'

/** Bits high:low of a word, both inclusive. */
export interface LayoutBits {
  /** The highest bit, inclusive; 63 to 0. */
  readonly high: number
  /** The lowest bit, inclusive. */
  readonly low: number
  /**
   * flag: one bit with a meaning · field: several · frame: of the frame number · fixed: what makes the
   * word this kind of entry · reserved: must be zero · ignored: hardware does not look · software: ours
   */
  readonly role: 'flag' | 'field' | 'frame' | 'fixed' | 'reserved' | 'ignored' | 'software'
  /** The manual's name, or empty for reserved and ignored bits. */
  readonly name: string
  /** What it says, in a few words. */
  readonly meaning: string
  /** Of fixed bits. */
  readonly value?: bigint
  /** What each value says, in a few words, by value; of flags and fields whose values have names. */
  readonly values?: readonly string[]
}

/** One kind of entry at one class of levels. */
export interface EntryLayout {
  /** For instance `leaf at level 1 (2 MiB)`. */
  readonly title: string
  /** What entries of this layout are; `hidden`: leaves without access, by our own marker. */
  readonly kind: 'table' | 'leaf' | 'hidden'
  /** Where such entries may stand. */
  readonly levels: readonly number[]
  /** Where it is written: manual, chapter. */
  readonly source: string
  /** Highest first. */
  readonly bits: readonly LayoutBits[]
}

/**
 * Refuses a layout that does not account for every bit exactly once, highest first.
 *
 * @throws RangeError naming the layout and the bit
 */
export function checkLayout(layout: EntryLayout): void {
  let next = 63
  for (const { high, low, role, value, values } of layout.bits) {
    if (high !== next || !Number.isInteger(low) || low > high || low < 0) throw new RangeError(`${layout.title}: expected bits from ${String(next)} down, got ${String(high)}:${String(low)}`)
    if ((role === 'fixed') !== (value !== undefined)) throw new RangeError(`${layout.title}: bits ${String(high)}:${String(low)} need a value exactly if fixed`)
    if (value !== undefined && (value < 0n || value >= 1n << BigInt(high - low + 1))) throw new RangeError(`${layout.title}: the value of bits ${String(high)}:${String(low)} does not fit`)
    if (values !== undefined && values.length !== 2 ** (high - low + 1)) throw new RangeError(`${layout.title}: bits ${String(high)}:${String(low)} need a word for every value or for none, got ${String(values.length)}`)
    if (role === 'flag' && high !== low) throw new RangeError(`${layout.title}: the flag at ${String(high)} has more than one bit`)
    next = low - 1
  }
  if (next !== -1) throw new RangeError(`${layout.title}: bits ${String(next)}:0 are missing`)
}

/** Draws a layout as lines of text: bits, role, name, meaning. */
export function drawLayout(layout: EntryLayout): string {
  const rows = layout.bits.map(({ high, low, role, name, meaning, value }) => [
    high === low ? String(high) : `${String(high)}:${String(low)}`,
    role === 'fixed' ? `fixed ${value!.toString(2).padStart(high - low + 1, '0')}` : role,
    name,
    meaning,
  ])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd())
  return [layout.title, ...lines.map((line) => `  ${line}`)].join('\n')
}

/**
 * The named bits of a word that are set, as the manual writes them: flags by name, fields with their value.
 *
 * @throws TypeError, RangeError if the word is none
 */
export function nameBits(layout: EntryLayout, word: bigint): string[] {
  checkWord(word, 'word')
  return layout.bits.flatMap(({ high, low, role, name }) => {
    const value = (word >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n)
    if (value === 0n) return []
    const label = name === '' ? `${role} ${high === low ? String(high) : `${String(high)}:${String(low)}`}` : name
    return high === low ? [label] : [`${label}=0x${value.toString(16)}`]
  })
}

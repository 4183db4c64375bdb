// Laws of a format that every machine has to keep, and that are the same for all of them.
import { aarch64 } from '@addrspace/backend-aarch64'
import { riscvSv39, riscvSv48, riscvSv57 } from '@addrspace/backend-riscv-sv39'
import { x8664, x8664La57 } from '@addrspace/backend-x86-64'
import { LEAF, TABLE, type EntryLayout, type PteFormat, type WalkedPath } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

/** A format, whatever its states are. */
type AnyFormat = Pick<PteFormat<unknown>, 'name' | 'layouts' | 'geometry' | 'frameField' | 'controlChoices' | 'classify'> & Pick<PteFormat<never>, 'check'>

const FORMATS: readonly AnyFormat[] = [x8664, x8664La57, riscvSv39, riscvSv48, riscvSv57, aarch64]

let state = 1n

/** A random 64-bit word, the same sequence in every run. */
function randomWord(): bigint {
  state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & 0xffff_ffff_ffff_ffffn
  return state ^ (state >> 29n)
}

/** A random word that the layout allows: fixed bits as they are, reserved ones zero. */
function allowedWord(layout: EntryLayout): bigint {
  let word = randomWord()
  for (const { high, low, role, value } of layout.bits) {
    if (role !== 'fixed' && role !== 'reserved') continue
    const mask = ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)
    word = (word & ~mask) | ((value ?? 0n) << BigInt(low))
  }
  return word
}

describe('F7: what the bit table of a table pointer allows is one', () => {
  it.each(FORMATS)('$name', (format) => {
    const layouts = format.layouts.filter(({ kind }) => kind === 'table')
    expect(layouts.flatMap(({ levels }) => levels).sort()).toEqual(Array.from({ length: format.geometry.levels - 1 }, (_, i) => i + 1))
    for (const layout of layouts) {
      for (const level of layout.levels) {
        for (let i = 0; i < 2000; i++) {
          const word = allowedWord(layout)
          const kind = format.classify(Number(BigInt.asIntN(32, word)), Number(BigInt.asIntN(32, word >> 32n)), level)
          if (kind !== TABLE) throw new Error(`0x${word.toString(16)} at level ${String(level)} is of kind ${String(kind)}`)
        }
      }
    }
  })
})

describe('F8: no bit of a frame decides about an access', () => {
  it.each(FORMATS)('$name', (format) => {
    const { high, low } = format.frameField
    const field = ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)
    const halves = (word: bigint): readonly [low: number, high: number] => [Number(BigInt.asIntN(32, word)), Number(BigInt.asIntN(32, word >> 32n))]
    /** Every state of the machine. */
    const states = Object.entries(format.controlChoices!).reduce<object[]>((all, [name, choices]) => all.flatMap((state) => choices.map((choice) => ({ ...state, [name]: choice }))), [{}])
    const leaf = format.layouts.find(({ kind, levels }) => kind === 'leaf' && levels.includes(0))!
    let leaves = 0
    for (let i = 0; i < 1000; i++) {
      const word = allowedWord(leaf)
      const other = (word & ~field) | (randomWord() & field)
      const kind = format.classify(...halves(word), 0)
      expect(format.classify(...halves(other), 0)).toBe(kind)
      if (kind !== LEAF) continue
      leaves++
      const pointers = randomWord()
      const path = (bits: bigint): WalkedPath => {
        const [orLow, orHigh] = halves(bits | (pointers & ~field))
        const [andLow, andHigh] = halves(bits & pointers)
        const [wordLow, wordHigh] = halves(bits)
        return { level: 0, low: wordLow, high: wordHigh, andLow, andHigh, orLow, orHigh }
      }
      for (const access of ['read', 'write', 'exec'] as const) {
        for (const mode of ['user', 'kernel'] as const) {
          for (const state of states) expect(format.check(path(other), access, mode, state as never)).toEqual(format.check(path(word), access, mode, state as never))
        }
      }
    }
    expect(leaves).toBeGreaterThan(100)
  })
})

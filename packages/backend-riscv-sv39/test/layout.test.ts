import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkLayout, drawLayout, HIDDEN, LEAF, nameBits, TABLE, type EntryLayout, type LayoutBits, type PteFormat } from '@addrspace/page-table'
import { riscvSv39, type RiscvControls } from '@addrspace/backend-riscv-sv39'
import { FORMATS, high, low } from './oracle.ts'

/** A word of this kind: its fixed bits, and R and X of a live leaf, so that either may go. */
function sampleOf(layout: EntryLayout): bigint {
  const fixed = layout.bits.reduce((word, bits) => word | ((bits.value ?? 0n) << BigInt(bits.low)), 0n)
  return layout.kind === 'leaf' ? fixed | 0b1010n : fixed
}

describe.each(FORMATS)('layouts of $format.name', ({ format, levels }) => {
  it('account for every bit exactly once', () => {
    for (const layout of format.layouts) expect(() => checkLayout(layout)).not.toThrow()
  })

  it('are there for pointers at all levels but 0, and for live and hidden leaves at each', () => {
    const levelsOf = (kind: string): number[] => format.layouts.filter((layout) => layout.kind === kind).flatMap((layout) => layout.levels)
    const all = [0, 1, 2, 3, 4].slice(0, levels)
    expect(levelsOf('leaf')).toEqual(all)
    expect(levelsOf('hidden')).toEqual(all)
    expect(levelsOf('table')).toEqual(all.slice(1))
  })

  it('name their source', () => {
    for (const { source } of format.layouts) expect(source).toContain('RISC-V Instruction Set Manual, Volume II')
  })

  it('say what flipping each bit does', () => {
    for (const layout of format.layouts) {
      for (const level of layout.levels) {
        const word = sampleOf(layout)
        expect(format.decode(word, level).kind).toBe(layout.kind === 'table' ? 'table' : 'leaf')
        for (const bits of layout.bits) for (let bit = bits.low; bit <= bits.high; bit++) expectFlip(format, layout, bits, word, bit, level)
      }
    }
  })
})

function expectFlip(format: PteFormat<RiscvControls>, layout: EntryLayout, bits: LayoutBits, word: bigint, bit: number, level: number): void {
  const where = `${layout.title}, bit ${String(bit)}`
  const before = format.decode(word, level)
  const flipped = word ^ (1n << BigInt(bit))
  const after = format.decode(flipped, level)
  switch (bits.role) {
    case 'reserved':
      expect(after, where).toEqual({ kind: 'invalid', reason: 'reserved', bit: bits.name !== '' ? bits.name : bits.high === bits.low ? String(bits.high) : `${String(bits.high)}:${String(bits.low)}` })
      break
    case 'ignored':
      expect(after, where).toEqual(before)
      break
    case 'fixed':
      // No longer the kind of entry that the layout is for.
      expect(format.classify(low(word), high(word), level), where).toBe({ table: TABLE, leaf: LEAF, hidden: HIDDEN }[layout.kind])
      expect(format.classify(low(flipped), high(flipped), level), where).not.toBe({ table: TABLE, leaf: LEAF, hidden: HIDDEN }[layout.kind])
      break
    case 'frame':
      expect(after, where).toEqual({ ...before, frame: 1n << BigInt(bit - 10 + 12) })
      break
    case 'flag':
      // G of a pointer is the hardware's to see; an entry of kind `table` has no word for it.
      if (layout.kind === 'table') expect({ name: bits.name, after }, where).toEqual({ name: 'G', after: before })
      else expect(after, where).not.toEqual(before)
      break
    case 'software':
      expect(after, where).not.toEqual(before)
      expect(after.kind, where).toBe('leaf')
      break
    case 'field':
      throw new Error(`${where}: no layout of this machine has fields`)
  }
}

describe('names', () => {
  it('are those of the manual', () => {
    const leaf = riscvSv39.layouts.find(({ kind, levels }) => kind === 'leaf' && levels.includes(1))!
    expect(nameBits(leaf, 0x200800efn)).toEqual(['PPN[2:1]=0x401', 'D', 'A', 'G', 'X', 'W', 'R', 'V'])
    expect(nameBits(leaf, 0x200804efn)).toContain('PPN[0]=0x1')
  })
})

describe('README.md', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

  it.each(FORMATS)('has the drawn layouts of $format.name', ({ format }) => {
    const drawn = new RegExp(`<!-- layouts:begin ${format.name} -->\\n\\n?\`\`\`text\\n([^]*?)\\n\`\`\`\\n\\n?<!-- layouts:end ${format.name} -->`).exec(readme)?.[1]
    expect(drawn).toBe(format.layouts.map((layout) => drawLayout(layout)).join('\n\n'))
  })
})

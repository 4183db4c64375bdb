// The bit tables account for every bit, and say of each bit what the format does with it.
import { readFileSync } from 'node:fs'

import { checkLayout, drawLayout, formatFlags, nameBits, type EntryLayout, type LayoutBits, type LeafEntry, type PteEntry } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { x8664, x8664La57 } from '../src/index.ts'
import { HIDDEN_4K, LEAF_4K } from '../src/layout.ts'

const LAYOUTS = x8664La57.layouts.flatMap((layout) => layout.levels.map((level) => ({ name: `${layout.title}, level ${level}`, layout, level })))

/** The word with nothing but its fixed bits and a frame. */
function plainWord(layout: EntryLayout): bigint {
  return layout.bits.reduce((word, { value, low }) => word | ((value ?? 0n) << BigInt(low)), 0x8_0000_4000_0000n)
}

const rowOf = (layout: EntryLayout, bit: number): LayoutBits => layout.bits.find(({ high, low }) => bit <= high && bit >= low)!

function leafOf(entry: PteEntry): LeafEntry {
  if (entry.kind !== 'leaf') throw new Error(`expected a leaf, got ${entry.kind}`)
  return entry
}

/** What setting a flag of a leaf makes of a kernel's executable page, by the manual's name. */
const LETTERS_AFTER: Readonly<Record<string, string>> = { XD: 'r', 'R/W': 'rwx', 'U/S': 'rxu', G: 'rxg', PAT: 'rx', A: 'rx', D: 'rx' }

describe('bit tables', () => {
  it.each(LAYOUTS)('account for 64 bits: $name', ({ layout }) => {
    expect(() => checkLayout(layout)).not.toThrow()
  })

  it('are there once for every kind and level', () => {
    const list = (layouts: readonly EntryLayout[], kind: string): number[] => layouts.filter((layout) => layout.kind === kind).flatMap(({ levels }) => levels)
    expect(list(x8664.layouts, 'table')).toEqual([1, 2, 3])
    expect(list(x8664La57.layouts, 'table')).toEqual([1, 2, 3, 4])
    for (const { layouts } of [x8664, x8664La57]) {
      expect(list(layouts, 'leaf')).toEqual([0, 1, 2])
      expect(list(layouts, 'hidden')).toEqual([0, 1, 2])
    }
  })

  it('cite the manual', () => {
    for (const { layout } of LAYOUTS) expect(layout.source).toMatch(/^Intel SDM vol\. 3A, chapter "Paging"/)
  })

  it('name the bits of a word', () => {
    expect(nameBits(LEAF_4K, 0x8000_0000_1234_5067n)).toEqual(['XD', 'address=0x12345', 'D', 'A', 'U/S', 'R/W', 'P'])
    expect(nameBits(HIDDEN_4K, 0x8000_0000_1234_510an)).toEqual(['marker', 'address=0x12345', 'marker=0x2', 'marker=0x5'])
  })
})

describe('every bit of the tables', () => {
  it.each(LAYOUTS)('does in the format what its row says: $name', ({ layout, level }) => {
    const word = plainWord(layout)
    const before = x8664La57.decode(word, level)
    expect(before.kind).toBe(layout.kind === 'table' ? 'table' : 'leaf')
    for (let bit = 0; bit < 64; bit++) {
      const row = rowOf(layout, bit)
      const flipped = word ^ (1n << BigInt(bit))
      const after = x8664La57.decode(flipped, level)
      const what = `bit ${bit}, ${row.role} ${row.name}`
      switch (row.role) {
        case 'ignored':
          expect(after, what).toEqual(before)
          break
        case 'reserved':
          expect(after, what).toEqual({ kind: 'invalid', reason: 'reserved', bit: row.name === '' ? `${row.high}:${row.low}` : row.name })
          break
        case 'frame':
          expect(after, what).toEqual({ ...before, frame: (before as LeafEntry).frame ^ (1n << BigInt(bit)) })
          break
        case 'fixed':
          // The marker is a legal leaf once it is present.
          if (bit === 0 && layout.kind === 'hidden') expect(formatFlags(leafOf(after).flags), what).toBe('rwg')
          else if (bit === 0 || layout.kind === 'hidden') expect(after, what).toEqual({ kind: 'absent' })
          else expect(after.kind, what).toBe(layout.kind === 'table' ? 'leaf' : 'table')
          break
        case 'flag':
        case 'field':
          if (layout.kind === 'table') {
            expect(after, what).toEqual(before)
            break
          }
          expect(leafOf(after).accessed, what).toBe(bit === 5)
          expect(leafOf(after).dirty, what).toBe(bit === 6)
          expect(leafOf(after).frame, what).toBe(leafOf(before).frame)
          // Of the memory type's bits, the lower one alone is write-through, which is cached.
          if (layout.kind === 'leaf') expect(formatFlags(leafOf(after).flags), what).toBe(row.role === 'field' ? (bit === 4 ? 'rxn' : 'rx') : LETTERS_AFTER[row.name])
          break
        case 'software':
          throw new Error(`${what} is nobody's`)
      }
    }
  })
})

describe('the memory type', () => {
  it('is told by value, as the page attribute table holds it after reset', () => {
    // Intel SDM vol. 3A, "Memory Cache Control", "Programming the PAT", memory type setting of PAT entries following a reset: WB WT UC- UC, twice.
    const types = LAYOUTS.flatMap(({ layout }) => layout.bits.filter(({ name }) => name === 'PCD:PWT').map(({ values }) => values?.map((text) => text.split(',', 1)[0])))
    expect(types).toEqual(Array.from({ length: 7 }, () => ['WB', 'WT', 'UC-', 'UC']))
    const halves = LAYOUTS.flatMap(({ layout }) => layout.bits.filter(({ name }) => name === 'PAT').map(({ values }) => values))
    expect(halves).toHaveLength(3)
    for (const half of halves) expect(half).toEqual([expect.stringContaining('entries 0 to 3'), expect.stringContaining('as 0 to 3 after reset')])
  })
})

describe('the README', () => {
  it('draws the tables', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const drawn = /<!-- layouts:begin -->\n\n?```text\n([^]*?)\n```\n\n?<!-- layouts:end -->/.exec(readme)?.[1]
    expect(drawn).toBe(x8664La57.layouts.map(drawLayout).join('\n\n'))
  })
})

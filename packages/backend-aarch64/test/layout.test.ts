import { describe, expect, it } from 'vitest'
import { checkLayout, drawLayout, LEAF, nameBits, type EntryLayout, type LayoutBits } from '@addrspace/page-table'
import { aarch64, LEVEL_NAMES, MEMORY_ATTRIBUTES } from '@addrspace/backend-aarch64'
import { checksOf, classOf, maskOf } from './words.ts'

const layoutsOf = (kind: EntryLayout['kind']) => aarch64.layouts.filter((layout) => layout.kind === kind)

/** A legal word of the kind, typed by hand: a user page read and written, or a kernel's; frame 0x80000000. */
const SAMPLES: Readonly<Record<string, readonly bigint[]>> = {
  'table at levels 1 to 3': [0x0000_0000_8000_0003n],
  // Valid, AF, Inner Shareable, nG. First AP=01 UXN PXN; then AP=10 UXN.
  'leaf at level 0 (4 KiB)': [0x0060_0000_8000_0f43n, 0x0040_0000_8000_0f83n],
  'leaf at level 1 (2 MiB)': [0x0060_0000_8000_0f41n, 0x0040_0000_8000_0f81n],
  'leaf at level 2 (1 GiB)': [0x0060_0000_8000_0f41n, 0x0040_0000_8000_0f81n],
  'hidden leaf at level 0 (4 KiB)': [0x0460_0000_8000_0fc2n],
  'hidden leaf at level 1 (2 MiB)': [0x0460_0000_8000_0fc0n],
  'hidden leaf at level 2 (1 GiB)': [0x0460_0000_8000_0fc0n],
}

/** Everything that the format says about a word, as text; frame aside. */
function saidOf(word: bigint, sample: bigint, level: number): string {
  const entry = aarch64.decode(word, level)
  const isLeaf = entry.kind === 'leaf'
  const said = [entry.kind, entry.kind === 'invalid' ? entry.bit : '', isLeaf ? `${entry.flags} ${entry.accessed}` : '']
  // Of a hidden leaf neither is asked.
  if (classOf(word, level) === LEAF) said.push(...checksOf(word, level), String(aarch64.needsBreak!(sample, word, level)))
  return said.join(', ')
}

function frameOf(word: bigint, level: number): bigint | undefined {
  const entry = aarch64.decode(word, level)
  return entry.kind === 'table' || entry.kind === 'leaf' ? entry.frame : undefined
}

const each = aarch64.layouts.flatMap((layout) => layout.levels.map((level) => ({ title: `${layout.title}, at ${level}`, layout, level })))

describe('the bit tables', () => {
  it.each(aarch64.layouts)('account for all 64 bits: $title', (layout) => {
    expect(() => checkLayout(layout)).not.toThrow()
    expect(layout.bits.reduce((sum, { high, low }) => sum + high - low + 1, 0)).toBe(64)
  })
  it('cover every kind at every level at which it exists', () => {
    expect(layoutsOf('table').map(({ levels }) => levels)).toEqual([[1, 2, 3]])
    expect(layoutsOf('leaf').map(({ levels }) => levels)).toEqual([[0], [1], [2]])
    expect(layoutsOf('hidden').map(({ levels }) => levels)).toEqual([[0], [1], [2]])
  })
  it('say where they are from', () => {
    for (const { source } of aarch64.layouts) expect(source).toContain('DDI 0487')
  })
  it('put Arm’s fields where the manual has them', () => {
    const at = (layout: EntryLayout | undefined, name: string) => layout?.bits.filter((bits) => bits.name === name).map(({ high, low }) => [high, low])
    for (const leaf of layoutsOf('leaf')) {
      // VMSAv8-64 Block descriptor and Page descriptor fields.
      const fields = [['UXN', 54, 54], ['PXN', 53, 53], ['Contiguous', 52, 52], ['DBM', 51, 51], ['nG', 11, 11], ['AF', 10, 10], ['SH', 9, 8], ['AP[2]', 7, 7], ['AP[1]', 6, 6], ['NS', 5, 5], ['AttrIndx', 4, 2], ['PBHA', 62, 59]] as const
      for (const [name, high, low] of fields) expect(at(leaf, name), name).toEqual([[high, low]])
    }
    const [leaf4K, leaf2M, leaf1G] = layoutsOf('leaf')
    expect([at(leaf4K, 'output address'), at(leaf2M, 'output address'), at(leaf1G, 'output address')]).toEqual([[[47, 12]], [[47, 21]], [[47, 30]]])
    expect(at(layoutsOf('table')[0], 'next-level table address')).toEqual([[47, 12]])
  })
  it('say what each memory type and shareability is', () => {
    const valuesOf = (name: string) => [...layoutsOf('leaf'), ...layoutsOf('hidden')].map(({ bits }) => bits.find((row) => row.name === name)?.values)
    for (const values of valuesOf('AttrIndx')) expect(values).toEqual(MEMORY_ATTRIBUTES.map(({ meaning }) => meaning))
    // Stage 1 Shareability attributes: SH[1:0].
    for (const values of valuesOf('SH')) expect(values).toEqual(['Non-shareable', 'reserved', 'Outer Shareable', 'Inner Shareable'])
  })
  it('have the manual’s names of our levels, which count the other way round', () => {
    expect(LEVEL_NAMES.map((name) => name.at(-1))).toEqual(['3', '2', '1', '0'])
  })
  it('draw themselves', () => {
    expect(drawLayout(layoutsOf('table')[0]!).split('\n')[1]).toMatch(/^ {2}63 +ignored +NSTable/)
    expect(nameBits(layoutsOf('leaf')[0]!, 0x0060_0000_8000_0f43n)).toEqual(['UXN', 'PXN', 'output address=0x80000', 'nG', 'AF', 'SH=0x3', 'AP[1]', 'type=0x3'])
  })
})

describe('layout and format agree', () => {
  it.each(each)('on a sample: $title', ({ layout, level }) => {
    for (const word of SAMPLES[layout.title]!) {
      expect(aarch64.decode(word, level).kind).toBe(layout.kind === 'table' ? 'table' : 'leaf')
      expect(classOf(word, level)).toBe({ table: 1, leaf: 2, hidden: 3 }[layout.kind])
    }
  })
  for (const { title, layout, level } of each) {
    it.each(layout.bits)(`on each bit of $high:$low $role $name: ${title}`, (row: LayoutBits) => {
      const changes = new Set<string>()
      const samples = SAMPLES[layout.title]!
      for (const sample of samples) {
        const said = saidOf(sample, sample, level)
        for (let bit = row.low; bit <= row.high; bit++) {
          const word = sample ^ (1n << BigInt(bit))
          const entry = aarch64.decode(word, level)
          const told = `bit ${bit} of ${sample.toString(16)}`
          switch (row.role) {
            case 'frame':
              expect(frameOf(word, level), told).toBe(frameOf(sample, level)! ^ (1n << BigInt(bit)))
              break
            case 'fixed':
              expect(classOf(word, level), told).not.toBe(classOf(sample, level))
              break
            case 'reserved':
              if (layout.kind === 'hidden') expect(entry, told).toEqual({ kind: 'absent' })
              else expect(entry, told).toEqual({ kind: 'invalid', reason: 'reserved', bit: row.high === row.low ? `${bit}` : `${row.high}:${row.low}` })
              break
            case 'ignored':
            case 'software':
              expect(saidOf(word, sample, level), told).toBe(said)
              expect(frameOf(word, level), told).toBe(frameOf(sample, level))
              break
            case 'flag':
            case 'field':
              if (saidOf(word, sample, level) !== said) changes.add(`${bit}`)
              break
          }
        }
      }
      if (row.role !== 'flag' && row.role !== 'field') return
      // Each bit says something; but that another value of SH leaves a hidden leaf what it is, and only 01 does not.
      const silent = layout.kind === 'hidden' && row.name === 'SH' ? 1 : 0
      expect(changes.size).toBe(row.high - row.low + 1 - silent)
    })
  }
  it('on the masks that a walker uses', () => {
    const mask = layoutsOf('table')[0]!.bits.filter(({ role }) => role === 'fixed').reduce((sum, bits) => sum | maskOf(bits), 0n)
    expect(aarch64.tableBits).toBe(mask)
    expect(aarch64.frameField).toEqual({ high: 47, low: 12 })
    expect(aarch64.accessedBit).toBe(0x400n)
    expect(aarch64.dirtyBit).toBe(0n)
    expect(aarch64.tableAccessedBit).toBe(0n)
  })
})

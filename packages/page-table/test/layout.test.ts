import { checkLayout, drawLayout, nameBits, type EntryLayout, type LayoutBits } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

const bits = (high: number, low: number, role: LayoutBits['role'], name = '', value?: bigint): LayoutBits => ({
  high,
  low,
  role,
  name,
  meaning: name === '' ? '' : `what ${name} says`,
  ...(value === undefined ? {} : { value }),
})

const layoutOf = (...rows: readonly LayoutBits[]): EntryLayout => ({ title: 'leaf at level 1', kind: 'leaf', levels: [1], source: 'nowhere', bits: rows })

const GOOD = layoutOf(bits(63, 63, 'flag', 'NX'), bits(62, 52, 'ignored'), bits(51, 21, 'frame', 'PA'), bits(20, 4, 'reserved'), bits(3, 2, 'field', 'TYPE'), bits(1, 0, 'fixed', 'KIND', 2n))

describe('checking', () => {
  it('accepts a layout that accounts for every bit once, highest first', () => {
    checkLayout(GOOD)
    checkLayout(layoutOf(bits(63, 0, 'ignored')))
    checkLayout(layoutOf(bits(63, 2, 'ignored'), { ...bits(1, 0, 'field', 'TYPE'), values: ['none', 'some', 'most', 'all'] }))
  })
  it.each<readonly [string, EntryLayout, string]>([
    ['nothing', layoutOf(), '63:0 are missing'],
    ['bits missing at the top', layoutOf(bits(62, 0, 'ignored')), 'from 63 down'],
    ['bits missing at the bottom', layoutOf(bits(63, 1, 'ignored')), '0:0 are missing'],
    ['bits missing in the middle', layoutOf(bits(63, 32, 'ignored'), bits(30, 0, 'ignored')), 'from 31 down'],
    ['bits that overlap', layoutOf(bits(63, 31, 'ignored'), bits(31, 0, 'ignored')), 'from 30 down'],
    ['bits the wrong way round', layoutOf(bits(63, 64, 'ignored'), bits(63, 0, 'ignored')), '63:64'],
    ['bits below 0', layoutOf(bits(63, -1, 'ignored')), '63:-1'],
    ['bits in ascending order', layoutOf(bits(31, 0, 'ignored'), bits(63, 32, 'ignored')), 'from 63 down'],
    ['a part of a bit', layoutOf(bits(63, 0.5, 'ignored')), '63:0.5'],
    ['a flag of two bits', layoutOf(bits(63, 62, 'flag', 'NX'), bits(61, 0, 'ignored')), 'more than one bit'],
    ['a fixed bit without a value', layoutOf(bits(63, 1, 'ignored'), bits(0, 0, 'fixed', 'V')), 'exactly if fixed'],
    ['a value of bits that are not fixed', layoutOf(bits(63, 1, 'ignored'), bits(0, 0, 'flag', 'V', 1n)), 'exactly if fixed'],
    ['a value that does not fit', layoutOf(bits(63, 2, 'ignored'), bits(1, 0, 'fixed', 'V', 4n)), 'does not fit'],
    ['values of which some have no word', layoutOf(bits(63, 2, 'ignored'), { ...bits(1, 0, 'field', 'TYPE'), values: ['none', 'some', 'all'] }), 'for every value or for none, got 3'],
    ['a value below 0', layoutOf(bits(63, 2, 'ignored'), bits(1, 0, 'fixed', 'V', -1n)), 'does not fit'],
  ])('refuses %s', (_what, layout, message) => {
    expect(() => checkLayout(layout)).toThrow(RangeError)
    expect(() => checkLayout(layout)).toThrow(message)
  })
})

describe('drawing', () => {
  it('gives a line per row, in columns', () => {
    expect(drawLayout(GOOD)).toBe(
      [
        'leaf at level 1',
        '  63     flag      NX    what NX says',
        '  62:52  ignored',
        '  51:21  frame     PA    what PA says',
        '  20:4   reserved',
        '  3:2    field     TYPE  what TYPE says',
        '  1:0    fixed 10  KIND  what KIND says',
      ].join('\n'),
    )
  })
})

describe('naming the bits of a word', () => {
  it('tells flags by name, fields with their value, and others by place', () => {
    expect(nameBits(GOOD, (1n << 63n) | (1n << 52n) | (5n << 21n) | (1n << 4n) | (3n << 2n) | 2n)).toEqual(['NX', 'ignored 62:52=0x1', 'PA=0x5', 'reserved 20:4=0x1', 'TYPE=0x3', 'KIND=0x2'])
  })
  it('tells nothing of zero', () => {
    expect(nameBits(GOOD, 0n)).toEqual([])
  })
  it('tells a single bit without a name by its place', () => {
    expect(nameBits(layoutOf(bits(63, 1, 'ignored'), bits(0, 0, 'reserved')), 1n)).toEqual(['reserved 0'])
  })
})

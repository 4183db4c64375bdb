/** The scale of the strip: what is linear, what is folded, and that places and addresses lead back to each other. */

import { describe, expect, it } from 'vitest'
import { areaColumns } from '../../src/web/derive/columns.ts'
import { pageTo } from '../../src/web/derive/page-step.ts'
import { StripLayout, StripScale, WHOLE, type AddressSpan } from '../../src/web/derive/strip-scale.ts'

const SPACE_END = 1n << 64n
const HOLE = { start: 1n << 47n, end: SPACE_END - (1n << 47n) }

function columns(...spans: readonly (readonly [bigint, bigint])[]) {
  return areaColumns(spans.map(([start, end]) => ({ start, end, bits: 1 })), spans.length)
}

function segmentsOf(scale: StripScale): string[] {
  return Array.from({ length: scale.count }, (_, index) => {
    const { kind, start, end } = scale.segment(index)
    return `${kind} ${start.toString(16)} ${end.toString(16)}`
  })
}

describe('a strip', () => {
  it('is areas, gaps and what is not translated, from 0 to 2^64 without holes', () => {
    const scale = new StripScale(columns([0x1000n, 0x3000n], [0x3000n, 0x4000n], [SPACE_END - 0x1000n, SPACE_END]), HOLE)
    expect(segmentsOf(scale)).toEqual([
      'gap 0 1000',
      'area 1000 3000',
      'area 3000 4000',
      'gap 4000 800000000000',
      'hole 800000000000 ffff800000000000',
      'gap ffff800000000000 fffffffffffff000',
      'area fffffffffffff000 10000000000000000',
    ])
  })

  it('of one area that is everything has nothing else', () => {
    expect(segmentsOf(new StripScale(columns([0n, SPACE_END]), undefined))).toEqual(['area 0 10000000000000000'])
    expect(segmentsOf(new StripScale(columns(), HOLE))).toHaveLength(3)
  })

  it('shows one page beside all that is free: at least a fiftieth of the width', () => {
    const layout = new StripLayout(new StripScale(columns([0x40_0000n, 0x40_1000n]), HOLE), WHOLE, 1000)
    expect(layout.xOf(0x40_1000n) - layout.xOf(0x40_0000n)).toBeGreaterThan(20)
  })

  it('is linear within an area', () => {
    const layout = new StripLayout(new StripScale(columns([0x10_0000n, 0x20_0000n]), HOLE), { start: 0x10_0000n, end: 0x20_0000n }, 1000)
    expect(layout.xOf(0x18_0000n)).toBeCloseTo(500)
    expect(layout.addressAt(250)).toBe(0x14_0000n)
  })

  it('leads from each place to an address and back', () => {
    const scale = new StripScale(columns([0x1000n, 0x3000n], [0x8000n, 0x1_0000_0000n], [1n << 46n, (1n << 46n) + 0x1000n]), HOLE)
    const layout = new StripLayout(scale, WHOLE, 1000)
    for (let x = 5; x < 1000; x += 10) expect(layout.xOf(layout.addressAt(x))).toBeCloseTo(x, 0)
  })
})

describe('a view', () => {
  const scale = new StripScale(columns([0x40_0000n, 0x40_4000n], [0x60_0000n, 0x80_0000n]), HOLE)

  it('keeps what is under the pointer when it is zoomed, in and out', () => {
    const before = new StripLayout(scale, WHOLE, 1000)
    const x = (before.xOf(0x40_0000n) + before.xOf(0x40_4000n)) / 2
    const nearer = new StripLayout(scale, scale.zoomed(before, 0.5, x / 1000), 1000)
    expect(nearer.xOf(0x40_2000n)).toBeCloseTo(x, 0)
    const back = new StripLayout(scale, scale.zoomed(nearer, 2, x / 1000), 1000)
    expect(back.xOf(0x40_2000n)).toBeCloseTo(x, 0)
  })

  it('ends at four pages, anywhere', () => {
    let view: AddressSpan = WHOLE
    for (let step = 0; step < 80; step++) view = scale.zoomed(new StripLayout(scale, view, 1000), 0.5, 1)
    expect(view.end - view.start).toBe(0x4000n)
    expect(view.end).toBe(SPACE_END)
  })

  it('moves no further than the space goes', () => {
    const layout = new StripLayout(scale, { start: 0n, end: 0x60_0000n }, 1000)
    expect(scale.panned(layout, -0.5)).toEqual({ start: 0n, end: 0x60_0000n })
    expect(scale.panned(layout, 0.2).start).toBeGreaterThan(0n)
  })

  it('around a page holds it with its neighbours', () => {
    const { start, end } = scale.around({ start: 0x40_1000n, end: 0x40_2000n })
    expect(start).toBeLessThanOrEqual(0x40_1000n)
    expect(end).toBeGreaterThanOrEqual(0x40_2000n)
  })
})

describe('keys', () => {
  const areas = columns([0x1000n, 0x3000n], [0x8000n, 0x9000n])

  it('lead from page to page, and over gaps', () => {
    expect(pageTo('ArrowRight', areas, 0x1000n)).toBe(0x2000n)
    expect(pageTo('ArrowRight', areas, 0x2000n)).toBe(0x8000n)
    expect(pageTo('ArrowRight', areas, 0x8000n)).toBeUndefined()
    expect(pageTo('ArrowLeft', areas, 0x8000n)).toBe(0x2000n)
    expect(pageTo('ArrowLeft', areas, 0x5000n)).toBe(0x2000n)
    expect(pageTo('ArrowLeft', areas, 0x1000n)).toBeUndefined()
  })

  it('lead to areas, and begin where nothing is chosen', () => {
    expect(pageTo('PageDown', areas, 0x1000n)).toBe(0x8000n)
    expect(pageTo('PageUp', areas, 0x8000n)).toBe(0x1000n)
    expect(pageTo('End', areas, undefined)).toBe(0x8000n)
    expect(pageTo('ArrowRight', areas, undefined)).toBe(0x1000n)
    expect(pageTo('Home', columns(), undefined)).toBeUndefined()
  })
})

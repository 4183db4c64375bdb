import { va } from '@addrspace/memory-addr'
import { unwrap, type FindFreeOptions } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { space } from './support/world.ts'

const SPACE = 18446744073709551616n

//         0x1000   0x2000   0x3000   0x4000   0x5000   0x6000   0x7000
// areas            [=======)                  [=======)
const AREAS = ['0x2000-0x3000 1', '0x5000-0x6000 2']

function free(size: bigint, options?: FindFreeOptions, areas: readonly string[] = AREAS): bigint | undefined {
  return space(areas).set.findFreeArea(size, options)
}

describe('finding free space upwards', () => {
  it.each<[string, bigint, FindFreeOptions, bigint | undefined]>([
    ['the lowest fit', 0x1000n, {}, 0n],
    ['a gap that is just large enough', 0x2000n, { hint: 1n }, 0x3000n],
    ['behind all where no gap is large enough', 0x2001n, {}, 0x6000n],
    ['at the hint', 0x1000n, { hint: 0x3800n }, 0x3800n],
    ['behind the area that contains the hint', 0x1000n, { hint: 0x2800n }, 0x3000n],
    ['behind the gap that the hint leaves too little of', 0x1000n, { hint: 0x4001n }, 0x6000n],
    ['not below the hint: it does not start again from the bottom', 0x1000n, { hint: SPACE - 0x800n }, undefined],
    ['from the limit on, where the hint lies below it', 0x1000n, { hint: 0n, limit: { start: 0x3000n, end: SPACE } }, 0x3000n],
    ['nothing where the hint lies behind the limit', 0x1000n, { hint: 0x9000n, limit: { start: 0n, end: 0x9000n } }, undefined],
    ['nothing where the hint is 2^64', 1n, { hint: SPACE }, undefined],
    ['up to the very end of the limit', 0x1000n, { limit: { start: 0x3800n, end: 0x4800n } }, 0x3800n],
    ['nothing that would end behind the limit', 0x1001n, { limit: { start: 0x3800n, end: 0x4800n } }, undefined],
    ['nothing in a limit that is covered', 1n, { limit: { start: 0x2000n, end: 0x3000n } }, undefined],
    ['nothing in an empty limit', 1n, { limit: { start: 0x4000n, end: 0x4000n } }, undefined],
    ['nothing of size 0', 0n, {}, undefined],
  ])('%s', (_, size, options, expected) => {
    expect(free(size, options)).toBe(expected)
    expect(free(size, { ...options, direction: 'up' })).toBe(expected)
  })
  it('finds all of an empty space, and nothing in a full one', () => {
    expect(free(SPACE, {}, [])).toBe(0n)
    expect(free(1n, {}, ['0x0-0x10000000000000000 1'])).toBe(undefined)
    expect(free(SPACE - 1n, {}, ['0x0-0x1 1'])).toBe(1n)
    expect(free(SPACE - 1n, {}, ['0xffffffffffffffff-0x10000000000000000 1'])).toBe(0n)
    expect(free(SPACE, {}, ['0x5-0x6 1'])).toBe(undefined)
  })
  it('finds the last byte', () => {
    expect(free(1n, {}, ['0x0-0xffffffffffffffff 1'])).toBe(SPACE - 1n)
  })
  it('gives an address that can be mapped', () => {
    const { set, backend } = space(AREAS)
    const start = set.findFreeArea(0x2000n, { align: 0x1000n })!
    unwrap(set.map(start, 0x2000n, 7, backend))
    expect(set.find(start)?.flags).toBe(7)
  })
})

describe('finding free space downwards', () => {
  it.each<[string, bigint, FindFreeOptions, bigint | undefined]>([
    ['the highest fit', 0x1000n, {}, SPACE - 0x1000n],
    ['the highest that ends at the hint', 0x1000n, { hint: 0x4800n }, 0x3800n],
    ['below the area that contains the hint', 0x1000n, { hint: 0x5800n }, 0x4000n],
    ['a gap that is just large enough', 0x2000n, { hint: 0x6000n }, 0x3000n],
    ['below the gap that the hint leaves too little of', 0x1000n, { hint: 0x3fffn }, 0x1000n],
    ['below all where no gap is large enough', 0x2000n, { hint: 0x4000n }, 0n],
    ['nothing where nothing is left below', 0x2001n, { hint: 0x4000n }, undefined],
    ['from the end of the limit on, where the hint lies above it', 0x800n, { hint: SPACE, limit: { start: 0n, end: 0x2000n } }, 0x1800n],
    ['down to the very start of the limit', 0x1000n, { limit: { start: 0x3800n, end: 0x4800n } }, 0x3800n],
    ['nothing that would start in front of the limit', 0x1001n, { limit: { start: 0x3800n, end: 0x4800n } }, undefined],
    ['nothing where the hint lies in front of the limit', 1n, { hint: 0x3800n, limit: { start: 0x3800n, end: 0x4800n } }, undefined],
    ['nothing where the hint is 0', 1n, { hint: 0n }, undefined],
    ['nothing of size 0', 0n, {}, undefined],
  ])('%s', (_, size, options, expected) => {
    expect(free(size, { ...options, direction: 'down' })).toBe(expected)
  })
  it('finds the first byte', () => {
    expect(free(1n, { direction: 'down' }, ['0x1-0x10000000000000000 1'])).toBe(0n)
  })
})

describe('finding aligned free space', () => {
  it.each<[string, bigint, FindFreeOptions, bigint | undefined]>([
    ['rounds up from the hint', 0x1000n, { hint: 1n, align: 0x1000n }, 0x1000n],
    ['rounds up from the end of an area', 0x1000n, { hint: 0x2000n, align: 0x1000n, limit: { start: 0n, end: SPACE } }, 0x3000n],
    ['finds nothing for a size that is no multiple', 0x1800n, { align: 0x1000n }, undefined],
    ['does not wrap past 2^64', 0x1000n, { hint: SPACE - 0x800n, align: 0x1000n }, undefined],
    ['takes the last aligned place', 0x1000n, { hint: SPACE - 0x1000n, align: 0x1000n }, SPACE - 0x1000n],
    ['takes the largest alignment there is', 0x8000000000000000n, { hint: 1n, align: 0x8000000000000000n }, 0x8000000000000000n],
    ['rounds down, downwards', 0x1000n, { hint: 0x4fffn, align: 0x1000n, direction: 'down' }, 0x3000n],
    ['may need the next gap down', 0x1000n, { hint: 0x3fffn, align: 0x1000n, direction: 'down' }, 0x1000n],
  ])('%s', (_, size, options, expected) => {
    expect(free(size, options)).toBe(expected)
  })
  it('looks at every area behind the rounded address', () => {
    // areas    [=====)[===========)
    // rounded up from the first one's end: inside the second
    expect(free(0x1000n, { hint: 0x1000n, align: 0x1000n }, ['0x0-0x1800 1', '0x1800-0x5000 2'])).toBe(0x5000n)
  })
  it('aligns to an offset', () => {
    expect(free(0x1000n, { align: 0x1000n, alignOffset: 0x10n })).toBe(0x10n)
    expect(free(0x1000n, { align: 0x1000n, alignOffset: 0xfffn, hint: 0x2800n })).toBe(0x3fffn)
    expect(free(0x1000n, { align: 0x1000n, alignOffset: 0x10n, hint: 0x11n })).toBe(0x3010n)
    expect(free(0x1000n, { align: 0x1000n, alignOffset: 0x10n, direction: 'down', hint: 0x5000n })).toBe(0x3010n)
    expect(free(0x1000n, { align: 0x1000n, alignOffset: 0x10n, direction: 'down', hint: 0x500n })).toBe(undefined)
  })
  it('aligns where a size is larger than 2^53', () => {
    const size = 0x40000000000000n
    expect(free(size, { align: size, hint: 1n }, ['0x80000000000001-0x80000000000002 1'])).toBe(0x40000000000000n)
    expect(free(size, { align: size, hint: 0x40000000000001n }, ['0x80000000000001-0x80000000000002 1'])).toBe(0xc0000000000000n)
  })
})

describe('finding more than 2^53 bytes', () => {
  const size = 0x20_0000_0000_0800n
  it('finds a gap that is just large enough, although the doubles that it is measured with are further apart', () => {
    // The end of the second area is held exactly, the start of the third one cut down to a multiple of 2048.
    const start = 0x7ffn
    const areas = ['0x0-0x1 1', '0x2-0x7ff 1', `0x${(start + size).toString(16)}-0x8000000000000000 1`, '0x8000000000000001-0x10000000000000000 1']
    expect(free(size, {}, areas)).toBe(start)
    expect(free(size, { direction: 'down' }, areas)).toBe(start)
    expect(free(size + 1n, {}, areas)).toBe(undefined)
    expect(free(size + 1n, { direction: 'down' }, areas)).toBe(undefined)
  })
})

describe('keeping a gap clear', () => {
  it.each<[string, FindFreeOptions, bigint | undefined]>([
    ['below: of areas, not of the limit', { gap: { below: 0x800n } }, 0n],
    ['below: behind an area', { gap: { below: 0x800n }, hint: 0x2000n }, 0x3800n],
    ['below: where the rest is too small', { gap: { below: 0x1001n }, hint: 0x2000n }, 0x7001n],
    ['above: of areas', { gap: { above: 0x1000n }, hint: 0x1n }, 0x3000n],
    ['above: of the next area, not of the limit', { gap: { above: 0x1000n }, limit: { start: 0x3000n, end: 0x4000n } }, 0x3000n],
    ['both: just enough', { gap: { below: 0x800n, above: 0x800n }, hint: 0x2000n }, 0x3800n],
    ['both: too much', { gap: { below: 0x800n, above: 0x801n }, hint: 0x2000n }, 0x6800n],
    ['at the end of the space, which is no area', { gap: { above: 0x1000n }, hint: SPACE - 0x1000n }, SPACE - 0x1000n],
    ['larger than the space', { gap: { below: SPACE, above: SPACE }, hint: 0x3000n }, undefined],
    ['downwards', { gap: { below: 0x800n, above: 0x800n }, hint: 0x5000n, direction: 'down' }, 0x3800n],
    ['downwards, too much', { gap: { below: 0x801n, above: 0x800n }, hint: 0x5000n, direction: 'down' }, 0x800n],
  ])('%s', (_, options, expected) => {
    expect(free(0x1000n, options)).toBe(expected)
  })
})

describe('guards of areas', () => {
  // A stack that grows down: a guard below it.
  //         0x2000   0x4000   0x6000   0x8000
  // area             |guard...[=======)
  function guarded(below: bigint, above: bigint): ReturnType<typeof space> {
    const world = space()
    unwrap(world.set.map(va(0x6000), 0x2000n, 1, world.backend, { guards: { below, above } }))
    return world
  }
  it('are kept clear by free searches', () => {
    const { set } = guarded(0x2000n, 0x1000n)
    expect(set.findFreeArea(0x1000n, { hint: 0x3000n })).toBe(0x3000n)
    expect(set.findFreeArea(0x1000n, { hint: 0x3001n })).toBe(0x9000n)
    expect(set.findFreeArea(0x1000n, { hint: 0x6000n })).toBe(0x9000n)
    expect(set.findFreeArea(0x1000n, { hint: 0x9800n, direction: 'down' })).toBe(0x3000n)
    expect(set.findFreeArea(0x1000n, { hint: 0xa000n, direction: 'down' })).toBe(0x9000n)
  })
  it('are part of the area, and not of what contains or overlaps', () => {
    const { set } = guarded(0x2000n, 0x1000n)
    expect(set.find(va(0x6000))?.guards).toEqual({ below: 0x2000n, above: 0x1000n })
    expect(set.find(va(0x5fff))).toBe(undefined)
    expect(set.overlaps({ start: va(0x4000), end: 0x6000n })).toBe(false)
  })
  it('are ignored by fixed maps', () => {
    const { set, backend } = guarded(0x2000n, 0x1000n)
    unwrap(set.map(va(0x5000), 0x1000n, 2, backend))
    unwrap(set.map(va(0x8000), 0x1000n, 3, backend))
    expect(set.size).toBe(3)
  })
  it('reach as far as the next area and not beyond it, as documented', () => {
    const { set, backend } = guarded(0x2000n, 0n)
    unwrap(set.map(va(0x5000), 0x800n, 2, backend))
    expect(set.findFreeArea(0x800n, { hint: 0x4800n })).toBe(0x4800n)
    expect(set.findFreeArea(0x800n, { hint: 0x5800n })).toBe(0x8000n)
  })
  it('and the gap of a request overlap: the larger one counts', () => {
    const { set } = guarded(0x2000n, 0n)
    expect(set.findFreeArea(0x1000n, { hint: 0x1000n, gap: { above: 0x1000n } })).toBe(0x1000n)
    expect(set.findFreeArea(0x1000n, { hint: 0x3000n, gap: { above: 0x1000n } })).toBe(0x3000n)
    expect(set.findFreeArea(0x1000n, { hint: 0x3000n, gap: { above: 0x2001n } })).toBe(0x8000n)
  })
  it('do not count at the ends of the space', () => {
    const { set, backend } = space()
    unwrap(set.map(va(0x1000), 0x1000n, 1, backend, { guards: { below: 0x2000n } }))
    expect(set.findFreeArea(1n)).toBe(0x2000n)
    expect(set.findFreeArea(1n, { direction: 'down', hint: 0x1000n })).toBe(undefined)
  })
  it('stay with the outer edges when an area is cut', () => {
    // area    |g[==========)g|
    // rest    |g[==)    [==)g|
    const { set } = guarded(0x1000n, 0x800n)
    unwrap(set.unmap(va(0x6800), 0x800n))
    expect(Array.from(set, ({ guards }) => guards)).toEqual([{ below: 0x1000n, above: 0n }, { below: 0n, above: 0x800n }])
    expect(set.findFreeArea(0x800n, { hint: 0x6000n })).toBe(0x6800n)
  })
  it('stay with the outer edges when an area is split by protect, and with an area that is protected whole', () => {
    const { set } = guarded(0x1000n, 0x800n)
    unwrap(set.protect(va(0x6000), 0x2000n, () => 2))
    expect(set.find(va(0x6000))?.guards).toEqual({ below: 0x1000n, above: 0x800n })
    unwrap(set.protect(va(0x6800), 0x800n, () => 3))
    expect(Array.from(set, ({ guards }) => guards)).toEqual([
      { below: 0x1000n, above: 0n }, { below: 0n, above: 0n }, { below: 0n, above: 0x800n },
    ])
  })
  it('go with the edge that is unmapped', () => {
    const { set } = guarded(0x1000n, 0x800n)
    unwrap(set.unmap(va(0x7000), 0x1000n))
    expect(set.find(va(0x6000))?.guards).toEqual({ below: 0x1000n, above: 0n })
    expect(set.findFreeArea(0x1000n, { hint: 0x6000n })).toBe(0x7000n)
  })
  it('of size 0 are none', () => {
    expect(guarded(0n, 0n).set.findFreeArea(0x1000n, { hint: 0x5800n })).toBe(0x8000n)
  })
})

describe('a search over many areas', () => {
  it('finds the only gap that is large enough, from both sides', () => {
    const { set, backend } = space()
    // 2000 areas of one page, a page apart; between the 1234th and the next, three pages.
    const startOf = (i: bigint): bigint => i * 0x2000n + (i > 1234n ? 0x2000n : 0n)
    for (let i = 0n; i < 2000n; i++) unwrap(set.map(va(startOf(i)), 0x1000n, 1, backend))
    const limit = { start: 0n, end: startOf(1999n) }
    const gap = startOf(1234n) + 0x1000n
    expect(set.findFreeArea(0x3000n, { limit })).toBe(gap)
    expect(set.findFreeArea(0x3000n, { limit, direction: 'down' })).toBe(gap)
    expect(set.findFreeArea(0x3001n, { limit })).toBe(undefined)
    expect(set.findFreeArea(0x3001n, { limit, direction: 'down' })).toBe(undefined)
    expect(set.findFreeArea(0x1000n, { limit, hint: startOf(1500n) })).toBe(startOf(1500n) + 0x1000n)
    expect(set.findFreeArea(0x1000n, { limit, hint: startOf(1500n), direction: 'down' })).toBe(startOf(1499n) + 0x1000n)
  })
})

import { describe, expect, it } from 'vitest'

import { addressesFor, choose, endOf, layOut, middleOf, Random } from '../src/workload.ts'

const COUNT = 1000

describe('the workload', () => {
  const places = layOut(COUNT, new Random(3))

  it('has areas of 1 to 32 pages with gaps of 1 to 8, and a jump every 64 areas', () => {
    for (const [i, { start, size }] of places.entries()) {
      expect(size % 4096n).toBe(0n)
      expect(size).toBeGreaterThanOrEqual(4096n)
      expect(size).toBeLessThanOrEqual(32n * 4096n)
      const before = places[i - 1]
      if (before === undefined || i === 875) continue
      const gap = start - endOf(before) - (i % 64 === 63 ? 1n << 24n : 0n)
      expect(gap).toBeGreaterThanOrEqual(4096n)
      expect(gap).toBeLessThanOrEqual(8n * 4096n)
    }
  })

  it('has its last eighth in the upper half', () => {
    expect(places.findIndex(({ start }) => start >= 1n << 63n)).toBe(875)
    expect(endOf(places[874]!)).toBeLessThan(1n << 47n)
  })

  it('hits an area in seven of eight lookups', () => {
    const addresses = addressesFor(places, new Random(4))
    const hits = addresses.filter((addr) => places.some(({ start, size }) => addr >= start && addr < start + size)).length
    expect(hits / addresses.length).toBeGreaterThan(0.86)
    expect(hits / addresses.length).toBeLessThan(0.89)
  })

  it('chooses different areas, of those that fit', () => {
    const chosen = choose(places, 100, new Random(5), ({ size }) => size >= 3n * 4096n)
    expect(new Set(chosen).size).toBe(100)
    for (const place of chosen) {
      expect(middleOf(place)).toBeGreaterThan(place.start)
      expect(middleOf(place) + 4096n).toBeLessThan(endOf(place))
    }
  })

  it('is the same for the same seed, and another for another', () => {
    expect(layOut(COUNT, new Random(3))).toEqual(places)
    expect(layOut(COUNT, new Random(4))).not.toEqual(places)
  })
})

import { va } from '@addrspace/memory-addr'
import { unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { errorOf, reasonOf, show, showArea } from './support/show.ts'
import { world, type World } from './support/world.ts'

const SPACE = 18446744073709551616n

/** Areas whose backend has a granule of 0x1000, and one whose backend has none. */
function paged(): World & { paged: World['backend'] } {
  const all = world(['0x8800-0x8900 9'])
  const paged = Object.assign(world().backend, { granule: 0x1000n })
  unwrap(all.set.map(va(0x1000), 0x3000n, 1, paged))
  unwrap(all.set.map(va(0x5000), 0x1000n, 2, paged))
  // The second backend has a gate of its own; both write to the table of the set.
  return { ...all, paged }
}

describe('a granule', () => {
  //         0x1000   0x2000   0x3000   0x4000   0x5000   0x6000      0x8800 0x8900
  // areas   [===========================)        [=======)            [====)  no granule
  const areas = ['0x1000-0x4000 1', '0x5000-0x6000 2', '0x8800-0x8900 9']
  it.each<[string, bigint, bigint]>([
    ['start', 0x6001n, 0x1000n],
    ['size', 0x6000n, 0x1001n],
    ['start and size', 0x6800n, 0x800n],
    ['size, at the last address', SPACE - 1n, 1n],
  ])('is what the bounds of a map are multiples of: %s', (_, start, size) => {
    const { set, paged: backend } = paged()
    const error = errorOf(set.map(va(start), size, 7, backend))
    expect(error).toMatchObject({ code: 'InvalidParam', reason: 'misaligned', range: { start, end: start + size } })
    expect(error.area).toBe(undefined)
  })
  it('does not bind other backends', () => {
    const { set, backend } = paged()
    unwrap(set.map(va(0x6001), 1n, 7, backend))
    expect(set.find(va(0x6001))?.size).toBe(1n)
  })
  it.each<[string, bigint, bigint, string | undefined]>([
    ['a cut on the left', 0x2800n, 0x1800n, '0x1000-0x4000 1'],
    ['a cut on the right', 0x1000n, 0x2800n, '0x1000-0x4000 1'],
    ['cuts on both sides', 0x2001n, 0x1000n, '0x1000-0x4000 1'],
    ['a cut on the right of the second area', 0x1000n, 0x4001n, '0x5000-0x6000 2'],
    ['cuts at multiples', 0x2000n, 0x1000n, undefined],
    ['bounds in empty space', 0xfffn, 0x3002n, undefined],
    ['bounds in empty space on both sides', 0x4800n, 0x1801n, undefined],
    ['only empty space', 0x4801n, 3n, undefined],
    ['a cut in an area without a granule', 0x4801n, 0x4080n, undefined],
  ])('is what cuts inside an area are multiples of, nothing else: %s', (_, start, size, culprit) => {
    for (const operation of ['unmap', 'protect', 'replace'] as const) {
      const { set, backend } = paged()
      const result =
        operation === 'unmap' ? set.unmap(va(start), size)
        : operation === 'protect' ? set.protect(va(start), size, () => 7)
        : set.map(va(start), size, 7, backend, { onOverlap: 'replace' })
      expect(result.ok).toBe(culprit === undefined)
      if (result.ok) continue
      expect(result.error).toMatchObject({ code: 'InvalidParam', reason: 'misaligned', range: { start, end: start + size } })
      expect(showArea(result.error.area!)).toBe(culprit)
      expect(show(set)).toEqual(areas)
    }
  })
  it('is asked before any backend is called', () => {
    const { set, gate } = world(['0x1000-0x2000 1'])
    const { backend } = world()
    unwrap(set.map(va(0x2000), 0x1000n, 2, Object.assign(backend, { granule: 0x1000n })))
    gate.takeCalls()
    expect(reasonOf(set.unmap(va(0x1800), 0x1000n))).toBe('misaligned')
    expect(gate.takeCalls()).toEqual([])
  })
  it('does not matter to areas that protect leaves alone', () => {
    const { set } = paged()
    unwrap(set.protect(va(0x2001), 1n, () => undefined))
    expect(show(set)).toEqual(areas)
  })
  it('of 1 is none', () => {
    const { set, backend } = world()
    unwrap(set.map(va(0x1001), 1n, 7, Object.assign(backend, { granule: 1n })))
    unwrap(set.unmap(va(0x1001), 1n))
  })
  it('may be as large as half the space', () => {
    const { set } = world()
    const huge = Object.assign(world().backend, { granule: 0x8000000000000000n })
    expect(reasonOf(set.map(va(0x8000000000000000n), 1n, 7, huge))).toBe('misaligned')
    unwrap(set.map(va(0x8000000000000000n), 0x8000000000000000n, 7, huge))
    expect(reasonOf(set.unmap(va(0xc000000000000000n), 0x4000000000000000n))).toBe('misaligned')
    unwrap(set.unmap(va(0), SPACE))
  })
})

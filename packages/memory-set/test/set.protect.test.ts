import { va } from '@addrspace/memory-addr'
import { unwrap } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { errorOf, show, showArea, showCalls } from './support/show.ts'
import { space, world } from './support/world.ts'

const SPACE = 18446744073709551616n

describe('protecting', () => {
  //         0x1000   0x2000   0x3000   0x4000   0x5000   0x6000   0x7000
  // areas   [=======)         [=================)        [========)
  //            1                      2                      3
  const areas = ['0x1000-0x2000 1', '0x3000-0x5000 2', '0x6000-0x7000 3']
  it.each<[string, bigint, bigint, string[], string[]]>([
    ['exactly an area', 0x3000n, 0x2000n, ['0x1000-0x2000 1', '0x3000-0x5000 9', '0x6000-0x7000 3'], ['protect 0x3000+0x2000 9']],
    [
      'the left part of one', 0x2000n, 0x1800n, ['0x1000-0x2000 1', '0x3000-0x3800 9', '0x3800-0x5000 2', '0x6000-0x7000 3'],
      ['protect 0x3000+0x800 9'],
    ],
    [
      'the right part of one', 0x4800n, 0x1800n, ['0x1000-0x2000 1', '0x3000-0x4800 2', '0x4800-0x5000 9', '0x6000-0x7000 3'],
      ['protect 0x4800+0x800 9'],
    ],
    [
      'the middle of one', 0x3800n, 0x800n, ['0x1000-0x2000 1', '0x3000-0x3800 2', '0x3800-0x4000 9', '0x4000-0x5000 2', '0x6000-0x7000 3'],
      ['protect 0x3800+0x800 9'],
    ],
    [
      'parts of two and all between', 0x1800n, 0x5000n,
      ['0x1000-0x1800 1', '0x1800-0x2000 9', '0x3000-0x5000 9', '0x6000-0x6800 9', '0x6800-0x7000 3'],
      ['protect 0x1800+0x800 9', 'protect 0x3000+0x2000 9', 'protect 0x6000+0x800 9'],
    ],
    ['nothing at all', 0x7000n, 0x1000n, areas, []],
  ])('%s', (_, start, size, expected, calls) => {
    const { set, gate, table } = world(areas)
    unwrap(set.protect(va(start), size, () => 9))
    expect(show(set)).toEqual(expected)
    // The table does not tell neighbours with the same flags apart; here there are none.
    expect(table.dump()).toEqual(expected)
    expect(showCalls(gate.takeCalls())).toEqual(calls)
    set.checkInvariants()
  })
  it('is nothing to do for size 0: neither the callback nor a backend is called', () => {
    const { set, gate } = world(areas)
    let calls = 0
    for (const start of [0x3000n, 0x3800n, 0x5000n, SPACE - 1n]) unwrap(set.protect(va(start), 0n, () => ++calls))
    unwrap(set.protect(va(0x3800), 0n, () => ++calls, { holes: 'refuse' }))
    expect([calls, show(set), gate.takeCalls()]).toEqual([0, areas, []])
  })
  it('is refused above 2^64, and takes the last byte', () => {
    const { set } = space(['0xfffffffffffff000-0x10000000000000000 1'])
    expect(errorOf(set.protect(va(1), SPACE, () => 9))).toMatchObject({ code: 'InvalidParam', reason: 'out-of-range' })
    unwrap(set.protect(va(SPACE - 1n), 1n, () => 9))
    expect(show(set)).toEqual(['0xfffffffffffff000-0xffffffffffffffff 1', '0xffffffffffffffff-0x10000000000000000 9'])
  })
})

describe('the callback of protect', () => {
  const areas = ['0x1000-0x2000 1', '0x2000-0x3000 2', '0x3000-0x4000 3', '0x5000-0x6000 4']
  it('is asked once per area that intersects the range, in order, with its flags and the whole area', () => {
    const { set } = world(areas)
    const asked: string[] = []
    unwrap(
      set.protect(va(0x2800), 0x2801n, (flags, area) => {
        asked.push(`${String(flags)}: ${showArea(area)}`)
        return undefined
      }),
    )
    expect(asked).toEqual(['2: 0x2000-0x3000 2', '3: 0x3000-0x4000 3', '4: 0x5000-0x6000 4'])
  })
  it('is not asked about areas that only touch the range', () => {
    const { set } = world(areas)
    const asked: number[] = []
    unwrap(set.protect(va(0x2000), 0x1000n, (flags) => void asked.push(flags)))
    expect(asked).toEqual([2])
  })
  it('leaves an area alone by giving undefined: neither split nor protected', () => {
    const { set, gate } = world(areas)
    unwrap(set.protect(va(0x1800), 0x2000n, (flags) => (flags === 2 ? 9 : undefined)))
    expect(show(set)).toEqual(['0x1000-0x2000 1', '0x2000-0x3000 9', '0x3000-0x4000 3', '0x5000-0x6000 4'])
    expect(showCalls(gate.takeCalls())).toEqual(['protect 0x2000+0x1000 9'])
  })
  it('has equal flags applied like others, which splits', () => {
    const { set, gate } = world(['0x1000-0x4000 1'])
    unwrap(set.protect(va(0x2000), 0x1000n, (flags) => flags))
    expect(show(set)).toEqual(['0x1000-0x2000 1', '0x2000-0x3000 1', '0x3000-0x4000 1'])
    expect(showCalls(gate.takeCalls())).toEqual(['protect 0x2000+0x1000 1'])
  })
  it('may give 0', () => {
    const { set } = space(['0x1000-0x2000 1'])
    unwrap(set.protect(va(0x1000), 0x1000n, () => 0))
    expect(show(set)).toEqual(['0x1000-0x2000 0'])
  })
})

describe('holes in the range of a protect', () => {
  //         0x1000   0x2000   0x3000   0x4000
  // areas   [=======)         [========)
  const areas = ['0x1000-0x2000 1', '0x3000-0x4000 2']
  it('are skipped by default and when asked to', () => {
    for (const options of [undefined, {}, { holes: 'skip' as const }]) {
      const { set } = world(areas)
      unwrap(set.protect(va(0), 0x10000n, () => 9, options))
      expect(show(set)).toEqual(['0x1000-0x2000 9', '0x3000-0x4000 9'])
    }
  })
  it.each([
    ['between areas', 0x1000n, 0x3000n],
    ['in front of the first', 0xfffn, 2n],
    ['behind the last', 0x3fffn, 2n],
    ['everywhere', 0x5000n, 1n],
  ])('are refused when asked to, before the callback and any backend is called: %s', (_, start, size) => {
    const { set, gate } = world(areas)
    let calls = 0
    const error = errorOf(set.protect(va(start), size, () => ++calls, { holes: 'refuse' }))
    expect(error).toMatchObject({ code: 'InvalidParam', reason: 'hole', range: { start, end: start + size } })
    expect([calls, show(set), gate.takeCalls()]).toEqual([0, areas, []])
  })
  it('are none where areas touch', () => {
    const { set } = world([...areas, '0x2000-0x3000 3'])
    unwrap(set.protect(va(0x1800), 0x2000n, () => 9, { holes: 'refuse' }))
    expect(show(set)).toEqual(['0x1000-0x1800 1', '0x1800-0x2000 9', '0x2000-0x3000 9', '0x3000-0x3800 9', '0x3800-0x4000 2'])
  })
  it('are none in a range that is one area, up to 2^64', () => {
    const { set } = space(['0x8000000000000001-0x10000000000000000 3'])
    unwrap(set.protect(va(0x8000000000000001n), SPACE - 0x8000000000000001n, () => 9, { holes: 'refuse' }))
    expect(show(set)).toEqual(['0x8000000000000001-0x10000000000000000 9'])
    expect(errorOf(set.protect(va(0x8000000000000000n), 2n, () => 9, { holes: 'refuse' })).reason).toBe('hole')
  })
})

describe('a backend that refuses to protect', () => {
  it('gets the old flags back where it did', () => {
    const { set, gate, state } = world(['0x1000-0x2000 1', '0x3000-0x5000 2'])
    const before = state()
    gate.failAt(2)
    const error = errorOf(set.protect(va(0x1800), 0x3000n, () => 9))
    expect(error).toMatchObject({ code: 'BadState', reason: 'backend-refused', range: { start: 0x3000n, end: 0x4800n } })
    expect(state()).toEqual(before)
    expect(showCalls(gate.takeCalls())).toEqual(['protect 0x1800+0x800 9', 'protect 0x3000+0x1800 9 refused', 'protect 0x1800+0x800 1'])
  })
})

import { pa, type PhysAddr } from '@addrspace/memory-addr'
import { BitmapAllocator } from '@addrspace/page-table'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { randomFrom } from './support/random.ts'

const PAGE = 4096n
const frames = (first: number, count: number): BitmapAllocator => new BitmapAllocator({ start: pa(BigInt(first) * PAGE), end: BigInt(first + count) * PAGE })
const at = (frame: number): PhysAddr => pa(BigInt(frame) * PAGE)

describe('single frames', () => {
  it('are handed out lowest first, also those that were given back', () => {
    const allocator = frames(5, 100)
    expect([allocator.allocate(), allocator.allocate(), allocator.allocate()]).toEqual([at(5), at(6), at(7)])
    allocator.free(at(6))
    allocator.free(at(5))
    expect([allocator.allocate(), allocator.allocate(), allocator.allocate()]).toEqual([at(5), at(6), at(8)])
    expect([allocator.usedFrames, allocator.freeFrames]).toEqual([4, 96])
  })
  it.each([0, 1, 31, 32, 33, 1023, 1024, 1025, 32768, 32769])('are all handed out once: %i of them', (count) => {
    const allocator = frames(3, count)
    for (let i = 0; i < count; i++) if (allocator.allocate() !== at(3 + i)) throw new Error(`frame ${String(i)}`)
    expect(allocator.allocate()).toBeUndefined()
    expect(allocator.freeFrames).toBe(0)
    if (count === 0) return
    allocator.free(at(2 + count))
    expect(allocator.allocate()).toBe(at(2 + count))
    expect(allocator.allocate()).toBeUndefined()
  })
})

describe('runs', () => {
  it('are aligned to their length as physical addresses, not as places in the range', () => {
    const allocator = frames(5, 100)
    expect(allocator.allocateRun(8)).toBe(at(8))
    expect(allocator.allocateRun(2)).toBe(at(6))
    expect(allocator.allocateRun(1)).toBe(at(5))
    expect(allocator.allocateRun(32)).toBe(at(32))
    expect(allocator.allocateRun(64)).toBeUndefined()
    expect(allocator.allocateRun(16)).toBe(at(16))
    expect(allocator.usedFrames).toBe(59)
  })
  it('go up to 1 GiB', () => {
    const allocator = frames(1, 3 * 2 ** 18)
    expect(allocator.allocateRun(2 ** 18)).toBe(at(2 ** 18))
    expect(allocator.allocateRun(2 ** 18)).toBe(at(2 ** 19))
    expect(allocator.allocateRun(2 ** 18)).toBeUndefined()
    expect(allocator.freeFrames).toBe(2 ** 18)
    expect(allocator.allocate()).toBe(at(1))
    allocator.free(at(2 ** 18), 2 ** 19)
    expect(allocator.allocateRun(512)).toBe(at(512))
  })
  it('find a gap between single frames', () => {
    const allocator = frames(0, 128)
    for (let i = 0; i < 128; i++) allocator.allocate()
    allocator.free(at(37), 9)
    expect(allocator.allocateRun(8)).toBeUndefined()
    expect(allocator.allocateRun(4)).toBe(at(40))
    expect(allocator.allocateRun(2)).toBe(at(38))
    expect(allocator.allocate()).toBe(at(37))
    expect(allocator.allocate()).toBe(at(44))
  })
  it('can be given back in parts', () => {
    const allocator = frames(0, 64)
    expect(allocator.allocateRun(64)).toBe(at(0))
    allocator.free(at(3), 40)
    expect(allocator.freeFrames).toBe(40)
    expect(allocator.allocateRun(16)).toBe(at(16))
    allocator.free(at(0), 3)
    expect(allocator.allocate()).toBe(at(0))
  })
  it.each([0, -1, 3, 0.5, NaN, 2 ** 19, 2 ** 32])('of %d frames are refused', (count) => {
    expect(() => frames(0, 64).allocateRun(count)).toThrow(RangeError)
  })
})

describe('giving back', () => {
  it('refuses what is not in use, and gives nothing back then', () => {
    const allocator = frames(4, 64)
    for (let i = 0; i < 4; i++) allocator.allocate()
    allocator.free(at(5))
    expect(() => allocator.free(at(5))).toThrow(RangeError)
    expect(() => allocator.free(at(4), 3)).toThrow('0x5000')
    expect(() => allocator.free(at(6), 3)).toThrow(RangeError)
    expect(allocator.usedFrames).toBe(3)
  })
  it('refuses frames that are not its own', () => {
    const allocator = frames(4, 64)
    allocator.allocateRun(4)
    const wrong: [bigint, number][] = [
      [0n, 1],
      [3n * PAGE, 2],
      [4n * PAGE + 1n, 1],
      [4n * PAGE, 0],
      [4n * PAGE, -1],
      [4n * PAGE, 1.5],
      [4n * PAGE, 65],
      [68n * PAGE, 1],
      [2n ** 52n, 1],
    ]
    for (const [frame, count] of wrong) expect(() => allocator.free(pa(frame), count)).toThrow(RangeError)
    // @ts-expect-error: no bigint
    expect(() => allocator.free(4096)).toThrow(TypeError)
    expect(allocator.usedFrames).toBe(4)
  })
})

describe('what is said of mistakes', () => {
  it('names what is wrong with the frames that are given back', () => {
    const allocator = frames(4, 64)
    allocator.allocateRun(4)
    const free = (frame: bigint, count: number) => () => allocator.free(pa(frame), count)
    expect(free(0x4008n, 1)).toThrow(new RangeError('"frame" must be a multiple of 4096, got 0x4008'))
    for (const count of [0, -1, 1.5]) expect(free(0x4000n, count)).toThrow(new RangeError(`"frames" must be a whole number from 1 on, got ${String(count)}`))
    expect(free(0x3000n, 2)).toThrow(new RangeError('"frame" must be in 0x4000..0x44000, got 0x3000..0x5000'))
    expect(free(0x7000n, 2)).toThrow(new RangeError('"frame" must be in use, got 0x8000'))
  })
  it('names the range that is missing, and the limit', () => {
    expect(() => new BitmapAllocator(undefined as never)).toThrow(new TypeError('"range" must be an object, got undefined'))
    expect(() => new BitmapAllocator({ start: pa(0) } as never)).toThrow(TypeError)
    expect(() => new BitmapAllocator({ start: pa(0), end: 2n ** 52n })).toThrow(new RangeError('"range" must be of at most 16 TiB, got 0x0..0x10000000000000'))
    expect(() => new BitmapAllocator({ start: pa(PAGE), end: 2n ** 44n + 2n * PAGE })).toThrow(RangeError)
  })
})

describe('an allocator of no whole frames', () => {
  it('is refused', () => {
    expect(() => new BitmapAllocator({ start: pa(1), end: 4096n })).toThrow(RangeError)
    expect(() => new BitmapAllocator({ start: pa(0), end: 4095n })).toThrow(RangeError)
    expect(() => new BitmapAllocator({ start: pa(8192), end: 4096n })).toThrow(RangeError)
    // @ts-expect-error: no bigint
    expect(() => new BitmapAllocator({ start: pa(0), end: 4096 })).toThrow(TypeError)
  })
})

describe('random use', () => {
  it('agrees with a list of flags', () => {
    const command = fc.tuple(fc.constantFrom('one', 'run', 'free'), fc.nat(8), fc.nat(400))
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 0, max: 300 }), fc.array(command, { maxLength: 200 }), (first, count, commands) => {
        const allocator = frames(first, count)
        const used = new Array<boolean>(count).fill(false)
        const take = (length: number): PhysAddr | undefined => {
          for (let i = 0; i + length <= count; i++) {
            if ((first + i) % length !== 0 || used.slice(i, i + length).includes(true)) continue
            used.fill(true, i, i + length)
            return at(first + i)
          }
          return undefined
        }
        for (const [verb, log, place] of commands) {
          if (verb === 'one') expect(allocator.allocate()).toBe(take(1))
          if (verb === 'run') expect(allocator.allocateRun(2 ** log)).toBe(take(2 ** log))
          if (verb === 'free') {
            const isUsed = place + log < count && !used.slice(place, place + log + 1).includes(false)
            if (isUsed) {
              allocator.free(at(first + place), log + 1)
              used.fill(false, place, place + log + 1)
            } else expect(() => allocator.free(at(first + place), log + 1)).toThrow(RangeError)
          }
          expect(allocator.usedFrames).toBe(used.filter(Boolean).length)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('a million frames', () => {
  it('are allocated, given back in random order and allocated again in less than five seconds', () => {
    const count = 2 ** 20
    const next = randomFrom(5)
    const order = Array.from({ length: count }, (_, i) => i)
    for (let i = count - 1; i > 0; i--) {
      const k = next(i + 1)
      const swapped = order[i]!
      order[i] = order[k]!
      order[k] = swapped
    }
    const addresses = order.map(at)
    const start = performance.now()
    const allocator = frames(0, count)
    for (let i = 0; i < count; i++) allocator.allocate()
    for (const address of addresses) allocator.free(address)
    for (let i = 0; i < count; i++) allocator.allocate()
    expect(allocator.freeFrames).toBe(0)
    expect(performance.now() - start).toBeLessThan(5000)
  })
  it('do not make the one that comes after a low free one slow', () => {
    const count = 2 ** 20
    const allocator = frames(0, count)
    for (let i = 0; i < count - 4; i++) allocator.allocate()
    const start = performance.now()
    for (let i = 0; i < 100_000; i++) {
      allocator.free(at(0))
      allocator.allocate()
      allocator.free(allocator.allocate()!)
    }
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

import { virtAddr } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { choosePlace, findMmapLayout, type FreeSpace, type PlaceRequest } from '../src/index.ts'
import { acceptAll, areas } from './support/run.ts'

/** What is mapped, in short: `1000-3000`, with ` grows` behind where it grows downwards. */
function spaceOf(...lines: string[]): FreeSpace {
  const set = new MemorySet<number, null>({ pageTable: null })
  const growing = new Set<bigint>()
  for (const line of lines) {
    const [start, end] = line.split(' ')[0]!.split('-').map((bound) => BigInt(`0x${bound}`))
    const result = set.map(virtAddr(start!), end! - start!, 0, acceptAll)
    if (!result.ok) throw result.error
    if (line.endsWith(' grows')) growing.add(start!)
  }
  return {
    findFreeArea: (size, options) => set.findFreeArea(size, options),
    areaFrom: (address) => {
      for (const { start, end } of set.areasIn({ start: virtAddr(address), end: 1n << 64n })) return { start, end, growsDown: growing.has(start) }
      return undefined
    },
  }
}

/** The place of a mapping below the usual base, in hexadecimal without prefix. */
function place(space: FreeSpace, size: bigint, more: Partial<PlaceRequest> = {}): string | undefined {
  return choosePlace(space, { base: 0x7fff_f7ff_f000n, isRandom: false }, { size, shows: 'anonymous', offset: 0n, isLow: false, ...more })?.toString(16)
}

describe('a place', () => {
  it('ends at the base where that is free', () => {
    expect(place(spaceOf(), 0x3000n)).toBe('7ffff7ffc000')
    expect(place(spaceOf('7ffff7fff000-7ffff8000000'), 0x3000n)).toBe('7ffff7ffc000')
  })

  // 7ffff7fed000 |--------B--------| ff7000 . ff8000 |----A----| base
  it.each([
    [0x1000n, '7ffff7ff7000'],
    [0x2000n, '7ffff7fed000'],
  ])('is in the highest gap that is large enough: %i bytes', (size, expected) => {
    expect(place(spaceOf('7ffff7ff8000-7ffff7fff000', '7ffff7fef000-7ffff7ff7000'), size)).toBe(expected)
  })

  it('goes down to the second page of the space', () => {
    expect(place(spaceOf('3000-7ffffffff000'), 0x2000n)).toBe('1000')
    expect(place(spaceOf('2000-7ffffffff000'), 0x2000n)).toBeUndefined()
  })

  it('is above the base, as low as possible, where nothing below is large enough', () => {
    expect(place(spaceOf('1000-7ffff7fff000', '7ffffffde000-7ffffffff000'), 0x1000n)).toBe('7ffff7fff000')
    expect(place(spaceOf('1000-7ffff7ffe000', '7ffffffde000-7ffffffff000'), 0x2000n)).toBe('7ffff7ffe000')
    expect(place(spaceOf('1000-7ffff8000000', '7ffffffde000-7ffffffff000'), 0x7fd_f000n)).toBeUndefined()
  })

  it('begins in the upper two thirds of the space where it is looked for upwards', () => {
    // Such a base comes from a stack limit of `unlimited`: a sixth of the space.
    const low = { base: 0x1555_5555_6000n, isRandom: false }
    const request: PlaceRequest = { size: 0x1000n, shows: 'anonymous', offset: 0n, isLow: false }
    expect(choosePlace(spaceOf('1000-155555556000'), low, request)).toBe(0x2aaa_aaaa_b000n)
  })
})

describe('a place below an area that grows', () => {
  it('leaves 1 MiB free', () => {
    expect(place(spaceOf('7ffff7f00000-7ffff7fff000 grows'), 0x1000n)).toBe('7ffff7dff000')
    expect(place(spaceOf('7ffff7f00000-7ffff7fff000'), 0x1000n)).toBe('7ffff7eff000')
  })

  it('may end exactly where the 1 MiB begins', () => {
    // The lower area ends 1 MiB and one page below the growing one.
    const space = spaceOf('7ffff7f00000-7ffff7fff000 grows', '7ffff7d00000-7ffff7dff000')
    expect(place(space, 0x1000n)).toBe('7ffff7dff000')
    expect(place(space, 0x2000n)).toBe('7ffff7cfe000')
  })

  //   e00000            ef0000 |A| ef1000          f00000 |grows|
  //     |------------------- guard -------------------|
  it('is below the whole guard, also behind another area, if it would fit above that one', () => {
    expect(place(spaceOf('7ffff7f00000-7ffff7fff000 grows', '7ffff7ef0000-7ffff7ef1000'), 0x1000n)).toBe('7ffff7dff000')
  })

  it('is in the guard if it fits only behind another area', () => {
    expect(place(spaceOf('7ffff7f00000-7ffff7fff000 grows', '7ffff7ef0000-7ffff7ef1000'), 0x10000n)).toBe('7ffff7ee0000')
  })
})

describe('a place that may use huge pages', () => {
  it('is aligned, in a range with 2 MiB to spare', () => {
    // 4 MiB below the base begin at 0x7ffff7bff000.
    expect(place(spaceOf(), 0x20_0000n)).toBe('7ffff7c00000')
  })

  it('is above the start of that range even if the start is aligned', () => {
    expect(place(spaceOf('7ffff7e00000-7ffff7fff000'), 0x20_0000n)).toBe('7ffff7c00000')
  })

  it('is where any other would be if there is no such range', () => {
    expect(place(spaceOf('1000-7ffff7dff000', '7ffff7fff000-7ffffffff000'), 0x20_0000n)).toBe('7ffff7dff000')
  })

  it('is above the base sooner than not aligned', () => {
    // From 0x7ffff7dff000 on all is free: 2 MiB to the base, and more above.
    expect(place(spaceOf('1000-7ffff7dff000'), 0x20_0000n)).toBe('7ffff7e00000')
  })

  it.each([
    ['private memory that is no multiple of 2 MiB', 0x20_1000n, 'anonymous', 0n, '7ffff7dfe000'],
    ['shared memory', 0x20_0000n, 'shared-memory', 0n, '7ffff7dff000'],
    ['a file without an aligned 2 MiB', 0x3f_e000n, 'file', 0x1000n, '7ffff7c01000'],
    ['a file of less than 2 MiB', 0x1f_f000n, 'file', 0n, '7ffff7e00000'],
  ] as const)('is not that of %s', (_, size, shows, offset, expected) => {
    expect(place(spaceOf(), size, { shows, offset })).toBe(expected)
  })

  it.each([
    // 6 MiB less a page below the base begin at 0x7ffff7a00000; the first 0x1000 modulo 2 MiB above it is one page further.
    [0x3f_f000n, 0x1000n, '7ffff7a01000'],
    // 6 MiB below the base begin at 0x7ffff79ff000.
    [0x40_0000n, 0x1000n, '7ffff7a01000'],
    [0x40_0000n, 0x20_0000n, '7ffff7a00000'],
    // 4 MiB and a page begin at 0x7ffff7bfe000, and 0x1fe000 is what that is modulo 2 MiB: so 2 MiB above it.
    [0x20_1000n, 0n, '7ffff7c00000'],
    [0x3f_f000n, 0x3f_f000n, '7ffff7bff000'],
  ])('agrees with the offset of a file: %i bytes from %i', (size, offset, expected) => {
    expect(place(spaceOf(), size, { shows: 'file', offset })).toBe(expected)
  })
})

describe('a low place', () => {
  it('is the lowest from 1 GiB to 2 GiB', () => {
    expect(place(spaceOf(), 0x1000n, { isLow: true })).toBe('40000000')
    expect(place(spaceOf('40000000-40002000', '40003000-40004000'), 0x2000n, { isLow: true })).toBe('40004000')
    expect(place(spaceOf('40000000-7ffff000'), 0x2000n, { isLow: true })).toBeUndefined()
  })

  it('is aligned as others are', () => {
    expect(place(spaceOf(), 0x20_0000n, { isLow: true })).toBe('40200000')
  })

  it('is above an area that grows, if it would be in its guard', () => {
    expect(place(spaceOf('40100000-40101000 grows'), 0x1000n, { isLow: true })).toBe('40101000')
    expect(place(spaceOf('40101000-40102000 grows'), 0x1000n, { isLow: true })).toBe('40000000')
  })
})

describe('the layout', () => {
  const STACK = '7ffffffde000-7ffffffff000 rw-p [stack]'
  const PROGRAM = '555555554000-555555555000 r-xp /bin/x'

  it('has its base where the run of areas from [vvar] on ends', () => {
    const start = areas(PROGRAM, '7ffff7fc2000-7ffff7fc6000 r--p [vvar]', '7ffff7fc6000-7ffff7fca000 r-xp [vdso]', '7ffff7fca000-7ffff7fff000 r-xp /lib/ld.so', STACK)
    expect(findMmapLayout(start)).toEqual({ base: 0x7fff_f7ff_f000n, isRandom: false })
  })

  it('is random where the stack does not end at the end of the space', () => {
    const start = areas(PROGRAM, '7f4a1ae23000-7f4a1ae25000 r-xp [vdso]', '7f4a1ae25000-7f4a1ae5a000 r-xp /lib/ld.so', '7ffebf2bc000-7ffebf2dd000 rw-p [stack]')
    expect(findMmapLayout(start)).toEqual({ base: 0x7f4a_1ae5_a000n, isRandom: true })
  })

  it('is found below the program, where the stack limit is unlimited', () => {
    const start = areas('15555551f000-155555521000 r-xp [vdso]', '155555521000-155555556000 r-xp /lib/ld.so', PROGRAM, STACK)
    expect(findMmapLayout(start)?.base).toBe(0x1555_5555_6000n)
  })

  it('is that of the interpreter, or the usual one, where [vdso] is above the stack', () => {
    const random = '7ffd00000000-7ffd00021000 rw-p [stack]'
    const vdso = '7ffd00030000-7ffd00032000 r-xp [vdso]'
    expect(findMmapLayout(areas(PROGRAM, '7f0000000000-7f0000035000 r-xp /lib/ld.so', random, vdso))).toEqual({ base: 0x7f00_0003_5000n, isRandom: true })
    expect(findMmapLayout(areas('400000-401000 r-xp /bin/static', random, vdso))).toBeUndefined()
    expect(findMmapLayout(areas('400000-401000 r-xp /bin/static', STACK))).toEqual({ base: 0x7fff_f7ff_f000n, isRandom: false })
  })

  it('is not told by areas without a stack, nor for the compatibility layout, which goes upwards', () => {
    expect(findMmapLayout([])).toBeUndefined()
    expect(findMmapLayout(areas(PROGRAM, '7ffff7fc6000-7ffff7fca000 r-xp [vdso]'))).toBeUndefined()
    const upwards = areas('2aaaaaaab000-2aaaaaae0000 r-xp /lib/ld.so', '2aaaaaae0000-2aaaaaae8000 r-xp [vdso]', PROGRAM, STACK)
    expect(findMmapLayout(upwards)).toBeUndefined()
    expect(findMmapLayout(areas('400000-401000 r-xp /bin/static', '2aaaaaaab000-2aaaaaab3000 r-xp [vdso]', STACK))).toBeUndefined()
  })
})

import { describe, expect, it } from 'vitest'
import { run } from './support/run.ts'

const MOVE = 'MREMAP_MAYMOVE|MREMAP_FIXED'

describe('mremap in place', () => {
  it('frees the tail when it shrinks, both lengths rounded up', () => {
    const log = ['mremap(0x1000, 12289, 4097, MREMAP_MAYMOVE) = 0x1000']
    expect(run(['1000-5000 rw-p'], log).mapped).toEqual(['1000-3000 rw-p'])
  })

  it('extends the area that ends at the old end', () => {
    const log = ['mremap(0x2000, 4096, 8192, 0) = 0x2000']
    expect(run(['1000-2000 r--p', '2000-3000 rw-s'], log).mapped).toEqual(['1000-2000 r--p', '2000-4000 rw-s'])
  })

  it('does nothing when the size stays', () => {
    expect(run(['1000-2000 rw-p'], ['mremap(0x1000, 4096, 4096, 0) = 0x1000']).mapped).toEqual(['1000-2000 rw-p'])
  })

  it('changes nothing when it fails', () => {
    const log = ['mremap(0x1000, 8192, 4096, 0) = -1 EFAULT (Bad address)', 'mremap(0x1000, 4096, 8192, 0) = -1 ENOMEM (Cannot allocate memory)']
    expect(run(['1000-3000 rw-p'], log).mapped).toEqual(['1000-3000 rw-p'])
  })
})

describe('mremap that moves', () => {
  it('takes the permission along and frees the old range', () => {
    const log = ['mremap(0x1000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x9000) = 0x9000']
    expect(run(['1000-3000 r-xs'], log).mapped).toEqual(['2000-3000 r-xs', '9000-a000 r-xs'])
  })

  it('extends what has arrived to the new length', () => {
    const log = ['mremap(0x1000, 4096, 12288, MREMAP_MAYMOVE) = 0x9000']
    expect(run(['1000-2000 r--p'], log).mapped).toEqual(['9000-c000 r--p'])
  })

  it('frees the tail first when the new length is shorter', () => {
    const log = [`mremap(0x1000, 12288, 4096, ${MOVE}, 0x9000) = 0x9000`]
    expect(run(['1000-5000 r--p'], log).mapped).toEqual(['4000-5000 r--p', '9000-a000 r--p'])
  })

  it('replaces what is mapped at a fixed destination', () => {
    const log = [`mremap(0x1000, 4096, 8192, ${MOVE}, 0x9000) = 0x9000`]
    expect(run(['1000-2000 r--p', '8000-c000 rw-p'], log).mapped).toEqual(['8000-9000 rw-p', '9000-b000 r--p', 'b000-c000 rw-p'])
  })

  it('moves over its own old range', () => {
    const log = [`mremap(0x3000, 4096, 4096, ${MOVE}, 0x2000) = 0x2000`]
    expect(run(['1000-4000 r--p'], log).mapped).toEqual(['1000-3000 r--p'])
  })

  it('leaves the old range as it was with MREMAP_DONTUNMAP', () => {
    const log = ['mremap(0x1000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_DONTUNMAP) = 0x9000']
    expect(run(['1000-2000 rw-p'], log)).toMatchObject({ mapped: ['1000-2000 rw-p', '9000-a000 rw-p'], violations: [] })
  })

  it('shows a shared mapping a second time with an old length of 0', () => {
    const log = ['mremap(0x1000, 0, 8192, MREMAP_MAYMOVE) = 0x9000', `mremap(0x1000, 0, 4096, ${MOVE}, 0x5000) = 0x5000`]
    expect(run(['1000-3000 r--s', '5000-6000 rwxp'], log)).toMatchObject({
      mapped: ['1000-3000 r--s', '5000-6000 r--s', '9000-b000 r--s'],
      violations: [],
    })
  })
})

describe('mremap of several areas', () => {
  //   old   |1000 rw-p|2000 hole|3000 r--s 4000|5000 hole|6000 r-xp|
  //   dest  |9000 ....|a000 -w-p|b000 .........|d000 ----|e000 ....|
  const start = ['1000-2000 rw-p', '3000-5000 r--s', '6000-7000 r-xp']

  it('takes permissions and holes along', () => {
    const log = [`mremap(0x1000, 24576, 24576, ${MOVE}, 0x9000) = 0x9000`]
    expect(run(start, log)).toMatchObject({ mapped: ['9000-a000 rw-p', 'b000-d000 r--s', 'e000-f000 r-xp'], violations: [] })
  })

  it('does not touch what is mapped where a hole arrives, and replaces the rest', () => {
    const log = [`mremap(0x1000, 24576, 24576, ${MOVE}, 0x9000) = 0x9000`]
    expect(run([...start, '9000-10000 -w-p'], log).mapped).toEqual([
      '9000-a000 rw-p',
      'a000-b000 -w-p',
      'b000-d000 r--s',
      'd000-e000 -w-p',
      'e000-f000 r-xp',
      'f000-10000 -w-p',
    ])
  })

  it('takes parts of the first and the last area', () => {
    const log = [`mremap(0x4000, 12288, 12288, ${MOVE}, 0x9000) = 0x9000`]
    expect(run(start, log).mapped).toEqual(['1000-2000 rw-p', '3000-4000 r--s', '9000-a000 r--s', 'b000-c000 r-xp'])
  })

  it('leaves all areas with MREMAP_DONTUNMAP', () => {
    const log = [`mremap(0x1000, 24576, 24576, ${MOVE}|MREMAP_DONTUNMAP, 0x9000) = 0x9000`]
    expect(run(start, log).mapped).toEqual([...start, '9000-a000 rw-p', 'b000-d000 r--s', 'e000-f000 r-xp'])
  })

  it('takes pieces that only this set keeps apart as one, and extends the last', () => {
    const start = ['1000-2000 rw-p', '2000-3000 rw-p']
    const log = [`mremap(0x1000, 8192, 12288, ${MOVE}, 0x9000) = 0x9000`]
    expect(run(start, log).mapped).toEqual(['9000-c000 rw-p'])
  })
})

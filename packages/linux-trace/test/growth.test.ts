// Areas that grow downwards: what calls do to them, and how they are compared.
import { describe, expect, it } from 'vitest'
import { areas, run } from './support/run.ts'

const STACK = '7ffde000-7ffff000 rw-p [stack]'
const GROWS = 'mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_GROWSDOWN, -1, 0) = 0x9000'
const compared = (start: string[], log: string[], end: string[]): unknown => run(start, log, { end: areas(...end) }).report.differences

describe('the kernel\'s list', () => {
  it('may continue [stack] below its start', () => {
    expect(compared([STACK], [], ['7ffd0000-7ffff000 rw-p [stack]'])).toEqual([])
  })

  it('may continue a MAP_GROWSDOWN mapping below its start', () => {
    expect(compared([], [GROWS], ['7000-a000 rw-p'])).toEqual([])
  })

  it('may do so only with the same permission', () => {
    expect(compared([STACK], [], ['7ffdd000-7ffde000 rwxp', '7ffde000-7ffff000 rw-p'])).toEqual([
      { range: '0x7ffdd000-0x7ffde000', expected: 'rwxp', actual: null },
    ])
  })

  it('may do so only directly below', () => {
    expect(compared([STACK], [], ['7ffdc000-7ffdd000 rw-p', '7ffde000-7ffff000 rw-p'])).toEqual([
      { range: '0x7ffdc000-0x7ffdd000', expected: 'rw-p', actual: null },
    ])
  })

  it('may do so only over pages that are free in the replay', () => {
    const start = ['7ffdc000-7ffdd000 r--p', STACK]
    expect(compared(start, [], ['7ffdc000-7ffff000 rw-p'])).toEqual([{ range: '0x7ffdc000-0x7ffdd000', expected: 'rw-p', actual: 'r--p' }])
    expect(compared(start, [], ['7ffdc000-7ffdd000 r--p', '7ffdd000-7ffff000 rw-p'])).toEqual([])
  })

  it('may not end above the start, nor continue upwards', () => {
    expect(compared([STACK], [], ['7ffdf000-7ffff000 rw-p'])).toEqual([{ range: '0x7ffde000-0x7ffdf000', expected: null, actual: 'rw-p' }])
    expect(compared([STACK], [], ['7ffde000-80000000 rw-p'])).toEqual([{ range: '0x7ffff000-0x80000000', expected: 'rw-p', actual: null }])
  })

  it('may not continue an area that does not grow down', () => {
    expect(compared(['2000-3000 rw-p [heap]'], [], ['1000-3000 rw-p'])).toEqual([{ range: '0x1000-0x2000', expected: 'rw-p', actual: null }])
  })

  it('may continue what is left of such an area, wherever it is', () => {
    expect(compared([STACK], ['munmap(0x7ffde000, 4096) = 0'], ['7ffdd000-7ffff000 rw-p'])).toEqual([])
    const move = 'mremap(0x7ffde000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x9000) = 0x9000'
    expect(compared([STACK], [move], ['8000-a000 rw-p', '7ffdf000-7ffff000 rw-p'])).toEqual([])
    expect(compared([STACK], ['mprotect(0x7ffde000, 4096, PROT_READ) = 0'], ['7ffdd000-7ffdf000 r--p', '7ffdf000-7ffff000 rw-p'])).toEqual([])
  })

  it('may not continue what has taken the place of such an area', () => {
    const log = [GROWS, 'mmap(0x9000, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = 0x9000']
    expect(compared([], log, ['8000-a000 rw-p'])).toEqual([{ range: '0x8000-0x9000', expected: 'rw-p', actual: null }])
  })
})

describe('mprotect with PROT_GROWSDOWN', () => {
  const stack = '7fff0000-7fff4000 rw-p [stack]'

  it('starts at the start of the area that holds the address', () => {
    expect(run([stack], ['mprotect(0x7fff2000, 4096, PROT_READ|PROT_GROWSDOWN) = 0'])).toMatchObject({
      mapped: ['7fff0000-7fff3000 r--p', '7fff3000-7fff4000 rw-p'],
      violations: [],
    })
  })

  it('starts at the start of the piece that has the same permission', () => {
    const log = ['mprotect(0x7fff0000, 4096, PROT_READ) = 0', 'mprotect(0x7fff3000, 4096, PROT_NONE|PROT_GROWSDOWN) = 0']
    expect(run([stack], log).mapped).toEqual(['7fff0000-7fff1000 r--p', '7fff1000-7fff4000 ---p'])
  })

  it('takes pieces that have become equal again for one', () => {
    const log = [
      'mprotect(0x7fff1000, 4096, PROT_READ) = 0',
      'mprotect(0x7fff1000, 4096, PROT_READ|PROT_WRITE) = 0',
      'mprotect(0x7fff3000, 4096, PROT_NONE|PROT_GROWSDOWN) = 0',
    ]
    expect(run([stack], log).mapped).toEqual(['7fff0000-7fff4000 ---p'])
  })

  it('that fails at a hole has changed what lies before it, from the start of the area on', () => {
    const log = ['mprotect(0x7fff2000, 12288, PROT_READ|PROT_GROWSDOWN) = -1 ENOMEM (Cannot allocate memory)']
    expect(run([stack], log)).toMatchObject({ mapped: ['7fff0000-7fff4000 r--p'], violations: [] })
  })

  it('that succeeds on an area that does not grow down contradicts the layout', () => {
    expect(run(['1000-3000 rw-p'], ['mprotect(0x2000, 4096, PROT_READ|PROT_GROWSDOWN) = 0']).violations).toEqual(['2 mprotect-grows-down'])
  })
})

describe('a call that shows that an area has grown', () => {
  const stack = '7fff0000-7fff4000 rw-p [stack]'

  it('extends it: a successful mprotect below its start', () => {
    expect(run([stack], ['mprotect(0x7ffef000, 8192, PROT_READ) = 0'])).toMatchObject({
      mapped: ['7ffef000-7fff1000 r--p', '7fff1000-7fff4000 rw-p'],
      violations: [],
    })
    expect(run([stack], ['mprotect(0x7ffed000, 4096, PROT_NONE) = 0']).mapped).toEqual(['7ffed000-7ffee000 ---p', '7ffee000-7fff4000 rw-p'])
    expect(run([stack], ['mprotect(0x7ffed000, 4096, PROT_NONE|PROT_GROWSDOWN) = 0'])).toMatchObject({
      mapped: ['7ffed000-7ffee000 ---p', '7ffee000-7fff4000 rw-p'],
      violations: [],
    })
  })

  it('extends it: MAP_FIXED_NOREPLACE that finds it there', () => {
    const log = ['mmap(0x7ffed000, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED_NOREPLACE, -1, 0) = -1 EEXIST (File exists)']
    expect(run([stack], log)).toMatchObject({ mapped: ['7ffee000-7fff4000 rw-p'], violations: [] })
  })

  it('does not extend it beyond the stack limit of 8 MiB', () => {
    const protect = (address: string): string => `mprotect(${address}, 4096, PROT_READ) = 0`
    expect(run([stack], [protect('0x7f7f4000')]).violations).toEqual([])
    expect(run([stack], [protect('0x7f7f3000')]).violations).toEqual(['2 mprotect-mapped'])
  })

  it('does not extend another area that lies above', () => {
    expect(run(['7fff0000-7fff4000 rw-p [heap]'], ['mprotect(0x7ffef000, 8192, PROT_READ) = 0']).violations).toEqual(['2 mprotect-mapped'])
  })
})

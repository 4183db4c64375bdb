import { describe, expect, it } from 'vitest'
import { compareWithKernel, permissionRanges, type PermissionRange } from '../src/index.ts'
import { areas } from './support/run.ts'

const replayed = (...lines: string[]) => areas(...lines).map((area) => ({ ...area, growsDown: false }))
const compare = (replay: string[], kernel: string[]): string[] =>
  compareWithKernel(replayed(...replay), areas(...kernel)).map(({ range, expected, actual }) => `${range} ${expected ?? 'nothing'} ${actual ?? 'nothing'}`)
const ranges = (list: PermissionRange[]): string[] => list.map(({ start, end, permission }) => `${start.toString(16)}-${end.toString(16)} ${permission}`)

describe('permissionRanges', () => {
  it('joins adjacent areas of equal permission, whatever their name', () => {
    expect(ranges(permissionRanges(areas('1000-2000 rw-p /a', '2000-3000 rw-p', '3000-4000 rw-s', '5000-6000 rw-s')))).toEqual([
      '1000-3000 rw-p',
      '3000-4000 rw-s',
      '5000-6000 rw-s',
    ])
  })
})

describe('compareWithKernel', () => {
  it('finds no difference between lists that are cut differently', () => {
    expect(compare(['1000-4000 rw-p'], ['1000-2000 rw-p /a', '2000-4000 rw-p'])).toEqual([])
    expect(compare([], [])).toEqual([])
  })

  it('tells what only the kernel has, and what only the replay has', () => {
    expect(compare([], ['1000-3000 rw-p'])).toEqual(['0x1000-0x3000 rw-p nothing'])
    expect(compare(['1000-3000 rw-p'], [])).toEqual(['0x1000-0x3000 nothing rw-p'])
  })

  //   kernel   |1000  rw-p      5000|        |7000 r--p 8000|
  //   replay         |2000 r--p     |5000 r--p      |7800…
  it('tells maximal ranges that differ in one way', () => {
    expect(compare(['2000-3000 r--p', '3000-6000 r-xp'], ['1000-5000 rw-p', '7000-8000 r--p'])).toEqual([
      '0x1000-0x2000 rw-p nothing',
      '0x2000-0x3000 rw-p r--p',
      '0x3000-0x5000 rw-p r-xp',
      '0x5000-0x6000 nothing r-xp',
      '0x7000-0x8000 r--p nothing',
    ])
  })

  it('tells one range where the same difference spans areas that both lists cut', () => {
    expect(compare(['1000-2000 rw-p', '2000-3000 rw-p'], ['1000-2000 r--p', '2000-3000 r--p'])).toEqual(['0x1000-0x3000 r--p rw-p'])
  })

  it('compares up to 2^64', () => {
    expect(compare(['ffffffffff600000-ffffffffff601000 --xp'], ['ffffffffff600000-ffffffffff601000 r-xp'])).toEqual([
      '0xffffffffff600000-0xffffffffff601000 r-xp --xp',
    ])
    expect(compare([], ['fffffffffffff000-10000000000000000 r--p'])).toEqual(['0xfffffffffffff000-0x10000000000000000 r--p nothing'])
  })

  it('distinguishes shared from private, and no access from nothing', () => {
    expect(compare(['1000-2000 rw-s', '3000-4000 ---p'], ['1000-2000 rw-p'])).toEqual(['0x1000-0x2000 rw-p rw-s', '0x3000-0x4000 nothing ---p'])
  })
})

/**
 * Runs every recorded call of the original crate (vectors/README.md) and expects the recorded answer, unless the row is in
 * one of the classes below, where we differ on purpose: then the answer of the class is expected, and it has to differ
 * from the recorded one. The number of rows in each class is asserted, and so is that no row is left over.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  add, addrRange, addrRangeFromSize, AddrRange, alignDown, alignDown4K, alignOffset, alignOffset4K, alignUp, alignUp4K,
  checkedAdd, checkedSub, checkedSubAddr, compareAddr, defineAddr, formatPhysAddr, formatVirtAddr, isAligned, isAligned4K,
  offset, offsetFrom, overflowingAdd, overflowingSub, overflowingSubAddr, PAGE_SIZE_1G, PAGE_SIZE_2M, PAGE_SIZE_4K, pages,
  pages1G, pages2M, pages4K, physAddr, sub, subAddr, tryAddrRange, tryAddrRangeFromSize, tryPages, virtAddr, wrappingAdd,
  wrappingOffset, wrappingSub, wrappingSubAddr, type HexCase, type Overflowing, type VirtAddr, type VirtAddrRange,
} from '@addrspace/memory-addr'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
interface Row {
  readonly fn: string
  readonly args: readonly Json[]
  readonly result: Json
  readonly resultChecked?: Json
  readonly upstreamOddity?: string
}

const ROWS: readonly Row[] = gunzipSync(readFileSync(new URL('vectors/addr.jsonl.gz', import.meta.url)))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)

// --- Notation of the vectors -----------------------------------------------------------------------------------------

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new Error(`no text: ${JSON.stringify(value)}`)
  return value
}

function word(value: Json | undefined): bigint {
  const digits = text(value)
  return digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits)
}

const vaddr = (value: Json | undefined): VirtAddr => virtAddr(word(value))

function bounds(pair: Json | undefined): [Json, Json] {
  const [start, end, ...more] = isList(pair) ? pair : []
  if (start === undefined || end === undefined || more.length > 0) throw new Error(`no range: ${JSON.stringify(pair)}`)
  return [start, end]
}
function range(pair: Json | undefined): VirtAddrRange {
  const [start, end] = bounds(pair)
  return addrRange(vaddr(start), word(end))
}

const hex = (value: bigint): string => (value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`)
const option = (value: bigint | undefined): Json => (value === undefined ? null : hex(value))
const overflowing = ({ value, overflowed }: Overflowing<bigint>): Json => [hex(value), overflowed]
const ends = (value: AddrRange | undefined): Json => (value === undefined ? null : [hex(value.start), hex(value.end)])

// --- Our answer to a call --------------------------------------------------------------------------------------------

type Args = readonly Json[]

const OURS: { readonly [fn: string]: (args: Args) => Json } = {
  align_down: ([a, b]) => hex(alignDown(vaddr(a), word(b))),
  align_up: ([a, b]) => hex(alignUp(vaddr(a), word(b))),
  align_offset: ([a, b]) => hex(alignOffset(vaddr(a), word(b))),
  is_aligned: ([a, b]) => isAligned(vaddr(a), word(b)),
  align_down_4k: ([a]) => hex(alignDown4K(vaddr(a))),
  align_up_4k: ([a]) => hex(alignUp4K(vaddr(a))),
  align_offset_4k: ([a]) => hex(alignOffset4K(vaddr(a))),
  is_aligned_4k: ([a]) => isAligned4K(vaddr(a)),

  add: ([a, b]) => hex(add(vaddr(a), word(b))),
  checked_add: ([a, b]) => option(checkedAdd(vaddr(a), word(b))),
  wrapping_add: ([a, b]) => hex(wrappingAdd(vaddr(a), word(b))),
  overflowing_add: ([a, b]) => overflowing(overflowingAdd(vaddr(a), word(b))),
  sub: ([a, b]) => hex(sub(vaddr(a), word(b))),
  checked_sub: ([a, b]) => option(checkedSub(vaddr(a), word(b))),
  wrapping_sub: ([a, b]) => hex(wrappingSub(vaddr(a), word(b))),
  overflowing_sub: ([a, b]) => overflowing(overflowingSub(vaddr(a), word(b))),
  sub_addr: ([a, b]) => hex(subAddr(vaddr(a), vaddr(b))),
  checked_sub_addr: ([a, b]) => option(checkedSubAddr(vaddr(a), vaddr(b))),
  wrapping_sub_addr: ([a, b]) => hex(wrappingSubAddr(vaddr(a), vaddr(b))),
  overflowing_sub_addr: ([a, b]) => overflowing(overflowingSubAddr(vaddr(a), vaddr(b))),
  offset: ([a, b]) => hex(offset(vaddr(a), word(b))),
  wrapping_offset: ([a, b]) => hex(wrappingOffset(vaddr(a), word(b))),
  offset_from: ([a, b]) => hex(offsetFrom(vaddr(a), vaddr(b))),
  cmp: ([a, b]) => compareAddr(vaddr(a), vaddr(b)),
  op_add: ([a, b]) => hex(add(vaddr(a), word(b))),
  op_sub: ([a, b]) => hex(sub(vaddr(a), word(b))),
  op_sub_addr: ([a, b]) => hex(subAddr(vaddr(a), vaddr(b))),

  range_new: ([a, b]) => ends(addrRange(vaddr(a), word(b))),
  va_range: ([a, b]) => ends(addrRange(vaddr(a), vaddr(b))),
  new_unchecked: ([a, b]) => ends(new AddrRange(vaddr(a), word(b))),
  range_try_new: ([a, b]) => ends(tryAddrRange(vaddr(a), word(b))),
  range_try_from: ([a, b]) => ends(tryAddrRange(vaddr(a), word(b))),
  from_start_size: ([a, b]) => ends(addrRangeFromSize(vaddr(a), word(b))),
  from_start_size_unchecked: ([a, b]) => ends(addrRangeFromSize(vaddr(a), word(b))),
  try_from_start_size: ([a, b]) => ends(tryAddrRangeFromSize(vaddr(a), word(b))),
  range_default: () => ends(addrRange(virtAddr(0), 0n)),
  range_is_empty: ([r]) => range(r).isEmpty,
  range_size: ([r]) => hex(range(r).size),
  range_contains: ([r, a]) => range(r).contains(vaddr(a)),
  range_contains_range: ([r, s]) => range(r).containsRange(range(s)),
  range_contained_in: ([r, s]) => range(r).containedIn(range(s)),
  range_overlaps: ([r, s]) => range(r).overlaps(range(s)),
  range_eq: ([r, s]) => range(r).equals(range(s)),

  page_iter: ([a, b, c]) => pageIteration(word(a), word(b), word(c)),
  fmt: ([type, spec, value]) => formatted(text(type), text(spec), value ?? null),
  const: ([name]) => hex(constant(text(name))),
}

function pageIteration(start: bigint, end: bigint, pageSize: bigint): Json {
  const all = tryPages({ start, end }, pageSize)
  if (all === undefined) {
    expect(() => pages({ start, end }, pageSize)).toThrow(RangeError)
    return null
  }
  const fixed = new Map([[PAGE_SIZE_4K, pages4K], [PAGE_SIZE_2M, pages2M], [PAGE_SIZE_1G, pages1G]]).get(pageSize)
  // Compared as text, since an iterable is compared page by page otherwise, and some of these have 2^52.
  if (fixed !== undefined) expect(String(fixed({ start, end }))).toBe(String(all))
  const first: string[] = []
  let count = 0
  let last: bigint | undefined
  for (const page of all) {
    if (count < 6) first.push(hex(page))
    count++
    last = page
    if (count === 5000) return { atLeast: 5000, first }
  }
  expect(all.pageCount).toBe(count)
  return { count, first, last: option(last) }
}

const example = defineAddr('example', 'EA')

function formatted(type: string, spec: string, value: Json): Json {
  const hexCase: HexCase = spec.includes('X') ? 'upper' : 'lower'
  switch (type) {
    case 'VirtAddr':
      return formatVirtAddr(vaddr(value), hexCase)
    case 'PhysAddr':
      return formatPhysAddr(physAddr(word(value)), hexCase)
    case 'EA:{}':
      return example.format(example.from(word(value)), hexCase)
    case 'AddrRange<VirtAddr>':
      return range(value).toString((addr) => formatVirtAddr(addr, hexCase))
    case 'AddrRange<PhysAddr>': {
      const [start, end] = bounds(value)
      return addrRange(physAddr(word(start)), word(end)).toString((addr) => formatPhysAddr(addr, hexCase))
    }
    case 'AddrRange<usize>': {
      const [start, end] = bounds(value)
      return addrRange(word(start), word(end)).toString((bound) => {
        if (!/x/i.test(spec)) return String(bound)
        return hexCase === 'upper' ? bound.toString(16).toUpperCase() : bound.toString(16)
      })
    }
    default:
      throw new Error(`no counterpart here of the type ${type}`)
  }
}

function constant(name: string): bigint {
  switch (name) {
    case 'PAGE_SIZE_4K':
      return PAGE_SIZE_4K
    case 'PAGE_SIZE_2M':
      return PAGE_SIZE_2M
    case 'PAGE_SIZE_1G':
      return PAGE_SIZE_1G
    default:
      throw new Error(`no counterpart of the constant ${name}`)
  }
}

// --- Where we differ -------------------------------------------------------------------------------------------------

/** How a panic of the original and a refusal of ours are written. */
const REFUSED = 'panic'

interface Class {
  readonly reason: string
  readonly count: number
  readonly holds: (row: Row) => boolean
  /** Our answer to a row of the class, whatever the recorded one is. */
  readonly ours: (row: Row) => Json
}

const tagged = (tag: string) => (row: Row) => row.upstreamOddity === tag
const refused = () => REFUSED
const isReversed = (pair: Json) => word(bounds(pair)[0]) > word(bounds(pair)[1])
const reachesEnd = ({ args }: Row) => word(args[0]) + word(args[1]) === 18446744073709551616n

const CLASSES: { readonly [name: string]: Class } = {
  'alignment of zero': {
    reason: 'zero is no power of two, so it is refused; the original masks with 2^64 - 1',
    count: 56,
    holds: tagged('align-zero'),
    ours: refused,
  },
  'alignment that is no power of two': {
    reason: 'refused; the original masks with it, which gives no multiple',
    count: 336,
    holds: tagged('align-not-pow2'),
    ours: refused,
  },
  'rounding up past the last address': {
    reason: 'an overflow is refused; the original gives 0 in a release build',
    count: 17,
    holds: tagged('align-up-wrap'),
    ours: refused,
  },
  'operators that overflow': {
    reason: 'the counterpart of + and - is add, sub, subAddr, which always refuse; the operators wrap in a release build',
    count: 590,
    holds: tagged('operator-wraps-in-release'),
    ours: refused,
  },
  'an end of 2^64': {
    reason: 'the range that ends behind the last address exists here; the original refuses it, or wraps its end to 0',
    count: 5,
    holds: (row) => tagged('end-at-2^64')(row) || (row.fn === 'from_start_size_unchecked' && reachesEnd(row)),
    ours: ({ args }) => [args[0] ?? null, '0x10000000000000000'],
  },
  'reversed ranges': {
    reason: 'a range with its end below its start cannot be made, so nothing can be asked of one',
    count: 301,
    holds: (row) =>
      (tagged('invalid-range')(row) && !(row.fn === 'from_start_size_unchecked' && reachesEnd(row))) ||
      (row.fn === 'range_eq' && row.args.some(isReversed)),
    ours: refused,
  },
  'overlap with an empty range': {
    reason: 'an empty range overlaps nothing; in the original it does strictly inside another',
    count: 18,
    holds: tagged('overlaps-empty-range'),
    ours: () => false,
  },
  'pages of a reversed range': {
    reason: 'refused, an end of 0 included, since an end may be 2^64; the original gives no pages',
    count: 12,
    holds: tagged('page-iter-reversed'),
    ours: () => null,
  },
}

/** Rows about another package, which nothing here can answer. */
const isAboutMemorySet = ({ fn, args }: Row) => fn === 'fmt' && args[0] === 'MemorySet'

// --- The runs --------------------------------------------------------------------------------------------------------

function answer({ fn, args }: Row): Json {
  const call = OURS[fn]
  if (call === undefined) throw new Error(`no counterpart of ${fn}`)
  try {
    return call(args)
  } catch (error) {
    if (error instanceof RangeError) return REFUSED
    throw error
  }
}

const same = (left: Json, right: Json) => JSON.stringify(left) === JSON.stringify(right)
const classesOf = (row: Row) => Object.values(CLASSES).filter(({ holds }) => holds(row))
const wrong = (row: Row, expected: Json) => ({ fn: row.fn, args: row.args, expected, answer: answer(row) })

describe('the recorded calls', () => {
  it('are all there', () => {
    expect(ROWS.length).toBe(13009)
    expect(ROWS.filter(isAboutMemorySet).length).toBe(2)
  })

  it('are answered as recorded outside of the classes', () => {
    const rows = ROWS.filter((row) => classesOf(row).length === 0 && !isAboutMemorySet(row))
    expect(rows.length).toBe(11672)
    expect(rows.filter((row) => !same(answer(row), row.result)).map((row) => wrong(row, row.result))).toEqual([])
  })

  it('belong to one class at most', () => {
    expect(ROWS.filter((row) => classesOf(row).length > 1)).toEqual([])
  })

  it.each(Object.entries(CLASSES))('differ on purpose: %s', (_, { holds, ours, count }) => {
    const rows = ROWS.filter(holds)
    expect(rows.length).toBe(count)
    expect(rows.filter((row) => !same(answer(row), ours(row))).map((row) => wrong(row, ours(row)))).toEqual([])
    expect(rows.filter((row) => same(ours(row), row.result))).toEqual([])
  })
})

import { ACCESS, ALL_FLAGS, DEVICE, EXECUTE, formatFlags, GLOBAL, hasFlags, NONE, parseFlags, permits, READ, UNCACHED, unionOf, USER, without, WRITE, type MappingFlags } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

describe('flags', () => {
  it('are seven bits', () => {
    expect([READ, WRITE, EXECUTE, USER, DEVICE, UNCACHED, GLOBAL]).toEqual([1, 2, 4, 8, 16, 32, 64])
    expect([NONE, ALL_FLAGS, ACCESS]).toEqual([0, 127, 7])
  })
  it('are united, taken away and asked for', () => {
    expect(unionOf()).toBe(NONE)
    expect(unionOf(READ, WRITE, READ)).toBe(3)
    expect(without(unionOf(READ, WRITE), unionOf(WRITE, USER))).toBe(READ)
    expect(hasFlags(unionOf(READ, WRITE), READ)).toBe(true)
    expect(hasFlags(READ, unionOf(READ, WRITE))).toBe(false)
    expect(hasFlags(NONE, NONE)).toBe(true)
  })
  it.each([
    ['read', 'r'],
    ['write', 'w'],
    ['exec', 'x'],
  ] as const)('permit the access %s exactly with the letter %s', (access, letter) => {
    for (let flags = 0; flags < 128; flags++) expect(permits(flags as MappingFlags, access)).toBe(formatFlags(flags as MappingFlags).includes(letter))
  })
  it('permit no access that is none', () => {
    expect(() => permits(READ, 'execute' as never)).toThrow(new RangeError('"access" must be read, write or exec, got execute'))
    expect(() => permits(READ, undefined as never)).toThrow(RangeError)
  })
  it('are written as letters in one order, and read in any', () => {
    expect(formatFlags(ALL_FLAGS)).toBe('rwxudng')
    expect(formatFlags(NONE)).toBe('')
    expect(parseFlags('gndux' + 'wr')).toBe(ALL_FLAGS)
    expect(parseFlags('')).toBe(NONE)
    for (let flags = 0; flags < 128; flags++) expect(parseFlags(formatFlags(flags as MappingFlags))).toBe(flags)
  })
  it.each(['a', 'rr', 'R', 'r w', 'rwxudngg', '-'])('refuse the letters %j', (letters) => {
    expect(() => parseFlags(letters)).toThrow(RangeError)
  })
})

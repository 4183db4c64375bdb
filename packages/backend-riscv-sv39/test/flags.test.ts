// What is granted for which flags. The rows are typed by hand from "Encoding of PTE R/W/X fields" of the
// RISC-V Instruction Set Manual, Volume II, and from "Svpbmt" for what has no bit without it.
import { describe, expect, it } from 'vitest'
import { ACCESS, DEVICE, EXECUTE, formatFlags, hasFlags, parseFlags, READ, UNCACHED, unionOf, USER, without, WRITE } from '@addrspace/page-table'
import { allFlags, FORMATS } from './oracle.ts'

describe.each(FORMATS)('flags of $format.name', ({ format, levels }) => {
  // Bits: V 0x01, R 0x02, W 0x04, X 0x08, U 0x10, G 0x20, RSW 0x300.
  it.each([
    ['', '', 0x300n],
    ['r', 'r', 0x003n],
    ['w', 'rw', 0x007n],
    ['rw', 'rw', 0x007n],
    ['x', 'x', 0x009n],
    ['rx', 'rx', 0x00bn],
    ['wx', 'rwx', 0x00fn],
    ['rwx', 'rwx', 0x00fn],
    ['u', 'u', 0x310n],
    ['ru', 'ru', 0x013n],
    ['wu', 'rwu', 0x017n],
    ['xu', 'xu', 0x019n],
    ['rwxu', 'rwxu', 0x01fn],
    ['g', 'g', 0x320n],
    ['rwg', 'rwg', 0x027n],
    ['xg', 'xg', 0x029n],
    ['rxug', 'rxug', 0x03bn],
    ['ug', 'ug', 0x330n],
  ])('%j grants %j', (requested, granted, bits) => {
    expect(format.grant(parseFlags(requested))).toEqual({ kind: 'granted', flags: parseFlags(granted) })
    for (let level = 0; level < levels; level++) {
      expect(format.leafBits(parseFlags(requested), level)).toBe(bits)
      expect(format.flagsOf(Number(bits), 0, level)).toBe(parseFlags(granted))
    }
  })

  it.each([
    ['d', 'device'],
    ['rwd', 'device'],
    ['n', 'uncached'],
    ['rwun', 'uncached'],
    ['rwdn', 'device'],
    ['wxd', 'device'],
    ['gn', 'uncached'],
  ])('%j is refused: without Svpbmt no bit says %s', (requested, what) => {
    const grant = format.grant(parseFlags(requested))
    expect(grant).toMatchObject({ kind: 'refused', why: expect.stringContaining(what) as string })
    expect(() => format.leafBits(parseFlags(requested), 0)).toThrow(RangeError)
  })

  it('refuses device and uncached, and nothing else', () => {
    for (const flags of allFlags()) expect(format.grant(flags).kind, formatFlags(flags)).toBe((flags & (DEVICE | UNCACHED)) === 0 ? 'granted' : 'refused')
  })

  it('adds read where write is asked, and nothing else', () => {
    for (const flags of allFlags()) {
      const grant = format.grant(flags)
      if (grant.kind === 'refused') continue
      expect(hasFlags(grant.flags, flags), formatFlags(flags)).toBe(true)
      expect(without(grant.flags, flags), formatFlags(flags)).toBe(hasFlags(flags, WRITE) && !hasFlags(flags, READ) ? READ : 0)
    }
  })

  it('never grants write, execute or user unasked, and no access at all where none is asked', () => {
    for (const flags of allFlags()) {
      const grant = format.grant(flags)
      if (grant.kind === 'refused') continue
      expect(without(grant.flags, flags) & unionOf(WRITE, EXECUTE, USER)).toBe(0)
      if ((flags & ACCESS) === 0) expect(grant.flags & ACCESS).toBe(0)
    }
  })

  it('takes nothing that is no set of flags', () => {
    // @ts-expect-error a plain number is no set of flags
    expect(() => format.grant(128)).toThrow(RangeError)
    // @ts-expect-error a plain number is no set of flags
    expect(() => format.leafBits(-1, 0)).toThrow(RangeError)
  })
})

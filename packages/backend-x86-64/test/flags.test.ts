// What is granted for all 128 sets of flags: the table of the README, typed by hand.
import { ALL_FLAGS, formatFlags, parseFlags, type MappingFlags } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { x8664 } from '../src/index.ts'

const ALL: readonly MappingFlags[] = Array.from({ length: ALL_FLAGS + 1 }, (_, bits) => bits as MappingFlags)

/** The letters granted, or undefined if refused. */
function granted(letters: string): string | undefined {
  const grant = x8664.grant(parseFlags(letters))
  return grant.kind === 'granted' ? formatFlags(grant.flags) : undefined
}

function effective(letters: string, level: number): string {
  const bits = x8664.leafBits(parseFlags(letters), level)
  return formatFlags(x8664.flagsOf(Number(BigInt.asIntN(32, bits)), Number(BigInt.asIntN(32, bits >> 32n)), level))
}

describe('grant', () => {
  it.each([
    ['r', 'r'],
    ['rw', 'rw'],
    ['rx', 'rx'],
    ['rwx', 'rwx'],
    // Whatever is present can be read.
    ['w', 'rw'],
    ['x', 'rx'],
    ['wx', 'rwx'],
    ['ru', 'ru'],
    ['xu', 'rxu'],
    ['rwxug', 'rwxug'],
    ['rd', 'rd'],
    ['rn', 'rn'],
    ['wdg', 'rwdg'],
    ['xn', 'rxn'],
    // Without access nothing is kept but the frame.
    ['', ''],
    ['u', ''],
    ['g', ''],
    ['d', ''],
    ['udg', ''],
    ['n', ''],
  ])('gives for "%s" "%s"', (requested, expected) => {
    expect(granted(requested)).toBe(expected)
  })

  it.each(['dn', 'rdn', 'rwxudng', 'udn'])('refuses "%s"', (requested) => {
    expect(x8664.grant(parseFlags(requested))).toEqual({ kind: 'refused', why: 'device and uncached are two memory types, and a leaf has one' })
  })

  it('throws for a number that is no set of flags', () => {
    expect(() => x8664.grant(0x81 as MappingFlags)).toThrow('"flags" must be a set of flags, got 129')
  })

  it('adds nothing but read, and takes away only where no access is asked for', () => {
    let refused = 0
    for (const flags of ALL) {
      const asked = formatFlags(flags)
      const grant = x8664.grant(flags)
      if (grant.kind === 'refused') {
        refused++
        expect(asked).toMatch(/dn/)
        continue
      }
      const given = formatFlags(grant.flags)
      const hasAccess = /[rwx]/.test(asked)
      const expected = hasAccess ? (asked.startsWith('r') ? asked : `r${asked}`) : ''
      expect(given, asked).toBe(expected)
      for (const letter of 'wxu') expect(given.includes(letter) && !asked.includes(letter), `${letter} for ${asked}`).toBe(false)
    }
    expect(refused).toBe(32)
  })

  it('is what a leaf then says, at every level, and granted again stays', () => {
    for (const flags of ALL) {
      const given = granted(formatFlags(flags))
      if (given === undefined) continue
      for (const level of [0, 1, 2]) expect(effective(formatFlags(flags), level)).toBe(given)
      expect(granted(given)).toBe(given)
    }
  })
})

describe('leafBits', () => {
  // P 1, R/W 2, U/S 4, PWT 8, PCD 0x10, PS 0x80, G 0x100, XD 1 << 63 (Intel SDM vol. 3A, "Paging").
  it.each([
    ['r', 0, 0x8000_0000_0000_0001n],
    ['rw', 0, 0x8000_0000_0000_0003n],
    ['rx', 0, 0x1n],
    ['w', 0, 0x8000_0000_0000_0003n],
    ['x', 0, 0x1n],
    ['ru', 0, 0x8000_0000_0000_0005n],
    ['rwxug', 0, 0x107n],
    ['rn', 0, 0x8000_0000_0000_0011n],
    ['rwd', 0, 0x8000_0000_0000_001bn],
    ['rwx', 1, 0x83n],
    ['rd', 1, 0x8000_0000_0000_0099n],
    ['rwxug', 2, 0x187n],
    ['', 0, 0x8000_0000_0000_010an],
    ['u', 0, 0x8000_0000_0000_010an],
    ['', 1, 0x8000_0000_0000_018an],
    ['', 2, 0x8000_0000_0000_018an],
    // No leaf is legal there; the largest one's bits are given.
    ['r', 3, 0x8000_0000_0000_0081n],
  ] as const)('of "%s" at level %i are these', (letters, level, bits) => {
    expect(x8664.leafBits(parseFlags(letters), level)).toBe(bits)
  })

  it('throws for refused flags', () => {
    expect(() => x8664.leafBits(parseFlags('rdn'), 0)).toThrow(RangeError)
  })
})

describe('flagMask', () => {
  it('is P, R/W, U/S, PWT, PCD, G, XD, and PAT where the level has it', () => {
    expect(x8664.flagMask(0)).toBe(0x8000_0000_0000_019fn)
    expect(x8664.flagMask(1)).toBe(0x8000_0000_0000_111fn)
    expect(x8664.flagMask(2)).toBe(0x8000_0000_0000_111fn)
    expect(x8664.flagMask(3)).toBe(0x8000_0000_0000_111fn)
  })
})

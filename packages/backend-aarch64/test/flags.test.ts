import { describe, expect, it } from 'vitest'
import { ACCESS, ALL_FLAGS, DEVICE, EXECUTE, formatFlags, hasFlags, parseFlags, READ, UNCACHED, unionOf, USER, without, WRITE, type MappingFlags } from '@addrspace/page-table'
import { aarch64 } from '@addrspace/backend-aarch64'
import { checksOf, highHalf, lowHalf } from './words.ts'

const EVERY = Array.from({ length: ALL_FLAGS + 1 }, (_, flags) => flags as MappingFlags)
const EXPRESSIBLE = EVERY.filter((flags) => aarch64.grant(flags).kind === 'granted')

function grantedOf(flags: MappingFlags): MappingFlags {
  const grant = aarch64.grant(flags)
  if (grant.kind === 'refused') throw new Error(`refused: ${formatFlags(flags)}`)
  return grant.flags
}

/** Access and user, as the README has them. Bits: UXN 54, PXN 53, AP[2] 7, AP[1] 6, valid 0, hidden 58. */
const TABLE: readonly (readonly [requested: string, granted: string, bits: bigint])[] = [
  ['', '', 0x0460_0000_0000_0080n],
  ['r', 'r', 0x0060_0000_0000_0081n],
  ['w', 'rw', 0x0060_0000_0000_0001n],
  ['rw', 'rw', 0x0060_0000_0000_0001n],
  ['x', 'rx', 0x0040_0000_0000_0081n],
  ['rx', 'rx', 0x0040_0000_0000_0081n],
  ['wx', 'rwx', 0x0040_0000_0000_0001n],
  ['rwx', 'rwx', 0x0040_0000_0000_0001n],
  ['u', 'u', 0x0460_0000_0000_00c0n],
  ['ru', 'ru', 0x0060_0000_0000_00c1n],
  ['wu', 'rwu', 0x0060_0000_0000_0041n],
  ['rwu', 'rwu', 0x0060_0000_0000_0041n],
  ['xu', 'xu', 0x0020_0000_0000_0081n],
  ['rxu', 'rxu', 0x0020_0000_0000_00c1n],
  ['wxu', 'rwxu', 0x0020_0000_0000_0041n],
  ['rwxu', 'rwxu', 0x0020_0000_0000_0041n],
]

describe('what is granted', () => {
  it.each(TABLE)('%s: %s', (requested, granted, bits) => {
    expect(formatFlags(grantedOf(parseFlags(requested)))).toBe(granted)
    // Besides, nG and Inner Shareable at every level, and at level 0 bit 1.
    expect(aarch64.leafBits(parseFlags(requested), 1)).toBe(bits | 0xb00n)
    expect(aarch64.leafBits(parseFlags(requested), 2)).toBe(bits | 0xb00n)
    expect(aarch64.leafBits(parseFlags(requested), 0)).toBe(bits | 0xb02n)
  })
  it.each([
    ['rw', 0xb02n],
    ['rwn', 0xb06n],
    ['rwd', 0xb0an],
    ['rwg', 0x302n],
    ['rwng', 0x306n],
    ['rwdg', 0x30an],
  ])('memory type and global of %s', (requested, bits) => {
    expect(formatFlags(grantedOf(parseFlags(requested)))).toBe(requested)
    expect(aarch64.leafBits(parseFlags(requested), 0)).toBe(0x0060_0000_0000_0001n | bits)
  })
  it('is refused for two memory types at once, and for device memory that is executed; for nothing else', () => {
    for (const flags of EVERY) {
      const isRefused = hasFlags(flags, unionOf(DEVICE, UNCACHED)) || hasFlags(flags, unionOf(DEVICE, EXECUTE))
      expect(aarch64.grant(flags).kind, formatFlags(flags)).toBe(isRefused ? 'refused' : 'granted')
      if (isRefused) expect(() => aarch64.leafBits(flags, 0)).toThrow(RangeError)
    }
    expect(aarch64.grant(parseFlags('rdn'))).toEqual({ kind: 'refused', why: 'a leaf names one memory type: device memory or uncached Normal memory' })
    expect(aarch64.grant(parseFlags('rxd'))).toEqual({ kind: 'refused', why: 'instruction fetches from device memory are CONSTRAINED UNPREDICTABLE' })
  })
  it('has all that was asked for, and more only where the table says', () => {
    for (const flags of EXPRESSIBLE) {
      const more = without(grantedOf(flags), flags)
      const addsRead = hasFlags(flags, WRITE) || (hasFlags(flags, EXECUTE) && !hasFlags(flags, USER))
      expect(hasFlags(grantedOf(flags), flags), formatFlags(flags)).toBe(true)
      expect(more, formatFlags(flags)).toBe(addsRead ? without(READ, flags) : 0)
    }
  })
  it('is granted as it is when asked for again', () => {
    for (const flags of EXPRESSIBLE) expect(grantedOf(grantedOf(flags))).toBe(grantedOf(flags))
  })
})

describe('the bits of a leaf', () => {
  it('tell what was granted (F5)', () => {
    for (const level of [0, 1, 2]) {
      for (const flags of EXPRESSIBLE) {
        const bits = aarch64.leafBits(flags, level)
        expect(formatFlags(aarch64.flagsOf(lowHalf(bits), highHalf(bits), level))).toBe(formatFlags(grantedOf(flags)))
      }
    }
  })
  it('differ by the mask of flags alone (F6)', () => {
    for (const level of [0, 1, 2]) {
      expect(aarch64.flagMask(level)).toBe(0x0460_0000_0000_08ddn)
      for (const flags of EXPRESSIBLE) expect(aarch64.leafBits(flags, level) & ~aarch64.flagMask(level)).toBe(level === 0 ? 0x302n : 0x300n)
    }
  })
  it('let nobody write, execute or enter as user who was not asked for', () => {
    for (const flags of EXPRESSIBLE) {
      if ((flags & ACCESS) === 0) continue
      // Of read, write, exec each: user, user with PAN, kernel, kernel with PAN.
      const verdicts = checksOf(aarch64.leafBits(flags, 0) | aarch64.accessedBit, 0).map((verdict) => verdict === 'granted')
      const granted = grantedOf(flags)
      const user = hasFlags(granted, USER)
      const can = (wanted: MappingFlags) => hasFlags(granted, wanted)
      const kernelUnderPan = !(user && can(READ))
      expect(verdicts, formatFlags(flags)).toEqual([
        ...[user && can(READ), user && can(READ), true, kernelUnderPan],
        ...[user && can(WRITE), user && can(WRITE), can(WRITE), can(WRITE) && kernelUnderPan],
        ...[user && can(EXECUTE), user && can(EXECUTE), !user && can(EXECUTE), !user && can(EXECUTE)],
      ])
    }
  })
})

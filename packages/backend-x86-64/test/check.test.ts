// Which accesses are let through, for every setting of the controls, mode, access and path.
import type { Access, AccessVerdict, Mode, WalkedPath } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { x8664, type X8664Controls } from '../src/index.ts'

const RW = 0x2n
const US = 0x4n
const A = 0x20n
const D = 0x40n
const XD = 1n << 63n

const ACCESSES: readonly Access[] = ['read', 'write', 'exec']
const MODES: readonly Mode[] = ['user', 'kernel']
const BOTH = [false, true] as const

/** A path of one pointer and a 4 KiB leaf, both present. */
function pathOf(pointer: bigint, leaf: bigint): WalkedPath {
  const low = (word: bigint): number => Number(BigInt.asIntN(32, word))
  const high = (word: bigint): number => low(word >> 32n)
  const and = (pointer | 1n) & (leaf | 1n)
  const or = pointer | leaf | 1n
  return { level: 0, low: low(leaf | 1n), high: high(leaf | 1n), andLow: low(and), andHigh: high(and), orLow: low(or), orHigh: high(or) }
}

/**
 * Intel SDM vol. 3A, chapter "Paging", "Determination of Access Rights", item by item, with EFLAGS.AC
 * clear and protection keys off. A paging-structure entry with a reserved bit gives no translation.
 */
function oracle(entries: readonly bigint[], access: Access, mode: Mode, { wp, nxe, smep, smap }: X8664Controls): string {
  const every = (bit: bigint): boolean => entries.every((word) => (word & bit) === bit)
  const any = (bit: bigint): boolean => entries.some((word) => (word & bit) === bit)
  if (!nxe && any(XD)) return 'reserved XD'
  const isUserModeAddress = every(US)
  if (mode === 'kernel') {
    switch (access) {
      case 'read':
        // From any supervisor-mode address; from user-mode addresses if SMAP is 0 (or AC is 1).
        return isUserModeAddress && smap ? 'permission U/S' : 'granted'
      case 'write':
        if (!isUserModeAddress) {
          if (!wp) return 'granted'
          return every(RW) ? 'granted' : 'permission R/W'
        }
        if (smap) return 'permission U/S'
        if (!wp) return 'granted'
        return every(RW) ? 'granted' : 'permission R/W'
      case 'exec':
        if (isUserModeAddress && smep) return 'permission U/S'
        if (!nxe) return 'granted'
        return any(XD) ? 'permission XD' : 'granted'
    }
  }
  // User mode: never to supervisor-mode addresses.
  if (!isUserModeAddress) return 'permission U/S'
  switch (access) {
    case 'read':
      return 'granted'
    case 'write':
      return every(RW) ? 'granted' : 'permission R/W'
    case 'exec':
      if (!nxe) return 'granted'
      return any(XD) ? 'permission XD' : 'granted'
  }
}

const tell = (verdict: AccessVerdict): string => (verdict.kind === 'granted' ? 'granted' : `${verdict.reason} ${verdict.bit}`)

const subsetsOf = (bits: readonly bigint[]): bigint[] => bits.reduce<bigint[]>((sets, bit) => [...sets, ...sets.map((set) => set | bit)], [0n])

const CONTROLS: readonly X8664Controls[] = BOTH.flatMap((wp) => BOTH.flatMap((nxe) => BOTH.flatMap((smep) => BOTH.map((smap) => ({ wp, nxe, smep, smap })))))

describe('check', () => {
  it('agrees with the manual for all controls, modes, accesses and rights', () => {
    let cases = 0
    for (const controls of CONTROLS) {
      for (const mode of MODES) {
        for (const access of ACCESSES) {
          for (const pointer of subsetsOf([RW, US, XD])) {
            for (const leaf of subsetsOf([RW, US, XD, A, D])) {
              const actual = tell(x8664.check(pathOf(pointer, leaf), access, mode, controls))
              const expected = oracle([pointer, leaf], access, mode, controls)
              if (actual !== expected) throw new Error(`${JSON.stringify(controls)} ${mode} ${access} 0x${pointer.toString(16)} 0x${leaf.toString(16)}: ${actual}, not ${expected}`)
              cases++
            }
          }
        }
      }
    }
    expect(cases).toBe(16 * 2 * 3 * 8 * 32)
  })

  // [pointer, leaf, access, mode, controls, verdict]
  it.each([
    ['a pointer without R/W narrows a writable leaf', US, RW | US, 'write', 'user', {}, 'permission R/W'],
    ['a pointer without U/S narrows a user leaf', RW, RW | US, 'read', 'user', {}, 'permission U/S'],
    ['a pointer with XD narrows an executable leaf', RW | US | XD, US, 'exec', 'user', {}, 'permission XD'],
    ['a page below a pointer without U/S is no user page to SMAP', RW, RW | US, 'read', 'kernel', { smap: true }, 'granted'],
    ['a page below a pointer without U/S is no user page to SMEP', RW, RW | US, 'exec', 'kernel', { smep: true }, 'granted'],
    ['without WP the kernel writes to read-only pages', RW | US, 0n, 'write', 'kernel', { wp: false }, 'granted'],
    ['without WP user mode does not', RW | US, US, 'write', 'user', { wp: false }, 'permission R/W'],
    ['SMAP stops a write that WP would let through', RW | US, US, 'write', 'kernel', { wp: false, smap: true }, 'permission U/S'],
    ['SMAP does not stop a fetch', RW | US, US, 'exec', 'kernel', { smap: true }, 'granted'],
    ['SMEP does not stop a read', RW | US, US, 'read', 'kernel', { smep: true }, 'granted'],
    ['XD is reserved without NXE, for reads too', RW | US, RW | US | XD, 'read', 'user', { nxe: false }, 'reserved XD'],
    ['XD in a pointer is reserved without NXE', RW | US | XD, RW | US, 'read', 'kernel', { nxe: false }, 'reserved XD'],
    ['a reserved bit goes before a permission', XD, 0n, 'read', 'user', { nxe: false }, 'reserved XD'],
  ] as const)('%s', (_, pointer, leaf, access, mode, controls, verdict) => {
    expect(tell(x8664.check(pathOf(pointer, leaf), access, mode, { ...x8664.defaultControls, ...controls }))).toBe(verdict)
  })
})

// SDM, "Accessed and Dirty Flags": accessed at any use, dirty at a write; never for an access that faults.
describe('the bits that hardware sets', () => {
  const updateOf = (leaf: bigint, access: Access): bigint | undefined => {
    const verdict = x8664.check(pathOf(RW | US, RW | US | leaf), access, 'user', x8664.defaultControls)
    if (verdict.kind === 'refused') throw new Error(`refused: ${verdict.bit}`)
    return 'update' in verdict ? verdict.update : undefined
  }

  it.each([
    [0n, 'read', A],
    [0n, 'exec', A],
    [0n, 'write', A | D],
    [A, 'read', undefined],
    [A, 'exec', undefined],
    [A, 'write', D],
    [D, 'read', A],
    [D, 'write', A],
    [A | D, 'read', undefined],
    [A | D, 'write', undefined],
  ] as const)('of a leaf with 0x%x at a %s', (leaf, access, update) => {
    expect(updateOf(leaf, access)).toBe(update)
  })

  it('are none for an access that is refused', () => {
    expect(x8664.check(pathOf(RW | US, US), 'write', 'user', x8664.defaultControls)).not.toHaveProperty('update')
  })
})

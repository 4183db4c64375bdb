import { describe, expect, it } from 'vitest'
import { type Access, type Mode } from '@addrspace/page-table'
import { aarch64 } from '@addrspace/backend-aarch64'
import { ACCESSES, MODES, pathTo } from './words.ts'

/**
 * DDI 0487 (M.a.a), Summary of Direct permissions for stage 1 translations: the rows with WXN = 0 or x,
 * typed from the table. UXN, PXN, AP[2:1], then Priv and Unpriv with R, W, X.
 */
const SUMMARY: readonly (readonly [uxn: 0 | 1, pxn: 0 | 1, ap: string, priv: string, unpriv: string])[] = [
  [0, 0, '00', 'RWX', 'X'],
  [0, 0, '01', 'RW', 'RWX'],
  [0, 0, '10', 'RX', 'X'],
  [0, 0, '11', 'RX', 'RX'],
  [0, 1, '00', 'RW', 'X'],
  [0, 1, '01', 'RW', 'RWX'],
  [0, 1, '10', 'R', 'X'],
  [0, 1, '11', 'R', 'RX'],
  [1, 0, '00', 'RWX', ''],
  [1, 0, '01', 'RW', 'RW'],
  [1, 0, '10', 'RX', ''],
  [1, 0, '11', 'RX', 'R'],
  [1, 1, '00', 'RW', ''],
  [1, 1, '01', 'RW', 'RW'],
  [1, 1, '10', 'R', ''],
  [1, 1, '11', 'R', 'R'],
]

const LETTER: Readonly<Record<Access, string>> = { read: 'R', write: 'W', exec: 'X' }

/**
 * What the manual grants: the summary's row; then PSTATE.PAN: "a privileged data access … to a virtual
 * memory address that is accessible to data accesses at EL0 generates a stage 1 Permission fault".
 */
function isGranted(priv: string, unpriv: string, access: Access, mode: Mode, pan: boolean): boolean {
  if (mode === 'user') return unpriv.includes(LETTER[access])
  const isAccessibleToUserData = unpriv.includes('R') || unpriv.includes('W')
  if (pan && access !== 'exec' && isAccessibleToUserData) return false
  return priv.includes(LETTER[access])
}

const wordOf = (uxn: number, pxn: number, ap: string, level: number): bigint =>
  (BigInt(uxn) << 54n) | (BigInt(pxn) << 53n) | (BigInt(`0b${ap}`) << 6n) | 0x4000_0f00n | (level === 0 ? 3n : 1n)

describe('check', () => {
  for (const pan of [false, true]) {
    it.each(SUMMARY)(`agrees with the manual, PAN ${pan ? 'on' : 'off'}: UXN %i PXN %i AP %s`, (uxn, pxn, ap, priv, unpriv) => {
      for (const level of [0, 1, 2]) {
        for (const mode of MODES) {
          for (const access of ACCESSES) {
            const verdict = aarch64.check(pathTo(wordOf(uxn, pxn, ap, level), level), access, mode, { pan })
            expect(verdict.kind === 'granted', `${mode} ${access} at ${level}`).toBe(isGranted(priv, unpriv, access, mode, pan))
            if (verdict.kind === 'granted') expect(verdict).toEqual({ kind: 'granted' })
            else expect(verdict.reason).toBe('permission')
          }
        }
      }
    })
  }
  it.each([
    ['a load of the kernel’s page by user mode: AP[1]', 1, 1, '10', 'read', 'user', false, 'AP[1]'],
    ['a store to a read-only page of user mode’s: AP[2]', 1, 1, '11', 'write', 'user', false, 'AP[2]'],
    ['a store to a read-only page of the kernel’s by user mode: AP[1] first', 1, 1, '10', 'write', 'user', false, 'AP[1]'],
    ['a store to a read-only page by the kernel: AP[2]', 1, 1, '10', 'write', 'kernel', false, 'AP[2]'],
    ['a fetch by user mode: UXN', 1, 0, '11', 'exec', 'user', false, 'UXN'],
    ['a fetch by the kernel: PXN', 0, 1, '11', 'exec', 'kernel', false, 'PXN'],
    ['a fetch by the kernel of what user mode writes: AP', 0, 0, '01', 'exec', 'kernel', false, 'AP[2:1]'],
    ['a load by the kernel under PAN: AP[1]', 1, 1, '11', 'read', 'kernel', true, 'AP[1]'],
    ['a store by the kernel under PAN to a read-only page: AP[1] first', 1, 1, '11', 'write', 'kernel', true, 'AP[1]'],
  ] as const)('names the bit that refuses %s', (_, uxn, pxn, ap, access, mode, pan, bit) => {
    expect(aarch64.check(pathTo(wordOf(uxn, pxn, ap, 0), 0), access, mode, { pan })).toEqual({ kind: 'refused', reason: 'permission', bit })
  })
  it('lets the kernel load what user mode only executes, PAN or not: FEAT_PAN3 is not there', () => {
    const word = wordOf(0, 1, '10', 0)
    for (const pan of [false, true]) expect(aarch64.check(pathTo(word, 0), 'read', 'kernel', { pan })).toEqual({ kind: 'granted' })
    expect(aarch64.check(pathTo(word, 0), 'read', 'user', { pan: false })).toEqual({ kind: 'refused', reason: 'permission', bit: 'AP[1]' })
    expect(aarch64.check(pathTo(word, 0), 'exec', 'user', { pan: false })).toEqual({ kind: 'granted' })
  })
  it('finds the Access flag clear before any permission, and sets nothing', () => {
    // MMU fault prioritization from a single address translation stage: 34 Access flag fault, 36 Permission fault
    for (const [uxn, pxn, ap] of SUMMARY) {
      const path = pathTo(wordOf(uxn, pxn, ap, 0) & ~0x400n, 0)
      for (const mode of MODES) {
        for (const access of ACCESSES) {
          for (const pan of [false, true]) expect(aarch64.check(path, access, mode, { pan })).toEqual({ kind: 'refused', reason: 'access-flag', bit: 'AF' })
        }
      }
    }
  })
  it('does not look at what was met on the way: hierarchical permissions are off', () => {
    const word = wordOf(0, 1, '01', 0)
    const path = { ...pathTo(word, 0), andLow: -1, andHigh: -1 }
    expect(aarch64.check(path, 'write', 'user', { pan: false })).toEqual({ kind: 'granted' })
  })
  it('starts without PAN', () => {
    expect(aarch64.defaultControls).toEqual({ pan: false })
  })
})

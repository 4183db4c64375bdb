// Who may do what. The oracle follows steps 6, 8 and 9 of "Virtual Address Translation Process" (RISC-V
// Instruction Set Manual, Volume II, "Supervisor-Level ISA") and the descriptions of SUM and MXR in
// "Supervisor Status (sstatus) Register"; step 7 belongs to Zicfiss.
import { describe, expect, it } from 'vitest'
import { type Access, type AccessVerdict, type Mode } from '@addrspace/page-table'
import { riscvSv39, type RiscvControls } from '@addrspace/backend-riscv-sv39'
import { FORMATS, pathTo } from './oracle.ts'

const [V, R, W, X, U, G, A, D] = [0x01n, 0x02n, 0x04n, 0x08n, 0x10n, 0x20n, 0x40n, 0x80n] as const
const ACCESSES: readonly Access[] = ['read', 'write', 'exec']
const MODES: readonly Mode[] = ['user', 'kernel']
const BOOLEANS = [false, true]
const SCHEMES = ['svade', 'svadu'] as const

function verdictBySteps(pte: bigint, access: Access, mode: Mode, { sum, mxr, ad }: RiscvControls): AccessVerdict {
  const [r, w, x, u, a, d] = [R, W, X, U, A, D].map((mask) => (pte & mask) !== 0n)
  // 6. "Determine if the requested memory access is allowed by the pte.u bit, given the current privilege mode
  //    and the value of the SUM and MXR fields". U-mode: only pages with U=1. S-mode: pages with U=1 only if
  //    SUM=1, and "S-mode can never execute instructions from user pages, regardless of the state of SUM".
  if (mode === 'user' && !u) return { kind: 'refused', reason: 'permission', bit: 'U' }
  if (mode === 'kernel' && u) {
    if (access === 'exec') return { kind: 'refused', reason: 'permission', bit: 'U' }
    if (!sum) return { kind: 'refused', reason: 'permission', bit: 'U' }
  }
  // 8. "Determine if the requested memory access is allowed by the pte.r, pte.w, and pte.x bits." With MXR=1
  //    "loads from pages marked either readable or executable (R=1 or X=1) will succeed", in either mode.
  if (access === 'read' && !r && !(mxr && x)) return { kind: 'refused', reason: 'permission', bit: 'R' }
  if (access === 'write' && !w) return { kind: 'refused', reason: 'permission', bit: 'W' }
  if (access === 'exec' && !x) return { kind: 'refused', reason: 'permission', bit: 'X' }
  // 9. "If pte.a=0, or if the original memory access is a store and pte.d=0": Svade raises a page fault,
  //    otherwise "set pte.a to 1 and, if the original memory access is a store, also set pte.d to 1".
  if (!a && ad === 'svade') return { kind: 'refused', reason: 'access-flag', bit: 'A' }
  if (access === 'write' && !d && ad === 'svade') return { kind: 'refused', reason: 'dirty-flag', bit: 'D' }
  const update = (a ? 0n : A) | (access === 'write' && !d ? D : 0n)
  return update === 0n ? { kind: 'granted' } : { kind: 'granted', update }
}

describe('check', () => {
  it('agrees with the manual on every legal leaf, access, mode and control', () => {
    let count = 0
    for (const { format, levels } of FORMATS) {
      for (let level = 0; level < levels; level++) {
        for (let bits = 0n; bits < 1024n; bits++) {
          // A leaf is valid, readable or executable, and not writable alone.
          if ((bits & V) === 0n || (bits & (R | X)) === 0n || (bits & (R | W)) === W) continue
          for (const access of ACCESSES) for (const mode of MODES) for (const sum of BOOLEANS) for (const mxr of BOOLEANS) for (const ad of SCHEMES) {
            const controls = { sum, mxr, ad }
            const actual = format.check(pathTo(bits, level), access, mode, controls)
            const expected = verdictBySteps(bits, access, mode, controls)
            count++
            if (!isSame(actual, expected)) expect({ bits, access, mode, controls, actual }).toEqual({ bits, access, mode, controls, actual: expected })
          }
        }
      }
    }
    // 12 levels in all; 5 encodings of R, W and X, and 6 bits beside; 3 accesses, 2 modes, 8 controls.
    expect(count).toBe(12 * 5 * 64 * 48)
  })

  // The same by hand, on a page that has been read and written, in the default state of the machine.
  it.each([
    ['R|W', R | W, 'ww', 'rw-', '---'],
    ['R|W|U', R | W | U, 'user', '---', 'rw-'],
    ['R|X', R | X, 'text', 'r-x', '---'],
    ['R|X|U', R | X | U, 'user text', '---', 'r-x'],
    ['X|U', X | U, 'execute-only', '---', '--x'],
    ['X', X, 'kernel execute-only', '--x', '---'],
    ['R|W|X|U|G', R | W | X | U | G, 'all', '---', 'rwx'],
  ])('%s lets the kernel %s', (_name, bits, _what, kernel, user) => {
    expect(rightsOf(bits, 'kernel', riscvSv39.defaultControls)).toBe(kernel)
    expect(rightsOf(bits, 'user', riscvSv39.defaultControls)).toBe(user)
  })

  it('lets the supervisor read and write user pages with SUM, and never fetch from them', () => {
    expect(rightsOf(R | W | X | U, 'kernel', { sum: true, mxr: false, ad: 'svade' })).toBe('rw-')
    expect(rightsOf(R | W | X | U, 'user', { sum: true, mxr: false, ad: 'svade' })).toBe('rwx')
  })

  it('lets loads through by X with MXR, in both modes, and changes nothing else', () => {
    expect(rightsOf(X | U, 'user', { sum: false, mxr: true, ad: 'svade' })).toBe('r-x')
    expect(rightsOf(X, 'kernel', { sum: false, mxr: true, ad: 'svade' })).toBe('r-x')
    expect(rightsOf(X | U, 'kernel', { sum: false, mxr: true, ad: 'svade' })).toBe('---')
    expect(rightsOf(X | U, 'kernel', { sum: true, mxr: true, ad: 'svade' })).toBe('r--')
  })

  it('asks for permission before accessed, and for accessed before dirty', () => {
    const controls = riscvSv39.defaultControls
    expect(riscvSv39.check(pathTo(V | R, 0), 'write', 'kernel', controls)).toEqual({ kind: 'refused', reason: 'permission', bit: 'W' })
    expect(riscvSv39.check(pathTo(V | R | W, 0), 'write', 'kernel', controls)).toEqual({ kind: 'refused', reason: 'access-flag', bit: 'A' })
    expect(riscvSv39.check(pathTo(V | R | W | A, 0), 'write', 'kernel', controls)).toEqual({ kind: 'refused', reason: 'dirty-flag', bit: 'D' })
    expect(riscvSv39.check(pathTo(V | R | W | A, 0), 'read', 'kernel', controls)).toEqual({ kind: 'granted' })
  })

  it('tells what Svadu sets: accessed at any access, dirty at a write', () => {
    const controls: RiscvControls = { sum: false, mxr: false, ad: 'svadu' }
    expect(riscvSv39.check(pathTo(V | R | W, 0), 'read', 'kernel', controls)).toEqual({ kind: 'granted', update: 0x40n })
    expect(riscvSv39.check(pathTo(V | R | W, 0), 'write', 'kernel', controls)).toEqual({ kind: 'granted', update: 0xc0n })
    expect(riscvSv39.check(pathTo(V | R | W | A, 0), 'write', 'kernel', controls)).toEqual({ kind: 'granted', update: 0x80n })
    expect(riscvSv39.check(pathTo(V | X, 0), 'exec', 'kernel', controls)).toEqual({ kind: 'granted', update: 0x40n })
  })

  it('starts from Svade, without SUM and MXR', () => {
    expect(riscvSv39.defaultControls).toEqual({ sum: false, mxr: false, ad: 'svade' })
  })

  it('is not restricted by pointers on the way', () => {
    // A pointer has V and perhaps G; combined by AND nothing of the leaf is left but V.
    const path = { ...pathTo(V | R | W | X | U | A | D, 0), andLow: 1, andHigh: 0 }
    expect(riscvSv39.check(path, 'write', 'user', riscvSv39.defaultControls)).toEqual({ kind: 'granted' })
  })
})

function rightsOf(bits: bigint, mode: Mode, controls: RiscvControls): string {
  return ACCESSES.map((access, i) => (riscvSv39.check(pathTo(bits | V | A | D, 0), access, mode, controls).kind === 'granted' ? 'rwx'[i]! : '-')).join('')
}

function isSame(a: AccessVerdict, b: AccessVerdict): boolean {
  if (a.kind === 'refused' || b.kind === 'refused') return a.kind === 'refused' && b.kind === 'refused' && a.reason === b.reason && a.bit === b.bit && a.level === b.level
  return ('update' in a ? a.update : 0n) === ('update' in b ? b.update : 0n)
}

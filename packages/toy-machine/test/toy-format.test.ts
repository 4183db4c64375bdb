// Words typed by hand from the comment at the head of the format.
import { ABSENT, EXECUTE, hasFlags, HIDDEN, LEAF, NONE, parseFlags, READ, TABLE, unionOf, USER, WRITE } from '@addrspace/page-table'
import { ToyFormat } from '@addrspace/toy-machine'
import { describe, expect, it } from 'vitest'

const toy = new ToyFormat()

describe('the toy machine', () => {
  it('has 64 pages in two levels of eight entries, and leaves of 4 KiB and 32 KiB', () => {
    const { geometry } = toy
    expect([geometry.levels, geometry.entries, geometry.lowerPages]).toEqual([2, 8, 32])
    expect([geometry.span(0), geometry.span(1)]).toEqual([0x1000n, 0x8000n])
    expect([geometry.isCanonical(0x1_ffffn), geometry.isCanonical(0x2_0000n), geometry.isCanonical(2n ** 64n - 0x2_0000n)]).toEqual([true, false, true])
  })

  it.each([
    [0x0000_0000n, 0, { kind: 'absent' }],
    [0x0000_5004n, 0, { kind: 'absent' }],
    [0x0000_5001n, 0, { kind: 'absent' }],
    [0x0000_5001n, 1, { kind: 'table', frame: 0x5000n }],
    [0x0000_500en, 0, { kind: 'leaf', frame: 0x5000n, flags: unionOf(READ, WRITE), accessed: false, dirty: false }],
    [0x0000_5036n, 0, { kind: 'leaf', frame: 0x5000n, flags: unionOf(READ, EXECUTE, USER), accessed: false, dirty: false }],
    [0x0001_d006n, 1, { kind: 'leaf', frame: 0x1_8000n, flags: READ, accessed: false, dirty: false }],
    [0x0000_5003n, 0, { kind: 'leaf', frame: 0x5000n, flags: NONE, accessed: false, dirty: false }],
  ])('reads %s at level %i', (word, level, entry) => {
    expect(toy.decode(word, level)).toEqual(entry)
  })

  it('writes what it reads, and takes every word for something', () => {
    for (let low = 0; low < 64; low++) {
      for (const level of [0, 1]) {
        const word = 0x1_8000n | BigInt(low)
        const entry = toy.decode(word, level)
        expect([ABSENT, TABLE, LEAF, HIDDEN]).toContain(toy.classify(low, 0, level))
        // Without access, a leaf says no more than that.
        if (entry.kind === 'leaf' && hasFlags(entry.flags, READ)) expect(toy.encode(entry)).toBe(word)
      }
    }
  })

  it('grants what was asked for, and lets an access do that alone', () => {
    expect(toy.grant(parseFlags('rwu'))).toEqual({ kind: 'granted', flags: parseFlags('rwu') })
    expect(toy.grant(parseFlags('u'))).toEqual({ kind: 'granted', flags: NONE })
    expect(toy.grant(parseFlags('rd')).kind).toBe('refused')
    const path = { low: 0x0e, high: 0, level: 0 }
    expect(toy.check(path as never, 'write', 'kernel')).toEqual({ kind: 'granted' })
    expect(toy.check(path as never, 'exec', 'kernel')).toEqual({ kind: 'refused', reason: 'permission', bit: 'exec' })
    expect(toy.check(path as never, 'read', 'user')).toEqual({ kind: 'refused', reason: 'permission', bit: 'read' })
  })
})

import { va } from '@addrspace/memory-addr'
import { MappingError, unwrap, type BackendRefusal, type MappingErrorCode, type MappingErrorReason, type RefusalReason } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { errorOf } from './support/show.ts'
import { world } from './support/world.ts'

describe('a mapping error', () => {
  it.each<[MappingErrorReason, MappingErrorCode]>([
    ['empty-range', 'InvalidParam'],
    ['out-of-range', 'InvalidParam'],
    ['misaligned', 'InvalidParam'],
    ['hole', 'InvalidParam'],
    ['overlap', 'AlreadyExists'],
    ['no-area', 'BadState'],
    ['access-denied', 'BadState'],
    ['no-fault-handler', 'BadState'],
    ['backend-refused', 'BadState'],
    ['undo-refused', 'BadState'],
    ['untrusted', 'BadState'],
  ])('%s is %s', (reason, code) => {
    const error = new MappingError(reason, 'what it says')
    expect(error).toBeInstanceOf(Error)
    expect([error.name, error.message, error.reason, error.code]).toEqual(['MappingError', 'what it says', reason, code])
    expect([error.range, error.area, error.refusal, error.untrusted]).toEqual([undefined, undefined, undefined, []])
  })
  it('has a cause only where there is one', () => {
    const cause = new Error('the cause')
    expect(new MappingError('backend-refused', '', { cause }).cause).toBe(cause)
    expect('cause' in new MappingError('backend-refused', '')).toBe(false)
    const { set, backend, gate } = world()
    gate.failAt(1)
    expect('cause' in errorOf(set.map(va(0), 1n, 1, backend))).toBe(false)
    gate.failAt(1, 'refuse-with-reason')
    expect(errorOf(set.map(va(0), 1n, 1, backend)).cause).toBe('call 1')
  })
})

describe('the answer of a backend', () => {
  it.each<RefusalReason>(['out-of-frames', 'already-mapped', 'not-mapped', 'misaligned', 'not-expressible'])('may refuse with the reason %s', (reason) => {
    const { set, backend } = world()
    const refusal: BackendRefusal = { reason, cause: { entry: 5n } }
    const error = errorOf(set.map(va(0x1000), 0x1000n, 1, Object.assign(backend, { map: () => refusal })))
    expect(error).toMatchObject({ code: 'BadState', reason: 'backend-refused' })
    expect(error.refusal).toBe(refusal)
    expect(error.cause).toBe(refusal.cause)
    expect(error.message).toBe(`the backend refused to map [0x1000, 0x2000): ${reason}`)
  })
  it('has its own words in the message where its cause is an error', () => {
    const { set, backend } = world()
    const refusal: BackendRefusal = { reason: 'not-expressible', cause: new RangeError('nobody can express that') }
    const refusing = Object.assign(backend, { fault: () => refusal })
    unwrap(set.map(va(0x1000), 0x1000n, 1, refusing))
    expect(errorOf(set.fault(va(0x1004), 'read')).message).toBe('the backend refused the fault at 0x1004: not-expressible (nobody can express that)')
    Object.assign(refusing, { unmap: () => refusal })
    expect(errorOf(set.unmap(va(0x1000), 0x1000n)).message).toBe('the backend refused to unmap [0x1000, 0x2000): not-expressible (nobody can express that)')
  })
})

describe('unwrapping a result', () => {
  it('gives the value, undefined too', () => {
    expect(unwrap({ ok: true, value: 5 })).toBe(5)
    expect(unwrap<number | undefined>({ ok: true, value: undefined })).toBe(undefined)
  })
  it('throws the very error', () => {
    const error = new MappingError('hole', 'a hole')
    expect(() => unwrap({ ok: false, error })).toThrow(error)
  })
})

describe('a result', () => {
  it('of an operation with nothing to tell has the value undefined', () => {
    const { set, backend } = world()
    const results = [set.map(va(0), 0x1000n, 1, backend), set.protect(va(0), 0x1000n, () => 2), set.unmap(va(0), 0x1000n), set.clear()]
    for (const result of results) expect(result).toEqual({ ok: true, value: undefined })
  })
})

import { va, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type Access, type FaultAnswer } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { AcceptAll } from './support/accept-all.ts'
import { TransactionalDenseTable, type DenseTable } from './support/dense.ts'
import { errorOf, showArea } from './support/show.ts'
import { untyped } from './support/untyped.ts'

/** Answers faults as told, and writes down what it was asked. */
class Paging extends AcceptAll {
  answer: FaultAnswer = 'installed'
  readonly asked: string[] = []

  fault(addr: VirtAddr, access: Access, flags: number): FaultAnswer {
    this.asked.push(`0x${addr.toString(16)} ${access} ${String(flags)}`)
    return this.answer
  }
}

function faulting(permits?: (flags: number, access: Access) => boolean): { set: MemorySet<number, null>; backend: Paging } {
  const set = new MemorySet<number, null>({ pageTable: null, ...(permits === undefined ? {} : { permits }) })
  const backend = new Paging()
  unwrap(set.map(va(0x1000), 0x2000n, 3, backend))
  return { set, backend }
}

describe('a fault', () => {
  it('reaches the backend of the area with the very address, the access and the flags', () => {
    const { set, backend } = faulting()
    expect(unwrap(set.fault(va(0x1000), 'read'))).toBe('installed')
    backend.answer = 'present'
    expect(unwrap(set.fault(va(0x2fff), 'exec'))).toBe('present')
    expect(backend.asked).toEqual(['0x1000 read 3', '0x2fff exec 3'])
  })
  it('is refused where no area is', () => {
    const { set, backend } = faulting()
    for (const addr of [0xfffn, 0x3000n, 0xffffffffffffffffn]) {
      expect(errorOf(set.fault(va(addr), 'read'))).toMatchObject({ code: 'BadState', reason: 'no-area', range: { start: addr, end: addr + 1n } })
    }
    expect(backend.asked).toEqual([])
  })
  it('is refused where the flags do not permit the access', () => {
    const { set, backend } = faulting((flags, access) => (flags & { read: 1, write: 2, exec: 4 }[access]) !== 0)
    expect(unwrap(set.fault(va(0x1000), 'read'))).toBe('installed')
    expect(unwrap(set.fault(va(0x1000), 'write'))).toBe('installed')
    const error = errorOf(set.fault(va(0x1800), 'exec'))
    expect(error).toMatchObject({ code: 'BadState', reason: 'access-denied', range: { start: 0x1800n, end: 0x1801n } })
    expect(showArea(error.area!)).toBe('0x1000-0x3000 3')
    expect(backend.asked).toHaveLength(2)
  })
  it('is permitted by default', () => {
    const { set } = faulting()
    unwrap(set.protect(va(0x1000), 0x2000n, () => 0))
    expect(unwrap(set.fault(va(0x1000), 'write'))).toBe('installed')
  })
  it('is refused where the backend does not answer faults', () => {
    const { set } = faulting()
    unwrap(set.map(va(0x8000), 0x1000n, 3, new AcceptAll()))
    const error = errorOf(set.fault(va(0x8000), 'read'))
    expect(error).toMatchObject({ code: 'BadState', reason: 'no-fault-handler' })
    expect(showArea(error.area!)).toBe('0x8000-0x9000 3')
  })
  it('is refused with the reason and the cause of the backend', () => {
    const { set, backend } = faulting()
    const cause = new Error('the pool is empty')
    backend.answer = { reason: 'out-of-frames', cause }
    const error = errorOf(set.fault(va(0x1000), 'read'))
    expect(error).toMatchObject({ code: 'BadState', reason: 'backend-refused', refusal: { reason: 'out-of-frames', cause } })
    expect(error.cause).toBe(cause)
  })
  it('changes no areas', () => {
    const { set } = faulting()
    unwrap(set.fault(va(0x1800), 'read'))
    expect(set.size).toBe(1)
  })
  it.each<[string, unknown]>([
    ['true', true], ['false', false], ['undefined', undefined], ['a promise', Promise.resolve('installed')], ['another word', 'mapped'],
    ['a refusal with a reason that is none', { reason: 'busy' }],
  ])('throws at an answer that is none: %s', (_, answer) => {
    const { set, backend } = faulting()
    backend.answer = untyped(answer)
    expect(() => set.fault(va(0x1000), 'read')).toThrow(TypeError)
    backend.answer = 'installed'
    expect(unwrap(set.fault(va(0x1000), 'read'))).toBe('installed')
  })
  it('throws on what the backend or the permission throws', () => {
    const error = new Error('broken')
    const { set, backend } = faulting(() => {
      throw error
    })
    expect(() => set.fault(va(0x1000), 'read')).toThrow(error)
    expect(backend.asked).toEqual([])
  })
})

describe('a fault over a page table that can roll back', () => {
  function bracketed(fault: (table: DenseTable) => FaultAnswer): { set: MemorySet<number, TransactionalDenseTable>; table: TransactionalDenseTable } {
    const table = new TransactionalDenseTable()
    const set = new MemorySet<number, TransactionalDenseTable>({ pageTable: table })
    const nothing = { map: () => true, unmap: () => true, protect: () => true }
    unwrap(set.map(va(0x1000), 0x1000n, 3, { ...nothing, fault: (_addr, _access, _flags, pageTable) => fault(pageTable) }))
    table.brackets.length = 0
    return { set, table }
  }
  it('is committed where it is answered', () => {
    for (const answer of ['installed', 'present'] as const) {
      const { set, table } = bracketed(() => answer)
      expect(unwrap(set.fault(va(0x1000), 'read'))).toBe(answer)
      expect(table.brackets).toEqual(['begin', 'commit'])
    }
  })
  it('is rolled back where it is refused, where the backend throws, and where the answer is none', () => {
    for (const [answer, isThrown] of [[{ reason: 'out-of-frames' }, false], ['throw', true], [true, true]] as const) {
      const { set, table } = bracketed((pageTable) => {
        pageTable.bytes[0x1000] = 3
        if (answer === 'throw') throw new Error('broken')
        return untyped(answer)
      })
      if (isThrown) expect(() => set.fault(va(0x1000), 'read')).toThrow()
      else expect(errorOf(set.fault(va(0x1000), 'read')).reason).toBe('backend-refused')
      expect(table.brackets).toEqual(['begin', 'rollback'])
      expect(table.dump()).toEqual([])
    }
  })
})

import { va } from '@addrspace/memory-addr'
import { MappingError, MemorySet, unwrap, type MappingResult } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { DenseBackend, TransactionalDenseTable, type DenseTable } from './support/dense.ts'
import { Hostile } from './support/gate.ts'
import { errorOf, hex, reasonOf, showCalls } from './support/show.ts'
import { untyped } from './support/untyped.ts'
import { fill, transactionalWorld, world, type World } from './support/world.ts'

const AREAS = ['0x1000-0x3000 1', '0x4000-0x6000 2']
const REFUSAL = new MappingError('hole', 'refused by the function')
const REFUSED: MappingResult<never> = { ok: false, error: REFUSAL }

/** Every kind of operation, all of which succeed. */
function doAll({ set, backend }: World): MappingResult {
  unwrap(set.map(va(0x8000), 0x1000n, 8, backend))
  unwrap(set.unmap(va(0x2000), 0x2800n))
  unwrap(set.protect(va(0x1000), 0x5000n, (flags) => flags + 8))
  unwrap(set.map(va(0x5000), 0x3800n, 3, backend, { onOverlap: 'replace' }))
  unwrap(set.clear())
  return set.map(va(0x1800), 0x1000n, 5, backend)
}

describe.each<[string, () => World]>([
  ['a page table that cannot roll back', () => world(AREAS)],
  ['a page table that can roll back', () => transactionalWorld(AREAS)],
])('a transaction over %s', (_, make) => {
  it('does all of it', () => {
    const all = make()
    unwrap(all.set.transaction(() => doAll(all)))
    expect(all.state()).toEqual({ areas: ['0x1800-0x2800 5'], table: ['0x1800-0x2800 5'] })
  })
  it('gives the value of its function', () => {
    const { set } = make()
    expect(unwrap(set.transaction(() => ({ ok: true, value: 42 })))).toBe(42)
  })
  it('does nothing when the function gives a refusal, and gives that', () => {
    const all = make()
    const before = all.state()
    const result = all.set.transaction(() => {
      unwrap(doAll(all))
      return REFUSED
    })
    expect(result).toBe(REFUSED)
    expect(all.state()).toEqual(before)
    all.set.checkInvariants()
  })
  it.each<[string, unknown]>([['an error', new Error('thrown')], ['undefined', undefined], ['a string', 'thrown']])(
    'does nothing when the function throws %s, and throws that on', (_, thrown) => {
      const all = make()
      const before = all.state()
      let caught: unknown = 'nothing'
      try {
        void all.set.transaction(() => {
          unwrap(doAll(all))
          throw thrown
        })
      } catch (error) {
        caught = error
      }
      expect(caught).toBe(thrown)
      expect(all.state()).toEqual(before)
    },
  )
  it('does nothing when the last operation is refused', () => {
    const all = make()
    const before = all.state()
    const result = all.set.transaction(() => {
      unwrap(doAll(all))
      return all.set.map(va(0x1800), 1n, 7, all.backend)
    })
    expect(reasonOf(result)).toBe('overlap')
    expect(all.state()).toEqual(before)
  })
  it('leaves to its function what a refused operation means', () => {
    const { set, backend, state } = make()
    unwrap(
      set.transaction(() => {
        expect(reasonOf(set.map(va(0x1000), 1n, 7, backend))).toBe('overlap')
        return set.unmap(va(0x4000), 0x2000n)
      }),
    )
    expect(state().areas).toEqual(['0x1000-0x3000 1'])
  })
  it('shows its own changes to queries inside, and takes them back', () => {
    const { set, backend } = make()
    const result = set.transaction(() => {
      unwrap(set.map(va(0x8000), 0x1000n, 8, backend))
      expect([set.size, set.find(va(0x8000))?.flags, set.findFreeArea(0x1000n, { hint: 0x8000n })]).toEqual([3, 8, 0x9000n])
      return REFUSED
    })
    expect(result.ok).toBe(false)
    expect([set.size, set.find(va(0x8000)), set.findFreeArea(0x1000n, { hint: 0x8000n })]).toEqual([2, undefined, 0x8000n])
  })
  it('may be empty', () => {
    const { set, state } = make()
    const before = state()
    unwrap(set.transaction(() => ({ ok: true, value: undefined })))
    expect(set.transaction(() => REFUSED)).toBe(REFUSED)
    expect(state()).toEqual(before)
  })
  it('can be followed by another one', () => {
    const all = make()
    const before = all.state()
    expect(all.set.transaction(() => (unwrap(doAll(all)), REFUSED))).toBe(REFUSED)
    unwrap(all.set.transaction(() => doAll(all)))
    expect(all.set.transaction(() => (unwrap(all.set.clear()), REFUSED))).toBe(REFUSED)
    expect(all.state()).not.toEqual(before)
    expect(all.state()).toEqual({ areas: ['0x1800-0x2800 5'], table: ['0x1800-0x2800 5'] })
  })
})

describe.each<[string, () => World]>([
  ['a page table that cannot roll back', () => world(AREAS)],
  ['a page table that can roll back', () => transactionalWorld(AREAS)],
])('nested transactions over %s', (_, make) => {
  const unmap = (set: MemorySet<number, DenseTable>, start: number): MappingResult => set.unmap(va(start), 0x1000n)
  it('are done when all are', () => {
    const { set, state } = make()
    unwrap(
      set.transaction(() => {
        unwrap(unmap(set, 0x1000))
        unwrap(set.transaction(() => unmap(set, 0x2000)))
        return unmap(set, 0x4000)
      }),
    )
    expect(state()).toEqual({ areas: ['0x5000-0x6000 2'], table: ['0x5000-0x6000 2'] })
  })
  it('go back alone when an inner one is refused', () => {
    const { set, state } = make()
    unwrap(
      set.transaction(() => {
        unwrap(unmap(set, 0x1000))
        const inner = set.transaction(() => {
          unwrap(unmap(set, 0x2000))
          unwrap(set.transaction(() => unmap(set, 0x5000)))
          return REFUSED
        })
        expect(inner).toBe(REFUSED)
        return unmap(set, 0x4000)
      }),
    )
    expect(state()).toEqual({ areas: ['0x2000-0x3000 1', '0x5000-0x6000 2'], table: ['0x2000-0x3000 1', '0x5000-0x6000 2'] })
  })
  it('go back with the outer one, also those that were done', () => {
    const { set, state } = make()
    const before = state()
    const outer = set.transaction(() => {
      unwrap(unmap(set, 0x1000))
      unwrap(set.transaction(() => unmap(set, 0x2000)))
      unwrap(unmap(set, 0x4000))
      return REFUSED
    })
    expect(outer).toBe(REFUSED)
    expect(state()).toEqual(before)
    set.checkInvariants()
  })
  it('go back alone when an inner one throws and that is caught', () => {
    const { set, state } = make()
    unwrap(
      set.transaction(() => {
        unwrap(unmap(set, 0x1000))
        expect(() => set.transaction(() => {
          unwrap(set.clear())
          throw new Error('inner')
        })).toThrow('inner')
        return unmap(set, 0x4000)
      }),
    )
    expect(state().areas).toEqual(['0x2000-0x3000 1', '0x5000-0x6000 2'])
    expect(state().table).toEqual(['0x2000-0x3000 1', '0x5000-0x6000 2'])
  })
})

describe('going back over a page table that cannot', () => {
  it('undoes call by call, the last one first', () => {
    const { set, backend, gate } = world(['0x1000-0x3000 1'])
    const result = set.transaction(() => {
      unwrap(set.map(va(0x4000), 0x1000n, 4, backend))
      unwrap(set.protect(va(0x2000), 0x3000n, () => 6))
      unwrap(set.unmap(va(0x4000), 0x800n))
      gate.takeCalls()
      return REFUSED
    })
    expect(result).toBe(REFUSED)
    expect(showCalls(gate.takeCalls())).toEqual([
      'map 0x4000+0x800 6', 'protect 0x4000+0x1000 4', 'protect 0x2000+0x1000 1', 'unmap 0x4000+0x1000',
    ])
  })
  it('forgets what was done once the outermost transaction is', () => {
    const { set, gate } = world(AREAS)
    unwrap(set.transaction(() => set.unmap(va(0x1000), 0x1000n)))
    gate.takeCalls()
    expect(set.transaction(() => REFUSED)).toBe(REFUSED)
    expect(gate.takeCalls()).toEqual([])
  })
})

describe('going back over a page table that can', () => {
  it('calls no backend', () => {
    const all = transactionalWorld(AREAS)
    const result = all.set.transaction(() => {
      unwrap(doAll(all))
      all.gate.takeCalls()
      return REFUSED
    })
    expect(result).toBe(REFUSED)
    expect(all.gate.takeCalls()).toEqual([])
  })
  it('brackets every operation that has something to do, and the transaction', () => {
    const { set, backend, table, gate } = transactionalWorld(AREAS)
    unwrap(set.map(va(0x8000), 0x1000n, 8, backend))
    expect(table.brackets.splice(0)).toEqual(['begin', 'commit'])
    unwrap(set.transaction(() => set.unmap(va(0x8000), 0x1000n)))
    expect(table.brackets.splice(0)).toEqual(['begin', 'begin', 'commit', 'commit'])
    gate.failAt(1)
    expect(reasonOf(set.clear())).toBe('backend-refused')
    expect(table.brackets.splice(0)).toEqual(['begin', 'rollback'])
    expect(set.transaction(() => REFUSED)).toBe(REFUSED)
    expect(table.brackets.splice(0)).toEqual(['begin', 'rollback'])
    unwrap(set.unmap(va(0x8000), 0x1000n))
    expect(reasonOf(set.map(va(0x1000), 1n, 7, backend))).toBe('overlap')
    expect(table.brackets).toEqual([])
    expect(table.depth).toBe(0)
  })
  it.each(['beginTransaction', 'commitTransaction', 'rollbackTransaction'] as const)('needs all three methods: a table without %s is undone call by call', (missing) => {
    const table = Object.assign(new TransactionalDenseTable(), { [missing]: undefined })
    const [set, backend] = [new MemorySet<number, DenseTable>({ pageTable: table }), new DenseBackend()]
    fill(set, AREAS, backend)
    backend.gate.takeCalls()
    backend.gate.failAt(2)
    expect(reasonOf(set.clear())).toBe('backend-refused')
    expect(showCalls(backend.gate.takeCalls())).toEqual(['unmap 0x1000+0x2000', 'unmap 0x4000+0x2000 refused', 'map 0x1000+0x2000 1'])
    expect(table.brackets).toEqual([])
  })
  it('needs the page table to be an object', () => {
    const nothing = { map: () => true, unmap: () => true, protect: () => true }
    for (const pageTable of [null, undefined, 5, 'table']) {
      const set = new MemorySet<number, unknown>({ pageTable })
      expect(set.transaction(() => (unwrap(set.map(va(0), 1n, 1, nothing)), REFUSED))).toBe(REFUSED)
      expect(set.isEmpty).toBe(true)
    }
  })
})

describe('a transaction that is none', () => {
  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'undefined'], ['null', null, 'null'], ['true', true, 'boolean'], ['an object without ok', {}, 'object'],
    ['a promise', Promise.resolve({ ok: true, value: 1 }), 'a promise; a transaction is synchronous'],
  ])('throws where its function gives %s, and does nothing', (_, given, kind) => {
    const all = world(AREAS)
    const before = all.state()
    const transact = (): unknown => all.set.transaction(() => (unwrap(doAll(all)), untyped(given)))
    expect(transact).toThrow(new TypeError(`"fn" of a transaction must give a MappingResult, got ${kind}`))
    expect(all.state()).toEqual(before)
  })
  it('throws where its function is none, and does nothing', () => {
    const all = transactionalWorld(AREAS)
    const before = all.state()
    expect(() => all.set.transaction(untyped(5))).toThrow(TypeError)
    expect(all.state()).toEqual(before)
    expect(all.table.depth).toBe(0)
  })
})

describe('undoing that is refused', () => {
  const ranges = (error: MappingError): string[] => error.untrusted.map(({ start, end }) => `${hex(start)}-${hex(end)}`)
  const areas = ['0x1000-0x2000 1', '0x3000-0x4000 2', '0x5000-0x6000 3']
  it('of an operation is told with the ranges, in the order in which they were tried', () => {
    const { set, gate, state } = world(areas)
    const before = state()
    gate.failFrom(3)
    const error = errorOf(set.clear())
    expect(error).toMatchObject({ code: 'BadState', reason: 'undo-refused', range: { start: 0x3000n, end: 0x4000n } })
    expect(ranges(error)).toEqual(['0x3000-0x4000', '0x1000-0x2000'])
    expect(error.message).toBe('undoing was refused; the page table can no longer be trusted in [0x3000, 0x4000), [0x1000, 0x2000)')
    expect(error.cause).toMatchObject({ reason: 'backend-refused', range: { start: 0x5000n, end: 0x6000n } })
    expect(state().areas).toEqual(before.areas)
    // The table differs exactly there.
    expect(state().table).toEqual(['0x5000-0x6000 3'])
  })
  it('goes on with what comes before it', () => {
    const { set, gate, state } = world(areas)
    gate.failAt(3)
    gate.poison('map', 0x3000n)
    const error = errorOf(set.clear())
    expect(ranges(error)).toEqual(['0x3000-0x4000'])
    expect(state().table).toEqual(['0x1000-0x2000 1', '0x5000-0x6000 3'])
  })
  it('is the same where undoing throws', () => {
    const { set, gate } = world(areas)
    gate.failFrom(3, 'throw')
    let caught: unknown
    try {
      void set.clear()
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(MappingError)
    expect(caught).toMatchObject({ reason: 'undo-refused' })
    expect((caught as MappingError).cause).toBeInstanceOf(Hostile)
    expect(ranges(caught as MappingError)).toEqual(['0x3000-0x4000', '0x1000-0x2000'])
  })
  it('of a transaction is told instead of what the function gave', () => {
    const { set, gate, state } = world(areas)
    const error = errorOf(set.transaction(() => {
      unwrap(set.unmap(va(0x1000), 0x1000n))
      unwrap(set.unmap(va(0x3000), 0x1000n))
      gate.poison('map', 0x1000n)
      return REFUSED
    }))
    expect(error.reason).toBe('undo-refused')
    expect(ranges(error)).toEqual(['0x1000-0x2000'])
    expect(error.cause).toBe(REFUSAL)
    expect(state()).toEqual({ areas, table: ['0x3000-0x4000 2', '0x5000-0x6000 3'] })
  })
  it('of a transaction is thrown instead of what the function threw', () => {
    const { set, gate } = world(areas)
    const thrown = new Error('thrown')
    let caught: unknown
    try {
      void set.transaction(() => {
        unwrap(set.unmap(va(0x1000), 0x1000n))
        gate.poison('map', 0x1000n)
        throw thrown
      })
    } catch (error) {
      caught = error
    }
    expect(caught).toMatchObject({ reason: 'undo-refused' })
    expect((caught as MappingError).cause).toBe(thrown)
  })
  it('of an operation inside is remembered by the transaction around it, whatever the function makes of it', () => {
    for (const isHandedOn of [true, false]) {
      const { set, gate } = world(areas)
      const error = errorOf(set.transaction((): MappingResult => {
        unwrap(set.unmap(va(0x5000), 0x1000n))
        gate.failFrom(2)
        const inner = set.unmap(va(0x1000), 0x3000n)
        expect(ranges(errorOf(inner))).toEqual(['0x1000-0x2000'])
        return isHandedOn ? inner : REFUSED
      }))
      expect(error.reason).toBe('undo-refused')
      expect(ranges(error)).toEqual(['0x1000-0x2000', '0x5000-0x6000'])
    }
  })
  it('of a nested transaction is remembered by the one around it', () => {
    const { set, gate } = world(areas)
    const error = errorOf(set.transaction((): MappingResult => {
      unwrap(set.unmap(va(0x5000), 0x1000n))
      gate.poison('map', 0x3000n)
      const inner = set.transaction((): MappingResult => {
        unwrap(set.unmap(va(0x3000), 0x1000n))
        return REFUSED
      })
      expect(ranges(errorOf(inner))).toEqual(['0x3000-0x4000'])
      gate.poison('map', 0x5000n)
      return REFUSED
    }))
    expect(ranges(error)).toEqual(['0x3000-0x4000', '0x5000-0x6000'])
  })
  it('is told once by each transaction that goes back over it', () => {
    const { set, gate } = world(areas)
    gate.poison('map', 0x3000n)
    const inner = (): MappingResult => set.transaction((): MappingResult => {
      unwrap(set.unmap(va(0x3000), 0x1000n))
      return REFUSED
    })
    const middle = (): MappingResult => set.transaction(inner)
    expect(ranges(errorOf(set.transaction(middle)))).toEqual(['0x3000-0x4000'])
  })
  it('is over once the transaction is', () => {
    const { set, gate } = world(areas)
    unwrap(set.transaction(() => {
      gate.failFrom(2)
      expect(reasonOf(set.unmap(va(0x1000), 0x3000n))).toBe('undo-refused')
      gate.open()
      return set.unmap(va(0x5000), 0x1000n)
    }))
    expect(set.transaction(() => REFUSED)).toBe(REFUSED)
  })
  it('takes more ranges than a call can have arguments', () => {
    const { set, backend, gate } = world()
    const nowhere = Object.assign(backend, { map: () => gate.pass({ verb: 'map', start: 0n, size: 1n }, () => true) })
    Object.assign(nowhere, { unmap: () => gate.pass({ verb: 'unmap', start: 0n, size: 1n }, () => true) })
    const count = 150_000
    for (let i = 0; i <= count; i++) unwrap(set.map(va(i * 2), 1n, 1, nowhere))
    gate.takeCalls()
    gate.failFrom(count + 1)
    const result = set.transaction(() => set.clear())
    expect(errorOf(result).reason).toBe('undo-refused')
    expect(errorOf(result).untrusted).toHaveLength(count)
    expect(set.size).toBe(count + 1)
  })
  it('does not happen over a page table that can roll back', () => {
    const { set, gate, state } = transactionalWorld(areas)
    const before = state()
    gate.failFrom(3)
    expect(reasonOf(set.clear())).toBe('backend-refused')
    expect(state()).toEqual(before)
  })
})

/** What a set does with what it calls: backends that answer nonsense or call back, callbacks that throw. */
import { va } from '@addrspace/memory-addr'
import { unwrap, type MappingBackend, type MemorySet } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { type DenseTable } from './support/dense.ts'
import { errorOf, show } from './support/show.ts'
import { untyped } from './support/untyped.ts'
import { space, transactionalWorld, world, type World } from './support/world.ts'

const AREAS = ['0x1000-0x3000 1', '0x4000-0x6000 2']

describe('an answer of a backend that is none', () => {
  const answers: [string, unknown, string][] = [
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['1', 1, 'number'],
    ['ok', 'ok', 'string'],
    ['an empty object', {}, 'object'],
    ['a reason that is none', { reason: 'busy' }, 'object'],
    ['a promise', Promise.resolve(true), 'a promise'],
    ['a result', { ok: true, value: undefined }, 'object'],
  ]
  it.each(answers)('throws, and what was done before it is undone: %s', (_, answer, kind) => {
    for (const make of [world, transactionalWorld]) {
      for (const [verb, run] of Object.entries({
        map: ({ set, backend }: World) => set.map(va(0x2000), 0x3000n, 7, backend, { onOverlap: 'replace' }),
        unmap: ({ set }: World) => set.unmap(va(0x2000), 0x3000n),
        protect: ({ set }: World) => set.protect(va(0x2000), 0x3000n, () => 7),
      })) {
        const all = make(AREAS)
        const before = all.state()
        let calls = 0
        const original = all.backend[verb as 'map'].bind(all.backend)
        // The last call of the operation is the one that is answered wrongly.
        Object.assign(all.backend, { [verb]: (...call: Parameters<typeof original>) => (++calls === (verb === 'map' ? 1 : 2) ? answer : original(...call)) })
        expect(() => run(all)).toThrow(new TypeError(`"${verb}" of a backend must answer true, false or a refusal with a reason, got ${kind}`))
        expect(all.state()).toEqual(before)
        all.set.checkInvariants()
      }
    }
  })
  it('is a refusal where it is the answer to undoing', () => {
    const { set, backend, gate } = world(AREAS)
    gate.failAt(2)
    Object.assign(backend, { map: () => untyped(Promise.resolve(true)) })
    expect(errorOf(set.clear())).toMatchObject({ reason: 'undo-refused', untrusted: [{ start: 0x1000n, end: 0x3000n }] })
  })
})

/** All that a set can be called with. */
const CALLS: { readonly [name: string]: (set: MemorySet<number, DenseTable>) => unknown } = {
  map: (set) => set.map(va(0xf000), 1n, 1, { map: () => true, unmap: () => true, protect: () => true }),
  unmap: (set) => set.unmap(va(0x1000), 1n),
  'unmap of nothing': (set) => set.unmap(va(0x1000), 0n),
  protect: (set) => set.protect(va(0x1000), 1n, () => 3),
  clear: (set) => set.clear(),
  fault: (set) => set.fault(va(0x1000), 'read'),
  transaction: (set) => set.transaction(() => ({ ok: true, value: 1 })),
  snapshot: (set) => set.snapshot(),
  find: (set) => set.find(va(0x1000)),
  overlaps: (set) => set.overlaps({ start: va(0), end: 1n }),
  findFreeArea: (set) => set.findFreeArea(1n),
  size: (set) => set.size,
  isEmpty: (set) => set.isEmpty,
  iteration: (set) => [...set],
  areasIn: (set) => set.areasIn({ start: va(0), end: 1n }),
  checkInvariants: (set) => set.checkInvariants(),
}

const REENTERED = new TypeError('a set must not be called from inside its own callbacks')

describe('calling a set from inside its own callbacks', () => {
  /** Makes a set whose every callback does something before it answers, and runs an operation that calls all of them. */
  function entangled(inside: (set: MemorySet<number, DenseTable>) => void): { all: World; run: () => void; called: Set<string> } {
    const called = new Set<string>()
    const enter = (name: string): void => {
      called.add(name)
      inside(all.set)
    }
    const all: World = world(AREAS, {
      merge: 'equal-neighbours',
      flagsEqual: (a, b) => (enter('flagsEqual'), a === b),
      permits: () => (enter('permits'), true),
    })
    const { backend } = all
    const original = { map: backend.map.bind(backend), unmap: backend.unmap.bind(backend), protect: backend.protect.bind(backend) }
    const hostile: MappingBackend<number, DenseTable> = {
      map: (...call) => (enter('map'), original.map(...call)),
      unmap: (...call) => (enter('unmap'), original.unmap(...call)),
      protect: (...call) => (enter('protect'), original.protect(...call)),
      fault: () => (enter('fault'), 'present'),
      canMerge: (left, right) => (enter('canMerge'), left.backend === right.backend),
      slice: () => (enter('slice'), backend),
    }
    Object.assign(backend, hostile)
    const run = (): void => {
      const { set } = all
      unwrap(set.map(va(0x3000), 0x1000n, 2, backend))
      unwrap(set.protect(va(0x2000), 0x1000n, (flags) => (enter('update'), flags + 1)))
      unwrap(set.fault(va(0x2000), 'read'))
      unwrap(set.unmap(va(0x1800), 0x1000n))
      set.checkInvariants()
    }
    return { all, run, called }
  }

  it.each(Object.entries(CALLS))('throws, and does no harm where the callback goes on: %s', (_, call) => {
    let attempts = 0
    const { all, run, called } = entangled((set) => {
      attempts++
      expect(() => call(set)).toThrow(REENTERED)
    })
    run()
    expect([...called].sort()).toEqual(['canMerge', 'fault', 'flagsEqual', 'map', 'permits', 'protect', 'slice', 'unmap', 'update'])
    expect(attempts).toBeGreaterThan(9)
    expect(all.state()).toEqual({ areas: ['0x1000-0x1800 1', '0x2800-0x6000 2'], table: ['0x1000-0x1800 1', '0x2800-0x6000 2'] })
  })

  it.each(Object.entries(CALLS))('throws, and changes nothing where the callback lets it pass: %s', (_, call) => {
    const { all } = entangled((set) => void call(set))
    const before = all.state()
    const operations = [
      () => all.set.map(va(0x3000), 0x1000n, 2, all.backend),
      () => all.set.map(va(0x2000), 0x1000n, 2, all.backend, { onOverlap: 'replace' }),
      () => all.set.protect(va(0x1000), 0x1000n, (flags) => flags + 1),
      () => all.set.protect(va(0x1000), 0x1000n, (flags) => (void call(all.set), flags + 1)),
      () => all.set.unmap(va(0x1800), 0x1000n),
      () => all.set.clear(),
      () => all.set.fault(va(0x1000), 'read'),
    ]
    for (const operation of operations) {
      expect(operation).toThrow(REENTERED)
      expect(all.state()).toEqual(before)
    }
  })

  it('throws while an operation is undone, too, which counts as refused', () => {
    const { set, backend, gate } = world(AREAS)
    const seen: unknown[] = []
    gate.failAt(2)
    Object.assign(backend, {
      map: () => {
        try {
          return set.size === 2
        } catch (error) {
          seen.push(error)
          throw error
        }
      },
    })
    expect(errorOf(set.clear()).reason).toBe('undo-refused')
    expect(seen).toEqual([REENTERED])
    expect(set.size).toBe(2)
  })

  it('throws while a transaction goes back', () => {
    const { set, backend } = world(AREAS)
    expect(() => set.transaction(() => {
      unwrap(set.unmap(va(0x1000), 0x2000n))
      Object.assign(backend, { map: () => set.isEmpty })
      throw new Error('back')
    })).toThrow('undoing was refused')
    expect(set.size).toBe(2)
  })

  it('is not calling another set, or a snapshot', () => {
    const other = space(['0x1000-0x2000 5'])
    const { set, backend, state } = world(AREAS)
    using snapshot = set.snapshot()
    unwrap(set.protect(va(0x1000), 0x2000n, () => {
      unwrap(other.set.map(va(0x5000), 0x1000n, 6, other.backend))
      expect(show(snapshot)).toEqual(AREAS)
      return snapshot.size
    }))
    Object.assign(backend, { unmap: () => (unwrap(other.set.clear()), true) })
    unwrap(set.unmap(va(0x4000), 0x2000n))
    expect([state().areas, other.set.size]).toEqual([['0x1000-0x3000 2'], 0])
  })

  it('can be told about in a message: printing is not calling', () => {
    const { set } = world(AREAS)
    let text = ''
    unwrap(set.protect(va(0x1000), 1n, () => void (text = String(set))))
    expect(text).toBe('MemorySet(2 areas)\n  0x1000-0x3000 1\n  0x4000-0x6000 2')
  })
})

describe('a callback that keeps what it was given', () => {
  it('keeps an area as it was before the change', () => {
    const { set } = world(AREAS)
    const kept: string[] = []
    unwrap(set.protect(va(0x2000), 0x4000n, (flags, area) => {
      kept.push(String(area))
      return flags + 1
    }))
    expect(kept).toEqual(AREAS)
  })
})

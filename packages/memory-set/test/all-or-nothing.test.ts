/**
 * For every operation: the n-th call of a backend is refused, or throws, or the n-th callback throws, for n from 1 on until
 * the operation succeeds. Whenever it does not, set and page table are what they were.
 */
import { va, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MappingBackend, type MappingResult } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { DenseBackend, DenseTable, TransactionalDenseTable } from './support/dense.ts'
import { Gate, Hostile, type HowToFail } from './support/gate.ts'
import { show } from './support/show.ts'
import { fill } from './support/world.ts'

/** Throws at the n-th callback: one count for all of them. */
class Callbacks {
  count = 0
  throwAt = 0

  pass(): void {
    if (++this.count === this.throwAt) throw new Hostile(`callback ${String(this.count)}`)
  }
}

/** A dense backend that is keyed by position, and asked about everything that a backend can be asked about. */
class Asked extends DenseBackend {
  readonly #callbacks: Callbacks

  constructor(gate: Gate, callbacks: Callbacks) {
    super(gate)
    this.#callbacks = callbacks
  }

  canMerge(_left: unknown, right: { readonly backend: unknown }): boolean {
    this.#callbacks.pass()
    return right.backend instanceof Asked
  }

  slice(): MappingBackend<number, DenseTable> {
    this.#callbacks.pass()
    return new Asked(this.gate, this.#callbacks)
  }
}

interface Stage {
  readonly set: MemorySet<number, DenseTable>
  readonly backend: Asked
  readonly update: (flags: number) => number
}

//         0x1000 0x2000 0x3000 0x4000 0x5000 0x6000 0x7000 0x8000 0x9000 0xa000
// areas   [=============)[====)      [====)      [=============)[======)
//              1            2           3              4            5
const AREAS = ['0x1000-0x3000 1', '0x3000-0x4000 2', '0x5000-0x6000 3', '0x7000-0x9000 4', '0x9000-0xa000 5']

/**
 * How many calls of a backend there are, and how many callbacks without and with merging, is counted by hand: a plan that
 * asks more often, or less, is another one.
 */
const OPERATIONS: readonly { name: string; run: (stage: Stage) => MappingResult; calls: number; callbacks: number; merged: number }[] = [
  { name: 'map', calls: 1, callbacks: 0, merged: 2, run: ({ set, backend }) => set.map(va(0x4000), 0x1000n, 3, backend) },
  {
    name: 'map that replaces parts of two and all between', calls: 5, callbacks: 2, merged: 4,
    run: ({ set, backend }) => set.map(va(0x2000), 0x6000n, 7, backend, { onOverlap: 'replace' }),
  },
  {
    name: 'map that replaces the middle of one', calls: 2, callbacks: 2, merged: 4,
    run: ({ set, backend }) => set.map(va(0x1800), 0x800n, 6, backend, { onOverlap: 'replace' }),
  },
  { name: 'unmap over several areas', calls: 4, callbacks: 2, merged: 2, run: ({ set }) => set.unmap(va(0x2000), 0x6000n) },
  { name: 'unmap of the middle of one', calls: 1, callbacks: 2, merged: 2, run: ({ set }) => set.unmap(va(0x7800), 0x800n) },
  { name: 'protect with splits at both ends', calls: 4, callbacks: 8, merged: 11, run: ({ set, update }) => set.protect(va(0x1800), 0x6000n, update) },
  { name: 'protect of the middle of one', calls: 1, callbacks: 4, merged: 6, run: ({ set, update }) => set.protect(va(0x7400), 0x800n, update) },
  { name: 'clear', calls: 5, callbacks: 0, merged: 0, run: ({ set }) => set.clear() },
  {
    name: 'transaction of several operations', calls: 16, callbacks: 8, merged: 11,
    run: ({ set, backend, update }) =>
      set.transaction(() => {
        const steps = [
          () => set.map(va(0xb000), 0x1000n, 6, backend),
          () => set.unmap(va(0x2800), 0x1000n),
          () => set.transaction(() => set.protect(va(0x5000), 0x2800n, update)),
          () => set.map(va(0x8800), 0x3000n, 9, backend, { onOverlap: 'replace' }),
          () => set.clear(),
        ]
        for (const step of steps) {
          const result = step()
          if (!result.ok) return result
        }
        return { ok: true, value: undefined }
      }),
  },
]

describe.each<[string, () => DenseTable]>([
  ['a page table that cannot roll back', () => new DenseTable()],
  ['a page table that can roll back', () => new TransactionalDenseTable()],
])('over %s', (_, makeTable) => {
  describe.each(['never', 'equal-neighbours'] as const)('merging %s', (merge) => {
    function stage(): Stage & { gate: Gate; callbacks: Callbacks; state: () => unknown } {
      const gate = new Gate()
      const callbacks = new Callbacks()
      const table = makeTable()
      const set = new MemorySet<number, DenseTable>({
        pageTable: table,
        merge,
        flagsEqual: (a, b) => {
          callbacks.pass()
          return a === b
        },
      })
      const backend = new Asked(gate, callbacks)
      fill(set, AREAS, backend)
      gate.open()
      callbacks.count = 0
      const update = (flags: number): number => {
        callbacks.pass()
        return flags + 1
      }
      return { set, backend, update, gate, callbacks, state: () => ({ areas: show(set), table: table.dump() }) }
    }

    it.each<[HowToFail]>([['refuse'], ['refuse-with-reason'], ['throw']])('every operation changes nothing when the n-th backend call is to %s', (how) => {
      for (const { name, run, calls } of OPERATIONS) {
        for (let n = 1; ; n++) {
          const all = stage()
          const before = all.state()
          using snapshot = all.set.snapshot()
          all.gate.failAt(n, how)
          let outcome: string
          try {
            const result = run(all)
            outcome = result.ok ? 'ok' : result.error.reason
          } catch (error) {
            outcome = error instanceof Hostile ? 'thrown' : String(error)
          }
          if (outcome === 'ok') {
            expect([name, n - 1]).toEqual([name, calls])
            expect(all.state()).not.toEqual(before)
            break
          }
          expect([name, n, outcome]).toEqual([name, n, how === 'throw' ? 'thrown' : 'backend-refused'])
          expect([name, n, all.state()]).toEqual([name, n, before])
          expect(show(snapshot)).toEqual(show(all.set))
          all.set.checkInvariants()
          // The set is as good as new: the same operation succeeds now.
          all.gate.open()
          unwrap(run(all))
        }
      }
    })

    it('every operation changes nothing when the n-th callback throws', () => {
      for (const { name, run, callbacks, merged } of OPERATIONS) {
        for (let n = 1; ; n++) {
          const all = stage()
          const before = all.state()
          all.callbacks.throwAt = n
          let isThrown = false
          try {
            unwrap(run(all))
          } catch (error) {
            if (!(error instanceof Hostile)) throw error
            isThrown = true
          }
          if (!isThrown) {
            expect([name, n - 1]).toEqual([name, merge === 'never' ? callbacks : merged])
            break
          }
          expect([name, n, all.state()]).toEqual([name, n, before])
          all.callbacks.throwAt = 0
          all.set.checkInvariants()
          unwrap(run(all))
        }
      }
    })
  })
})

describe('a backend that throws while another one has done its part', () => {
  it('has the other one undone by the same backend', () => {
    const gate = new Gate()
    const table = new DenseTable()
    const set = new MemorySet<number, DenseTable>({ pageTable: table })
    const [good, bad] = [new DenseBackend(gate), new DenseBackend(new Gate())]
    fill(set, ['0x1000-0x2000 1', '0x3000-0x4000 2'], good)
    fill(set, ['0x5000-0x6000 3'], bad)
    bad.gate.failAt(1, 'throw')
    expect(() => set.protect(va(0x1800) satisfies VirtAddr, 0x4000n, () => 9)).toThrow(Hostile)
    expect(show(set)).toEqual(['0x1000-0x2000 1', '0x3000-0x4000 2', '0x5000-0x6000 3'])
    expect(table.dump()).toEqual(['0x1000-0x2000 1', '0x3000-0x4000 2', '0x5000-0x6000 3'])
  })
})

import { va, virtAddr } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MappingResult } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { FailingBackend, FailPlan, MockBackend, MockPageTable, NullBackend, PlannedFailure, type FailureRule } from '@addrspace/backend-mock'

const call = (verb: 'map' | 'unmap' | 'protect' | 'fault', start = 0n, size = 1n) => ({ verb, start: virtAddr(start), size })
const OUT_OF_FRAMES = { reason: 'out-of-frames' }

/** Which of the calls fail. */
function failing(plan: FailPlan, calls: readonly ReturnType<typeof call>[]): number[] {
  return calls.flatMap((one, i) => (plan.next(one) === undefined ? [] : [i + 1]))
}

describe('a plan of failures', () => {
  const calls = [call('map', 0x1000n, 0x1000n), call('protect', 0x1000n, 0x800n), call('map', 0x2000n, 0x1000n), call('unmap', 0x1000n, 0x2000n), call('fault', 0x1800n)]
  it.each<[string, readonly FailureRule[], number[]]>([
    ['no rule: nothing fails', [], []],
    ['an empty rule: everything fails', [{}], [1, 2, 3, 4, 5]],
    ['call: the n-th, counted from 1', [{ call: 1 }], [1]],
    ['call: another one', [{ call: 4 }], [4]],
    ['call 0: none', [{ call: 0 }], []],
    ['fromCall: the n-th and all behind it', [{ fromCall: 3 }], [3, 4, 5]],
    ['verb', [{ verb: 'map' }], [1, 3]],
    ['verb: fault', [{ verb: 'fault' }], [5]],
    ['at: calls whose range contains the address, first byte', [{ at: 0x1000n }], [1, 2, 4]],
    ['at: last byte', [{ at: 0x17ffn }], [1, 2, 4]],
    ['at: the byte behind the last', [{ at: 0x1800n }], [1, 4, 5]],
    ['all conditions of a rule have to hold', [{ verb: 'map', fromCall: 2 }], [3]],
    ['all conditions of a rule have to hold, and none does', [{ verb: 'map', call: 2 }], []],
    ['one of several rules has to hold', [{ call: 2 }, { verb: 'map' }], [1, 2, 3]],
  ])('%s', (_, rules, expected) => {
    const plan = new FailPlan(...rules)
    expect(failing(plan, calls)).toEqual(expected)
    expect(plan.calls).toBe(5)
  })
  it('refuses with out of frames, or with the refusal of the rule', () => {
    const refusal = { reason: 'not-expressible', cause: 'planned' } as const
    const plan = new FailPlan({ call: 1 }, { call: 2, refusal }, { call: 3, how: 'refuse' })
    expect(plan.next(call('map'))).toEqual(OUT_OF_FRAMES)
    expect(plan.next(call('map'))).toBe(refusal)
    expect(plan.next(call('map'))).toEqual(OUT_OF_FRAMES)
    expect(plan.next(call('map'))).toBe(undefined)
  })
  it('takes the first rule that holds', () => {
    const plan = new FailPlan({ verb: 'map', refusal: { reason: 'misaligned' } }, { how: 'throw' })
    expect(plan.next(call('map'))).toEqual({ reason: 'misaligned' })
    expect(() => plan.next(call('unmap'))).toThrow(PlannedFailure)
  })
  it('throws what tells which call it was', () => {
    const plan = new FailPlan({ call: 2, how: 'throw' })
    expect(plan.next(call('map'))).toBe(undefined)
    expect(() => plan.next(call('unmap', 0x1000n))).toThrow('call 2, unmap at 0x1000, is planned to throw')
    expect(plan.calls).toBe(2)
  })
  it('takes rules later, and drops them all; the count goes on', () => {
    const plan = new FailPlan({ call: 1 })
    plan.add({ call: 3 })
    expect(failing(plan, calls.slice(0, 3))).toEqual([1, 3])
    plan.clear()
    expect(failing(plan, calls)).toEqual([])
    plan.add({ call: 9 })
    expect([plan.calls, failing(plan, calls)]).toEqual([8, [1]])
  })
})

describe('a failing backend', () => {
  it('hands on what does not fail, and answers the rest itself', () => {
    const table = new MockPageTable()
    const plan = new FailPlan({ verb: 'protect' })
    const set = new MemorySet<number, MockPageTable>({ pageTable: table })
    unwrap(set.map(va(0x1000), 0x1000n, 7, new FailingBackend(new MockBackend(), plan)))
    expect(set.protect(va(0x1000), 0x800n, () => 1)).toMatchObject({ ok: false, error: { reason: 'backend-refused', refusal: OUT_OF_FRAMES } })
    expect(String(table)).toBe('0x1000-0x2000 7')
    unwrap(set.unmap(va(0x1800), 0x800n))
    expect(String(table)).toBe('0x1000-0x1800 7')
    expect(plan.calls).toBe(3)
  })
  it('fails faults, too', () => {
    const set = new MemorySet<number, MockPageTable>({ pageTable: new MockPageTable() })
    const plan = new FailPlan()
    unwrap(set.map(va(0), 1n, 7, new FailingBackend(new MockBackend(), plan)))
    expect(unwrap(set.fault(va(0), 'read'))).toBe('present')
    plan.add({ verb: 'fault', refusal: { reason: 'not-mapped' } })
    expect(set.fault(va(0), 'read')).toMatchObject({ ok: false, error: { refusal: { reason: 'not-mapped' } } })
    plan.clear()
    plan.add({ how: 'throw' })
    expect(() => set.fault(va(0), 'read')).toThrow(PlannedFailure)
  })
  it('shares its plan with other backends and with its slices', () => {
    const plan = new FailPlan({ call: 4 })
    const sliced = { map: () => true, unmap: () => true, protect: () => true, slice: () => new NullBackend() }
    const set = new MemorySet<number, null>({ pageTable: null })
    unwrap(set.map(va(0), 3n, 7, new FailingBackend<number, null>(sliced, plan)))
    unwrap(set.map(va(5), 1n, 7, new FailingBackend<number, null>(new NullBackend(), plan)))
    unwrap(set.unmap(va(1), 1n))
    // The fourth call is the one to the slice of the first backend.
    expect(set.unmap(va(0), 1n).ok).toBe(false)
    unwrap(set.clear())
    expect(plan.calls).toBe(7)
  })
  it('shows that an operation is all or nothing: whichever call fails', () => {
    const operations: ((set: MemorySet<number, MockPageTable>) => MappingResult)[] = [
      (set) => set.unmap(va(0x1800), 0x2000n),
      (set) => set.protect(va(0x1800), 0x2000n, () => 9),
      (set) => set.clear(),
    ]
    for (const operation of operations) {
      for (let n = 1; n <= 3; n++) {
        for (const how of ['refuse', 'throw'] as const) {
          const plan = new FailPlan()
          const set = new MemorySet<number, MockPageTable>({ pageTable: new MockPageTable() })
          const backend = new FailingBackend(new MockBackend(), plan)
          for (const start of [0x1000, 0x2000, 0x3000]) unwrap(set.map(va(start), 0x1000n, start / 0x1000, backend))
          const before = [String(set), String(set.pageTable)]
          plan.add({ call: plan.calls + n, how })
          if (how === 'throw') expect(() => operation(set)).toThrow(PlannedFailure)
          else expect(operation(set).ok).toBe(false)
          expect([String(set), String(set.pageTable)]).toEqual(before)
        }
      }
    }
  })
})

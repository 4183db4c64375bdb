import { va } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MappingBackend } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { FailingBackend, FailPlan, MockBackend, MockPageTable, NullBackend, PlannedFailure, RecordingBackend, type RecordedCall } from '@addrspace/backend-mock'

function recorded(): { set: MemorySet<number, MockPageTable>; backend: RecordingBackend<number, MockPageTable> } {
  return { set: new MemorySet<number, MockPageTable>({ pageTable: new MockPageTable() }), backend: new RecordingBackend(new MockBackend()) }
}

describe('a recorder', () => {
  it('writes down every call with its answer, in order', () => {
    const { set, backend } = recorded()
    unwrap(set.map(va(0x1000), 0x2000n, 7, backend))
    unwrap(set.protect(va(0x1000), 0x1000n, () => 1))
    unwrap(set.fault(va(0x1800), 'read'))
    unwrap(set.unmap(va(0x2000), 0x1000n))
    expect(backend.takeCalls()).toEqual([
      { verb: 'map', start: 0x1000n, size: 0x2000n, flags: 7, answer: true },
      { verb: 'protect', start: 0x1000n, size: 0x1000n, flags: 1, answer: true },
      { verb: 'fault', start: 0x1800n, size: 1n, flags: 1, answer: 'present' },
      { verb: 'unmap', start: 0x2000n, size: 0x1000n, answer: true },
    ])
  })
  it('forgets what was taken', () => {
    const { set, backend } = recorded()
    unwrap(set.map(va(0), 1n, 7, backend))
    expect(backend.takeCalls()).toHaveLength(1)
    expect(backend.takeCalls()).toEqual([])
    unwrap(set.clear())
    expect(backend.takeCalls()).toHaveLength(1)
  })
  it('writes down refusals, and hands them on', () => {
    const { set, backend } = recorded()
    set.pageTable.write(0x1000n, 0x1001n, 5)
    const result = set.map(va(0), 0x2000n, 7, backend)
    expect(result).toMatchObject({ ok: false, error: { refusal: { reason: 'already-mapped' } } })
    expect(backend.takeCalls()).toEqual([{ verb: 'map', start: 0n, size: 0x2000n, flags: 7, answer: { reason: 'already-mapped' } }])
  })
  it('writes down what is thrown, and throws it on', () => {
    const plan = new FailPlan({ how: 'throw' })
    const backend = new RecordingBackend(new FailingBackend(new NullBackend(), plan))
    const set = new MemorySet<number, null>({ pageTable: null })
    expect(() => set.map(va(0), 1n, 7, backend)).toThrow(PlannedFailure)
    const [call, ...others] = backend.takeCalls()
    expect(call).toMatchObject({ verb: 'map', start: 0n, size: 1n })
    expect(call?.thrown).toBeInstanceOf(PlannedFailure)
    expect(call !== undefined && 'answer' in call).toBe(false)
    expect(others).toEqual([])
  })
  it('shares a list with other recorders, so that their calls are in one order', () => {
    const calls: RecordedCall<number>[] = []
    const [first, second] = [new RecordingBackend<number, unknown>(new NullBackend(), calls), new RecordingBackend<number, unknown>(new NullBackend(), calls)]
    const set = new MemorySet<number, null>({ pageTable: null })
    unwrap(set.map(va(2), 1n, 2, second))
    unwrap(set.map(va(1), 1n, 1, first))
    unwrap(set.clear())
    expect(calls.map(({ verb, start }) => `${verb} ${String(start)}`)).toEqual(['map 2', 'map 1', 'unmap 1', 'unmap 2'])
    expect(first.takeCalls()).toHaveLength(4)
    expect(second.takeCalls()).toEqual([])
  })
})

describe('a wrapped backend', () => {
  const plain: MappingBackend<number, unknown> = { map: () => true, unmap: () => true, protect: () => true }
  it('offers what the inner one offers, and nothing else', () => {
    const bare = new RecordingBackend(plain)
    for (const part of ['granule', 'canMerge', 'slice', 'fault'] as const) expect(bare[part]).toBe(undefined)
    expect(bare.inner).toBe(plain)
    const full = new RecordingBackend<number, unknown>({ ...plain, granule: 0x1000n, canMerge: () => true, slice: () => plain, fault: () => 'installed' })
    expect(full.granule).toBe(0x1000n)
    expect([typeof full.canMerge, typeof full.slice, typeof full.fault]).toEqual(['function', 'function', 'function'])
  })
  it('has its granule kept by a set', () => {
    const set = new MemorySet<number, null>({ pageTable: null })
    const result = set.map(va(1), 1n, 7, new RecordingBackend<number, unknown>({ ...plain, granule: 0x1000n }))
    expect(result).toMatchObject({ ok: false, error: { reason: 'misaligned' } })
  })
  it('answers faults as the inner one does', () => {
    const set = new MemorySet<number, null>({ pageTable: null })
    const backend = new RecordingBackend<number, unknown>({ ...plain, fault: () => 'installed' })
    unwrap(set.map(va(0), 1n, 7, backend))
    expect(unwrap(set.fault(va(0), 'read'))).toBe('installed')
    const refusing = new RecordingBackend<number, unknown>({ ...plain, fault: () => ({ reason: 'out-of-frames' }) })
    unwrap(set.map(va(1), 1n, 7, refusing))
    expect(set.fault(va(1), 'read')).toMatchObject({ ok: false, error: { refusal: { reason: 'out-of-frames' } } })
  })
  it('asks the inner one about merging', () => {
    for (const canMerge of [true, false]) {
      const set = new MemorySet<number, null>({ pageTable: null, merge: 'equal-neighbours' })
      const backend = new RecordingBackend<number, unknown>({ ...plain, canMerge: () => canMerge })
      unwrap(set.map(va(0), 1n, 7, backend))
      unwrap(set.map(va(1), 1n, 7, backend))
      expect(set.size).toBe(canMerge ? 1 : 2)
    }
  })
  it('wraps the slices of the inner one, which go on being recorded', () => {
    const set = new MemorySet<number, null>({ pageTable: null })
    const sliced: MappingBackend<number, unknown> = { ...plain, slice: () => ({ ...plain }) }
    const backend = new RecordingBackend<number, unknown>(sliced)
    unwrap(set.map(va(0), 3n, 7, backend))
    unwrap(set.unmap(va(1), 1n))
    unwrap(set.clear())
    expect(backend.takeCalls().map(({ verb, start }) => `${verb} ${String(start)}`)).toEqual(['map 0', 'unmap 1', 'unmap 0', 'unmap 2'])
    expect(set.size).toBe(0)
  })
  it('writes flags as the inner one does, if that does', () => {
    const writing: MappingBackend<number, unknown> = { ...plain, formatFlags: (flags) => `<${flags}>` }
    expect([plain, writing].map((inner) => new RecordingBackend<number, unknown>(inner).formatFlags?.(7))).toEqual([undefined, '<7>'])
  })
  it('is its own slice where the inner one is: its pieces merge again', () => {
    const set = new MemorySet<number, null>({ pageTable: null, merge: 'equal-neighbours' })
    const self: MappingBackend<number, unknown> = { ...plain, slice: () => self }
    const backend = new RecordingBackend<number, unknown>(self)
    unwrap(set.map(va(0), 3n, 7, backend))
    unwrap(set.protect(va(1), 1n, () => 1))
    expect(set.size).toBe(3)
    unwrap(set.protect(va(1), 1n, () => 7))
    expect(set.size).toBe(1)
    expect(set.find(va(0))?.backend).toBe(backend)
  })
})

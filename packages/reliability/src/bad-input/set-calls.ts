/**
 * The methods of sets, snapshots and areas as calls with right arguments, on a set with three areas over the mock.
 */

import { MockBackend, MockPageTable } from '@addrspace/backend-mock'
import { va } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MappingBackend } from '@addrspace/memory-set'
import { parametersOf, type PublicCall } from './calls.ts'
import {
  ALIGN, ANYTHING, choiceOf, FUNCTION, OBJECT, optional, RANGE, SIZE, WORD, type ParameterKind,
} from './wrong-values.ts'

type MockSet = MemorySet<number, MockPageTable>

const backend = new MockBackend()

const BACKEND: ParameterKind = {
  values: [{ map: () => true, unmap: () => true }, { ...lawful(), granule: 3n }, { ...lawful(), granule: 4096 }, { ...lawful(), granule: 0n }],
  isRight: () => false,
}

/** Any function will do that gives flags of the mock. */
const UPDATE: ParameterKind = { values: [], isRight: (value) => typeof value === 'function' }

function lawful(): MappingBackend<number, MockPageTable> {
  return { map: () => true, unmap: () => true, protect: () => true }
}

function smallSet(): MockSet {
  const set: MockSet = new MemorySet({ pageTable: new MockPageTable(), merge: 'equal-neighbours' })
  unwrap(set.map(va(0x1000), 0x1000n, 1, backend))
  unwrap(set.map(va(0x3000), 0x1000n, 2, backend, { guards: { above: 0x1000n } }))
  unwrap(set.map(va(0x8000), 0x2000n, 3, backend))
  return set
}

/** Areas and table as text; calls the set, so it also tells whether the set can still be used. */
function stateOf(set: MockSet): string {
  set.checkInvariants()
  return `${set.toString()}\n${set.pageTable.toString()}`
}

function onSet(name: string, kinds: Readonly<Record<string, ParameterKind>>, args: readonly unknown[], call: (set: MockSet, ...given: readonly never[]) => unknown, isAsking = false): PublicCall {
  return {
    name: `MemorySet.${name}`,
    parameters: parametersOf(kinds),
    isAsking,
    prepare() {
      const set = smallSet()
      return { args, call: (...given) => call(set, ...(given as never[])), state: () => stateOf(set) }
    },
  }
}

const RANGE_KINDS = { '0 range': RANGE, '0.start range': WORD, '0.end range': SIZE }
const GIVEN = { start: 0x1000n, end: 0x4000n }
const said = (answer: unknown): unknown => answer ?? 'nothing'

export const SET_CALLS: readonly PublicCall[] = [
  onSet(
    'map',
    {
      '0 start': WORD, '1 size': SIZE, '2 flags': ANYTHING, '3 backend': BACKEND, '4 options': OBJECT, '4.onOverlap onOverlap': choiceOf('refuse', 'replace'),
      '4.guards guards': OBJECT, '4.guards.below guards.below': optional(SIZE), '4.guards.above guards.above': optional(SIZE),
    },
    [0x5000n, 0x1000n, 5, backend, { onOverlap: 'replace', guards: { below: 0n, above: 0n } }],
    (set, start: never, size: never, flags: never, given: never, options: never) => set.map(start, size, flags, given, options),
  ),
  onSet('unmap', { '0 start': WORD, '1 size': SIZE }, [0x1000n, 0x1000n], (set, start: never, size: never) => set.unmap(start, size)),
  onSet(
    'protect',
    { '0 start': WORD, '1 size': SIZE, '2 update': UPDATE, '3 options': OBJECT, '3.holes holes': choiceOf('skip', 'refuse') },
    [0x1000n, 0x1000n, () => 7, { holes: 'skip' }],
    (set, start: never, size: never, update: never, options: never) => set.protect(start, size, update, options),
  ),
  onSet('fault', { '0 addr': WORD, '1 access': choiceOf('read', 'write', 'exec') }, [0x1000n, 'read'], (set, addr: never, access: never) => set.fault(addr, access)),
  onSet('transaction', { '0 fn': FUNCTION }, [() => ({ ok: true, value: 1 })], (set, fn: never) => set.transaction(fn)),
  onSet('overlaps', RANGE_KINDS, [GIVEN], (set, range: never) => set.overlaps(range) || 'not'),
  onSet('areasIn', RANGE_KINDS, [GIVEN], (set, range: never) => [...set.areasIn(range)]),
  onSet(
    'findFreeArea',
    {
      '0 size': SIZE, '1 options': OBJECT, '1.hint hint': optional(SIZE), '1.limit limit': optional(RANGE), '1.limit.start limit': WORD, '1.limit.end limit': SIZE,
      '1.align align': optional(ALIGN), '1.alignOffset alignOffset': optional(WORD), '1.direction direction': choiceOf('up', 'down'),
      '1.gap gap': OBJECT, '1.gap.below gap.below': optional(SIZE), '1.gap.above gap.above': optional(SIZE),
    },
    [0x1000n, { hint: 0x1000n, limit: { start: 0n, end: 0x10000n }, align: 0x1000n, alignOffset: 0n, direction: 'up', gap: { below: 0n, above: 0n } }],
    (set, size: never, options: never) => said(set.findFreeArea(size, options)),
  ),
  // An address is taken modulo 2^64, so any bigint is right.
  onSet('find', { '0 addr': { values: [], isRight: (value) => typeof value === 'bigint' } }, [0x1000n], (set, addr: never) => said(set.find(addr))),
  onSet('snapshot.find', { '0 addr': { values: [], isRight: (value) => typeof value === 'bigint' } }, [0x1000n], (set, addr: never) => said(set.snapshot().find(addr))),
  onSet('snapshot.overlaps', RANGE_KINDS, [GIVEN], (set, range: never) => set.snapshot().overlaps(range) || 'not'),
  onSet('area.contains', { '0 addr': WORD }, [0x1000n], (set, addr: never) => set.find(va(0x1000))!.contains(addr) || 'not'),
  onSet('area.equals', { '0 other': { values: [], isRight: () => false } }, [undefined], (set, other: never) => set.find(va(0x1000))!.equals(other)),
  {
    name: 'new MemorySet',
    parameters: parametersOf({
      '0 options': { values: [], isRight: (value) => typeof value === 'object' && value !== null },
      '0.flagsEqual flagsEqual': optional(FUNCTION), '0.permits permits': optional(FUNCTION), '0.merge merge': choiceOf('never', 'equal-neighbours'),
    }),
    prepare: () => ({ args: [{ pageTable: null }], call: (options) => new MemorySet(options as never) }),
  },
]

/**
 * Scenarios on the backends without a machine. Flags are the bits of the format themselves; the whole 64-bit space can
 * be used, byte by byte.
 */

import { MockBackend, MockPageTable, NullBackend } from '@addrspace/backend-mock'
import { bitsPermit, scenarioRunner, type ScenarioRunner } from '@addrspace/conformance'
import { WORD_SPACE } from '@addrspace/memory-addr'
import { MemorySet, type MappingBackend } from '@addrspace/memory-set'
import type { CallNotes } from './call-notes.ts'
import { withSubjects, type Subjects } from './one-subject.ts'

const FIND_FREE = { align: 1n, limit: { start: 0n, end: WORD_SPACE } }

/** Flags that are bits already. */
const NUMBERS = {
  flagStyle: 'number' as const,
  toFlags: (bits: number): number => bits,
  toBits: (flags: number): number => flags,
}

export const mockScenarios: ScenarioRunner = openedMockScenarios()
export const nullScenarios: ScenarioRunner = openedNullScenarios()

/** Scenarios on the mock; `opened` is told of the set of each before its first operation. */
export function openedMockScenarios(opened: (set: MemorySet<number, MockPageTable>) => void = () => undefined, notes?: CallNotes, subjects: Subjects = 'fresh'): ScenarioRunner {
  return scenarioRunner(withSubjects<number, MockPageTable>({
    name: 'mock',
    ...NUMBERS,
    open({ merge }) {
      const set = new MemorySet<number, MockPageTable>({ pageTable: new MockPageTable(), permits: bitsPermit, merge })
      opened(set)
      const backend = noted(new MockBackend(), notes) // one object for all areas, so that neighbours may merge
      return { set, findFree: FIND_FREE, backendFor: () => backend }
    },
  }, subjects))
}

/** The same without a table. */
export function openedNullScenarios(opened: (set: MemorySet<number, undefined>) => void = () => undefined, notes?: CallNotes, subjects: Subjects = 'fresh'): ScenarioRunner {
  return scenarioRunner(withSubjects<number, undefined>({
    name: 'null',
    ...NUMBERS,
    open({ merge }) {
      const set = new MemorySet<number, undefined>({ pageTable: undefined, permits: bitsPermit, merge })
      opened(set)
      const backend = noted(new NullBackend(), notes)
      return { set, findFree: FIND_FREE, backendFor: () => backend }
    },
  }, subjects))
}

function noted<P>(backend: MappingBackend<number, P>, notes: CallNotes | undefined): MappingBackend<number, P> {
  return notes === undefined ? backend : notes.around(backend)
}

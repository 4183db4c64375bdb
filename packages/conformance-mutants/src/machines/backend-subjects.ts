/**
 * Our mapping backends over our page tables as subjects of the other part of the suite: areas with frames at once, on
 * demand, or at a fixed distance, in the upper half of the space up to 2^64.
 */

import { FrameBackend, LinearBackend } from '@addrspace/backend-paging'
import type { CaseFilter, CaseReport, Subject } from '@addrspace/conformance'
import { runConformance } from '@addrspace/conformance'
import { wordsOf } from '@addrspace/conformance/page-table'
import type { MachineDescription } from '@addrspace/conformance/page-table'
import { pa, va } from '@addrspace/memory-addr'
import type { MappingBackend } from '@addrspace/memory-set'
import { BitmapAllocator, NONE, PageTable, parseFlags, PhysMemory } from '@addrspace/page-table'
import type { MappingFlags } from '@addrspace/page-table'
import { AARCH64 } from './aarch64.ts'
import { RISCV_SV39, RISCV_SV48, RISCV_SV57 } from './riscv.ts'
import { X86_64, X86_64_LA57 } from './x86-64.ts'

const PAGE = 0x1000n
const FRAMES = 4096n
const SPACE = 1n << 64n

/** A subject whose types stay inside. */
export interface BackendSubject {
  readonly name: string
  readonly report: (filter?: CaseFilter) => readonly CaseReport[]
}

/** A machine's three ways of backing an area. */
function backendSubjectsOf<C>(machine: MachineDescription<C>): readonly [eager: BackendSubject, demand: BackendSubject, linear: BackendSubject] {
  const { format } = machine
  // A linear area begins where frames do: at the start of the upper half, or as far below 2^64 as there are frames.
  const width = 1n << BigInt(Math.min(format.geometry.physBits, format.geometry.virtBits - 1))
  const start = SPACE - width
  return [
    subjectOf(machine, 'eager', start, () => new FrameBackend<C>({ when: 'eager' })),
    subjectOf(machine, 'demand', start, () => new FrameBackend<C>({ when: 'demand' })),
    subjectOf(machine, 'linear', start, () => new LinearBackend<C>(va(start), pa(0))),
  ]
}

function subjectOf<C>({ name, format }: MachineDescription<C>, way: 'eager' | 'demand' | 'linear', start: bigint, createBackend: () => MappingBackend<MappingFlags, PageTable<C>>): BackendSubject {
  const shown = (flags: MappingFlags): MappingFlags => {
    const grant = format.grant(flags)
    return grant.kind === 'granted' ? grant.flags : NONE
  }
  const subject: Subject<MappingFlags, PageTable<C>> = {
    name: `${name} ${way}`,
    manifest: {
      granule: PAGE,
      space: { start, end: SPACE },
      flags: [parseFlags('rwu'), parseFlags(''), parseFlags('rx'), parseFlags('ru')],
      shownFlags: shown,
      hasTable: true, canRefuse: true, isLazy: way === 'demand', isTransactional: true, canMerge: true, takesWideRanges: way === 'demand',
    },
    create() {
      const memory = new PhysMemory({ size: FRAMES * PAGE })
      const frames = new BitmapAllocator({ start: pa(0), end: FRAMES * PAGE })
      const pageTable = new PageTable<C>({ memory, frames, format, invalidations: () => undefined })
      return {
        pageTable,
        backend: createBackend(),
        runs: () => [...pageTable.leaves({ start: va(start), end: SPACE })].map((leaf) => ({ start: leaf.start, end: leaf.start + leaf.size, flags: leaf.flags })),
        image: () => [frames.usedFrames, ...[...wordsOf(memory)].map(([paddr, word]) => `${paddr} ${word}`)].join(),
      }
    },
  }
  return { name: subject.name, report: (filter = '') => runConformance(subject, { filter }) }
}

/** In the order of reports; of modes that differ in their geometry alone, the one that looks most into it. */
export const BACKEND_SUBJECTS: readonly BackendSubject[] = [
  ...backendSubjectsOf(X86_64),
  ...backendSubjectsOf(RISCV_SV39),
  ...backendSubjectsOf(AARCH64),
  backendSubjectsOf(X86_64_LA57)[0],
  backendSubjectsOf(RISCV_SV48)[0],
  backendSubjectsOf(RISCV_SV57)[0],
]

/**
 * Our formats and page tables as a subject of vectors. It tells every detail that it has, so that nothing is
 * left out.
 */

import { aarch64 } from '@addrspace/backend-aarch64'
import { riscvSv39, riscvSv48, riscvSv57 } from '@addrspace/backend-riscv-sv39'
import { x8664, x8664La57 } from '@addrspace/backend-x86-64'
import type { VectorAnswer, VectorEntry, VectorMemory, VectorSubject, VectorTable } from '@addrspace/conformance'
import { pa, physAddr, va } from '@addrspace/memory-addr'
import {
  ACCESS, BitmapAllocator, formatFlags, PageTable, PageTableView, parseFlags, PhysMemory, type PageTableReason, type PageTableResult, type PteEntry,
  type PteFormat, type Translation,
} from '@addrspace/page-table'

/** What vectors ask of one machine. */
interface Machine {
  decode(word: bigint, level: number): VectorEntry
  translate: NonNullable<VectorSubject['translate']>
  openTable(memory: { readonly base: bigint; readonly size: bigint }): VectorTable
}

/** One format as a subject. */
export function vectorSubjectOf<C extends object>(format: PteFormat<C>): VectorSubject {
  return joined([machineOf(format)])
}

/** Any number of machines in one subject; each format answers to its own name. */
function joined(machines: readonly (readonly [name: string, machine: Machine])[]): VectorSubject {
  const byName = new Map(machines)
  const machineOf = (name: string): Machine => {
    const machine = byName.get(name)
    if (machine === undefined) throw new RangeError(`"machine" must be one of ${[...byName.keys()].join(', ')}, got ${JSON.stringify(name)}`)
    return machine
  }
  return {
    machines: [...byName.keys()],
    decode: (machine, word, level) => machineOf(machine).decode(word, level),
    translate: (walk) => machineOf(walk.machine).translate(walk),
    openTable: (machine, memory) => machineOf(machine).openTable(memory),
  }
}

/** Makes a machine of a format. */
function machineOf<C extends object>(format: PteFormat<C>): readonly [string, Machine] {
  const memories = new WeakMap<VectorMemory, PhysMemory>()
  const physMemoryOf = (memory: VectorMemory): PhysMemory => {
    const known = memories.get(memory)
    if (known !== undefined) return known
    const made = new PhysMemory({ base: physAddr(memory.ram.start), size: memory.ram.size })
    for (const [paddr, word] of memory.words) made.writeWord(physAddr(paddr), word)
    memories.set(memory, made)
    return made
  }
  return [
    format.name,
    {
      decode: (word, level) => entryOf(format.decode(word, level), format.dirtyBit !== 0n),
      translate({ memory, roots, vaddr, access, mode, controls }) {
        const view = new PageTableView({ memory: physMemoryOf(memory), format, roots: roots.map((root) => physAddr(root)) })
        return answerOf(view.translate(va(vaddr), access, mode, controls as C))
      },
      openTable: ({ base, size }) => tableOf(format, base, size),
    },
  ]
}

/** A page without access has no word that hardware sees. */
function entryOf(entry: PteEntry, tellsDirty: boolean): VectorEntry {
  switch (entry.kind) {
    case 'absent':
      return { kind: 'absent' }
    case 'table':
      return { kind: 'table', paddr: entry.frame }
    case 'invalid':
      return entry
    case 'leaf': {
      if ((entry.flags & ACCESS) === 0) return { kind: 'absent' }
      return { kind: 'leaf', paddr: entry.frame, flags: formatFlags(entry.flags), accessed: entry.accessed, ...(tellsDirty && { dirty: entry.dirty }) }
    }
  }
}

function answerOf(translation: Translation): VectorAnswer {
  if (translation.kind === 'fault') return { kind: 'fault', fault: translation.reason, level: translation.level, bit: translation.bit }
  return { kind: 'mapped', paddr: translation.paddr, updates: translation.updates.map(({ entryAddress, word }) => ({ paddr: entryAddress, word })) }
}

/** The codes that sets of areas give for what a table refuses. */
const CODES: Readonly<Record<PageTableReason, string>> = {
  'empty-range': 'InvalidParam',
  'non-canonical': 'InvalidParam',
  'misaligned': 'InvalidParam',
  'too-wide': 'InvalidParam',
  'not-expressible': 'InvalidParam',
  'already-mapped': 'AlreadyExists',
  'not-mapped': 'BadState',
  'out-of-frames': 'BadState',
  'invalid-entry': 'BadState',
}

function tableOf<C>(format: PteFormat<C>, base: bigint, size: bigint): VectorTable {
  const memory = new PhysMemory({ base: physAddr(base), size })
  const frames = new BitmapAllocator({ start: physAddr(base), end: base + size })
  const table = new PageTable({ memory, frames, format, invalidations: () => undefined })
  const codeOf = (result: PageTableResult<unknown>): string => (result.ok ? 'ok' : CODES[result.error.reason])
  return {
    map: (start, size, paddr, flags) => codeOf(table.map(va(start), size, pa(paddr), parseFlags(flags))),
    unmap: (start, size) => codeOf(table.unmap(va(start), size, { holes: 'skip' })),
    protect: (start, size, flags, holes) => codeOf(table.protect(va(start), size, parseFlags(flags), { holes })),
    query(vaddr) {
      const found = table.query(va(vaddr))
      return found && { paddr: found.paddr, size: found.size, flags: formatFlags(found.flags) }
    },
  }
}

/** All machines of ours. */
export const VECTOR_SUBJECT: VectorSubject = joined([
  machineOf(x8664), machineOf(x8664La57), machineOf(riscvSv39), machineOf(riscvSv48), machineOf(riscvSv57), machineOf(aarch64),
])

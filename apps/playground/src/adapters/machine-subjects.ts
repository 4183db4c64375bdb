/**
 * The machines as subjects of the conformance suite. What the suite asks of a backend differs for areas that have their
 * frames at once, on demand, or at a fixed distance; so a machine is held against such a case three times, and passes it
 * if no way of backing fails it. Cases about page tables ask the table itself, once.
 */

import { runPageTableConformance, type Backing, type CaseReport, type CaseStatus } from '@addrspace/conformance'
import { PAGE_TABLE_SUBJECTS } from '@addrspace/conformance-mutants'
import { pa, va } from '@addrspace/memory-addr'
import { parseFlags, type MappingFlags, type PageTable } from '@addrspace/page-table'
import { openSpace, PAGE_SIZE } from './address-space.ts'
import { conformanceSubject, isPageTableCase, type ConformanceSubject } from './conformance-subjects.ts'
import type { Machine } from './machines.ts'

/** One way in which areas get their frames. */
interface WayOfBacking {
  readonly name: string
  readonly backing: Backing
  readonly isLazy: boolean
  /** Whether 2^40 bytes are mapped as fast as a page. */
  readonly takesWideRanges: boolean
}

const WAYS: readonly WayOfBacking[] = [
  { name: 'eager', backing: 'alloc', isLazy: false, takesWideRanges: false },
  { name: 'on demand', backing: 'demand', isLazy: true, takesWideRanges: true },
  { name: 'linear', backing: { linear: 0n }, isLazy: false, takesWideRanges: false },
]

/** No case needs more; a small memory is quickly looked through. */
const MEMORY = { base: 0x8000_0000n, size: 0x40_0000n }

/** All machines have these; no access is the value that looks like nothing. */
const FLAGS: readonly [MappingFlags, MappingFlags, ...MappingFlags[]] = [parseFlags('rwu'), parseFlags('r'), parseFlags(''), parseFlags('rxu')]

/** The worse one decides; a case that one way supports is supported. */
const STATUSES: readonly CaseStatus[] = ['fail', 'known', 'pass', 'unsupported']

/** A machine with each way of backing; their reports become one. */
export function machineSubject<C extends object>(machine: Machine<C>): ConformanceSubject {
  const subjects = WAYS.map((way) => ({ way, subject: wayOn(machine, way) }))
  const table = PAGE_TABLE_SUBJECTS.find(({ name }) => name === machine.format.name)
  return {
    run(id) {
      if (isPageTableCase(id) && table !== undefined) return runPageTableConformance(table, { filter: (other) => other === id })[0]!
      const reports = subjects.map(({ way, subject }) => ({ way, report: subject.run(id) }))
      const status = STATUSES.find((candidate) => reports.some(({ report }) => report.status === candidate))!
      return { id, status, detail: detailOf(reports.filter(({ report }) => report.status === status)) }
    },
  }
}

function detailOf(reports: readonly { readonly way: WayOfBacking; readonly report: CaseReport }[]): string {
  const details = Map.groupBy(reports, ({ report }) => report.detail)
  return Array.from(details, ([detail, alike]) => (detail === '' ? '' : `${alike.map(({ way }) => way.name).join(', ')}: ${detail}`))
    .filter((text) => text !== '')
    .join('\n')
}

function wayOn<C extends object>(machine: Machine<C>, way: WayOfBacking): ConformanceSubject {
  const { format } = machine
  return conformanceSubject<MappingFlags, PageTable<C>>({
    name: `${format.name} ${way.name}`,
    manifest: {
      granule: PAGE_SIZE,
      space: { start: 0n, end: endOfSpace(machine, way) },
      flags: FLAGS,
      shownFlags: (flags) => grantedFlags(machine, flags),
      hasTable: true,
      canRefuse: true,
      isLazy: way.isLazy,
      isTransactional: true,
      canMerge: true,
      takesWideRanges: way.takesWideRanges,
    },
    create() {
      const { pageTable, usedFrames, backendFor } = openSpace(machine, { memory: MEMORY })
      return {
        pageTable,
        backend: backendFor(way.backing, va(0)),
        *runs() {
          for (const { start, size, flags } of pageTable.leaves({ start: va(0), end: format.geometry.lowerEnd })) yield { start, end: start + size, flags }
        },
        image: () => ({ usedFrames: usedFrames(), tableCount: pageTable.tableCount, frames: framesOf(pageTable) }),
      }
    },
  })
}

/** Where the lower half ends, or with equal physical addresses, those of the machine. */
function endOfSpace<C extends object>({ format }: Machine<C>, { backing }: WayOfBacking): bigint {
  const { lowerEnd, physBits } = format.geometry
  const physEnd = 1n << BigInt(physBits)
  return typeof backing === 'object' && physEnd < lowerEnd ? physEnd : lowerEnd
}

function grantedFlags<C extends object>(machine: Machine<C>, flags: MappingFlags): MappingFlags {
  const grant = machine.format.grant(flags)
  if (grant.kind === 'refused') throw new RangeError(`"flags" must be ones that every machine grants, got ${flags}: ${grant.why}`)
  return grant.flags
}

const FRAME_BYTES = Number(PAGE_SIZE)

/** The frames of the memory that hold anything, as text, which is quickly compared. */
function framesOf(table: Pick<PageTable<unknown>, 'memory'>): string[] {
  const bytes = new Uint8Array(FRAME_BYTES)
  return Array.from(table.memory.nonZeroFrames(), (frame) => {
    table.memory.read(pa(BigInt(frame) * PAGE_SIZE), bytes)
    return `${frame} ${new TextDecoder('latin1').decode(bytes)}`
  })
}

/**
 * Scenarios on any machine. What depends on the machine is checked before the first operation: where memory may lie, and
 * which controls a translation may name.
 */

import { DEFAULT_MEMORY, ScenarioError, scenarioRunner, type Scenario, type ScenarioRunner } from '@addrspace/conformance'
import { formatHex } from '@addrspace/memory-addr'
import type { InvalidationSink, MappingFlags, PageTable } from '@addrspace/page-table'
import { openSpace, PAGE_SIZE, type AddressSpace } from './address-space.ts'
import type { CallNotes } from './call-notes.ts'
import { controlsOf, type Machine } from './machines.ts'
import { crossedBoundary } from './memory-reach.ts'
import { withSubjects, type Subjects } from './one-subject.ts'
import { scenarioTranslation } from './translation.ts'

/** The tables of a scenario, and where they lie. */
export type ScenarioTable = Pick<PageTable<unknown>, 'memory' | 'roots'>

/** Who wants to know more of a run than its results. */
export interface MachineHooks<C> {
  /** Is told of the address space of each scenario before its first operation. */
  readonly opened?: (space: AddressSpace<C>) => void
  readonly invalidations?: InvalidationSink
  readonly notes?: CallNotes | undefined
  readonly subjects?: Subjects
}

/** An area may have all of its frames at once, and what undoing that takes is about 200 bytes for each: 1 GiB for this much. */
const MOST_MEMORY = 2n ** 34n

/** The scenarios of a machine. */
export function machineScenarios<C extends object>(machine: Machine<C>, { opened, invalidations, notes, subjects = 'fresh' }: MachineHooks<C> = {}): ScenarioRunner {
  const { name, geometry } = machine.format
  const runner = scenarioRunner(withSubjects<MappingFlags, PageTable<C>>({
    name,
    flagStyle: 'letters',
    toFlags: (bits) => bits as MappingFlags,
    toBits: (flags) => flags,
    open(options) {
      const space = openSpace(machine, { ...options, ...(invalidations !== undefined && { invalidations }), framesAround: notes && ((frames) => notes.allocator(frames)) })
      opened?.(space)
      const { set, pageTable, usedFrames, backendFor } = space
      return {
        set,
        findFree: { align: PAGE_SIZE, limit: { start: 0n, end: geometry.lowerEnd } },
        backendFor: notes === undefined ? backendFor : (backing, start) => notes.around(backendFor(backing, start)),
        translate({ addr, access, mode, controls }) {
          const state: C = { ...machine.format.defaultControls, ...controls }
          return scenarioTranslation(pageTable.translate(addr, access, mode, state))
        },
        query: (addr) => pageTable.query(addr) ?? null,
        table() {
          const [root, root1] = pageTable.roots
          return { root: root!, ...(root1 !== undefined && { root1 }), frames: usedFrames() }
        },
      }
    },
  }, subjects))
  const check = (scenario: Scenario): void => {
    runner.check(scenario)
    checkMemory(machine, scenario)
    checkControls(machine, scenario)
  }
  return {
    name,
    check,
    run(scenario, onResult) {
      check(scenario)
      return runner.run(scenario, onResult)
    },
  }
}

function checkMemory<C extends object>(machine: Machine<C>, { header, lines }: Scenario): void {
  const { base, size } = { ...DEFAULT_MEMORY, ...header.memory }
  const { name, geometry } = machine.format
  const refuse = (field: 'base' | 'size', problem: string): never => {
    throw new ScenarioError(lines?.header ?? 0, `memory.${field}`, problem)
  }
  if (base % PAGE_SIZE !== 0n) refuse('base', `must be a multiple of ${formatHex(PAGE_SIZE)} on ${name}`)
  if (size % PAGE_SIZE !== 0n) refuse('size', `must be a multiple of ${formatHex(PAGE_SIZE)} on ${name}`)
  const least = BigInt(geometry.roots) * PAGE_SIZE
  if (size < least) refuse('size', `must be at least ${formatHex(least)} on ${name}, which its root tables take`)
  if (size > MOST_MEMORY) refuse('size', `must be at most ${formatHex(MOST_MEMORY)} on ${name}`)
  const end = 1n << BigInt(geometry.physBits)
  if (base + size > end) refuse('size', `reaches past ${formatHex(end)}, where the physical addresses of ${name} end`)
  const boundary = crossedBoundary(base, base + size)
  if (boundary !== undefined) refuse('size', `reaches across ${formatHex(boundary)}: memory must not reach across a multiple of 2^43`)
}

function checkControls<C extends object>(machine: Machine<C>, { ops, lines }: Scenario): void {
  for (const [index, op] of ops.entries()) {
    if (op.op !== 'translate' || op.controls === undefined) continue
    controlsOf(machine, op.controls, (control, problem) => {
      throw new ScenarioError(lines?.ops[index] ?? 0, `controls.${control}`, problem)
    })
  }
}

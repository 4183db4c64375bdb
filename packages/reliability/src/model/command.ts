// What is done to a set and its twin, as plain data: a list of these can be shortened and written down.
import type { Backing, ScenarioAccess, ScenarioOp } from '@addrspace/conformance'

import type { Layout } from './layout.ts'
import { addressOfCell } from './layout.ts'

/** Cells [start, end); one that starts in the last cell may end behind the window, and behind the space. */
export interface Cells {
  readonly start: number
  readonly end: number
}

/** `linear n` lies at the n-th physical address of the layout. */
export type BackingName = 'alloc' | 'demand' | 'linear 0' | 'linear 1' | 'linear 2'

/** Cells to keep clear. */
export interface ClearCells {
  readonly below: number
  readonly above: number
}

export type Change =
  | (Cells & { readonly op: 'map'; readonly bits: number; readonly backing: BackingName; readonly onOverlap: 'refuse' | 'replace'; readonly guards?: ClearCells })
  | (Cells & { readonly op: 'unmap' })
  /** With a mask, areas in which the masked bits are as wanted already are left alone. */
  | (Cells & { readonly op: 'protect'; readonly bits: number; readonly mask?: number; readonly holes: 'skip' | 'refuse' })
  | { readonly op: 'clear' }
  | { readonly op: 'fault'; readonly at: number; readonly offset: bigint; readonly access: ScenarioAccess }

/** `offset`: bytes from the cell's start. */
export type AddressQuestion = { readonly op: 'find' | 'query'; readonly at: number; readonly offset: bigint }

export type Question =
  | AddressQuestion
  | (Cells & { readonly op: 'overlaps' })
  | { readonly op: 'findFree'; readonly size: number; readonly limit: Cells; readonly hint?: number; readonly align: number; readonly direction: 'up' | 'down'; readonly gap: ClearCells }

/** The end of a transaction, and how it is told to go back. */
export type Closing = { readonly op: 'commit' } | { readonly op: 'rollback'; readonly how: 'refuse' | 'throw' }

/** What a list of commands is made of. Brackets without a partner are put right by `closeBrackets`. */
export type Command =
  | Change
  | Question
  | { readonly op: 'begin' }
  | Closing
  /** A snapshot is held and compared from here on, until the same number is taken again or released. */
  | { readonly op: 'snapshot' | 'release'; readonly slot: number }

/** Leaves out what closes nothing, and closes at the end what is open. */
export function closeBrackets(commands: readonly Command[]): Command[] {
  let depth = 0
  const closed: Command[] = []
  for (const command of commands) {
    if (command.op === 'begin') depth++
    if (command.op === 'commit' || command.op === 'rollback') {
      if (depth === 0) continue
      depth--
    }
    closed.push(command)
  }
  for (; depth > 0; depth--) closed.push({ op: 'commit' })
  return closed
}

/** The physical address that a linear area's start has. */
export function backingOf(layout: Layout, backing: BackingName, start: number): Backing {
  if (backing === 'alloc' || backing === 'demand') return backing
  return { linear: layout.linear[Number(backing.slice('linear '.length))]! + BigInt(start) * layout.unit }
}

/** The operation of a scenario that does the same; undefined for what the format does not have. Guards are left out. */
export function scenarioOpOf(layout: Layout, command: Command, flagsText: (bits: number) => string | number): ScenarioOp | undefined {
  switch (command.op) {
    case 'map': {
      const backing = backingOf(layout, command.backing, command.start)
      return { op: 'map', ...rangeOf(layout, command), flags: flagsText(command.bits), backing, onOverlap: command.onOverlap }
    }
    case 'unmap':
    case 'overlaps':
      return { op: command.op, ...rangeOf(layout, command) }
    case 'protect': {
      const mask = command.mask === undefined ? {} : { mask: flagsText(command.mask) }
      return { op: 'protect', ...rangeOf(layout, command), flags: flagsText(command.bits), ...mask, holes: command.holes }
    }
    case 'find':
    case 'query':
      return { op: command.op, addr: addressOfCell(layout, command.at) + command.offset }
    case 'fault':
      return { op: 'fault', addr: addressOfCell(layout, command.at) + command.offset, access: command.access }
    case 'findFree': {
      const { size, limit, hint, align, direction, gap } = command
      const { unit } = layout
      return {
        op: 'findFree',
        size: BigInt(size) * unit,
        ...(hint !== undefined && { hint: addressOfCell(layout, hint) }),
        limit: [addressOfCell(layout, limit.start), addressOfCell(layout, limit.end)],
        align: BigInt(align) * unit,
        direction,
        gap: { below: BigInt(gap.below) * unit, above: BigInt(gap.above) * unit },
      }
    }
    case 'clear':
    case 'begin':
    case 'commit':
    case 'rollback':
      return { op: command.op }
    case 'snapshot':
    case 'release':
      return undefined
  }
}

function rangeOf(layout: Layout, { start, end }: Cells): { start: bigint; size: bigint } {
  return { start: addressOfCell(layout, start), size: BigInt(end - start) * layout.unit }
}

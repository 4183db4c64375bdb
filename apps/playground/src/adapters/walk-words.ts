/**
 * A refused access in words: where and why the walk stops, and the smallest change that would let the access through.
 */

import { formatHex, type VirtAddr } from '@addrspace/memory-addr'
import type { Access, FaultReason, Mode, ReadableTables } from '@addrspace/page-table'
import { bitName, bitValue, kindOf } from './entry-words.ts'
import { leastChanges, type Change, type LeastChange, type Stop } from './least-change.ts'
import { levelText, namesOfLevel, type Machine } from './machines.ts'

/** What is asked of the tables. */
export interface WalkRequest {
  readonly vaddr: VirtAddr
  readonly access: Access
  readonly mode: Mode
}

/** A walk, and what is needed to tell what would help it on. */
export interface StoppedWalk<C extends object> {
  readonly machine: Machine<C>
  readonly table: ReadableTables<C>
  /** Reads in what has come to lie on the way after a change of the tables. */
  readonly loadWay: () => void
  readonly request: WalkRequest
  readonly controls: C
}

const REASONS: Readonly<Record<FaultReason, string>> = {
  'non-canonical': 'the machine does not translate this address',
  'not-present': 'nothing is there',
  'permission': 'the access is not permitted',
  'reserved': 'the entry is illegal',
  'access-flag': 'the accessed bit is clear, and software is to set it',
  'dirty-flag': 'the dirty bit is clear, and software is to set it',
  'address-size': 'the entry points past the physical addresses of the machine',
  'memory': 'the table is not in the memory of the image',
}

const HIDDEN = 'the page is hidden: no access'

const MOST_SHOWN = 4

/** Gives `permission at level 0, U/S`, and that in words. */
export function describeStop<C extends object>(machine: Machine<C>, { fault: { reason, level, bit }, last }: Stop): { what: string; why: string } {
  const where = reason === 'non-canonical' ? '' : ` at ${levelText(machine, level)}${bit === '' ? '' : `, ${bit}`}`
  const isHidden = reason === 'not-present' && last !== undefined && kindOf(machine.format, last.word, last.level) === 'hidden'
  return { what: `${reason}${where}`, why: isHidden ? HIDDEN : REASONS[reason] }
}

/** What would have to change for the access to be let through, in sentences; none if nothing small helps. */
export function describeWayOut<C extends object>({ machine, table, loadWay, request, controls }: StoppedWalk<C>, { fault: { reason }, last }: Stop): string[] {
  const { geometry, format } = table
  if (reason === 'non-canonical') {
    const { lowerEnd, upperStart } = geometry
    return [`canonical are addresses below ${formatHex(lowerEnd)} and from ${formatHex(upperStart)} on`]
  }
  if (reason === 'memory') return [last === undefined ? 'the root is not in the image' : `the entry at ${formatHex(last.entryAddress)} would have to point to a table in the image`]
  if (last !== undefined) {
    const kind = kindOf(format, last.word, last.level)
    if (kind === 'absent') return [`smallest change: map a page here; the entry at ${formatHex(last.entryAddress)} is not present`]
    if (kind === 'hidden') return [`smallest change: protect the page, which has kept its frame, with flags that permit the ${request.access}`]
  }
  const found = leastChanges(machine, table, { ...request, controls, loadWay })
  if (found.length === 0) return []
  const texts = found.slice(0, MOST_SHOWN).map((least) => describeLeast(machine, least))
  const rest = found.length - texts.length
  return [`smallest change: ${texts.join('; or ')}${rest > 0 ? `; or ${rest} more of this size` : ''}`]
}

function describeLeast<C extends object>(machine: Machine<C>, { changes, next }: LeastChange): string {
  if (next === undefined) return describeChanges(machine, changes)
  const { what, why } = describeStop(machine, next)
  return `${describeChanges(machine, changes)}; after it the fault is ${what} (${why})`
}

/** `U/S=1 and R/W=1 in the entry at 0x80007000 (level 0), and with wp=false`. */
function describeChanges<C extends object>(machine: Machine<C>, changes: readonly Change[]): string {
  const inWords = changes.filter((change) => change.kind === 'bits')
  const inEntries = Array.from(Map.groupBy(inWords, ({ step }) => step), ([step, alike]) => {
    const words = alike.map(({ bits, value }) => `${bitName(bits)}=${bitValue(bits, value)}`).join(' and ')
    return `${words} in the entry at ${formatHex(step.entryAddress)} (${namesOfLevel(machine, step.level).join(', ')})`
  })
  const controls = changes.filter((change) => change.kind === 'control').map(({ name, value }) => `${name}=${String(value)}`).join(' and ')
  if (controls === '') return inEntries.join(', ')
  return inEntries.length === 0 ? `a machine with ${controls}` : `${inEntries.join(', ')}, and with ${controls}`
}

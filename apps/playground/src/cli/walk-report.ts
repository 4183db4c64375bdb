/**
 * A walk as people read it: the entries one after the other, each with its bits by the manual's names, and what becomes
 * of the access; where it is refused, the smallest change that would let it through.
 */

import { formatHex } from '@addrspace/memory-addr'
import { formatFlags, type FaultReason, type Fault, type ReadableTables, type Translated, type WalkStep } from '@addrspace/page-table'
import { bitName, bitsOf, kindOf, layoutOf, type NamedBits } from '../adapters/entry-words.ts'
import { leastChanges, type Change } from '../adapters/least-change.ts'
import type { Machine } from '../adapters/machines.ts'
import type { Output, Paint } from './output.ts'
import { roughSize } from './picture.ts'
import type { WalkRequest } from './walk.ts'

/** What is told of. */
export interface ReportedWalk<C extends object> {
  readonly machine: Machine<C>
  readonly table: ReadableTables<C>
  readonly request: WalkRequest
  readonly controls: C
  /** As the image has it. */
  readonly mair: bigint | undefined
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

const MOST_SHOWN = 4

/** Prints the walk. */
export function printWalk<C extends object>(walk: ReportedWalk<C>, output: Output): void {
  const { machine, table, request, controls, mair } = walk
  const { vaddr, access, mode } = request
  const { paint } = output
  // Both halves may begin at the same table.
  const root = table.roots[table.geometry.rootOf(vaddr)] ?? table.roots[0]!
  output.line(`${paint('bold', formatHex(vaddr))}  ${access} by ${mode} on ${table.format.name}, root ${formatHex(root)}`)
  const translation = table.translate(vaddr, access, mode, controls)
  for (const step of table.walk(vaddr)) printStep(table, step, translation.kind === 'fault' ? translation : undefined, output)
  if (translation.kind === 'fault') printFault(walk, translation, output)
  else printMapped(table, request, translation, output)
  if (mair !== undefined && machine.mair !== undefined && mair !== machine.mair) {
    output.line(paint('dim', `The image's MAIR_EL1 is ${formatHex(mair)}; memory types are told as with ${formatHex(machine.mair)}.`))
  }
}

function printStep<C>({ format }: ReadableTables<C>, { level, index, entryAddress, word, entry }: WalkStep, fault: Fault | undefined, output: Output): void {
  const { paint } = output
  const layout = layoutOf(format, word, level)
  const target = entry.kind === 'table' || entry.kind === 'leaf' ? ` ${formatHex(entry.frame)}` : ''
  output.line(`level ${level}  [${index}] at ${formatHex(entryAddress)}  ${formatHex(word)}  ${kindOf(format, word, level)}${target}`)
  if (layout === undefined) return
  const bits = bitsOf(layout, word).filter(({ role, held }) => role !== 'frame' && (role === 'flag' || held !== 0n))
  output.line(`         ${bits.map((named) => bitText(named, fault?.level === level ? fault.bit : undefined, paint)).join('  ')}`)
}

/** `U/S=1`; what a fault names stands out, what is clear stands back. */
function bitText(bits: NamedBits, fault: string | undefined, paint: Paint): string {
  const text = `${bitName(bits)}=${bits.high === bits.low ? bits.held : formatHex(bits.held)}`
  if (fault !== undefined && fault !== '' && bits.name === fault) return paint('bad', text)
  return bits.held === 0n ? paint('dim', text) : text
}

function printMapped<C>(table: ReadableTables<C>, { vaddr }: WalkRequest, { paddr, size, updates }: Translated, output: Output): void {
  const flags = table.query(vaddr)?.flags
  output.line(`${output.paint('good', formatHex(paddr))}, in a leaf of ${roughSize(size)}${flags === undefined ? '' : ` that grants ${formatFlags(flags)}`}`)
  for (const { entryAddress, word } of updates) output.line(`the machine would set accessed or dirty: ${formatHex(word)} at ${formatHex(entryAddress)}`)
}

function printFault<C extends object>(walk: ReportedWalk<C>, { reason, level, bit }: Fault, output: Output): void {
  const { paint } = output
  const where = reason === 'non-canonical' ? '' : ` at level ${level}${bit === '' ? '' : `, ${bit}`}`
  output.line(`${paint('bad', `fault: ${reason}${where}`)} (${REASONS[reason]})`)
  for (const line of describeWayOut(walk, reason)) output.line(line)
}

function describeWayOut<C extends object>({ machine, table, request, controls }: ReportedWalk<C>, reason: FaultReason): string[] {
  const { geometry, format } = table
  const last = table.walk(request.vaddr).at(-1)
  if (reason === 'non-canonical') {
    const { lowerEnd, upperStart } = geometry
    return [`canonical are addresses below ${formatHex(lowerEnd)} and from ${formatHex(upperStart)} on`]
  }
  if (reason === 'memory') return [last === undefined ? 'the root is not in the image' : `the entry at ${formatHex(last.entryAddress)} would have to point to a table in the image`]
  if (last !== undefined) {
    const kind = kindOf(format, last.word, last.level)
    if (kind === 'absent') return [`smallest change: map a page here; the entry at ${formatHex(last.entryAddress)} is not present`]
    if (kind === 'hidden') return [`smallest change: protect the page, which keeps its frame but grants no access, with flags that permit the ${request.access}`]
  }
  const found = leastChanges(machine, table, { ...request, controls })
  if (found.length === 0) return []
  const texts = found.slice(0, MOST_SHOWN).map(describeChanges)
  const rest = found.length - texts.length
  return [`smallest change: ${texts.join('; or ')}${rest > 0 ? `; or ${rest} more of this size` : ''}`]
}

/** `U/S=1 and R/W=1 in the entry at 0x80007000 (level 0)`. */
function describeChanges(changes: readonly Change[]): string {
  const inEntries = Map.groupBy(changes, (change) => (change.kind === 'bits' ? change.step : undefined))
  return Array.from(inEntries, ([step, alike]) => {
    const words = alike.map(({ name, value }) => `${name}=${String(value)}`).join(' and ')
    return step === undefined ? `a machine with ${words}` : `${words} in the entry at ${formatHex(step.entryAddress)} (level ${step.level})`
  }).join(', ')
}

/**
 * A walk as people read it: the entries one after the other, each with its bits by the manual's names, and what becomes
 * of the access; where it is refused, the smallest change that would let it through.
 */

import { formatHex } from '@addrspace/memory-addr'
import { formatFlags, type FaultReason, type ReadableTables, type Translated, type WalkStep } from '@addrspace/page-table'
import { bitName, bitRange, bitsOf, bitValue, kindOf, layoutOf, valueMeaning, type NamedBits } from '../adapters/entry-words.ts'
import { leastChanges, type Change, type LeastChange, type Stop } from '../adapters/least-change.ts'
import { levelText, namesOfLevel, type Machine } from '../adapters/machines.ts'
import type { Output, Paint } from './output.ts'
import { roughSize } from './picture.ts'
import { wrapWords } from './table.ts'
import type { WalkRequest } from './walk.ts'

/** What is told of. */
export interface ReportedWalk<C extends object> {
  readonly machine: Machine<C>
  readonly table: ReadableTables<C>
  /** Reads in what has come to lie on the way after a change of the tables. */
  readonly loadWay: () => void
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

const HIDDEN = 'the page is hidden: no access'

const MOST_SHOWN = 4
const INDENT = ' '.repeat(9)

/** Prints the walk. */
export function printWalk<C extends object>(walk: ReportedWalk<C>, output: Output): void {
  const { machine, table, request, controls, mair } = walk
  const { vaddr, access, mode } = request
  const { paint } = output
  // Both halves may begin at the same table.
  const root = table.roots[table.geometry.rootOf(vaddr)] ?? table.roots[0]!
  output.line(`${paint('bold', formatHex(vaddr))}  ${access} by ${mode} on ${table.format.name}, root ${formatHex(root)}`)
  const translation = table.translate(vaddr, access, mode, controls)
  const steps = table.walk(vaddr)
  const stop = translation.kind === 'fault' ? { fault: translation, last: steps.at(-1) } : undefined
  for (const step of steps) printStep(machine, step, stop, output)
  if (translation.kind === 'mapped') printMapped(table, request, translation, output)
  else printFault(walk, { fault: translation, last: steps.at(-1) }, output)
  if (mair !== undefined && machine.mair !== undefined && mair !== machine.mair) {
    output.line(paint('dim', `The image's MAIR_EL1 is ${formatHex(mair)}; memory types are told as with ${formatHex(machine.mair)}.`))
  }
}

function printStep<C extends object>(machine: Machine<C>, { level, index, entryAddress, word, entry }: WalkStep, stop: Stop | undefined, output: Output): void {
  const { format } = machine
  const kind = kindOf(format, word, level)
  const target = entry.kind === 'table' || entry.kind === 'leaf' ? ` ${formatHex(entry.frame)}` : ''
  output.line(`${levelText(machine, level)}  [${index}] at ${formatHex(entryAddress)}  ${formatHex(word)}  ${kind}${target}`)
  if (kind === 'absent' && word === 0n) return
  const bits = bitsOf(layoutOf(format, word, level), word)
  const atFault = stop?.fault.level === level ? stop.fault.bit : ''
  const texts = kind === 'absent' ? absentTexts(bits, output.paint) : bits.filter(isTold).map((named) => bitText(named, atFault, output.paint))
  for (const line of wrapWords(texts, output.columns - INDENT.length)) output.line(INDENT + line)
}

/** What has a meaning is told whatever it is, the rest where it is set; the frame is told already. */
function isTold({ role, name, held }: NamedBits): boolean {
  if (role === 'frame') return false
  return held !== 0n || role === 'flag' || role === 'field' || (role === 'fixed' && name !== '')
}

/** `U/S=1`; what a fault names stands out, what is clear stands back. */
function bitText(bits: NamedBits, fault: string, paint: Paint): string {
  const meaning = bits.role === 'field' ? valueMeaning(bits) : undefined
  const text = `${bitName(bits)}=${bitValue(bits, bits.held)}${meaning === undefined ? '' : ` (${meaning})`}`
  if (fault !== '' && (bits.name === fault || bitRange(bits) === fault)) return paint('bad', text)
  return bits.held === 0n ? paint('dim', text) : text
}

/** `P=0`, and what else is set. */
function absentTexts(bits: readonly NamedBits[], paint: Paint): string[] {
  const decisive = bits.filter(({ role }) => role === 'fixed').map((named) => bitText(named, '', (_, text) => text))
  const others = bits.filter(({ role, held }) => role !== 'fixed' && held !== 0n)
    .map((named) => paint('dim', `${named.name === '' ? bitRange(named) : named.name}=${bitValue(named, named.held)}`))
  const [first, ...rest] = others
  return first === undefined ? decisive : [...decisive, `${paint('dim', 'ignored:')} ${first}`, ...rest]
}

function printMapped<C>(table: ReadableTables<C>, { vaddr }: WalkRequest, { paddr, size, updates }: Translated, output: Output): void {
  const flags = table.query(vaddr)?.flags
  output.line(`${output.paint('good', formatHex(paddr))}, in a leaf of ${roughSize(size)}${flags === undefined ? '' : ` that grants ${formatFlags(flags)}`}`)
  for (const { entryAddress, word } of updates) output.line(`the machine would set accessed or dirty: ${formatHex(word)} at ${formatHex(entryAddress)}`)
}

function printFault<C extends object>(walk: ReportedWalk<C>, stop: Stop, output: Output): void {
  const { what, why } = describeStop(walk.machine, stop)
  output.line(`${output.paint('bad', `fault: ${what}`)} (${why})`)
  for (const line of describeWayOut(walk, stop)) output.line(line)
}

/** `permission at level 0, U/S`, and that in words. */
function describeStop<C extends object>(machine: Machine<C>, { fault: { reason, level, bit }, last }: Stop): { what: string; why: string } {
  const where = reason === 'non-canonical' ? '' : ` at ${levelText(machine, level)}${bit === '' ? '' : `, ${bit}`}`
  const isHidden = reason === 'not-present' && last !== undefined && kindOf(machine.format, last.word, last.level) === 'hidden'
  return { what: `${reason}${where}`, why: isHidden ? HIDDEN : REASONS[reason] }
}

function describeWayOut<C extends object>({ machine, table, loadWay, request, controls }: ReportedWalk<C>, { fault: { reason }, last }: Stop): string[] {
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

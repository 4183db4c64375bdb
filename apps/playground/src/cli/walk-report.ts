/**
 * A walk as people read it: the entries one after the other, each with its bits by the manual's names, and what becomes
 * of the access; where it is refused, the smallest change that would let it through.
 */

import { formatHex } from '@addrspace/memory-addr'
import { formatFlags, type ReadableTables, type Translated, type WalkStep } from '@addrspace/page-table'
import { bitName, bitRange, bitsOf, bitValue, kindOf, layoutOf, valueMeaning, type NamedBits } from '../adapters/entry-words.ts'
import type { Stop } from '../adapters/least-change.ts'
import { levelText, type Machine } from '../adapters/machines.ts'
import { describeStop, describeWayOut, type StoppedWalk, type WalkRequest } from '../adapters/walk-words.ts'
import type { Output, Paint } from './output.ts'
import { roughSize } from './picture.ts'
import { wrapWords } from './table.ts'

/** What is told of. */
export interface ReportedWalk<C extends object> extends StoppedWalk<C> {
  /** As the image has it. */
  readonly mair: bigint | undefined
}

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

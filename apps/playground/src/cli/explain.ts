/**
 * `addrspace explain`: says what every bit of an entry's word means.
 */

import { formatHex } from '@addrspace/memory-addr'
import { formatFlags, type PteEntry, type PteFormat } from '@addrspace/page-table'
import { leastRepairs } from '../adapters/entry-repair.ts'
import { bitRange, bitsOf, bitValue, kindOf, layoutOf, valueMeaning, type NamedBits } from '../adapters/entry-words.ts'
import { levelText, type Machine } from '../adapters/machines.ts'
import { requireMachine } from './backends.ts'
import { EXIT_OK, InputError } from './failure.ts'
import { readWordArgument } from './numbers.ts'
import type { Output } from './output.ts'
import { alignColumns } from './table.ts'

export interface ExplainOptions {
  /** A machine. */
  readonly backend: string
  /** Steps that a walk has still to go; 0 holds the smallest leaves. */
  readonly level: string
  readonly json?: boolean
}

/**
 * Tells of one word.
 *
 * @throws InputError if there is no such machine, it has no such level, or the word is none.
 */
export async function explain(text: string, options: ExplainOptions, output: Output): Promise<number> {
  const word = readWordArgument('WORD', text)
  const machine = await requireMachine(options.backend)
  machine.use((loaded) => {
    const level = readLevel(loaded.format, options.level)
    if (options.json === true) output.json(asJson(loaded.format, word, level))
    else printWord(loaded, word, level, output)
  })
  return EXIT_OK
}

function readLevel<C>({ name, geometry }: PteFormat<C>, text: string): number {
  const level = /^[0-9]$/.test(text) ? Number(text) : -1
  if (level < 0 || level >= geometry.levels) throw new InputError(`--level must be 0 to ${geometry.levels - 1} on ${name}, got ${JSON.stringify(text)}`)
  return level
}

function asJson<C>(format: PteFormat<C>, word: bigint, level: number): object {
  const layout = layoutOf(format, word, level)
  return {
    backend: format.name,
    level,
    word: formatHex(word),
    kind: kindOf(format, word, level),
    title: layout.title,
    source: layout.source,
    bits: bitsOf(layout, word).map((bits) => {
      const { high, low, role, name, meaning, held } = bits
      return { high, low, role, name, value: formatHex(held), meaning, says: valueMeaning(bits) }
    }),
  }
}

function printWord<C extends object>(machine: Machine<C>, word: bigint, level: number, output: Output): void {
  const { paint } = output
  const { format } = machine
  const layout = layoutOf(format, word, level)
  const entry = format.decode(word, level)
  const kind = kindOf(format, word, level)
  output.line(`${paint('bold', formatHex(word))} at ${levelText(machine, level)} of ${format.name}: ${describeEntry(entry, kind)}`)
  const isAbsent = kind === 'absent'
  const ignored = `${format.presentBitName} is clear: the machine looks at no other bit`
  if (isAbsent && word === 0n) {
    output.line(ignored)
    return
  }
  output.line(isAbsent ? `${ignored}; they are named as in: ${layout.title}` : layout.title)
  const complaints = complaintsAbout(format, word, level)
  const rows = bitsOf(layout, word).map((bits) => {
    const complaint = complaints.get(bitRange(bits))
    const says = valueMeaning(bits)
    const row = [bitRange(bits), bitValue(bits, bits.held), bits.role, bits.name, [bits.meaning, says === undefined ? '' : `here ${says}`].filter((text) => text !== '').join('; ')]
    return complaint === undefined ? { mark: '', row } : { mark: '>', row: row.with(-1, `${row.at(-1)!}: ${complaint}`) }
  })
  for (const [index, line] of alignColumns(rows.map(({ row }) => row)).entries()) {
    const { mark } = rows[index]!
    output.line(mark === '' ? `  ${line}` : paint('bad', `${mark} ${line}`))
  }
  output.line(paint('dim', layout.source))
  if (machine.mair !== undefined && layout.bits.some(({ name }) => name === 'AttrIndx')) output.line(paint('dim', `Memory types are told as with MAIR_EL1 = ${formatHex(machine.mair)}.`))
}

/** By the place of a row: what it would have to hold, in an illegal word; what the format blames is among them. */
function complaintsAbout<C>(format: PteFormat<C>, word: bigint, level: number): Map<string, string> {
  const repairs = leastRepairs(format, word, level)
  const wanted = Map.groupBy(repairs.flat(), ({ bits }) => bitRange(bits))
  const complaints = new Map(Array.from(wanted, ([place, changes]) => {
    const values = [...new Set(changes.map(({ bits, value }) => bitValue(bits, value)))]
    const isInAll = repairs.every((repair) => repair.some(({ bits }) => bitRange(bits) === place))
    const last = values.pop()!
    const choice = values.length === 0 ? last : `${values.join(', ')} or ${last}`
    return [place, isInAll ? `must be ${choice}` : `${choice} would do`]
  }))
  const entry = format.decode(word, level)
  if (entry.kind !== 'invalid') return complaints
  const blamed = bitsOf(layoutOf(format, word, level), word).filter((bits) => isNamed(bits, entry.bit) && !complaints.has(bitRange(bits)))
  for (const bits of blamed) complaints.set(bitRange(bits), 'not so')
  return complaints
}

function isNamed(bits: NamedBits, name: string): boolean {
  return bits.name === name || bitRange(bits) === name
}

function describeEntry(entry: PteEntry, kind: string): string {
  switch (entry.kind) {
    case 'absent':
      return 'not present'
    case 'table':
      return `a table at ${formatHex(entry.frame)}`
    case 'invalid':
      return `illegal (${entry.reason}${entry.bit === '' ? '' : `, ${entry.bit}`})`
    case 'leaf': {
      const seen = [entry.accessed && 'accessed', entry.dirty && 'dirty'].filter((word) => word !== false)
      const flags = formatFlags(entry.flags)
      const grants = kind === 'hidden' ? 'without access, hidden from the machine' : `that grants ${flags}`
      return [`a leaf at ${formatHex(entry.frame)} ${grants}`, ...seen].join(', ')
    }
  }
}

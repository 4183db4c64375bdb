/**
 * `addrspace explain`: says what every bit of an entry's word means.
 */

import { formatHex } from '@addrspace/memory-addr'
import { formatFlags, type PteEntry, type PteFormat } from '@addrspace/page-table'
import { bitRange, bitsOf, kindOf, layoutOf } from '../adapters/entry-words.ts'
import { machineNames, requireBackend } from './backends.ts'
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
  const { name, loadMachine } = requireBackend(options.backend)
  if (loadMachine === undefined) throw new InputError(`${name} has no entries; machines are ${machineNames()}`)
  const machine = await loadMachine()
  machine.use(({ format }) => {
    const level = readLevel(format, options.level)
    if (options.json === true) output.json(asJson(format, word, level))
    else printWord(format, word, level, output)
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
  const bits = layout === undefined ? [] : bitsOf(layout, word)
  return {
    backend: format.name,
    level,
    word: formatHex(word),
    kind: kindOf(format, word, level),
    title: layout?.title ?? null,
    source: layout?.source ?? null,
    bits: bits.map(({ high, low, role, name, meaning, held }) => ({ high, low, role, name, value: formatHex(held), meaning })),
  }
}

function printWord<C>(format: PteFormat<C>, word: bigint, level: number, output: Output): void {
  const { paint } = output
  const layout = layoutOf(format, word, level)
  output.line(`${paint('bold', formatHex(word))} at level ${level} of ${format.name}: ${describeEntry(format.decode(word, level), kindOf(format, word, level))}`)
  if (layout === undefined) {
    output.line(`  0  ${format.presentBitName} is clear: the machine looks at no other bit`)
    return
  }
  output.line(layout.title)
  const rows = bitsOf(layout, word).map((bits) => {
    const held = bits.high === bits.low ? String(bits.held) : formatHex(bits.held)
    const row = [bitRange(bits), held, bits.role, bits.name, bits.meaning]
    return bits.role === 'reserved' && bits.held !== 0n ? row.map((cell) => paint('bad', cell)) : row
  })
  for (const line of alignColumns(rows)) output.line(`  ${line}`)
  output.line(paint('dim', layout.source))
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

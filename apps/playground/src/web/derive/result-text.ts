/** Results in words. */

import type { JsonValue } from '@addrspace/conformance'
import type { StepOutcome } from './steps.ts'

/** What an operation came to, in a few words: `done`, `refused: overlap`, `0x80004000`. */
export function resultText({ status, result, reason }: StepOutcome): string {
  switch (status) {
    case 'done':
      return result === 'installed' ? 'page installed' : 'done'
    case 'refused':
      return `refused: ${reason ?? text(result)}`
    case 'no-table':
      return 'no page tables'
    case 'answered':
      return valueText(result)
  }
}

/** `0x400000–0x404000 rwu` of an area, `permission, level 0, R/W` of a fault, and so on. */
function valueText(value: JsonValue): string {
  if (value === null) return 'nothing there'
  if (typeof value !== 'object') return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
  if (isList(value)) return value.length === 0 ? 'none' : value.map(valueText).join(', ')
  const { start, end, paddr, size, flags, fault, level, bit } = value
  if (fault !== undefined) return `fault: ${text(fault)}, level ${text(level)}${bit === '' ? '' : `, ${text(bit)}`}`
  if (paddr !== undefined) return [text(paddr), ...(size === undefined ? [] : [`leaf of ${text(size)}`]), ...(flags === undefined ? [] : [flagsText(flags)])].join(', ')
  if (start !== undefined) return `${text(start)}–${text(end)} ${flagsText(flags)}`
  return JSON.stringify(value)
}

function flagsText(flags: JsonValue | undefined): string {
  return flags === '' ? 'no access' : text(flags)
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** `4 KiB`, `2 MiB`; exact where the size is a whole number of units. */
export function sizeText(size: bigint): string {
  let unit = 0
  let rest = size
  while (rest % 1024n === 0n && rest > 0n && unit < UNITS.length - 1) {
    rest /= 1024n
    unit += 1
  }
  return `${rest} ${UNITS[unit]!}`
}

/** `4 KiB`; of what is no whole number of units, `≈ 1.5 GiB`. */
export function shortSize(size: bigint): string {
  const exact = sizeText(size).replace('bytes', 'B')
  if (exact.length <= 8) return exact
  let unit = 0
  let value = Number(size)
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  return `≈ ${value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${unit === 0 ? 'B' : UNITS[unit]!}`
}

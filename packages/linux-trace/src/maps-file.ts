/**
 * The kernel's list of areas, `/proc/PID/maps`, read and written. One area per line, in address order, not overlapping;
 * a line that is not of this form, or breaks the order, is refused by its number. Names keep every character, spaces and
 * ` (deleted)` included.
 */
import { formatHex, virtAddr, WORD_SPACE, type VirtAddr } from '@addrspace/memory-addr'

import { TraceInputError } from './errors.ts'
import { LineSplitter } from './lines.ts'

/** One line of a maps file. */
export interface MapsArea {
  /** First address. */
  readonly start: VirtAddr
  /** Exclusive; up to 2^64. */
  readonly end: bigint
  /** Four characters: `r` or `-`, `w` or `-`, `x` or `-`, `s` (shared) or `p` (private). */
  readonly permission: string
  /** Offset of the first byte in the file, in bytes. */
  readonly offset: bigint
  /** Major and minor number in hexadecimal, as written: `fe:00`. */
  readonly device: string
  /** Of the file; 0 where there is none. */
  readonly inode: bigint
  /** Path, or a name in brackets that the kernel gives; may be empty. */
  readonly name: string
}

const PAGE_SIZE = 0x1000n

/** Column of the name, counted from 0, where the kernel's own lines have it. */
const NAME_COLUMN = 73

const LINE = /^([0-9a-f]{1,16})-([0-9a-f]{1,17}) ([r-][w-][x-][sp]) ([0-9a-f]{1,16}) ([0-9a-f]+:[0-9a-f]+) ([0-9]{1,20})(?: +(.*))?$/s

/**
 * Reads a maps file.
 *
 * @throws TypeError if `text` is no string.
 * @throws TraceInputError naming file and line if a line is no area, an area is empty or not made of whole pages, or
 *   one begins before its predecessor's end.
 * @example
 * parseMapsFile('7000-9000 r-xp 00000000 fe:00 12   /tmp/a b (deleted)\n')[0]?.name // => '/tmp/a b (deleted)'
 */
export function parseMapsFile(text: string, file = 'maps'): MapsArea[] {
  if (typeof text !== 'string') throw new TypeError(`"text" must be a string, got ${typeof text}`)
  const areas: MapsArea[] = []
  let previousEnd = 0n
  const lines = new LineSplitter(file, (taken, line) => {
    const where = { file, line }
    // Of a name, neither: written and read again, it would not be the same.
    const content = taken.replace(/\r+$/, '')
    if (content.trim() === '') return
    const area = parseArea(content)
    if (area === undefined) throw new TraceInputError(where, 'an area as in /proc/PID/maps', content)
    if (area.start >= area.end || area.end > WORD_SPACE) throw new TraceInputError(where, 'an end above the start, at most 2^64', content)
    if (area.start % PAGE_SIZE !== 0n || area.end % PAGE_SIZE !== 0n) throw new TraceInputError(where, 'multiples of 4096', content)
    if (area.start < previousEnd) {
      throw new TraceInputError(where, `an area at or above ${formatHex(previousEnd)}, where the one before ends`, content)
    }
    previousEnd = area.end
    areas.push(area)
  })
  lines.push(text)
  lines.end()
  return areas
}

/** Writes one area as the kernel does, without a line end. */
export function formatMapsArea(area: MapsArea): string {
  const range = `${padded(area.start)}-${padded(area.end)}`
  const line = `${range} ${area.permission} ${padded(area.offset)} ${area.device} ${area.inode} `
  return area.name === '' ? line : line.padEnd(NAME_COLUMN) + area.name
}

/** Writes a maps file, every line with its end. */
export function formatMapsFile(areas: Iterable<MapsArea>): string {
  let text = ''
  for (const area of areas) text += `${formatMapsArea(area)}\n`
  return text
}

function parseArea(line: string): MapsArea | undefined {
  const fields = LINE.exec(line)
  if (fields === null) return undefined
  return {
    start: virtAddr(BigInt(`0x${fields[1]!}`)),
    end: BigInt(`0x${fields[2]!}`),
    permission: fields[3]!,
    offset: BigInt(`0x${fields[4]!}`),
    device: fields[5]!,
    inode: BigInt(fields[6]!),
    name: fields[7] ?? '',
  }
}

function padded(value: bigint): string {
  return value.toString(16).padStart(8, '0')
}

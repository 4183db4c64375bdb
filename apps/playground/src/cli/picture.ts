/**
 * A picture of an address space in a few lines of text. Areas that lie close together share a strip, drawn to scale, one
 * character per cell; the wide gaps between strips are only told. What an area permits is its character, and its colour
 * where there are colours.
 *
 *     0x555555554000-0x555555561000 (52 KiB, 4 areas, 1 cell = 4 KiB)
 *       rr-xxx.....www
 *         ~ 42.7 TiB free
 *     0x7ffff7d00000-…
 */

import { formatHex } from '@addrspace/memory-addr'
import type { Paint, Tone } from './output.ts'

/** An area as it is drawn: [start, end), and its permission, of which the letters r, w and x count. */
export interface DrawnArea {
  readonly start: bigint
  /** Exclusive; up to 2^64. */
  readonly end: bigint
  /** For instance `rw-p` or `rx`; any other characters are ignored. */
  readonly permission: string
}

/** How to draw. */
export interface PictureOptions {
  /** Characters a line may have, at least 20; default 80. */
  readonly columns?: number
  /** Default: no colours. */
  readonly paint?: Paint
}

const DEFAULT_COLUMNS = 80
const INDENT = '  '
const FREE = '.'
const LEGEND_GAP = '   '
const LARGEST_UNIT = 0x1000n

/** A gap of more than 1/8 of a strip, or an area of more than 3/4, is taken out of it: the strip would show little else. */
const GAP_WEIGHT = 24n
const AREA_WEIGHT = 4n
const STRIP_WEIGHT = 3n
const MOST_STRIPS = 12

/** A strip with many areas takes several rows, so that there are about this many cells for each area. */
const CELLS_PER_AREA = 2
const MOST_ROWS = 4

/** What a permission is drawn as. */
interface Look {
  readonly character: string
  readonly tone: Tone
  readonly label: string
}

/** By bits: r = 1, w = 2, x = 4. */
const LOOKS: readonly [Look, Look, Look, Look, Look, Look, Look, Look] = [
  { character: '-', tone: 'dim', label: 'no access' },
  { character: 'r', tone: 'read', label: 'read' },
  { character: 'o', tone: 'write', label: 'write only' },
  { character: 'w', tone: 'write', label: 'read and write' },
  { character: 'e', tone: 'execute', label: 'execute only' },
  { character: 'x', tone: 'execute', label: 'read and execute' },
  { character: '%', tone: 'danger', label: 'write and execute' },
  { character: '#', tone: 'danger', label: 'read, write and execute' },
]

/**
 * Draws areas, which are in address order and disjoint; the last line explains the characters that occur.
 *
 * @example
 * drawPicture([{ start: 0x1000n, end: 0x3000n, permission: 'rw-p' }])
 * // => ['0x1000-0x3000 (8 KiB, 1 cell = 4 KiB)', '  ww', 'w read and write']
 */
export function drawPicture(areas: readonly DrawnArea[], options: PictureOptions = {}): string[] {
  const { columns = DEFAULT_COLUMNS, paint = (_, text) => text } = options
  const lines: string[] = []
  const width = columns - INDENT.length
  const strips = cutIntoStrips(areas, width)
  let previousEnd: bigint | undefined
  for (const strip of strips) {
    const start = strip[0]!.start
    if (previousEnd !== undefined && previousEnd < start) lines.push(paint('dim', `${INDENT}${INDENT}~ ${roughSize(start - previousEnd)} free`))
    lines.push(...drawStrip(strip, width, paint))
    previousEnd = strip.at(-1)!.end
  }
  return [...lines, ...drawLegend(strips, columns, paint)]
}

/** Takes out what is too wide, worst first, until no strip has such a thing or there are enough strips. */
function cutIntoStrips(areas: readonly DrawnArea[], width: number): DrawnArea[][] {
  const strips: DrawnArea[][] = areas.length === 0 ? [] : [[...areas]]
  while (strips.length < MOST_STRIPS) {
    const cuts = strips.map((strip) => widestPart(strip, width))
    const worst = cuts.reduce((known, cut, index) => (isWorse(cut, cuts[known]!) ? index : known), 0)
    const cut = cuts[worst]
    if (cut === undefined || cut.weight <= cut.span * STRIP_WEIGHT) break
    const strip = strips[worst]!
    const pieces = [strip.slice(0, cut.from), strip.slice(cut.from, cut.to), strip.slice(cut.to)]
    strips.splice(worst, 1, ...pieces.filter((piece) => piece.length > 0))
  }
  return strips
}

/** What takes most of a strip: the gap in front of an area (`from` and `to` its index), or an area (`to` the next index). */
interface Cut {
  readonly from: number
  readonly to: number
  /** Size times the weight of its kind; too wide if that exceeds the weight of the strip. */
  readonly weight: bigint
  /** Size of the strip. */
  readonly span: bigint
}

function widestPart(strip: readonly DrawnArea[], width: number): Cut {
  const span = strip.at(-1)!.end - strip[0]!.start
  let widest: Cut = { from: 0, to: 0, weight: 0n, span }
  if (cellSize(strip, width) === unitOf(strip)) return widest // everything can be seen as it is
  for (let index = 0; index < strip.length; index++) {
    const { start, end } = strip[index]!
    const gap = start - (strip[index - 1]?.end ?? start)
    if (gap * GAP_WEIGHT > widest.weight) widest = { from: index, to: index, weight: gap * GAP_WEIGHT, span }
    const weight = strip.length === 1 ? 0n : (end - start) * AREA_WEIGHT
    if (weight > widest.weight) widest = { from: index, to: index + 1, weight, span }
  }
  return widest
}

function isWorse(a: Cut, b: Cut): boolean {
  return a.weight * b.span > b.weight * a.span // weight / span, without a division
}

function drawStrip(strip: readonly DrawnArea[], width: number, paint: Paint): string[] {
  const start = strip[0]!.start
  const end = strip.at(-1)!.end
  const cell = cellSize(strip, width)
  const count = strip.length === 1 ? '' : `, ${strip.length} areas`
  const title = `${formatHex(start)}-${formatHex(end)} (${roughSize(end - start)}${count}, 1 cell = ${roughSize(cell)})`
  const cells = cellsOf(strip, cell)
  const lines = [title]
  for (let from = 0; from < cells.length; from += width) lines.push(INDENT + paintRuns(cells.slice(from, from + width), paint))
  return lines
}

/** The smallest power of two, from the unit on, of which few enough make the strip. */
function cellSize(strip: readonly DrawnArea[], width: number): bigint {
  const rows = Math.min(MOST_ROWS, Math.ceil((strip.length * CELLS_PER_AREA) / width))
  const first = strip[0]!.start
  const last = strip.at(-1)!.end - 1n
  let cell = unitOf(strip)
  while (last / cell - first / cell >= BigInt(width * rows)) cell *= 2n
  return cell
}

/** The largest power of two, up to a page, that divides all bounds. */
function unitOf(strip: readonly DrawnArea[]): bigint {
  const bits = strip.reduce((known, { start, end }) => known | start | end, LARGEST_UNIT)
  return bits & -bits // the lowest bit that is set in any of them
}

/** The look of each cell: that of what covers most of it, so that nothing mapped is drawn as free. */
function cellsOf(strip: readonly DrawnArea[], cell: bigint): (Look | undefined)[] {
  const base = strip[0]!.start / cell
  const cells: ({ look: Look; covered: bigint } | undefined)[] = []
  for (const { start, end, permission } of strip) {
    const look = lookOf(permission)
    for (let index = start / cell; index * cell < end; index++) {
      const low = index * cell > start ? index * cell : start
      const high = (index + 1n) * cell < end ? (index + 1n) * cell : end
      const at = Number(index - base)
      const known = cells[at]
      if (known === undefined || high - low > known.covered) cells[at] = { look, covered: high - low }
    }
  }
  return Array.from(cells, (entry) => entry?.look)
}

function paintRuns(cells: readonly (Look | undefined)[], paint: Paint): string {
  let text = ''
  for (let from = 0; from < cells.length; ) {
    const look = cells[from]
    let to = from + 1
    while (to < cells.length && cells[to] === look) to++
    text += paint(look?.tone ?? 'dim', (look?.character ?? FREE).repeat(to - from))
    from = to
  }
  return text
}

/** Explains the characters that occur, on as many lines as that takes. */
function drawLegend(strips: readonly (readonly DrawnArea[])[], columns: number, paint: Paint): string[] {
  const used = new Set(strips.flat().map(({ permission }) => lookOf(permission)))
  const looks = LOOKS.filter((look) => used.has(look))
  if (strips.some(hasGap)) looks.push({ character: FREE, tone: 'dim', label: 'free' })
  const lines: string[] = []
  let length = columns
  for (const { character, tone, label } of looks) {
    const size = LEGEND_GAP.length + character.length + 1 + label.length
    const isFirst = length + size > columns
    const entry = `${paint(tone, character)} ${label}`
    if (isFirst) lines.push(entry)
    else lines[lines.length - 1] = lines.at(-1)! + LEGEND_GAP + entry
    length = isFirst ? size : length + size
  }
  return lines
}

function hasGap(strip: readonly DrawnArea[]): boolean {
  return strip.some(({ start }, index) => index > 0 && strip[index - 1]!.end < start)
}

function lookOf(permission: string): Look {
  const bits = (permission.includes('r') ? 1 : 0) | (permission.includes('w') ? 2 : 0) | (permission.includes('x') ? 4 : 0)
  return LOOKS[bits]!
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

/**
 * Writes a size for reading: three digits, rounded, in the unit that makes it at least 1.
 *
 * @example roughSize(1536n) // => '1.5 KiB'
 */
export function roughSize(size: bigint): string {
  let value = Number(size)
  let unit = 0
  while (unit < UNITS.length - 1 && value >= 1023.5) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${String(Number(value.toFixed(digits)))} ${UNITS[unit]!}`
}

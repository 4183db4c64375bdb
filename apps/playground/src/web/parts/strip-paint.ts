/** Draws the strip of areas: bands, folded gaps, addresses below, and what is lit above. O(pixels × log areas). */

import { formatHex } from '@addrspace/memory-addr'
import { flagsText, type AreaColumns } from '../derive/columns.ts'
import { shortSize } from '../derive/result-text.ts'
import { rightsOfBits } from '../derive/rights.ts'
import { FOLDED_FROM, type AddressSpan, type ShownSegment, type StripLayout } from '../derive/strip-scale.ts'
import type { StripTheme } from './strip-theme.ts'

/** Bytes that are lit, and as what. */
export interface LitSpan extends AddressSpan {
  readonly role: 'page' | 'alias' | 'area'
}

/** From the top, in pixels. */
const BAND_TOP = 24
const BAND_BOTTOM = 84
const LABEL_ROWS = [103, 119] as const
const TICK_END = 91
export const STRIP_HEIGHT = 128
export const OVERVIEW_HEIGHT = 24

type Context = CanvasRenderingContext2D

/** Draws what stays while the pointer moves, into a context of CSS pixels. */
export function paintStrip(context: Context, theme: StripTheme, layout: StripLayout, areas: AreaColumns): void {
  const shown = paintBand(context, theme, layout, areas, BAND_TOP, BAND_BOTTOM)
  for (const segment of shown) paintLabels(context, theme, segment, areas)
  paintPages(context, theme, layout, shown)
  paintAxis(context, theme, layout, shown)
}

/** Draws what is lit, the page itself last. */
export function paintLight(context: Context, theme: StripTheme, layout: StripLayout, lit: readonly LitSpan[]): void {
  for (const role of ['area', 'alias', 'page'] as const) {
    for (const span of lit) if (span.role === role) paintLit(context, theme, layout, span)
  }
  // The page's own label first; one that would be across another is left out, its pin stays.
  const taken = lit.filter(({ role }) => role !== 'area').map((span) => pinOf(layout, span))
  for (const role of ['page', 'alias'] as const) {
    for (const span of lit) if (span.role === role) paintPinLabel(context, theme, layout, span, taken)
  }
}

/** Draws the whole space as a thin band. */
export function paintOverview(context: Context, theme: StripTheme, layout: StripLayout, areas: AreaColumns): void {
  paintBand(context, theme, layout, areas, 5, OVERVIEW_HEIGHT - 5)
}

/** Draws which part of it a view shows, and where lit pages are. */
export function paintWindow(context: Context, theme: StripTheme, layout: StripLayout, view: AddressSpan, lit: readonly LitSpan[]): void {
  context.fillStyle = theme.text
  for (const span of lit) if (span.role !== 'area') context.fillRect(layout.xOf(span.start) - 1, 1, 2, OVERVIEW_HEIGHT - 2)
  const left = layout.xOf(view.start)
  const right = Math.max(layout.xOf(view.end), left + 4)
  context.strokeStyle = theme.accent
  context.lineWidth = 2
  context.strokeRect(left + 1, 1, Math.max(right - left - 2, 3), OVERVIEW_HEIGHT - 2)
}

/** Gives the segments that are wide enough to be seen one by one. */
function paintBand(context: Context, theme: StripTheme, layout: StripLayout, areas: AreaColumns, top: number, bottom: number): ShownSegment[] {
  const shown: ShownSegment[] = []
  for (let x = 0; x < layout.width;) {
    const segment = layout.segmentAt(x + 0.5)
    if (segment.right - segment.left >= 1.5) {
      paintSegment(context, theme, segment, areas, top, bottom)
      shown.push(segment)
      x = Math.max(Math.ceil(segment.right - 0.5), x + 1)
    } else {
      // More than one in a pixel: it gets the colour of the area in its middle.
      const { row } = segment.kind === 'area' ? segment : layout.segmentAt(x + 0.9)
      if (row >= 0) {
        context.fillStyle = theme.hues[rightsOfBits(areas.flags[row]!)]
        context.fillRect(x, top, 1, bottom - top)
      }
      x += 1
    }
  }
  context.fillStyle = theme.strong
  context.fillRect(0, bottom, layout.width, 1)
  return shown
}

function paintSegment(context: Context, theme: StripTheme, { kind, row, left, right }: ShownSegment, areas: AreaColumns, top: number, bottom: number): void {
  const width = right - left
  const height = bottom - top
  if (kind === 'gap') return
  if (kind === 'hole') {
    context.fillStyle = theme.raised
    context.fillRect(left, top, width, height)
    context.save()
    context.beginPath()
    context.rect(left, top, width, height)
    context.clip()
    context.strokeStyle = theme.line
    context.lineWidth = 1
    for (let x = left - height; x < right; x += 6) {
      context.beginPath()
      context.moveTo(x, bottom)
      context.lineTo(x + height, top)
      context.stroke()
    }
    context.restore()
    return
  }
  const rights = rightsOfBits(areas.flags[row]!)
  context.fillStyle = theme.hues[rights]
  context.fillRect(left, top, width, height)
  const pattern = theme.patterns[rights]
  if (pattern !== undefined && width > 3) {
    context.fillStyle = pattern
    context.fillRect(left, top, width, height)
  }
  if (width < 5) return
  context.strokeStyle = rights === 'none' ? theme.strong : theme.surface
  context.lineWidth = 1
  context.setLineDash(rights === 'none' ? [3, 2] : [])
  context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1)
  context.setLineDash([])
}

function paintLabels(context: Context, theme: StripTheme, segment: ShownSegment, areas: AreaColumns): void {
  const { kind, row, left, right, isWhole } = segment
  const middle = (left + right) / 2
  const width = right - left
  const size = shortSize(segment.size)
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  if (kind === 'area') {
    const flags = flagsText(areas.flags[row]!)
    const rights = rightsOfBits(areas.flags[row]!)
    const ground = theme.hues[rights]
    const ink = rights === 'none' ? theme.text : '#14171b'
    const centre = (BAND_TOP + BAND_BOTTOM) / 2
    const hasSize = fits(context, `11px ${theme.sans}`, size, width)
    if (fits(context, `600 13px ${theme.mono}`, flags === '' ? '–' : flags, width)) label(context, flags === '' ? '–' : flags, middle, hasSize ? centre - 8 : centre, ground, ink)
    if (hasSize && fits(context, `11px ${theme.sans}`, size, width)) label(context, size, middle, centre + 9, ground, ink)
    return
  }
  if (kind === 'hole') {
    if (!fits(context, `11px ${theme.sans}`, 'canonical', width)) return
    label(context, 'not', middle, (BAND_TOP + BAND_BOTTOM) / 2 - 7, theme.raised, theme.dim)
    label(context, 'canonical', middle, (BAND_TOP + BAND_BOTTOM) / 2 + 7, theme.raised, theme.dim)
    return
  }
  if (isWhole && segment.size >= FOLDED_FROM) fold(context, theme, middle, width)
  if (fits(context, `11px ${theme.sans}`, size, width - 4)) label(context, size, middle, (BAND_TOP + BAND_BOTTOM) / 2, undefined, theme.dim)
}

/** Where the scale skips: two strokes across the base line. */
function fold(context: Context, theme: StripTheme, middle: number, width: number): void {
  if (width < 10) return
  context.fillStyle = theme.surface
  context.fillRect(middle - 4, BAND_BOTTOM - 2, 8, 5)
  context.strokeStyle = theme.strong
  context.lineWidth = 1.5
  for (const shift of [-3, 3]) {
    context.beginPath()
    context.moveTo(middle + shift - 3, BAND_BOTTOM + 6)
    context.lineTo(middle + shift + 3, BAND_BOTTOM - 6)
    context.stroke()
  }
}

function fits(context: Context, font: string, text: string, width: number): boolean {
  context.font = font
  return context.measureText(text).width + 6 <= width
}

function label(context: Context, text: string, x: number, y: number, ground: string | undefined, ink: string): void {
  if (ground !== undefined) {
    const { width } = context.measureText(text)
    context.fillStyle = ground
    context.fillRect(x - width / 2 - 3, y - 8, width + 6, 16)
  }
  context.fillStyle = ink
  context.fillText(text, x, y)
}

/** Lines between pages, where a page is wide enough to be hit. */
function paintPages(context: Context, theme: StripTheme, layout: StripLayout, shown: readonly ShownSegment[]): void {
  for (const { kind, start, end, left, right } of shown) {
    const pages = Number(end - start) / 4096
    if (kind !== 'area' || (right - left) / pages < 6 || pages < 2) continue
    context.fillStyle = theme.surface
    for (let page = ((start + 4095n) >> 12n) << 12n; page < end; page += 4096n) context.fillRect(Math.round(layout.xOf(page)), BAND_BOTTOM - 10, 1, 10)
  }
}

/** A mark below the band, the more important the lower the rank. */
interface Tick {
  readonly addr: bigint
  readonly x: number
  readonly rank: number
}

function paintAxis(context: Context, theme: StripTheme, layout: StripLayout, shown: readonly ShownSegment[]): void {
  context.font = `11px ${theme.mono}`
  context.textBaseline = 'alphabetic'
  const taken: { left: number; right: number }[][] = LABEL_ROWS.map(() => [])
  for (const { addr, x } of ticksOf(layout, shown)) {
    const text = formatHex(addr)
    const { width } = context.measureText(text)
    const left = Math.min(Math.max(x - width / 2, 0), layout.width - width)
    const row = taken.findIndex((spans) => spans.every((span) => left + width + 10 < span.left || left - 10 > span.right))
    if (row < 0) continue
    // A line down to the second row must not cross a label of the first.
    if (row > 0 && taken[0]!.some((span) => x > span.left - 3 && x < span.right + 3)) continue
    taken[row]!.push({ left, right: left + width })
    context.fillStyle = theme.strong
    context.fillRect(Math.min(Math.round(x), layout.width - 1), BAND_BOTTOM, 1, row === 0 ? TICK_END - BAND_BOTTOM : LABEL_ROWS[1] - 12 - BAND_BOTTOM)
    context.fillStyle = theme.dim
    context.textAlign = 'left'
    context.fillText(text, left, LABEL_ROWS[row]!)
  }
}

/** Starts of areas behind folded gaps first, then of others, then ends, then round addresses inside of wide segments. */
function ticksOf(layout: StripLayout, shown: readonly ShownSegment[]): Tick[] {
  const ticks: Tick[] = []
  for (const [index, { kind, start, end, left, right }] of shown.entries()) {
    const before = shown[index - 1]
    const behind = shown[index + 1]
    if (kind === 'area') {
      ticks.push({ addr: start, x: left, rank: before?.kind === 'gap' && before.size >= FOLDED_FROM ? 0 : 1 })
      if (behind?.kind !== 'area' && end < layout.view.end) ticks.push({ addr: end, x: right, rank: 2 })
    } else if (index === 0) {
      ticks.push({ addr: start, x: 0, rank: 3 })
    }
    if (right - left > 220) ticks.push(...roundTicks(layout, start, end, right - left))
  }
  ticks.push(...denseTicks(layout))
  return ticks.toSorted((a, b) => a.rank - b.rank || a.x - b.x)
}

/** Where segments are narrower than pixels, the address of every so many pixels. */
function denseTicks(layout: StripLayout): Tick[] {
  const ticks: Tick[] = []
  for (let x = 70; x < layout.width; x += 140) {
    const { start, left, right } = layout.segmentAt(x)
    if (right - left < 1.5) ticks.push({ addr: start, x, rank: 5 })
  }
  return ticks
}

function roundTicks(layout: StripLayout, start: bigint, end: bigint, width: number): Tick[] {
  let step = 0x1000n
  while (Number(end - start) / Number(step) > width / 130) step *= 2n
  const ticks: Tick[] = []
  for (let addr = (start / step + 1n) * step; addr < end; addr += step) ticks.push({ addr, x: layout.xOf(addr), rank: 4 })
  return ticks
}

function paintLit(context: Context, theme: StripTheme, layout: StripLayout, { start, end, role }: LitSpan): void {
  if (end <= layout.view.start || start >= layout.view.end) return
  const left = Math.max(layout.xOf(start), 0)
  const right = Math.min(Math.max(layout.xOf(end), 0), layout.width)
  const middle = (left + right) / 2
  const width = Math.max(right - left, 3)
  context.strokeStyle = theme.lit
  context.lineWidth = role === 'area' ? 2 : 2.5
  if (role === 'area') {
    context.strokeRect(left + 1, BAND_TOP - 2, Math.max(right - left - 2, 2), BAND_BOTTOM - BAND_TOP + 2)
    return
  }
  context.setLineDash(role === 'alias' ? [4, 3] : [])
  context.strokeRect(middle - width / 2, BAND_TOP + 2, width, BAND_BOTTOM - BAND_TOP - 4)
  context.setLineDash([])
  // A pin: filled for the page itself, hollow for other addresses of its frame.
  context.beginPath()
  context.moveTo(middle, BAND_TOP - 1)
  context.lineTo(middle - 6, BAND_TOP - 10)
  context.lineTo(middle + 6, BAND_TOP - 10)
  context.closePath()
  context.lineWidth = 1.5
  context.strokeStyle = theme.text
  context.fillStyle = role === 'page' ? theme.text : theme.surface
  context.fill()
  context.stroke()
}

function paintPinLabel(context: Context, theme: StripTheme, layout: StripLayout, { start, end, role }: LitSpan, taken: { readonly left: number; readonly right: number }[]): void {
  if (end <= layout.view.start || start >= layout.view.end) return
  context.font = `600 11px ${theme.sans}`
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  const pin = pinOf(layout, { start, end })
  const { width } = context.measureText(role)
  for (const left of [pin.right + 3, pin.left - 3 - width]) {
    const right = left + width
    if (left < 0 || right > layout.width || taken.some((other) => left - 2 < other.right && right + 2 > other.left)) continue
    taken.push({ left, right })
    context.fillStyle = theme.text
    context.fillText(role, left, BAND_TOP - 11)
    return
  }
}

/** Where the pin of a page is; it is as wide however narrow the page. */
function pinOf(layout: StripLayout, { start, end }: AddressSpan): { readonly left: number; readonly right: number } {
  const middle = (Math.max(layout.xOf(start), 0) + Math.min(Math.max(layout.xOf(end), 0), layout.width)) / 2
  return { left: middle - 7, right: middle + 7 }
}

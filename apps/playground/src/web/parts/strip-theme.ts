/** The page's colours, fonts and patterns for a canvas, which knows no custom properties. */

import type { Rights } from '../derive/rights.ts'

/** Colours as the canvas takes them. */
export interface StripTheme {
  readonly text: string
  readonly dim: string
  readonly surface: string
  readonly raised: string
  readonly line: string
  readonly strong: string
  readonly accent: string
  readonly lit: string
  readonly hues: Readonly<Record<Rights, string>>
  readonly patterns: Readonly<Record<Rights, CanvasPattern | undefined>>
  /** Family of addresses, and of words. */
  readonly mono: string
  readonly sans: string
}

/** Reads the theme that holds where an element is. */
export function themeOf(element: HTMLElement): StripTheme {
  const probe = document.createElement('span')
  element.append(probe)
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const family = (name: string): string => {
    probe.style.fontFamily = `var(--${name})`
    return getComputedStyle(probe).fontFamily
  }
  const theme: StripTheme = {
    text: colour('text'),
    dim: colour('text-dim'),
    surface: colour('surface'),
    raised: colour('surface-raised'),
    line: colour('line'),
    strong: colour('line-strong'),
    accent: colour('accent'),
    lit: colour('hue-lit'),
    hues: { 'read': colour('hue-read'), 'write': colour('hue-write'), 'exec': colour('hue-exec'), 'write-exec': colour('hue-write-exec'), 'none': colour('surface') },
    patterns: { 'read': undefined, 'write': stripes([1]), 'exec': dots(), 'write-exec': stripes([1, -1]), 'none': undefined },
    mono: family('font-mono'),
    sans: family('font'),
  }
  probe.remove()
  return theme
}

const TILE = 8
const INK = 'rgb(0 0 0 / 32%)'

function stripes(slopes: readonly number[]): CanvasPattern | undefined {
  return tile((context) => {
    context.strokeStyle = INK
    context.lineWidth = 1.5
    for (const slope of slopes) {
      for (const shift of [-TILE, 0, TILE]) {
        context.beginPath()
        context.moveTo(shift, slope > 0 ? TILE : 0)
        context.lineTo(shift + TILE, slope > 0 ? 0 : TILE)
        context.stroke()
      }
    }
  })
}

function dots(): CanvasPattern | undefined {
  return tile((context) => {
    context.fillStyle = INK
    for (const [x, y] of [[2, 2], [6, 6]] as const) {
      context.beginPath()
      context.arc(x, y, 1.1, 0, 2 * Math.PI)
      context.fill()
    }
  })
}

function tile(draw: (context: CanvasRenderingContext2D) => void): CanvasPattern | undefined {
  const canvas = document.createElement('canvas')
  canvas.width = TILE
  canvas.height = TILE
  const context = canvas.getContext('2d')
  if (context === null) return undefined
  draw(context)
  return context.createPattern(canvas, 'repeat') ?? undefined
}

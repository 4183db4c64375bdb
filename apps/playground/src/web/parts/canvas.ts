/** A canvas of the width that it is given by its box, sharp on every screen, drawn again when what it shows changes. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { RefObject } from 'preact'
import { themeOf, type StripTheme } from './strip-theme.ts'

type Paint = (context: CanvasRenderingContext2D, theme: StripTheme) => void

/** What a component does with its canvas. */
interface Canvas {
  readonly ref: RefObject<HTMLCanvasElement | null>
  /** In CSS pixels; 0 before it is known. */
  readonly width: number
  /** Draws before the next frame, whenever one of `inputs`, the width or the colours change. */
  readonly usePaint: (paint: Paint, inputs: readonly unknown[]) => void
}

export function useCanvas(height: number): Canvas {
  const ref = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(0)
  const [theme, setTheme] = useState<StripTheme>()
  useEffect(() => {
    const canvas = ref.current!
    const box = canvas.parentElement!
    const observer = new ResizeObserver(() => setWidth(box.clientWidth))
    observer.observe(box)
    const read = (): void => setTheme(themeOf(box))
    read()
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', read)
    return () => {
      observer.disconnect()
      dark.removeEventListener('change', read)
    }
  }, [])
  const usePaint = (paint: Paint, inputs: readonly unknown[]): void => {
    useEffect(() => {
      const canvas = ref.current
      const context = canvas?.getContext('2d')
      if (canvas === null || context === null || context === undefined || theme === undefined || width === 0) return undefined
      const frame = requestAnimationFrame(() => {
        const ratio = devicePixelRatio
        canvas.style.height = `${height}px`
        canvas.width = Math.round(width * ratio)
        canvas.height = Math.round(height * ratio)
        context.scale(ratio, ratio)
        paint(context, theme)
      })
      return () => cancelAnimationFrame(frame)
    }, [...inputs, width, theme])
  }
  return { ref, width, usePaint }
}

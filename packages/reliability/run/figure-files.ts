// The files in figures/: what each part found in its last run, for RELIABILITY.md.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What a part gives: its figures are the same in every run with this seed, the seconds are not. */
export interface PartFigures {
  readonly part: string
  readonly figures: object
  readonly seconds: number
  readonly seed: number
}

const FOLDER = fileURLToPath(new URL('../figures/', import.meta.url))
const PLACES = 1000

/** Writes `figures/PART.json`, with numbers to three places. */
export function writeFigures({ part, figures, seconds, seed }: PartFigures): void {
  mkdirSync(FOLDER, { recursive: true })
  const rounded = (_: string, value: unknown): unknown => (typeof value === 'number' ? Math.round(value * PLACES) / PLACES : value)
  writeFileSync(`${FOLDER}${part}.json`, `${JSON.stringify({ part, figures, seconds: Math.round(seconds), seed }, rounded, 2)}\n`)
}

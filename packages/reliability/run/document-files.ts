// Where RELIABILITY.md and the figures in it are.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { withFigures } from './document.ts'
import type { PartFigures } from './figure-files.ts'

const DOCUMENT = fileURLToPath(new URL('../../../RELIABILITY.md', import.meta.url))
const FOLDER = new URL('../figures/', import.meta.url)

export function readDocument(): string {
  return readFileSync(DOCUMENT, 'utf8')
}

/** All files of the folder, by the names of their parts. */
export function readFigures(): Map<string, PartFigures> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json')).sort()
  return new Map(files.map((file) => {
    const part = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as PartFigures
    return [part.part, part]
  }))
}

/** Puts the figures that there are into the document. */
export function writeDocument(): void {
  writeFileSync(DOCUMENT, withFigures(readDocument(), readFigures()))
}

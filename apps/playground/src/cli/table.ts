/**
 * Columns of text, as wide as their widest cell, and lines of words no wider than they may be.
 */

import { stripVTControlCharacters } from 'node:util'

const COLUMN_GAP = 2

/** Pads the cells of each column to the same width, numbers to the right; colours take no room. Rows may differ in length. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell))
  }
  return rows.map((row) => row.map((cell, column) => padded(cell, widths[column]!)).join(' '.repeat(COLUMN_GAP)).trimEnd())
}

/** Puts words, which stay whole, on as few lines of this width as they fit on; one that is wider has its own. Colours take no room. */
export function wrapWords(words: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    const longer = last === undefined ? word : last + ' '.repeat(COLUMN_GAP) + word
    if (last === undefined || widthOf(longer) > width) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines
}

function padded(cell: string, width: number): string {
  const padding = ' '.repeat(width - widthOf(cell))
  return /^(?:[0-9]+|–)$/.test(stripVTControlCharacters(cell)) ? padding + cell : cell + padding
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length
}

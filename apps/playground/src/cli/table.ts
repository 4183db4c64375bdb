/**
 * Columns of text, as wide as their widest cell.
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

function padded(cell: string, width: number): string {
  const padding = ' '.repeat(width - widthOf(cell))
  return /^(?:[0-9]+|–)$/.test(stripVTControlCharacters(cell)) ? padding + cell : cell + padding
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length
}

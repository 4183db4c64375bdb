/**
 * Columns of text, as wide as their widest cell.
 */

import { stripVTControlCharacters } from 'node:util'

const COLUMN_GAP = 2

/** Pads the cells of each column to the same width; colours take no room. Rows may have different lengths. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell))
  }
  return rows.map((row) => row.map((cell, column) => cell + ' '.repeat(widths[column]! - widthOf(cell) + COLUMN_GAP)).join('').trimEnd())
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length
}

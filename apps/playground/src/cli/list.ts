/**
 * Lists of what is wrong: the first few, and how many more there are.
 */

import type { Output } from './output.ts'

const MOST_LISTED = 10

/** Prints a title and the first items below it; nothing if there are none. */
export function printList(title: string, items: readonly string[], output: Output): void {
  if (items.length === 0) return
  output.line()
  output.line(output.paint('bad', title))
  for (const item of items.slice(0, MOST_LISTED)) output.line(`  ${item}`)
  if (items.length > MOST_LISTED) output.line(`  … and ${items.length - MOST_LISTED} more (--json lists all)`)
}

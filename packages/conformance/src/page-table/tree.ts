/**
 * The tables in memory, looked at without the subject's own walk: from the roots, by what its codec says of each word.
 */

import { CheckFailure, show } from '../check.ts'
import type { Shape } from './shape.ts'
import type { EntryCodec, TableMemory } from './subject.ts'

/** Counts the tables. @throws CheckFailure if one is reached twice, or a word is no legal entry. */
export function countTables(shape: Shape, memory: TableMemory, codec: EntryCodec): number {
  const words = new Map<bigint, { readonly index: number; readonly word: bigint }[]>()
  for (const [paddr, word] of memory.words()) {
    const frame = paddr - (paddr % 0x1000n)
    const entry = { index: Number(paddr - frame) / 8, word }
    const known = words.get(frame)
    if (known === undefined) words.set(frame, [entry])
    else known.push(entry)
  }
  const seen = new Set<bigint>()
  const visit = (table: bigint, level: number): void => {
    if (seen.has(table)) throw new CheckFailure(`the table at ${show(table)} is reached twice`)
    seen.add(table)
    for (const { index, word } of words.get(table) ?? []) {
      const where = `entry ${index} of the table at ${show(table)}, level ${level}`
      if (index >= shape.entries) throw new CheckFailure(`${where}: a table has ${shape.entries} entries`)
      const entry = codec.decode(word, level)
      if (entry.kind === 'invalid') throw new CheckFailure(`${where}: ${show(word)} is illegal (${entry.reason})`)
      if (entry.kind === 'absent') throw new CheckFailure(`${where}: ${show(word)} is absent, but not zero`)
      if (entry.kind === 'table') visit(entry.frame, level - 1)
    }
  }
  for (const root of memory.roots) visit(root, shape.top)
  return seen.size
}

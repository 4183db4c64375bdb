// The oracle of invalidations: which addresses had a translation that hardware can have cached, and
// have another one, or none, now. Two models are compared page by page; nothing of a table is looked at.
import { NONE, type Invalidations } from '@addrspace/page-table'

import type { Model, ModelPage } from './model.ts'

/** The pages that are stale after `before` has become `after`. */
export function stalePages(before: Model, after: Model): Set<number> {
  const stale = new Set<number>()
  for (const [page, old] of before.pages.entries()) {
    const now = after.pages[page]
    if (old !== undefined && old.flags !== NONE && (now?.frame !== old.frame || now.flags !== old.flags)) stale.add(page)
  }
  return stale
}

/** Stale for a machine, too, that must be told of a leaf before a table takes its place. */
export function brokenPages(before: Model, after: Model): Set<number> {
  const stale = stalePages(before, after)
  const isSplit = (old: ModelPage | undefined, now: ModelPage | undefined): boolean => old !== undefined && old.flags !== NONE && old.level > 0 && old.level !== (now?.level ?? 0)
  for (let first = 0; first < before.pages.length; first++) {
    const old = before.pages[first]
    if (old === undefined || first % 4 ** old.level !== 0) continue
    const pages = Array.from({ length: 4 ** old.level }, (_, i) => first + i)
    const isPartly = pages.some((page) => after.pages[page] !== undefined)
    if (isPartly && pages.some((page) => isSplit(old, after.pages[page]))) for (const page of pages) stale.add(page)
  }
  return stale
}

/** The pages in what was reported; throws if its ranges are not disjoint, ascending and apart. */
export function reportedPages(reports: readonly Invalidations[], pages: number): Set<number> {
  const told = new Set<number>()
  for (const { ranges } of reports) {
    let end = -1n
    for (const { start, size } of ranges) {
      if (start <= end || size <= 0n) throw new Error(`ranges are not merged at ${start.toString(16)}`)
      end = start + size
      for (let at: bigint = start; at < end; at += 4096n) told.add(Number(at >> 12n) % pages)
    }
  }
  return told
}

/** What is in one set and not in the other, for messages. */
export function differing(a: ReadonlySet<number>, b: ReadonlySet<number>): number[] {
  return [...a].filter((page) => !b.has(page))
}

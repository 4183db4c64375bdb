// The oracle of invalidations: which addresses had a translation that hardware can have cached, and
// have another one, or none, now. Two models are compared page by page; nothing of a table is looked at.
import { DEVICE, NONE, UNCACHED, type Invalidations } from '@addrspace/page-table'

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

/** What an entry is in a model: a leaf that hardware sees, a table, or nothing to it. */
function entryIn(model: Model, level: number, first: number): ModelPage | 'table' | undefined {
  if (model.tables.includes(`${String(level - 1)}: ${String(first)}`)) return 'table'
  const page = model.pages[first]
  return page === undefined || page.flags === NONE ? undefined : page
}

/**
 * The steps of a machine that breaks before it makes, for a transaction that has gone through these models, as
 * `first page+pages`: of tables that were there all the time, the entries that were live and are other ones now.
 */
export function stepsOf(models: readonly Model[]): string[] {
  const [before, after] = [models[0]!, models.at(-1)!]
  const stays = (level: number, first: number): boolean => models.every((model) => model.tables.includes(`${String(level)}: ${String(first)}`))
  const steps: string[] = []
  for (const level of [2, 1, 0]) {
    for (let first = 0; first < before.pages.length; first += 4 ** level) {
      const table = first - (first % 4 ** (level + 1))
      if (level < 2 && !stays(level, table)) continue
      const [old, now] = [entryIn(before, level, first), entryIn(after, level, first)]
      if (old === undefined || now === undefined) continue
      const isStep =
        old === 'table' || now === 'table'
          ? old !== now || !stays(level - 1, first)
          : old.frame !== now.frame || ((old.flags ^ now.flags) & (DEVICE | UNCACHED)) !== 0
      if (isStep) steps.push(`${String(first)}+${String(4 ** level)}`)
    }
  }
  return steps
}

/** The steps that were reported, in the same words; throws if they are not ascending. */
export function reportedSteps(reports: readonly Invalidations[], pages: number): string[] {
  return reports.flatMap(({ breaks }) => {
    let end = -1n
    return breaks.map(({ range: { start, size } }) => {
      if (start < end) throw new Error(`steps are not in order at ${start.toString(16)}`)
      end = start + size
      return `${String(Number(start >> 12n) % pages)}+${String(Number(size >> 12n))}`
    })
  })
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

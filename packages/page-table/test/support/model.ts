// A dumb twin of a page table: one record per page, no tables. It knows which leaf a page belongs to,
// so that it can say which leaves there must be, which tables, and what is stale after a change.
import type { MappingFlags } from '@addrspace/page-table'

export interface ModelPage {
  /** Of this page, not of its leaf. */
  readonly frame: number
  readonly flags: MappingFlags
  /** Of the leaf; pages are aligned to it. */
  readonly level: number
}

/** Pages of the toy: four entries a table, three levels. */
export class Model {
  readonly pages: readonly (ModelPage | undefined)[]

  constructor(pages: readonly (ModelPage | undefined)[]) {
    this.pages = pages
  }

  static empty(count: number): Model {
    return new Model(new Array<undefined>(count).fill(undefined))
  }

  /** Undefined if something is there already. */
  map(from: number, count: number, frame: number, flags: MappingFlags, maxLevel = 2): Model | undefined {
    const pages = [...this.pages]
    for (let page = from; page < from + count; ) {
      let level = maxLevel
      while (page % 4 ** level !== 0 || (frame + page - from) % 4 ** level !== 0 || page + 4 ** level > from + count) level--
      for (let i = page; i < page + 4 ** level; i++) {
        if (pages[i] !== undefined) return undefined
        pages[i] = { frame: frame + i - from, flags, level }
      }
      page += 4 ** level
    }
    return new Model(pages)
  }

  /** Undefined if there is a hole and holes are refused. */
  unmap(from: number, count: number, holes: 'refuse' | 'skip'): Model | undefined {
    return this.#change(from, count, holes, () => undefined)
  }

  protect(from: number, count: number, flags: MappingFlags, holes: 'refuse' | 'skip'): Model | undefined {
    return this.#change(from, count, holes, (page) => ({ ...page, flags }))
  }

  /** Undefined if there is nothing, or the frame does not suit the leaf. */
  remap(at: number, frame: number): Model | undefined {
    const level = this.pages[at]?.level
    if (level === undefined || frame % 4 ** level !== 0) return undefined
    const first = at - (at % 4 ** level)
    return new Model(this.pages.map((page, i) => (page !== undefined && i >= first && i < first + 4 ** level ? { ...page, frame: frame + i - first } : page)))
  }

  /** The tables that there must be below the roots: their level and first page. */
  get tables(): string[] {
    const tables: string[] = []
    for (const level of [1, 2]) {
      for (let first = 0; first < this.pages.length; first += 4 ** level) {
        if (this.pages.slice(first, first + 4 ** level).some((page) => page !== undefined && page.level < level)) tables.push(`${String(level - 1)}: ${String(first)}`)
      }
    }
    return tables
  }

  /** Tells models apart. */
  get key(): string {
    return this.pages.map((page) => (page === undefined ? '-' : `${String(page.frame)}.${String(page.flags)}.${String(page.level)}`)).join(' ')
  }

  #change(from: number, count: number, holes: 'refuse' | 'skip', change: (page: ModelPage) => ModelPage | undefined): Model | undefined {
    const pages = [...this.pages]
    for (let i = from; i < from + count; i++) {
      const page = pages[i]
      if (page === undefined) {
        if (holes === 'refuse') return undefined
        continue
      }
      const changed = change(page)
      if (changed?.flags === page.flags) continue
      cut(pages, i, from, from + count)
      pages[i] = change(pages[i]!)
    }
    return new Model(pages)
  }
}

/** Splits the leaf that holds a page as far as it reaches out of [from, to). */
function cut(pages: (ModelPage | undefined)[], at: number, from: number, to: number): void {
  for (;;) {
    const { level } = pages[at]!
    const first = at - (at % 4 ** level)
    if (first >= from && first + 4 ** level <= to) return
    for (let i = first; i < first + 4 ** level; i++) pages[i] = { ...pages[i]!, level: level - 1 }
  }
}

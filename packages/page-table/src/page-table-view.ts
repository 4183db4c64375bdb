// The tables that somebody else has made: a guest, a loader, an image on disk.
import { checkObject, checkWord, formatHex } from '@addrspace/memory-addr'
import type { PhysAddr } from '@addrspace/memory-addr'

import type { PteFormat } from './format.ts'
import { offsetIn, pageOf } from './internal/edge.ts'
import { TableReader } from './internal/table-reader.ts'
import { PhysMemory } from './phys-memory.ts'
import { ReadableTables } from './readable-tables.ts'

/** What a view is made of. */
export interface PageTableViewOptions<C> {
  /** Where the tables lie. */
  readonly memory: PhysMemory
  /** What their words mean. */
  readonly format: PteFormat<C>
  /** Where the root tables lie, multiples of 4096: one, or that of the lower half and that of the upper one. */
  readonly roots: readonly PhysAddr[]
}

/**
 * The tables that begin at given roots, as after a write to the register that holds them (CR3, satp, TTBR0 and
 * TTBR1). What lies there may be anything and change at any time: nothing is kept from one question to the
 * next. Nothing is allocated or written, but the bytes that `write` writes. Making one costs O(levels).
 */
export class PageTableView<C> extends ReadableTables<C> {
  /** @throws TypeError, RangeError if there are not as many roots as the machine has, or one is no multiple of 4096 */
  constructor(options: PageTableViewOptions<C>) {
    checkObject(options, 'options')
    const { memory, format, roots } = options
    if (!((memory as unknown) instanceof PhysMemory)) throw new TypeError('"memory" must be a PhysMemory')
    checkObject(format, 'format')
    const given: unknown = roots
    if (!Array.isArray(given)) throw new TypeError('"roots" must be a list of addresses')
    if (roots.length !== format.geometry.roots) throw new RangeError(`"roots" must be ${String(format.geometry.roots)} on ${format.name}, got ${String(roots.length)}`)
    for (const root of roots) {
      checkWord(root, 'roots')
      if (offsetIn(root) !== 0) throw new RangeError(`"roots" must be multiples of 4096, got ${formatHex(root)}`)
    }
    const [lower, upper = lower] = roots.map((root) => new TableReader(memory, format, pageOf(root)))
    super(lower!, upper!)
  }

  protected checkUse(): void {
    // Whatever lies there can be read.
  }
}

// Who owns the tables of one half of an address space, and where each is linked. A half can be shared:
// then several page tables have the same owner, and the last of them gives the tables back. Changes
// follow only pointers that lead to an owned table at the entry where it was linked: whatever else a
// guest writes there, tables stay a tree, and nothing foreign is written or freed.
import type { UndoLog } from './undo-log.ts'

/**
 * Where a table is linked, an entry as one number: the frame of its table plus 1, times this, plus the slot. An
 * entry of a root is told by its slot alone: a shared half has several roots.
 */
export const MOST_ENTRIES = 512
/** Where a root is linked. */
export const UNLINKED = -1

export class TableOwner {
  /** By the number of the table's frame. */
  readonly #linkedAt = new Map<number, number>()
  /** Is another number whenever a table has been linked or unlinked. */
  epoch = 0
  /** How many page tables share it. */
  users = 1
  /** Whether its top-level entries are in several roots, and therefore stay tables, even empty ones. */
  hasFixedTop = false
  /** Of several who share it, the one in whose open transaction it was changed: what others changed now, a rollback would lose. */
  changer: UndoLog | undefined = undefined

  get linkedAt(): ReadonlyMap<number, number> {
    return this.#linkedAt
  }

  /** Notes where a table is linked. */
  link(table: number, at: number): void {
    this.#linkedAt.set(table, at)
    this.epoch++
  }

  /** Notes that a table is none any more. */
  unlink(table: number): void {
    this.#linkedAt.delete(table)
    this.epoch++
  }
}

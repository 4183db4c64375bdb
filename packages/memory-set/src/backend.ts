// The contract between a set and what realises its areas. A set calls a backend only with whole
// requests: a start, a size that is never 0, and the page table of the set; start + size is at
// most 2^64. What the conformance suite checks of a backend are the laws below.
import type { AddrRange, AnyAddr, VirtAddr } from '@addrspace/memory-addr'

import type { MemoryArea } from './area.ts'

/** What a program does to memory. */
export type Access = 'read' | 'write' | 'exec'

/** Why a backend refuses; a closed list. */
export type RefusalReason = 'out-of-frames' | 'already-mapped' | 'not-mapped' | 'misaligned' | 'not-expressible'

/** A refusal that tells why. `cause` is the backend's own, for instance the entry in the way. */
export interface BackendRefusal {
  /** One word of a closed list. */
  readonly reason: RefusalReason
  /** The backend's own account, of any type; it becomes the `cause` of the set's error. */
  readonly cause?: unknown
}

/** `true`: done. `false` or a refusal: not done, and nothing changed. */
export type BackendAnswer = boolean | BackendRefusal

/** `installed`: the page was made present. `present`: it already was, the fault was spurious. */
export type FaultAnswer = 'installed' | 'present' | BackendRefusal

/**
 * Realises areas in a page table: maps, unmaps and protects ranges of bytes.
 *
 * - L1 A call that is refused, or throws, has changed nothing.
 * - L2 `map` needs every entry of the range unmapped, and refuses otherwise.
 * - L3 `unmap` and `protect` need every entry of the range mapped, and refuse otherwise; a lazy
 *   backend (on demand) takes an untouched page for mapped and changes what is present.
 * - L4 `unmap` and `protect` take any part of what was mapped, in any pieces, at multiples of the
 *   granule: an area that is split goes on with the same backend object, or with `slice` of it.
 * - L5 `map` undoes `unmap`, and `protect` with the old flags undoes `protect`: a set whose page
 *   table cannot roll back undoes with these, in reverse order.
 * - L6 A call does not call into the set that made it.
 */
export interface MappingBackend<F, P, A extends AnyAddr = VirtAddr> {
  /** What starts, sizes and cuts of its areas are multiples of, in bytes; a power of two, 1 if absent. */
  readonly granule?: bigint
  /** Maps [start, start + size) with the flags. */
  map(start: A, size: bigint, flags: F, pageTable: P): BackendAnswer
  /** Unmaps [start, start + size). */
  unmap(start: A, size: bigint, pageTable: P): BackendAnswer
  /** Gives [start, start + size) new flags. */
  protect(start: A, size: bigint, newFlags: F, pageTable: P): BackendAnswer
  /**
   * Whether two adjacent areas of equal flags may become one, which `left.backend` then serves.
   * Asked of the left area's backend. If absent: exactly when both have the same backend object.
   */
  canMerge?(left: MemoryArea<F, P, A>, right: MemoryArea<F, P, A>): boolean
  /** The backend of a piece of an area that is split; if absent, the pieces share this object. */
  slice?(range: AddrRange<A>): MappingBackend<F, P, A>
  /**
   * Writes flags for people, in messages and wherever an area is printed; if absent, or if it throws or gives no text, they
   * are written as JavaScript writes any value.
   */
  formatFlags?(flags: F): string
  /** Answers an access to a page of its area that the area's flags permit. */
  fault?(addr: A, access: Access, flags: F, pageTable: P): FaultAnswer
}

/**
 * The optional part of a page table's contract: one that can roll back. A set that finds these
 * three methods brackets what it does with them, instead of undoing call by call.
 *
 * - T1 Brackets nest; `rollbackTransaction` restores what the table was at the matching begin.
 * - T2 Frames are freed and invalidations reported only when the outermost bracket commits.
 * - T3 None of the three refuses or throws.
 */
export interface TransactionalPageTable {
  /** Opens a bracket: from here on, everything is remembered. */
  beginTransaction(): void
  /** Closes the innermost bracket and keeps what was done in it. */
  commitTransaction(): void
  /** Closes the innermost bracket and undoes what was done in it. */
  rollbackTransaction(): void
}

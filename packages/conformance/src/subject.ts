/**
 * What the suite is held against: a mapping backend over a page table, or a set of one's own over these. A consumer
 * names the subject, makes a fresh one per case, and states in a manifest what it can do; what it cannot do is not
 * tested away but tested for its opposite where there is one.
 */

import type { MappingBackend, MemorySet, RefusalReason } from '@addrspace/memory-set'

/** What a subject can do, apart from its flags. */
export interface Capabilities {
  /** In bytes; what the backend states as its granule. */
  readonly granule: bigint
  /** The addresses that the backend takes: whole granules, at least 1024 of them; the end is exclusive, up to 2^64. */
  readonly space: { readonly start: bigint; readonly end: bigint }
  /** There is a table that `runs` can tell of. */
  readonly hasTable: boolean
  /** It refuses what laws L2 and L3 do not allow; false for one that accepts everything. */
  readonly canRefuse: boolean
  /** An untouched page is as good as mapped (on demand): `unmap` and `protect` change what is present. */
  readonly isLazy: boolean
  /** The page table has the three methods of a `TransactionalPageTable`. */
  readonly isTransactional: boolean
  /** Two adjacent areas of equal flags that share the backend object may become one. */
  readonly canMerge: boolean
  /** A range of 2^40 bytes costs about what one granule does. */
  readonly takesWideRanges: boolean
}

/** What a subject can do. `F` is its flags type. */
export interface Manifest<F> extends Capabilities {
  /** At least two values that the backend and `flagsEqual` tell apart; the more, the better. Include the one that looks like nothing (0). */
  readonly flags: readonly [F, F, ...F[]]
  /** Default `Object.is`. */
  readonly flagsEqual?: (a: F, b: F) => boolean
  /** What the table tells of a page that was given `flags`; default the same. */
  readonly shownFlags?: (flags: F) => F
}

/** A run of bytes [start, end) that the table maps with the same flags. */
export interface TableRun<F> {
  /** The first address. */
  readonly start: bigint
  /** The address behind the last one; up to 2^64. */
  readonly end: bigint
  /** As the table tells them. */
  readonly flags: F
}

/** A fresh subject: an empty table and the backend that writes it. */
export interface SubjectInstance<F, P> {
  /** What the set of a case is made with. */
  readonly pageTable: P
  /** The backend that writes it. */
  readonly backend: MappingBackend<F, P>
  /** All that the table maps, in address order; runs that touch may have equal flags. Absent exactly without a table. */
  runs?(): Iterable<TableRun<F>>
  /** Something compared by value that differs when the table has changed in a way that `runs` cannot tell, such as its bytes. */
  image?(): unknown
}

/** The options with which cases make their sets. */
export type SetOptions<F, P> = ConstructorParameters<typeof MemorySet<F, P>>[0]

/** A case that fails and is known to. */
export interface KnownFailure {
  /** Of the case. */
  readonly id: string
  /** Why, in a sentence. */
  readonly reason: string
}

/** A subject of the suite. */
export interface Subject<F, P> {
  /** In reports. */
  readonly name: string
  /** What it can do; checked before anything runs. */
  readonly manifest: Manifest<F>
  /** Makes a fresh instance; nothing may be shared with one made before. */
  create(): SubjectInstance<F, P>
  /** Makes the set of a case, to hold another implementation against the suite; default `new MemorySet(options)`. */
  createSet?(options: SetOptions<F, P>): MemorySet<F, P>
  /** A listed case that passes fails the run, so that the list stays true. */
  readonly known?: readonly KnownFailure[]
}

/** The reasons a refusal may have. */
export const REFUSAL_REASONS: readonly RefusalReason[] = ['out-of-frames', 'already-mapped', 'not-mapped', 'misaligned', 'not-expressible']

const FEWEST_GRANULES = 1024n
const WIDEST_SPACE = 1n << 64n

/**
 * Checks a manifest before anything runs.
 *
 * @throws TypeError or RangeError naming what contradicts itself.
 */
export function checkSubject<F, P>(subject: Subject<F, P>): void {
  const { manifest } = subject
  const { granule, space, flags } = manifest
  if (granule <= 0n || (granule & (granule - 1n)) !== 0n) throw new RangeError(`"granule" must be a power of two, got ${granule}`)
  if (space.start < 0n || space.end > WIDEST_SPACE) throw new RangeError('"space" must lie in [0, 2^64]')
  if (space.start % granule !== 0n || space.end % granule !== 0n) throw new RangeError('"space" must consist of whole granules')
  if (space.end - space.start < FEWEST_GRANULES * granule) throw new RangeError(`"space" must hold at least ${FEWEST_GRANULES} granules`)
  const isSame = manifest.flagsEqual ?? Object.is
  for (const [index, value] of flags.entries()) {
    if (flags.findIndex((other) => isSame(value, other)) !== index) throw new RangeError(`"flags" must differ, got equal ones at ${index}`)
  }
  const hasRuns = subject.create().runs !== undefined
  if (hasRuns !== manifest.hasTable) throw new TypeError('"runs" must be there exactly when "hasTable" is true')
}

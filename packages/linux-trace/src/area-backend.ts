/**
 * What an area of a replay is besides its permission: shared or private, growing downwards, which file it shows. This is
 * no part of the flags, which belong to the page table, but of the area's backend; so every area gets an `AreaBackend`,
 * which remembers the kind and leaves all work to the backend that the caller supplied for it.
 */
import type { AddrRange, VirtAddr } from '@addrspace/memory-addr'
import type { Access, BackendAnswer, FaultAnswer, MappingBackend, MemoryArea } from '@addrspace/memory-set'

/** What an area is besides its permission. */
export interface AreaKind {
  /** Whether writes are seen by others that show the same. */
  readonly sharing: 'shared' | 'private'
  /** Whether the kernel may extend it downwards on a page fault, without a call. */
  readonly growsDown: boolean
  /** The file or shared memory segment that it shows; `undefined` for private anonymous memory. */
  readonly source: AreaSource | undefined
  /** Of what `brk` has mapped: where its first page lies. Below that, the kernel merges nothing. */
  readonly heapStart?: bigint | undefined
}

/** A file or a segment, and how it lies in memory. */
export interface AreaSource {
  /** The same for two areas exactly if they show the same file, or the same attachment of a segment. */
  readonly name: string
  /** Address at which the first byte of the file would lie; may be negative. */
  readonly base: bigint
  /** Size of the segment in bytes, if it is one. */
  readonly segmentSize: bigint | undefined
}

/** Private anonymous memory. */
export const ANONYMOUS: AreaKind = { sharing: 'private', growsDown: false, source: undefined }

/** Gives the kind of an area after it has been moved by `distance` bytes, which may be negative. */
export function movedKind(kind: AreaKind, distance: bigint): AreaKind {
  if (kind.source === undefined) return kind
  return { ...kind, source: { ...kind.source, base: kind.source.base + distance } }
}

/** Tells whether neighbours of these kinds may become one area, as the kernel merges them if all else agrees. */
export function sameKind(a: AreaKind, b: AreaKind): boolean {
  return (
    a.sharing === b.sharing &&
    a.growsDown === b.growsDown &&
    a.source?.name === b.source?.name &&
    a.source?.base === b.source?.base &&
    a.source?.segmentSize === b.source?.segmentSize
  )
}

/** A backend that knows the kind of its areas, and leaves the work to another one. */
export class AreaBackend<F, P> implements MappingBackend<F, P> {
  /** What the areas of this backend are. */
  readonly kind: AreaKind
  /** The backend that the caller supplied. */
  readonly inner: MappingBackend<F, P>
  readonly granule: bigint
  readonly slice?: (range: AddrRange<VirtAddr>) => AreaBackend<F, P>
  readonly formatFlags?: (flags: F) => string
  readonly fault?: (addr: VirtAddr, access: Access, flags: F, pageTable: P) => FaultAnswer

  /** Offers exactly the optional methods that `inner` has. */
  constructor(kind: AreaKind, inner: MappingBackend<F, P>) {
    this.kind = kind
    this.inner = inner
    this.granule = inner.granule ?? 1n
    // A set asks whether these exist, so they exist only where the inner backend has them.
    if (inner.slice !== undefined) this.slice = (range) => new AreaBackend(kind, inner.slice!(range))
    if (inner.formatFlags !== undefined) this.formatFlags = (flags) => inner.formatFlags!(flags)
    if (inner.fault !== undefined) this.fault = (addr, access, flags, pageTable) => inner.fault!(addr, access, flags, pageTable)
  }

  map(start: VirtAddr, size: bigint, flags: F, pageTable: P): BackendAnswer {
    return this.inner.map(start, size, flags, pageTable)
  }

  unmap(start: VirtAddr, size: bigint, pageTable: P): BackendAnswer {
    return this.inner.unmap(start, size, pageTable)
  }

  protect(start: VirtAddr, size: bigint, newFlags: F, pageTable: P): BackendAnswer {
    return this.inner.protect(start, size, newFlags, pageTable)
  }

  /** Neighbours merge if their kinds agree and the inner backend would allow it. */
  canMerge(left: MemoryArea<F, P>, right: MemoryArea<F, P>): boolean {
    const other = right.backend
    if (!(other instanceof AreaBackend) || !sameKind(this.kind, other.kind)) return false
    return this.inner.canMerge?.(left, right) ?? this.inner === other.inner
  }
}

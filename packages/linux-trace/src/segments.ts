/**
 * System V shared memory: which size a segment has, and which areas belong to an attachment. An attachment is known by
 * its areas alone: each remembers the attachment, and the address at which the segment's first byte would lie. So what
 * is left of one is found again after pieces of it have been unmapped, protected or moved.
 */
import type { AreaKind } from './area-backend.ts'
import type { Checks } from './checks.ts'
import { TraceInputError, type SourceLine } from './errors.ts'
import type { ShmatCall, ShmdtCall, ShmgetCall } from './memory-call.ts'
import { printedSpan, type TracedSpace } from './traced-space.ts'

interface Segment {
  readonly size: bigint
  readonly hugePages: boolean
}

/** The shared memory segments of a trace. */
export class Segments<F, P> {
  private readonly space: TracedSpace<F, P>
  private readonly checks: Checks<F, P>
  private readonly known = new Map<number, Segment>()
  private attached = 0

  constructor(space: TracedSpace<F, P>, checks: Checks<F, P>) {
    this.space = space
    this.checks = checks
  }

  /** Remembers the size of the segment that `shmget` has returned. One found by its key may be asked for with less. */
  remember(call: ShmgetCall, id: bigint): void {
    const number = Number(id)
    const before = call.creates ? undefined : this.known.get(number)
    if (before === undefined || before.size < call.size) this.known.set(number, { size: call.size, hugePages: call.hugePages })
  }

  /**
   * Maps a segment.
   *
   * @throws TraceInputError if no `shmget` has returned it, or it consists of huge pages.
   */
  attach(call: ShmatCall, start: bigint, where: SourceLine): void {
    const segment = this.known.get(call.segment)
    if (segment === undefined || segment.size === 0n) {
      throw new TraceInputError(where, `a shmget above that returns ${call.segment} and tells its size`, `shmat(${call.segment})`)
    }
    if (segment.hugePages) throw new TraceInputError(where, 'no shared memory of huge pages (SHM_HUGETLB)', `shmat(${call.segment})`)
    const end = start + segment.size
    if (!call.replaces) this.checks.free(where.line, 'shmat-free', 'shmat returned', start, end)
    this.attached += 1
    const source = { name: `attachment ${this.attached}`, base: start, segmentSize: segment.size }
    this.space.map(start, end, call.permission, { sharing: 'shared', growsDown: false, source })
  }

  /**
   * Unmaps what is left of the attachment at an address: of the first attached segment found at or above it whose offset
   * in the segment equals its distance from the address, all areas within the segment's size for which that holds too.
   *
   *     attached at 0x1000   |0x1000--0x2000--0x3000--0x4000|
   *     munmap 0x1000                |0x2000--0x3000--0x4000|   offset 0x1000, distance from 0x1000 the same
   */
  detach(call: ShmdtCall, outcome: 'returned' | 'unknown', line: number): void {
    let name: string | undefined
    let limit = 2n ** 64n
    const found: { start: bigint; end: bigint }[] = []
    for (const area of this.space.areasIn(call.address, limit)) {
      if (area.end > limit) break
      const size = attachmentSize(area.kind, call.address)
      if (size === undefined || (name !== undefined && area.kind.source?.name !== name)) continue
      if (name === undefined) limit = call.address + size
      name = area.kind.source?.name
      found.push(area)
    }
    for (const area of found) this.space.unmap(area.start, area.end)
    if (name === undefined && outcome === 'returned') {
      const detail = `shmdt(${printedSpan(call.address, call.address).split('-')[0]!}), where nothing is attached`
      this.checks.violated(line, 'shmdt-attached', detail)
    }
  }
}

/** Size of the segment that lies so that its first byte is, or would be, at the address. */
function attachmentSize(kind: AreaKind, address: bigint): bigint | undefined {
  return kind.source?.base === address ? kind.source.segmentSize : undefined
}

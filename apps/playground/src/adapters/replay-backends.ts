/**
 * Replays of traces on the backends. On those without a machine, flags are the permission itself and nothing is touched.
 */

import { MockBackend, MockPageTable, NullBackend } from '@addrspace/backend-mock'
import { AreaBackend, formatPermission, replayTrace, type ReplayReport, type ReplayTarget, type Trace } from '@addrspace/linux-trace'
import { MemorySet } from '@addrspace/memory-set'

/** An area as the replay left it. */
export interface ReplayedArea {
  readonly start: bigint
  /** Exclusive; up to 2^64. */
  readonly end: bigint
  /** Four characters as in a maps file. */
  readonly permission: string
}

/** What came of a replay. */
export interface ReplayOutcome {
  readonly report: ReplayReport
  readonly areas: readonly ReplayedArea[]
}

/** Something that a trace can be replayed on; its type tells nothing of the backend's flags and table. */
export interface ReplayBackend {
  /**
   * Replays a trace on a fresh set.
   *
   * @throws TraceInputError if the trace cannot be understood.
   * @throws ReplayError if the backend refuses what the kernel did.
   */
  replay(trace: Trace): Promise<ReplayOutcome>
}

/** Permissions as flags: the same three bits. */
const PERMISSIONS = {
  flagsOf: (permission: number): number => permission,
  permissionOf: (flags: number): number => flags,
}

export const mockReplay: ReplayBackend = {
  replay(trace) {
    const set = new MemorySet<number, MockPageTable>({ pageTable: new MockPageTable(), merge: 'equal-neighbours' })
    const backend = new MockBackend()
    return replayOn({ name: 'mock', set, backendFor: () => backend, ...PERMISSIONS }, trace)
  },
}

export const nullReplay: ReplayBackend = {
  replay(trace) {
    const set = new MemorySet<number, undefined>({ pageTable: undefined, merge: 'equal-neighbours' })
    const backend = new NullBackend()
    return replayOn({ name: 'null', set, backendFor: () => backend, ...PERMISSIONS }, trace)
  },
}

async function replayOn<F, P>(target: ReplayTarget<F, P>, trace: Trace): Promise<ReplayOutcome> {
  const report = await replayTrace(trace, target)
  const areas = Array.from(target.set, ({ start, end, flags, backend }) => {
    const sharing = backend instanceof AreaBackend ? backend.kind.sharing : 'private'
    return { start, end, permission: formatPermission(target.permissionOf(flags), sharing) }
  })
  return { report, areas }
}

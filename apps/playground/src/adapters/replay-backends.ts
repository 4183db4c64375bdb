/**
 * Replays of traces on the backends. On those without a machine, flags are the permission itself and nothing is touched.
 */

import { MockBackend, MockPageTable, NullBackend } from '@addrspace/backend-mock'
import {
  AreaBackend, formatPermission, ReplayError, replayTrace, type CheckedRule, type ReplayReport, type ReplayTarget, type Trace,
} from '@addrspace/linux-trace'
import { MemorySet } from '@addrspace/memory-set'

/** An area as the replay left it. */
export interface ReplayedArea {
  readonly start: bigint
  /** Exclusive; up to 2^64. */
  readonly end: bigint
  /** Four characters as in a maps file. */
  readonly permission: string
}

/** A report in which a backend's refusal, at which the replay ends, is one more violation. */
export interface BackendReport extends Omit<ReplayReport, 'violations'> {
  readonly violations: readonly { readonly line: number; readonly rule: CheckedRule | 'refused'; readonly detail: string }[]
}

/** What came of a replay. */
export interface ReplayOutcome {
  readonly report: BackendReport
  readonly areas: readonly ReplayedArea[]
}

/** Something that a trace can be replayed on; its type tells nothing of the backend's flags and table. */
export interface ReplayBackend {
  /**
   * Replays a trace on a fresh set.
   *
   * @throws TraceInputError if the trace cannot be understood.
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
  const report = await reportOn(target, trace)
  const areas = Array.from(target.set, ({ start, end, flags, backend }) => {
    const sharing = backend instanceof AreaBackend ? backend.kind.sharing : 'private'
    return { start, end, permission: formatPermission(target.permissionOf(flags), sharing) }
  })
  return { report, areas }
}

async function reportOn<F, P>(target: ReplayTarget<F, P>, trace: Trace): Promise<BackendReport> {
  try {
    return await replayTrace(trace, target)
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error
    return {
      name: target.name,
      operations: {},
      areas: target.set.size,
      kernelAreas: trace.end?.length ?? null,
      differences: [],
      violations: [{ line: error.line, rule: 'refused', detail: error.message }],
      checkpoints: 0,
      match: false,
    }
  }
}

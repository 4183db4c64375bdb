/**
 * Replays of traces on the backends. On those without a machine, flags are the permission itself and nothing is touched.
 */

import { MockBackend, MockPageTable, NullBackend } from '@addrspace/backend-mock'
import {
  AreaBackend, formatPermission, Replay, ReplayError, type CheckedRule, type ReplayReport, type ReplayTarget, type TableRule,
  type TableViolation, type Trace,
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

/**
 * A report in which a backend's refusal, at which the replay ends, is one more violation, and so is what does not hold
 * of a page table at the end: that has no line, and 0 in its place.
 */
export interface BackendReport extends Omit<ReplayReport, 'violations'> {
  readonly violations: readonly { readonly line: number; readonly rule: CheckedRule | TableRule | 'refused'; readonly detail: string }[]
}

/** What came of a replay. */
export interface ReplayOutcome {
  readonly report: BackendReport
  readonly areas: readonly ReplayedArea[]
  /** Bits of the narrowest canonical addresses, the sign among them, that held all areas. */
  readonly addressBits: number
}

/** Something that a trace can be replayed on; its type tells nothing of the backend's flags and table. */
export interface ReplayBackend {
  /** Bits of the canonical addresses that it takes, the sign among them. */
  readonly addressBits: number
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
  addressBits: 64,
  replay(trace) {
    const set = new MemorySet<number, MockPageTable>({ pageTable: new MockPageTable(), merge: 'equal-neighbours' })
    const backend = new MockBackend()
    return replayOn({ name: 'mock', set, backendFor: () => backend, ...PERMISSIONS }, trace)
  },
}

export const nullReplay: ReplayBackend = {
  addressBits: 64,
  replay(trace) {
    const set = new MemorySet<number, undefined>({ pageTable: undefined, merge: 'equal-neighbours' })
    const backend = new NullBackend()
    return replayOn({ name: 'null', set, backendFor: () => backend, ...PERMISSIONS }, trace)
  },
}

/** Replays a trace on a target. `verify` is asked at the end, unless the backend refused: what does not hold of its table? */
export async function replayOn<F, P>(target: ReplayTarget<F, P>, trace: Trace, verify: () => readonly TableViolation[] = () => []): Promise<ReplayOutcome> {
  let replay: Replay<F, P> | undefined
  let report: BackendReport
  try {
    replay = new Replay(target, trace, trace.logFile)
    for await (const piece of typeof trace.log === 'string' ? [trace.log] : trace.log) replay.push(piece)
    report = withVerdict(replay.finish(), verify())
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error
    report = refusalReport(target, trace, error)
  }
  const areas = Array.from(target.set, ({ start, end, flags, backend }) => {
    const sharing = backend instanceof AreaBackend ? backend.kind.sharing : 'private'
    return { start, end, permission: formatPermission(target.permissionOf(flags), sharing) }
  })
  return { report, areas, addressBits: replay?.addressBits ?? 0 }
}

function withVerdict(report: ReplayReport, found: readonly TableViolation[]): BackendReport {
  if (found.length === 0) return report
  return { ...report, violations: [...report.violations, ...found.map(({ rule, detail }) => ({ line: 0, rule, detail }))], match: false }
}

function refusalReport<F, P>(target: ReplayTarget<F, P>, trace: Trace, error: ReplayError): BackendReport {
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

/**
 * What a run reports, and its lines under `--json`.
 */

import type { MappingError } from '@addrspace/memory-set'
import { formatHex } from '@addrspace/memory-addr'
import type { JsonValue, ScenarioOp } from './scenario.ts'

/** The outcome of one operation. */
export interface OpResult {
  /** From 0 within its scenario. */
  readonly index: number
  /** The operation. */
  readonly op: ScenarioOp
  /** `"ok"`, an error's code, or what was asked for. */
  readonly result: JsonValue
  /** Why it was refused, or why there is nothing to tell (`no-table`); undefined otherwise. */
  readonly reason: string | undefined
  /** The set's own refusal, with the area in the way and the backend's reason. */
  readonly error: MappingError | undefined
  /** Whether the operation expected something else. */
  readonly isMismatch: boolean
}

/** Where the root tables are and how many frames are in use; told by machines only. */
export interface TableSummary {
  /** Physical address of the root table; that of the lower half where there are two. */
  readonly root: bigint
  /** That of the upper half, where there are two. */
  readonly root1?: bigint
  /** Frames in use, for tables and for pages. */
  readonly frames: number
}

/** The state after the last operation. */
export interface ScenarioSummary {
  /** Of the scenario; empty if its header has none. */
  readonly name: string
  /** Number of areas in the set. */
  readonly areas: number
  /** Undefined on a backend without a table. */
  readonly table: TableSummary | undefined
  /** Operations that expected something else. */
  readonly mismatches: number
}

/**
 * Writes the line of one operation: `{"op": index, "result": …}`, then `"reason"`, `"refusal"` (the backend's own reason) and
 * `"mismatch": true` where they apply.
 */
export function formatOpResult(result: OpResult): string {
  const refusal = result.error?.refusal?.reason
  return JSON.stringify({
    op: result.index,
    result: result.result,
    ...(result.reason !== undefined && { reason: result.reason }),
    ...(refusal !== undefined && { refusal }),
    ...(result.isMismatch && { mismatch: true }),
  })
}

/**
 * Writes the line of one scenario: `{"name", "areas", "root", "root1", "frames", "mismatches"}`, without roots and frames
 * where there is no table.
 */
export function formatSummary(summary: ScenarioSummary): string {
  const { table } = summary
  return JSON.stringify({
    name: summary.name,
    areas: summary.areas,
    ...(table !== undefined && {
      root: formatHex(table.root),
      ...(table.root1 !== undefined && { root1: formatHex(table.root1) }),
      frames: table.frames,
    }),
    mismatches: summary.mismatches,
  })
}

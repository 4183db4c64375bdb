/**
 * What a replay notices besides the final comparison. Later calls overwrite what earlier ones did, but the outcome of
 * every call says something about the layout at the moment it takes effect; where the replay's layout says otherwise,
 * replay and kernel have parted.
 */
import { printedArea, printedSpan, type TracedSpace } from './traced-space.ts'

/** What a call's outcome says of the layout; a closed list. */
export type CheckedRule =
  /** The result of `mmap` without `MAP_FIXED` was free. */
  | 'mmap-free'
  /** The result of a moving `mremap` without `MREMAP_FIXED` was free. */
  | 'mremap-free'
  /** The range by which `mremap` in place grows was free. */
  | 'mremap-growth-free'
  /** The range by which `brk` grows was free. */
  | 'brk-growth-free'
  /** The result of `shmat` without `SHM_REMAP` was free. */
  | 'shmat-free'
  /** `mmap` with `MAP_FIXED_NOREPLACE` fails with `EEXIST` exactly when something is mapped in its range. */
  | 'noreplace-exists'
  /** The range of a successful `mprotect` has no hole. */
  | 'mprotect-mapped'
  /** The range of an `mprotect` that fails with `ENOMEM` has a hole. */
  | 'mprotect-hole'
  /** A successful `mprotect` with `PROT_GROWSDOWN` starts in an area that grows downwards. */
  | 'mprotect-grows-down'
  /** A successful `mremap` finds something to move, to extend or to show again. */
  | 'mremap-source'
  /** A successful `shmdt` finds an attachment. */
  | 'shmdt-attached'

/** A call whose outcome contradicts the layout of the replay. */
export interface Violation {
  /** Line of the log, counted from 1, at which the call took effect. */
  readonly line: number
  /** What does not hold. */
  readonly rule: CheckedRule
  /** What the call did and what was in the way. */
  readonly detail: string
}

/** Collects violations. */
export class Checks<F, P> {
  readonly violations: Violation[] = []
  private readonly space: TracedSpace<F, P>

  constructor(space: TracedSpace<F, P>) {
    this.space = space
  }

  /** Notes that a call contradicts the layout. */
  violated(line: number, rule: CheckedRule, detail: string): void {
    this.violations.push({ line, rule, detail })
  }

  /** Notes a violation unless the range is free. */
  free(line: number, rule: CheckedRule, what: string, start: bigint, end: bigint): void {
    const area = this.space.firstIn(start, end)
    if (area !== undefined) this.violated(line, rule, `${what} ${printedSpan(start, end)}, where ${printedArea(area)} is mapped`)
  }

  /** Notes a violation if the range has a hole. */
  mapped(line: number, rule: CheckedRule, what: string, start: bigint, end: bigint): void {
    const hole = this.space.firstHole(start, end)
    if (hole === undefined) return
    this.violated(line, rule, `${what} ${printedSpan(start, end)}, where nothing is mapped at 0x${hole.toString(16)}`)
  }
}

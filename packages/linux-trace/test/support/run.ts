// Replays a few lines of a log on a set whose backend accepts everything, and tells what is mapped in the end.
import { MemorySet, type MappingBackend } from '@addrspace/memory-set'
import { parseMapsFile, permissionRanges, Replay } from '../../src/index.ts'
import type { KernelLists, MapsArea, PermissionRange, ReplayReport, ReplayTarget } from '../../src/index.ts'

export const acceptAll: MappingBackend<number, null> = { map: () => true, unmap: () => true, protect: () => true }

export function target(overrides: Partial<ReplayTarget<number, null>> = {}): ReplayTarget<number, null> {
  return {
    name: 'accept-all',
    set: new MemorySet<number, null>({ pageTable: null, merge: 'equal-neighbours' }),
    backendFor: () => acceptAll,
    flagsOf: (permission) => permission,
    permissionOf: (flags) => flags,
    ...overrides,
  }
}

/** Areas written short: `1000-3000 rw-p`, perhaps with a name behind. */
export function areas(...lines: string[]): MapsArea[] {
  const full = lines.map((line) => {
    const [range, permission, ...name] = line.split(' ')
    return `${range!.split('-').map((bound) => bound.padStart(8, '0')).join('-')} ${permission!} 00000000 00:00 0 ${name.join(' ')}`
  })
  return parseMapsFile(full.join('\n'))
}

export interface Outcome {
  /** What is mapped in the end, as maximal ranges: `1000-3000 rw-p`. */
  readonly mapped: string[]
  /** `LINE RULE` of each violation. */
  readonly violations: string[]
  readonly report: ReplayReport
}

/**
 * Replays a log behind a first line with the execve of task 100; lines without a task number are that task's. The first
 * line of `log` is line 2.
 */
export function run(start: string[], log: string[], lists: Omit<KernelLists, 'start'> = {}, merge: 'never' | 'equal-neighbours' = 'never'): Outcome {
  const set = new MemorySet<number, null>({ pageTable: null, merge })
  const replay = new Replay(target({ set }), { start: areas(...start), ...lists })
  replay.push('100 execve("/bin/x", ["x"], 0x7ffd80b6b968 /* 3 vars */) = 0\n')
  for (const line of log) replay.push(`${/^[a-z<]/.test(line) ? '100 ' : ''}${line}\n`)
  const report = replay.finish()
  set.checkInvariants()

  const all: PermissionRange[] = []
  for (const area of set) {
    all.push({ start: area.start, end: area.end, permission: permissionOf(area) })
  }
  return {
    mapped: permissionRanges(all).map(({ start, end, permission }) => `${start.toString(16)}-${end.toString(16)} ${permission}`),
    violations: report.violations.map(({ line, rule }) => `${line} ${rule}`),
    report,
  }
}

function permissionOf(area: { readonly flags: number; readonly backend: unknown }): string {
  const { kind } = area.backend as { readonly kind: { readonly sharing: string } }
  const letters = ['r', 'w', 'x'].map((letter, bit) => ((area.flags & (1 << bit)) === 0 ? '-' : letter))
  return letters.join('') + (kind.sharing === 'shared' ? 's' : 'p')
}

/** What a function throws. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return new Error('nothing thrown')
}

/** Name and message of what a function throws. */
export function messageOf(act: () => unknown): string {
  return String(thrownBy(act))
}

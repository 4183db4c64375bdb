/**
 * Commands for a set and its dumb twin: made at random from a seed, plain data, so that a failing list can be shortened
 * and shown.
 */

import type { BackendName } from './dense-space.ts'
import type { Random } from './random.ts'

/** A backend call that fails, from 1 within its command. */
export interface Failure {
  /** Counted from 1 within the command. */
  readonly call: number
  /** Whether the backend refuses or throws. */
  readonly how: 'refuse' | 'throw'
}

/** A range of granules. */
export interface Granules {
  /** The first granule. */
  readonly start: number
  /** The granule behind the last one. */
  readonly end: number
}

/** One operation that may change the set. Of `protect`, `only` leaves areas of other flags alone; `fails` lets a call of a backend fail. */
export type Change = { readonly fails?: Failure } & (
  | Granules & { readonly verb: 'map'; readonly flags: number; readonly backend: BackendName; readonly replaces: boolean }
  | Granules & { readonly verb: 'unmap' }
  /** `only`: areas of other flags are left alone. */
  | Granules & { readonly verb: 'protect'; readonly flags: number; readonly only?: number; readonly refusesHoles: boolean }
  | { readonly verb: 'clear' }
)

/** A change, or several as one. */
export type Command =
  | Change
  | { readonly verb: 'transaction'; readonly commands: readonly Command[]; readonly outcome: 'commit' | 'refuse' | 'throw' }

/** What the commands may contain. */
export interface CommandOptions {
  /** In granules. */
  readonly window: number
  /** How many values of flags there are. */
  readonly flags: number
  /** What starts of areas of the coarse backend are multiples of, in granules. */
  readonly coarse: number
  /** Whether calls may fail, and transactions be made. */
  readonly hasFailures: boolean
}

const DEEPEST = 2

/** Makes a list of commands. */
export function randomCommands(random: Random, count: number, options: CommandOptions, depth = 0): Command[] {
  return Array.from({ length: count }, () => {
    if (options.hasFailures && depth < DEEPEST && random.oneIn(8)) {
      const commands = randomCommands(random, random.between(0, 4), options, depth + 1)
      return { verb: 'transaction', commands, outcome: random.pick(['commit', 'refuse', 'throw']) }
    }
    const change = randomChange(random, options)
    if (!options.hasFailures || !random.oneIn(4)) return change
    return { ...change, fails: { call: random.between(1, 4), how: random.pick(['refuse', 'throw']) } }
  })
}

function randomChange(random: Random, options: CommandOptions): Change {
  const { start, end } = randomRange(random, options.window)
  const flags = random.below(options.flags)
  switch (random.below(20)) {
    case 0:
      return random.oneIn(4) ? { verb: 'clear' } : { verb: 'unmap', start, end }
    case 1: case 2: case 3: case 4: case 5:
      return { verb: 'unmap', start, end }
    case 6: case 7: case 8: case 9: case 10: case 11: {
      const only = random.oneIn(3) ? { only: random.below(options.flags) } : {}
      return { verb: 'protect', start, end, flags, refusesHoles: random.oneIn(4), ...only }
    }
    default: {
      const backend = random.pick<BackendName>(['backend', 'backend', 'backend', 'other', 'coarse'])
      const range = backend === 'coarse' && !random.oneIn(4) ? inCoarse(start, end, options) : { start, end }
      return { verb: 'map', ...range, flags, backend, replaces: random.oneIn(2) }
    }
  }
}

/** Mostly short ranges, some that reach the edges of the window, a few empty ones. */
function randomRange(random: Random, window: number): { start: number; end: number } {
  if (random.oneIn(24)) {
    const at = random.between(0, window - 1)
    return { start: at, end: at }
  }
  if (random.oneIn(8)) return random.oneIn(2) ? { start: 0, end: random.between(1, window) } : { start: random.below(window), end: window }
  const start = random.below(window)
  return { start, end: Math.min(window, start + random.between(1, random.oneIn(3) ? window / 2 : 8)) }
}

function inCoarse(start: number, end: number, { coarse, window }: CommandOptions): { start: number; end: number } {
  const first = start - (start % coarse)
  return { start: first, end: Math.min(window, first + coarse * Math.max(1, Math.ceil((end - start) / coarse))) }
}

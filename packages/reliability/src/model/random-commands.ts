// Commands from a seed: mostly short ranges, some that reach the edges of the window, a few that are wrong.
import type { Random } from '@addrspace/conformance/model'

import type { BackingName, Cells, Command } from './command.ts'
import type { Layout } from './layout.ts'

export interface CommandChoices {
  /** The flags that areas may be given. */
  readonly bits: readonly [number, ...number[]]
  readonly backings: readonly [BackingName, ...BackingName[]]
  /** Whether `query` has an answer. */
  readonly hasTable: boolean
  /** Whether the window ends where the space does, so that a range can reach too far. */
  readonly isAtEnd: boolean
}

const DEEPEST = 3
const SNAPSHOTS = 2

/** Makes a list of commands; brackets may lack their partners. */
export function randomCommands(random: Random, count: number, layout: Layout, choices: CommandChoices): Command[] {
  let depth = 0
  return Array.from({ length: count }, () => {
    if (depth > 0 && random.oneIn(5)) {
      depth--
      return random.oneIn(2) ? { op: 'commit' } : { op: 'rollback', how: random.pick(['refuse', 'throw']) }
    }
    if (depth < DEEPEST && random.oneIn(20)) {
      depth++
      return { op: 'begin' }
    }
    return randomCommand(random, layout, choices)
  })
}

function randomCommand(random: Random, layout: Layout, choices: CommandChoices): Command {
  const kind = random.below(64)
  if (kind < 20) return randomMap(random, layout, choices)
  if (kind < 29) return { op: 'unmap', ...randomRange(random, layout, choices) }
  if (kind < 41) {
    const mask = random.oneIn(3) ? { mask: random.pick([0, 1, 2, 3, 4, 7]) } : {}
    return { op: 'protect', ...randomRange(random, layout, choices), bits: random.pick(choices.bits), ...mask, holes: random.oneIn(4) ? 'refuse' : 'skip' }
  }
  if (kind < 49) return { op: 'fault', ...randomPlace(random, layout), access: random.pick(['read', 'write', 'exec']) }
  if (kind < 51) return { op: 'find', ...randomPlace(random, layout) }
  if (kind < 53) return choices.hasTable ? { op: 'query', ...randomPlace(random, layout) } : { op: 'find', ...randomPlace(random, layout) }
  if (kind < 55) return { op: 'overlaps', ...rangeInside(random, layout) }
  if (kind < 60) return randomSearch(random, layout)
  if (kind < 63) return { op: random.oneIn(3) ? 'release' : 'snapshot', slot: random.below(SNAPSHOTS) }
  return random.oneIn(4) ? { op: 'clear' } : { op: 'overlaps', ...rangeInside(random, layout) }
}

function randomMap(random: Random, layout: Layout, choices: CommandChoices): Command {
  const backing = random.pick(choices.backings)
  const { start, end } = randomRange(random, layout, choices)
  // What allocates at once is kept small where cells are large.
  const range = { start, end: backing === 'alloc' ? Math.min(end, start + layout.mostEager) : end }
  const guards = random.oneIn(6) ? { guards: { below: random.below(4), above: random.below(4) } } : {}
  return { op: 'map', ...range, bits: random.pick(choices.bits), backing, onOverlap: random.pick(['refuse', 'replace']), ...guards }
}

/** A range for a change: of whole granules, but for one in sixteen. */
function randomRange(random: Random, layout: Layout, choices: CommandChoices): Cells {
  const { start, end } = rangeInside(random, layout)
  if (choices.isAtEnd && random.oneIn(64)) return { start, end: layout.cells + layout.granule * random.between(1, 3) }
  if (layout.granule === 1 || random.oneIn(16)) return { start, end }
  return { start: start - (start % layout.granule), end: end + ((layout.granule - (end % layout.granule)) % layout.granule) }
}

function rangeInside(random: Random, { cells }: Layout): Cells {
  const start = random.below(cells)
  if (random.oneIn(24)) return { start, end: start }
  if (random.oneIn(24)) return random.oneIn(2) ? { start: 0, end: start + 1 } : { start, end: cells }
  return { start, end: Math.min(cells, start + random.between(1, random.oneIn(10) ? cells / 4 : 6)) }
}

function randomPlace(random: Random, { cells, unit }: Layout): { at: number; offset: bigint } {
  return { at: random.below(cells), offset: random.pick([0n, unit / 2n, unit - 1n]) }
}

function randomSearch(random: Random, layout: Layout): Command {
  const align = layout.granule * random.pick([1, 1, 2, 4])
  // Now and then no multiple of the alignment, which finds nothing.
  const size = random.oneIn(16) ? random.below(8) : align * random.between(1, 4)
  const limit = rangeInside(random, layout)
  const hint = random.oneIn(2) ? { hint: random.between(0, layout.cells) } : {}
  return {
    op: 'findFree', size, limit: random.oneIn(2) ? { start: 0, end: layout.cells } : limit, ...hint, align,
    direction: random.pick(['up', 'down']), gap: random.oneIn(3) ? { below: random.below(3), above: random.below(3) } : { below: 0, above: 0 },
  }
}

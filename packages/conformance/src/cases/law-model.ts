/**
 * A backend against its dumb twin: random calls, lawful and not, on an array of flags.
 */

import type { Bench } from '../bench.ts'
import { checkEqual } from '../check.ts'
import type { ConformanceCase } from '../case.ts'
import { Random } from '../model/random.ts'
import { checkDeclinedUnchanged, checkDone, Direct } from './direct.ts'
import { needsRefusalsAndTable } from './needs.ts'

const WINDOW = 24
const SEEDS = 20
const CALLS = 60

export const lawModelCases: readonly ConformanceCase[] = [
  {
    id: 'law/random-calls',
    title: 'random calls are done or refused, and change the table, as an array with one entry per granule says',
    law: 'L1 L2 L3 L4',
    unsupported: needsRefusalsAndTable,
    run({ open, manifest }) {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const bench = open()
        // Every other run ends at the end of the space.
        if (seed % 2 === 0) bench.base = manifest.space.end - bench.size(WINDOW)
        compareCalls(bench, new Random(seed), `seed ${seed}`)
      }
    },
  },
]

function compareCalls<F, P>(bench: Bench<F, P>, random: Random, what: string): void {
  const direct = new Direct(bench)
  const cells: (number | undefined)[] = Array.from({ length: WINDOW }, () => undefined)
  for (let call = 0; call < CALLS; call++) {
    const start = random.below(WINDOW)
    const end = Math.min(WINDOW, start + random.between(1, 8))
    const verb = random.pick(['map', 'map', 'unmap', 'protect'] as const)
    const flags = random.below(bench.manifest.flags.length)
    const range = cells.slice(start, end)
    const isLawful = verb === 'map' ? range.every((cell) => cell === undefined) : range.every((cell) => cell !== undefined)
    const act = (): ReturnType<typeof direct.map> =>
      verb === 'map' ? direct.map(start, end, flags) : verb === 'unmap' ? direct.unmap(start, end) : direct.protect(start, end, flags)
    const name = `${what}, call ${call}: ${verb} [${start}, ${end}) with flags #${flags}`
    if (isLawful) {
      checkDone(act(), name)
      cells.fill(verb === 'unmap' ? undefined : flags, start, end)
    } else {
      checkDeclinedUnchanged(bench, act, name)
    }
    const mapped = cells.flatMap((cell, granule) => (cell === undefined ? [] : [{ start: granule, end: granule + 1, flags: cell }]))
    checkEqual(bench.table(), bench.shown(mapped), `table after ${name}`)
  }
}

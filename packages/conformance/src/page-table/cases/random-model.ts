/**
 * Random operations beside the dumb twin.
 */

import { checkEqual } from '../../check.ts'
import { Random } from '../../model/random.ts'
import { isHidden } from '../bench.ts'
import type { TableBench } from '../bench.ts'
import type { PageTableCase } from '../case.ts'
import { tellingFlags } from './protect.ts'

const SEEDS = [1, 2, 3]
const STEPS = 60

export const randomModelCases: readonly PageTableCase[] = [
  {
    id: 'map/random-model',
    title: 'random maps, unmaps and protects, refused ones among them, leave the space as the dumb twin says after each step',
    law: 'operations',
    run({ open, manifest }) {
      for (const seed of SEEDS) {
        const bench = open()
        const random = new Random(seed)
        const flags = tellingFlags(manifest).filter((asked) => manifest.features.keepsHidden || !isHidden(asked)) as [string, ...string[]]
        for (let step = 0; step < STEPS; step++) randomStep(bench, random, flags, `step ${step} of seed ${seed}`)
      }
    },
  },
]

function randomStep(bench: TableBench, random: Random, flags: readonly [string, ...string[]], what: string): void {
  const { shape, manifest, model, table } = bench
  const level = manifest.leafLevels.length === 1 ? 0 : random.pick([0, 0, 0, 1])
  const unit = shape.span(level)
  // Around a boundary of the level above, in a window of 2 huge leaves.
  const start = shape.home(2 < manifest.levels ? 2 : 1) - shape.span(1) + BigInt(random.below(Number((2n * shape.span(1)) / unit))) * unit
  const size = BigInt(random.between(1, level === 0 ? 300 : 2)) * unit
  const end = start + size
  const letters = random.pick(flags)
  const holes = random.pick<'refuse' | 'skip'>(['refuse', 'skip', 'skip'])
  const isCut = !manifest.features.splits && bench.leaves(start, end).some((run) => (start - run.start) % run.leafSize !== 0n || (end - run.start) % run.leafSize !== 0n)
  if (isCut) return
  switch (random.below(3)) {
    case 0: {
      const paddr = shape.frame(1) + BigInt(random.below(4)) * unit + (level === 0 ? BigInt(random.below(2)) * (start % shape.span(1)) : 0n)
      if (model.isFree(start, end)) bench.map(start, size, paddr, letters)
      else bench.refuses(`${what}: map over what is mapped`, () => table.map(start, size, paddr, letters), 'already-mapped')
      break
    }
    case 1:
      if (holes === 'skip' || model.isFull(start, end)) bench.unmap(start, size, { holes })
      else bench.refuses(`${what}: unmap with holes`, () => table.unmap(start, size), 'not-mapped')
      break
    default:
      if (holes === 'skip' || model.isFull(start, end)) bench.protect(start, size, letters, { holes })
      else bench.refuses(`${what}: protect with holes`, () => table.protect(start, size, letters), 'not-mapped')
  }
  bench.checkMeaning(what)
  if (manifest.features.freesTables && table.frames !== undefined) checkEqual(table.frames.inUse(), shape.tablesFor(bench.leaves()), `frames in use after ${what}`)
}


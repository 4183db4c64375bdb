// Makes a failing list of commands small: fewer of them, and simpler ones.
import { shorten } from '@addrspace/conformance/model'

import type { Cells, Command } from './command.ts'
import type { Setting } from './model-world.ts'

const MOST_ROUNDS = 8

/** Gives a list that still fails, and from which nothing can be left out or made simpler in one step. */
export function shrink(setting: Setting, commands: readonly Command[], stillFails: (fewer: readonly Command[]) => boolean): readonly Command[] {
  let shortest = commands
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = shortest
    shortest = simplify(setting, shorten(shortest, stillFails), stillFails)
    if (shortest === before) break
  }
  return shortest
}

function simplify(setting: Setting, commands: readonly Command[], stillFails: (simpler: readonly Command[]) => boolean): readonly Command[] {
  let simplest = commands
  for (const index of commands.keys()) {
    for (const simpler of simplerOnes(setting, simplest[index]!)) {
      const candidate = simplest.map((command, i) => (i === index ? simpler : command))
      if (stillFails(candidate)) {
        simplest = candidate
        break
      }
    }
  }
  return simplest
}

/** What a command could be instead, simplest first. */
function simplerOnes({ layout }: Setting, command: Command): Command[] {
  switch (command.op) {
    case 'map': {
      const { guards, ...plain } = command
      const unguarded: Command[] = guards === undefined ? [] : [plain]
      const refusing: Command[] = command.onOverlap === 'refuse' ? [] : [{ ...command, onOverlap: 'refuse' }]
      const eager: Command[] = command.backing === 'alloc' || command.end - command.start > layout.mostEager ? [] : [{ ...command, backing: 'alloc' }]
      return [...unguarded, ...refusing, ...eager, ...shorter(command, layout.granule)]
    }
    case 'protect': {
      const { mask, ...plain } = command
      const unmasked: Command[] = mask === undefined ? [] : [plain]
      const skipping: Command[] = command.holes === 'skip' ? [] : [{ ...command, holes: 'skip' }]
      return [...unmasked, ...skipping, ...shorter(command, layout.granule)]
    }
    case 'unmap':
    case 'overlaps':
      return shorter(command, layout.granule)
    case 'rollback':
      return command.how === 'refuse' ? [] : [{ op: 'rollback', how: 'refuse' }]
    default:
      return []
  }
}

/** The same for half of the cells, or one granule less, from either side. */
function shorter<T extends Cells>(command: T, granule: number): T[] {
  const { start, end } = command
  const granules = Math.floor((end - start) / granule)
  return [...new Set([granules >> 1, granules - 1])]
    .filter((count) => count >= 1)
    .flatMap((count) => [{ ...command, end: start + count * granule }, { ...command, start: end - count * granule }])
}

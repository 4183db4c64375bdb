// Fills cells: for every round fresh processes of all contenders, which take turns in short slices, the
// first one another each time; medians of slices, and the median of those. All must answer the same.
import type { Measurement } from '../src/results.ts'
import { median } from '../src/results.ts'
import { ContenderProcess, type Command } from './contender-process.ts'
import type { Cell } from './contenders.ts'

export interface Settings {
  /** Times that fresh processes are started. */
  readonly rounds: number
  /** Turns of each process. */
  readonly slices: number
  /** Of a turn, in milliseconds. */
  readonly milliseconds: number
  /** Before the first turn, in milliseconds. */
  readonly warmUp: number
  readonly seed: number
}

export const FULL: Settings = { rounds: 3, slices: 5, milliseconds: 50, warmUp: 300, seed: 7 }
export const SMOKE: Settings = { rounds: 1, slices: 1, milliseconds: 1, warmUp: 1, seed: 7 }

/** Processes that go on from one cell to the next, or are fresh for each. */
export class Processes {
  readonly #open = new Map<string, ContenderProcess>()

  get(command: Command): ContenderProcess {
    const key = [command.file, ...command.args].join(' ')
    const open = this.#open.get(key) ?? new ContenderProcess(command)
    this.#open.set(key, open)
    return open
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(open.map((process) => process.close()))
  }
}

/** @throws Error if a contender answers something else than the others, or not at all */
export async function measureCell(cell: Cell, settings: Settings, processes: Processes, isFresh: boolean): Promise<Measurement[]> {
  const { question, subject, size } = cell
  const { rounds, slices, milliseconds, warmUp, seed } = settings
  const contenders = [...cell.contenders]
  const medians = new Map<string, number[]>(contenders.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const checksums = new Map<string, string>()
    const takers: [string, ContenderProcess][] = []
    for (const [name, command] of contenders) {
      const taker = processes.get(command)
      const answer = await taker.ask(question.name, size, seed, warmUp)
      if ('figure' in answer) medians.get(name)!.push(answer.figure)
      else {
        checksums.set(name, answer.checksum)
        takers.push([name, taker])
      }
    }
    if (new Set(checksums.values()).size > 1) throw new Error(`${question.name} of ${subject} at ${String(size)}: answers differ: ${[...checksums].map((pair) => pair.join(' ')).join(', ')}`)
    for (let slice = 0; slice < slices && takers.length > 0; slice++) {
      const first = (round + slice) % takers.length
      for (const [name, taker] of [...takers.slice(first), ...takers.slice(0, first)]) {
        const answer = await taker.ask(question.name, size, seed, milliseconds)
        if ('samples' in answer) medians.get(name)!.push(median(answer.samples))
      }
    }
    if (isFresh) await processes.close()
  }
  return contenders.map(([contender]): Measurement => {
    const values = medians.get(contender)!
    return { question: question.name, subject, size, contender, unit: question.unit ?? 'ns', median: median(values), low: Math.min(...values), high: Math.max(...values) }
  })
}

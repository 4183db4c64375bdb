// The small form: everybody answers everything once, at small sizes, and all answer alike. Nothing is timed.
import { MEMSET, OURS, RUST } from '../src/goals.ts'
import type { Question } from '../src/question.ts'
import { listCells, type Cell } from './contenders.ts'
import { measureCell, Processes, SMOKE } from './measure.ts'

const SMALL_SETS = [16, 1000]
const SMALL_RANGE = 2 ** 11

/** Who is asked: everybody, or for the sake of time those who have to agree with Rust. */
type Asked = 'everybody' | 'ours and Rust'

/**
 * Asks, and gives the number of answers.
 *
 * @throws Error if answers differ, or one is missing
 */
export async function smoke(native: string | undefined, asked: Asked = 'everybody'): Promise<number> {
  const processes = new Processes()
  let answers = 0
  try {
    for (const cell of smallCells(native, asked)) {
      const found = await measureCell(cell, SMOKE, processes, false)
      if (found.some(({ median }) => !Number.isFinite(median))) throw new Error(`${cell.question.name}: expected a figure`)
      answers += found.length
    }
  } finally {
    await processes.close()
  }
  return answers
}

function smallCells(native: string | undefined, asked: Asked): Cell[] {
  const cells = listCells(native, sizesFor)
  if (asked === 'everybody') return cells
  return cells.map((cell) => ({ ...cell, contenders: new Map([...cell.contenders].filter(([name]) => [OURS, RUST, MEMSET].includes(name))) }))
}

function sizesFor({ of, sizes }: Question): readonly number[] {
  return of === 'page-table' ? [SMALL_RANGE] : SMALL_SETS.filter((size) => size >= sizes[0]!)
}

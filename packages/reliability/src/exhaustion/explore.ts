/**
 * Every sequence of steps up to a depth, through a set and the page table of the toy machine, against the twin; and in
 * every state that is reached, every step with every failure point. States that are equal in everything that a set and
 * a table can be asked, memory included, go on alike, and are gone on from once.
 */

import { va } from '@addrspace/memory-addr'
import type { Invalidations } from '@addrspace/page-table'

import { noFailures, Situation, type FailureCounts, type Outcome } from '../failures/situation.ts'
import { showOperation } from '../worlds/operation.ts'
import type { World } from '../worlds/world.ts'
import { addressOfCell, type Layout } from '../model/layout.ts'
import { openRightWorld, twinOptionsOf, type OpenWorld, type Setting } from '../model/model-world.ts'
import { PageCheck } from '../model/page-check.ts'
import { Twin, type ChangeAnswer } from '../model/twin.ts'
import { operationOf, STEPS, type Step } from './steps.ts'

export interface ExhaustionBounds {
  /** Steps in a row. */
  readonly depth: number
  readonly merge: 'never' | 'equal-neighbours'
  /** Default: the right world. */
  readonly open?: OpenWorld
}

/** The bounds of CI: both kinds of sets. */
export const CI_EXHAUSTION: readonly ExhaustionBounds[] = [
  { depth: 5, merge: 'never' },
  { depth: 5, merge: 'equal-neighbours' },
]

export interface ExhaustionFigures extends FailureCounts {
  readonly steps: number
  readonly depth: number
  /** Sequences of so many steps: steps to the power of depth. */
  readonly sequences: number
  /** Different states, the empty one included. */
  states: number
  /** A step made in a state, with all of its failures. */
  transitions: number
  /** Of these, refused or given up. */
  refused: number
}

/** The lower half, page by page; physical addresses as the world's linear backend has them. */
const LAYOUT: Layout = { base: 0n, unit: 0x1000n, cells: 32, granule: 1, pagesPerCell: 1, linear: [0xff_0000n], mostEager: 32 }
/** For all pages and all tables. */
const FRAMES = 40

/** @throws Error that tells the sequence, if anything is not as the twin says, or a failure has changed something */
export function exploreToyMachine({ depth, merge, open = openRightWorld }: ExhaustionBounds): ExhaustionFigures {
  const figures: ExhaustionFigures = { steps: STEPS.length, depth, sequences: STEPS.length ** depth, states: 1, transitions: 0, refused: 0, ...noFailures() }
  const start = (): Walk => new Walk({ name: 'toy', options: { merge, frames: FRAMES }, layout: LAYOUT }, open)
  let frontier: readonly (readonly Step[])[] = [[]]
  const seen = new Set([start().contents])
  for (let length = 1; length <= depth; length++) {
    const reached: (readonly Step[])[] = []
    for (const path of frontier) {
      for (const step of STEPS) {
        const contents = go(start, path, step, figures)
        if (seen.has(contents)) continue
        seen.add(contents)
        reached.push([...path, step])
      }
    }
    frontier = reached
  }
  figures.states = seen.size
  return figures
}

/** Makes a step at the end of a path, and gives the state that it leads to. */
function go(start: () => Walk, path: readonly Step[], step: Step, figures: ExhaustionFigures): string {
  try {
    const walk = start()
    for (const before of path) walk.go(before)
    const isDone = walk.fail(step, figures)
    const { contents } = walk
    figures.transitions++
    if (!isDone) figures.refused++
    if (walk.hasTold) {
      const other = start()
      for (const before of path) other.go(before)
      other.go(step, figures, 'throws')
      if (other.contents !== contents) throw new Error('a sink that throws leads to another state')
    }
    // What failures leave behind where nobody sees it, in a log of what is to be undone or told, shows in what comes next.
    walk.go(STEPS[figures.transitions % STEPS.length]!)
    return contents
  } catch (error) {
    throw new Error([...path, step].map((made) => showOperation(operationOf(LAYOUT, made))).join(', '), { cause: error })
  }
}

/** A set over the toy machine with its twin, from nothing on. */
class Walk {
  readonly #world: World
  readonly #twin: Twin
  readonly #pages: PageCheck
  /** Whether the last step had something to tell the sink. */
  hasTold = false

  constructor(setting: Setting, open: OpenWorld) {
    this.#world = open(setting.name, setting.options)
    this.#twin = new Twin(twinOptionsOf(setting, this.#world))
    this.#pages = new PageCheck(this.#world.machine!, this.#twin, { pages: 0, staleRanges: 0 })
  }

  get contents(): string {
    return this.#world.contents()
  }

  /** Makes a step, and nothing else. */
  go(step: Step, counts: FailureCounts = noFailures(), sink: 'tells' | 'throws' = 'tells'): void {
    const { told } = this.#world.machine!
    const before = told.length
    const pages = this.#translations()
    this.#compare(step, this.#situationOf(step, counts).succeed(sink))
    // What is taken away and put back in one go can look the same before and after.
    const isPutBack = step.op === 'transaction' || (step.op === 'map' && step.onOverlap === 'replace')
    if (!isPutBack) this.#checkToldForNothing(pages, told.slice(before))
  }

  /** Makes a step, after every failure that it can have; tells whether it was done. */
  fail(step: Step, counts: FailureCounts): boolean {
    const { told } = this.#world.machine!
    const before = told.length
    const outcome = this.#situationOf(step, counts).run('tells')
    this.hasTold = told.length > before
    this.#compare(step, outcome)
    return outcome.kind === 'done'
  }

  #situationOf(step: Step, counts: FailureCounts): Situation {
    return new Situation(this.#world, operationOf(LAYOUT, step), counts)
  }

  #compare(step: Step, outcome: Outcome): void {
    const answer = answerOf(this.#twin, step)
    const isRight = answer === 'given up' ? outcome.kind !== 'done' : outcome.kind === 'refused' ? outcome.error.code === answer : outcome.kind === 'done' && isSuccess(answer)
    if (!isRight) throw new Error(`${answer} is right, and it ${outcome.kind === 'done' ? 'is done' : outcome.kind}`)
    this.#pages.check(false)
    this.#checkAreas()
  }

  /** What each page of the window translates to. */
  #translations(): string[] {
    const { table } = this.#world.machine!
    return Array.from({ length: LAYOUT.cells }, (_, page) => {
      const found = table.query(va(addressOfCell(LAYOUT, page)))
      return found === undefined ? '' : `${found.paddr} ${found.flags}`
    })
  }

  /** That all was told that had to be is checked with the pages; here, that nothing else was, but what was below a table that went. */
  #checkToldForNothing(before: readonly string[], told: readonly Invalidations[]): void {
    const now = this.#translations()
    for (const { ranges, dropsTables } of told) {
      if (dropsTables) continue
      for (const { start, size } of ranges) {
        for (let page = Number(start >> 12n); page < Number((start + size) >> 12n); page++) {
          if (before[page] === now[page]) throw new Error(`page ${page} was told for nothing`)
        }
      }
    }
  }

  #checkAreas(): void {
    const wanted = this.#twin.areas.map(({ start, end, bits }) => `${addressOfCell(LAYOUT, start)}-${addressOfCell(LAYOUT, end)} ${bits}`)
    const found = Array.from(this.#world.set, ({ start, end, flags }) => `${start}-${end} ${flags}`)
    if (found.join() !== wanted.join()) throw new Error(`the areas are ${found.join()}, not ${wanted.join()}`)
  }
}

/** What is right to answer; makes the change in the twin if it is done. */
function answerOf(twin: Twin, step: Step): ChangeAnswer | 'given up' {
  if (step.op !== 'transaction') {
    const answer = twin.answer(step)
    if (isSuccess(answer)) twin.apply(step)
    return answer
  }
  const saved = twin.save()
  for (const change of step.changes) {
    const answer = answerOf(twin, change)
    if (isSuccess(answer)) continue
    twin.restore(saved)
    return answer
  }
  if (step.outcome === 'commit') return 'ok'
  twin.restore(saved)
  return 'given up'
}

function isSuccess(answer: string): boolean {
  return ['ok', 'installed', 'present'].includes(answer)
}

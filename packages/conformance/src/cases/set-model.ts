/**
 * A set against its dumb twin: random commands, compared after every step, with everything that can be asked.
 */

import type { MappingResult, MemorySet } from '@addrspace/memory-set'
import { COARSE_FACTOR } from '../bench.ts'
import type { Bench } from '../bench.ts'
import { check, checkEqual } from '../check.ts'
import type { CaseContext, ConformanceCase } from '../case.ts'
import { randomCommands } from '../model/commands.ts'
import type { Change, Command, Failure } from '../model/commands.ts'
import { DenseSpace, isChange } from '../model/dense-space.ts'
import type { Answer } from '../model/dense-space.ts'
import { findFreeByTrying } from '../model/free-space.ts'
import { Random } from '../model/random.ts'
import { shorten } from '../model/shorten.ts'
import { someRefusal } from './layout.ts'

const WINDOW = 64
const SEEDS = 12
const COMMANDS = 40
/** After every command, of each kind. */
const QUERIES = 2
const BOOM = new Error('thrown by a backend')
const CHANGED_MIND = new Error('thrown by a transaction')

interface ModelRun {
  readonly place: 'start' | 'middle' | 'end'
  readonly merge: 'never' | 'equal-neighbours'
  readonly hasFailures: boolean
}

export const setModelCases: readonly ConformanceCase[] = [
  modelCase('set/random-model-start', 'at the start of the space', { place: 'start', merge: 'never', hasFailures: false }),
  modelCase('set/random-model', 'in the middle of the space', { place: 'middle', merge: 'never', hasFailures: false }),
  modelCase('set/random-model-end', 'up to the end of the space', { place: 'end', merge: 'never', hasFailures: false }),
  modelCase('set/random-merging', 'in a set that merges', { place: 'end', merge: 'equal-neighbours', hasFailures: false }),
  modelCase('set/random-failures', 'with failing backends and transactions', { place: 'middle', merge: 'never', hasFailures: true }),
  modelCase('set/random-failures-merging', 'with failing backends and transactions in a set that merges', {
    place: 'start', merge: 'equal-neighbours', hasFailures: true,
  }),
]

function modelCase(id: string, where: string, run: ModelRun): ConformanceCase {
  return {
    id,
    title: `random commands ${where} do to set and table what they do to a model of one cell per granule`,
    law: 'model',
    catches: ['B28 Qiling#979, #841, #861, #862: its own list of areas drifts from what is mapped', 'B24 Unicorn#1495: an unmap fails next to a neighbour'],
    run({ open, manifest }) {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const options = { window: WINDOW, flags: manifest.flags.length, coarse: COARSE_FACTOR, hasFailures: run.hasFailures }
        const commands = randomCommands(new Random(seed), COMMANDS, options)
        const failure = failureOf(open, run, commands)
        if (failure === undefined) continue
        const shortest = shorten(commands, (fewer) => failureOf(open, run, fewer) !== undefined)
        check(false, `seed ${seed}: ${failureOf(open, run, shortest) ?? failure}, after ${JSON.stringify(shortest)}`)
      }
    },
  }
}

function failureOf<F, P>(open: CaseContext<F, P>['open'], run: ModelRun, commands: readonly Command[]): string | undefined {
  try {
    new Comparison(open(), run).run(commands)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** A set and its twin, side by side. */
class Comparison<F, P> {
  readonly #bench: Bench<F, P>
  readonly #set: MemorySet<F, P>
  readonly #model: DenseSpace
  readonly #origin: number

  constructor(bench: Bench<F, P>, { place, merge }: ModelRun) {
    this.#bench = bench
    const { space, canMerge } = bench.manifest
    if (place === 'start') bench.base = space.start
    if (place === 'end') bench.base = space.end - bench.size(WINDOW)
    this.#origin = Number((bench.base / bench.granule) % BigInt(WINDOW))
    this.#set = bench.set({ merge })
    this.#model = new DenseSpace(WINDOW, merge === 'equal-neighbours' && canMerge, { granule: COARSE_FACTOR, origin: this.#origin })
  }

  run(commands: readonly Command[]): void {
    for (const command of commands) {
      if (isChange(command)) this.#change(command)
      else this.#transaction(command)
      this.#compare(JSON.stringify(command))
    }
  }

  #change(change: Change): void {
    const answers = this.#model.answers(change)
    const failing = this.#failing(change.fails)
    let answer: Answer | 'threw'
    try {
      const result = this.#act(change)
      answer = result.ok ? 'ok' : result.error.code
    } catch (error) {
      if (error !== BOOM) throw error
      answer = 'threw'
    }
    this.#bench.onCall = () => 'through'
    const expected = failing.hasFailed() ? [change.fails?.how === 'throw' ? 'threw' : 'BadState'] : answers
    check(expected.some((wanted) => wanted === answer), `expected ${expected.join(' or ')} of ${JSON.stringify(change)}, got ${answer}`)
    if (answer === 'ok') this.#model.apply(change)
  }

  #transaction({ commands, outcome }: Extract<Command, { verb: 'transaction' }>): void {
    const saved = this.#model.save()
    try {
      const result = this.#set.transaction(() => {
        this.run(commands)
        if (outcome === 'throw') throw CHANGED_MIND
        return outcome === 'refuse' ? someRefusal() : { ok: true, value: undefined }
      })
      check(result.ok === (outcome === 'commit'), `a transaction with outcome ${outcome} gave ${result.ok ? 'success' : result.error.reason}`)
    } catch (error) {
      if (error !== CHANGED_MIND) throw error
    }
    if (outcome !== 'commit') this.#model.restore(saved)
  }

  #act(change: Change): MappingResult {
    if (change.verb === 'clear') return this.#set.clear()
    const start = this.#bench.at(change.start)
    const size = this.#bench.size(change.end - change.start)
    switch (change.verb) {
      case 'map':
        return this.#set.map(start, size, this.#bench.flags(change.flags), this.#bench[change.backend], {
          onOverlap: change.replaces ? 'replace' : 'refuse',
        })
      case 'unmap':
        return this.#set.unmap(start, size)
      case 'protect':
        return this.#set.protect(start, size, (flags) => {
          const isMeant = change.only === undefined || this.#bench.flagsIndex(flags) === change.only
          return isMeant ? this.#bench.flags(change.flags) : undefined
        }, { holes: change.refusesHoles ? 'refuse' : 'skip' })
    }
  }

  #failing(failure: Failure | undefined): { hasFailed: () => boolean } {
    let calls = 0
    this.#bench.onCall = () => {
      calls += 1
      if (calls !== failure?.call) return 'through'
      if (failure.how === 'throw') throw BOOM
      return false
    }
    return { hasFailed: () => failure !== undefined && calls >= failure.call }
  }

  #compare(what: string): void {
    const bench = this.#bench
    const areas = this.#model.areas()
    checkEqual(bench.areas(this.#set), areas.map(({ start, end, flags }) => ({ start, end, flags })), `areas after ${what}`)
    checkEqual(Array.from(this.#set, ({ backend }) => bench.nameOf(backend)), areas.map(({ backend }) => backend), `backends after ${what}`)
    checkEqual(this.#set.size, areas.length, `size after ${what}`)
    bench.checkCommon(`after ${what}`)
    // What is asked depends on the command alone, so that it is asked again when the list is shortened.
    const random = new Random(checksum(what))
    for (let count = 0; count < QUERIES; count++) this.#compareQueries(random, what)
  }

  #compareQueries(random: Random, what: string): void {
    const bench = this.#bench
    const at = random.below(WINDOW)
    const found = this.#set.find(bench.at(at))
    const expected = this.#model.areasIn(at, at + 1)[0]
    checkEqual(found && bench.piece(found).start, expected?.start, `start of the area at ${at} after ${what}`)
    // Now and then a range reaches an edge of the window, which may be one of the space.
    const other = random.oneIn(3) ? random.pick([0, WINDOW]) : random.between(0, WINDOW)
    const [start = 0, end = 0] = [at, other].sort((a, b) => a - b)
    const within = this.#model.areasIn(start, end)
    checkEqual(this.#set.overlaps(bench.range(start, end)), within.length > 0, `overlaps [${start}, ${end}) after ${what}`)
    checkEqual(Array.from(this.#set.areasIn(bench.range(start, end)), (area) => bench.piece(area).start), within.map((area) => area.start),
      `areas in [${start}, ${end}) after ${what}`)
    const align = random.pick([1, 2, 4])
    const query = {
      size: align * random.between(1, 4), align, alignOffset: 0, direction: random.pick(['up', 'down'] as const),
      limit: { start, end }, gap: { below: 0, above: random.below(2) },
    }
    const free = this.#set.findFreeArea(bench.size(query.size), {
      limit: bench.range(start, end), align: bench.size(align), direction: query.direction, gap: { above: bench.size(query.gap.above) },
    })
    const taken = this.#model.areas().map((area) => ({ ...area, below: 0, above: 0 }))
    const expectedStart = findFreeByTrying(taken, query, this.#origin)
    checkEqual(free === undefined ? undefined : bench.granuleOf(free), expectedStart, `free space for ${JSON.stringify(query)} after ${what}`)
  }
}

function checksum(text: string): number {
  return Array.from(text).reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 0)
}

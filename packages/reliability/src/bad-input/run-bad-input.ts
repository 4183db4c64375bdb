/**
 * Runs every kind of bad input. Each input is made from a seed of its own, so that one that fails can be made again from
 * what is printed; a text is made as short as it can be first.
 */

import { Random, shorten } from '@addrspace/conformance/model'
import { ADDRESS_CALLS } from './address-calls.ts'
import { BACKEND_CALLS } from './backend-calls.ts'
import { callWrongly, type PublicCall } from './calls.ts'
import { fightHostile } from './hostile.ts'
import { badImage } from './images.ts'
import { SET_CALLS } from './set-calls.ts'
import { TABLE_CALLS } from './table-calls.ts'
import { lists, scenarios, traces, type TextKind, type TraceText } from './text-kinds.ts'

export interface BadInputBounds {
  readonly seed: number
  /** How many of each kind. */
  readonly inputs: Readonly<Record<BadInputKind, number>>
  /** An input that takes longer has failed. */
  readonly milliseconds: number
}

/** Right texts, from which bad ones are made. */
export interface RightTexts {
  readonly traces: readonly TraceText[]
  readonly scenarios: readonly string[]
}

export type BadInputKind = 'addresses' | 'sets' | 'tables' | 'backends' | 'hostile backends' | 'images' | 'scenarios' | 'logs' | 'lists'

/** What became of the inputs of a kind. Texts and images have no errors of the language's own: these would be failures. */
export interface KindFigures {
  inputs: number
  accepted: number
  refused: number
  TypeError: number
  RangeError: number
  /** Thrown by what was handed in, and handed on. */
  'passed on': number
}

export type BadInputFigures = Readonly<Record<BadInputKind, KindFigures>>

/** The bounds of CI. */
export const CI_BAD_INPUT: BadInputBounds = {
  seed: 1,
  inputs: { 'addresses': 12_000, 'sets': 8_000, 'tables': 6_000, 'backends': 3_000, 'hostile backends': 4_000, 'images': 300, 'scenarios': 12_000, 'logs': 8_000, 'lists': 8_000 },
  milliseconds: 5_000,
}

/** Counts what became of one input; throws what is wrong with that. */
type Attempt = (random: Random, counts: KindFigures) => void

/**
 * Runs all inputs; `onInput` is told of each before it runs, for whoever watches that none takes for ever.
 *
 * @throws Error with the kind, the seed and the input, at the first that is not taken as it should be.
 */
export function runBadInput({ seed, inputs, milliseconds }: BadInputBounds, texts: RightTexts, onInput: (kind: BadInputKind, seed: number) => void = () => undefined): BadInputFigures {
  const attempts: Readonly<Record<BadInputKind, Attempt>> = {
    'addresses': wrongCalls(ADDRESS_CALLS),
    'sets': wrongCalls(SET_CALLS),
    'tables': wrongCalls(TABLE_CALLS),
    'backends': wrongCalls(BACKEND_CALLS),
    'hostile backends': (random, counts) => addTo(counts, fightHostile(random)),
    'images': (random, counts) => addTo(counts, badImage(random)),
    'scenarios': badTexts(scenarios(texts.scenarios)),
    'logs': badTexts(traces(texts.traces)),
    'lists': badTexts(lists(texts.traces)),
  }
  return Object.fromEntries(Object.entries(attempts).map(([name, attempt]) => {
    const kind = name as BadInputKind
    const counts: KindFigures = { 'inputs': inputs[kind], 'accepted': 0, 'refused': 0, 'TypeError': 0, 'RangeError': 0, 'passed on': 0 }
    for (let index = 0; index < inputs[kind]; index++) {
      const own = seed * 1_000_003 + index
      onInput(kind, own)
      const begin = Date.now()
      try {
        attempt(new Random(own), counts)
      } catch (thrown) {
        throw new Error(`${kind}, seed ${own}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown })
      }
      const taken = Date.now() - begin
      if (taken > milliseconds) throw new Error(`${kind}, seed ${own}: took ${taken} ms`)
    }
    return [kind, counts]
  })) as unknown as BadInputFigures
}

function wrongCalls(calls: readonly PublicCall[]): Attempt {
  return (random, counts) => {
    const taken = callWrongly(random, calls[random.below(calls.length)]!)
    if (typeof taken === 'object') throw new Error(taken.problem)
    counts[taken]++
  }
}

function badTexts(kind: TextKind): Attempt {
  return (random, counts) => {
    const text = kind.make(random)
    try {
      counts[kind.read(text)]++
    } catch (thrown) {
      const fails = (shorter: readonly string[], end: string): boolean => {
        try {
          kind.read(shorter.join(end))
          return false
        } catch (again) {
          return again instanceof Error && thrown instanceof Error && again.constructor === thrown.constructor
        }
      }
      const lines = shorten(text.split('\n'), (shorter) => fails(shorter, '\n')).join('\n')
      const shortest = lines.length > LONGEST_SHORTENED ? lines : shorten(Array.from(lines), (shorter) => fails(shorter, '')).join('')
      throw new Error(`${String(thrown)} for ${JSON.stringify(shortest)}`, { cause: thrown })
    }
  }
}

const LONGEST_SHORTENED = 400

function addTo(counts: KindFigures, more: Partial<KindFigures>): void {
  for (const [name, count] of Object.entries(more)) counts[name as keyof KindFigures] += count
}

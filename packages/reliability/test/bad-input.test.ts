// Tens of thousands of inputs that are wrong in some way; below, that what is not taken as it should be is noticed.
import { Random } from '@addrspace/conformance/model'
import { checkWord } from '@addrspace/memory-addr'
import { describe, expect, it } from 'vitest'

import { runWatched } from '../run/bad-input.ts'
import { callWrongly, parametersOf, type PublicCall } from '../src/bad-input/calls.ts'
import { WORD } from '../src/bad-input/wrong-values.ts'
import { CI_BAD_INPUT, type BadInputKind } from '../src/index.ts'

/** Few of every kind. */
const FEW = { ...CI_BAD_INPUT, inputs: Object.fromEntries(Object.keys(CI_BAD_INPUT.inputs).map((kind) => [kind, 20])) as Record<BadInputKind, number> }

describe('bad input', () => {
  it('is refused by the documented kind of error, and changes nothing', async () => {
    const figures = await runWatched(CI_BAD_INPUT)
    for (const kind of ['addresses', 'sets', 'tables', 'backends'] as const) {
      const { inputs, accepted, refused, TypeError, RangeError, 'passed on': passedOn } = figures[kind]
      expect(accepted + refused + TypeError + RangeError + passedOn).toBe(inputs)
      expect(TypeError + RangeError).toBeGreaterThan(inputs / 2)
    }
    for (const kind of ['scenarios', 'logs', 'lists'] as const) {
      const { inputs, accepted, refused } = figures[kind]
      expect(accepted + refused).toBe(inputs)
      expect(Math.min(accepted, refused)).toBeGreaterThan(inputs / 20)
    }
    const { 'hostile backends': hostile, images } = figures
    expect(Math.min(hostile.accepted, hostile.refused, hostile.TypeError, hostile.RangeError, hostile['passed on'])).toBeGreaterThan(1_000)
    expect(Math.min(images.accepted, images.refused)).toBeGreaterThan(100)
  }, 300_000)

  it('is the same for the same seed', async () => {
    expect(await runWatched(FEW)).toEqual(await runWatched(FEW))
  })
})

describe('an input that is not taken as it should be', () => {
  it('is told with its kind and seed if it never ends', async () => {
    await expect(runWatched(FEW, { milliseconds: 2_000, fault: 'hang' })).rejects.toThrow(/^addresses, seed 1000012: took more than 2000 ms$/)
  })

  it('is told with its kind and seed if it takes all memory', async () => {
    await expect(runWatched(FEW, { fault: 'memory' })).rejects.toThrow(/^addresses, seed 1000012: .*memory/)
  })

  /** What a call that does this with its argument is found to do wrong, if anything. */
  const problems = (call: (value: unknown) => unknown, state?: () => string): string[] => {
    const wrong: PublicCall = { name: 'call', parameters: parametersOf({ '0 addr': WORD }), prepare: () => ({ args: [0n], call, ...(state !== undefined && { state }) }) }
    const found = Array.from({ length: 200 }, (_, seed) => callWrongly(new Random(seed), wrong))
    return found.flatMap((taken) => (typeof taken === 'object' ? [taken.problem] : []))
  }

  it('is told if it is accepted, throws something else, does not name the argument, or has changed something', () => {
    let calls = 0
    const named = (value: unknown): void => checkWord(value, 'addr')
    expect(problems(named)).toEqual([])
    expect(problems(() => undefined)).toContain('call with "addr" = "x": accepted')
    expect(problems(() => { throw new Error('no') })).toContain('call with "addr" = "x": threw Error: no')
    expect(problems((value) => checkWord(value, 'start'))).toContain('call with "addr" = "x": the TypeError does not name "addr": "start" must be a bigint, got string')
    expect(problems((value) => { calls += 1; named(value) }, () => String(calls)).some((problem) => problem.includes('but something has changed'))).toBe(true)
  })
})

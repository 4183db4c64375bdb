// The parts of RELIABILITY.md, each in the bounds of CI: what runs, and the figures that it gives.
import { CI_BAD_INPUT, CI_EXHAUSTION, CI_FAILURES, CI_MODEL, CI_SCALE, exploreToyMachine, failEverywhere, runModel, runScale, WORLD_NAMES } from '../src/index.ts'
import { runWatched } from './bad-input.ts'
import { measureTraces } from './traces.ts'

export interface Part {
  readonly name: string
  readonly seed: number
  /** @throws Error if anything is not as promised */
  readonly run: () => object | Promise<object>
}

/** In the order of the document. */
export const PARTS: readonly Part[] = [
  { name: 'failures', seed: CI_FAILURES.seed, run: () => Object.fromEntries(WORLD_NAMES.map((name) => [name, failEverywhere(name, CI_FAILURES)])) },
  { name: 'model', seed: CI_MODEL.seed, run: () => modelFigures() },
  {
    name: 'exhaustion',
    seed: 0, // nothing in it is random
    run: () => Object.fromEntries(CI_EXHAUSTION.map((bounds) => [bounds.merge === 'never' ? 'not merging' : 'merging', exploreToyMachine(bounds)])),
  },
  { name: 'bad-input', seed: CI_BAD_INPUT.seed, run: () => runWatched(CI_BAD_INPUT) },
  { name: 'scale', seed: CI_SCALE.seed, run: () => runScale(CI_SCALE) },
  { name: 'parity', seed: 0, run: () => measureTraces() },
]

function modelFigures(): object {
  const { figures, failure } = runModel(CI_MODEL)
  if (failure !== undefined) throw new Error(`${failure.name}: ${failure.message}\n${failure.scenario}`)
  return figures
}

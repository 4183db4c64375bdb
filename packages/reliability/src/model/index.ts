export { CI_MODEL, mismatches, ModelRunner, runModel, type ModelFigures, type ModelOptions, type ModelReport } from './run-model.ts'
export { openRightWorld, type OpenWorld } from './model-world.ts'
export type { ModelCounts } from './model-counts.ts'

export { openWorld, WORLD_NAMES, LARGER_WORLD_NAMES, type WorldName } from './worlds/open-world.ts'
export type { AnyBackend, Backing, World, WorldMachine, WorldOptions } from './worlds/world.ts'
export { InjectedError, Injector, PLACES, type InjectedFailure, type Place } from './worlds/injector.ts'
export { CI_MODEL, ModelRunner, openRightWorld, runModel, type ModelCounts, type ModelFigures, type ModelOptions, type ModelReport, type OpenWorld } from './model/index.ts'

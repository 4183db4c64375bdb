/**
 * The model that the suite's random cases are held against, for tests of other packages: what a set should answer,
 * commands made from a seed, and how a failing list of them is shortened.
 */

export { Random } from './model/random.ts'
export { DenseSpace, isChange } from './model/dense-space.ts'
export type { Answer, BackendName, Cell, DenseArea } from './model/dense-space.ts'
export { randomCommands } from './model/commands.ts'
export type { Change, Command, CommandOptions, Failure, Granules } from './model/commands.ts'
export { shorten } from './model/shorten.ts'

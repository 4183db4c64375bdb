export { x8664, x8664La57, type X8664Controls } from './format.ts'
export { FIVE_LEVELS, FOUR_LEVELS } from './geometry.ts'

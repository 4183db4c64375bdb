export { X86_64, X86_64_LA57, type X8664Controls } from './format.ts'
export { FIVE_LEVELS, FOUR_LEVELS } from './geometry.ts'

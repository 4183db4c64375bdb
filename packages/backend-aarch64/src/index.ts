export { aarch64, type AArch64Controls } from './format.ts'
export { AARCH64_GEOMETRY } from './geometry.ts'
export { LEVEL_NAMES } from './layout.ts'
export { MAIR_EL1, MEMORY_ATTRIBUTES, type MemoryAttribute } from './memory-attributes.ts'

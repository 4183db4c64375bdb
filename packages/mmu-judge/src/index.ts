export { makeBatch, type Asked, type Batch } from './batch.ts'
export { compareBatch, whyDifferent, type Difference, type ReadAfter } from './comparison.ts'
export { type Answer, type Leniency, type Machine, type Query } from './machine.ts'
export { riscvSv39Machine, riscvSv48Machine, riscvSv57Machine } from './riscv.ts'

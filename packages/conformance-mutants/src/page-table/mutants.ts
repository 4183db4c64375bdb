/**
 * All broken page tables.
 */

import type { Mutant } from '../mutant.ts'
import { formatAArch64Mutants } from './format-aarch64.ts'
import { formatRiscvMutants } from './format-riscv.ts'
import { formatX8664Mutants } from './format-x86-64.ts'
import { hookMutants } from './hooks.ts'
import { walkerChangeMutants } from './walker-change.ts'
import { walkerMapMutants } from './walker-map.ts'
import { walkerWalkMutants } from './walker-walk.ts'

export const PAGE_TABLE_MUTANTS: readonly Mutant[] = [
  ...walkerMapMutants,
  ...walkerChangeMutants,
  ...walkerWalkMutants,
  ...formatX8664Mutants,
  ...formatRiscvMutants,
  ...formatAArch64Mutants,
  ...hookMutants,
]

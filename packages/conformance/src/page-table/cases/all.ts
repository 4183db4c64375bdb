/**
 * The cases about page tables in the order of reports.
 */

import type { PageTableCase } from '../case.ts'
import { entryWordCases } from './entry-words.ts'
import { flagCases } from './flags.ts'
import { invalidateCases } from './invalidate.ts'
import { mapRefusedCases } from './map-refused.ts'
import { mapCases } from './map.ts'
import { protectCases } from './protect.ts'
import { randomModelCases } from './random-model.ts'
import { resourceCases } from './resources.ts'
import { transactionCases } from './transactions.ts'
import { unmapCases } from './unmap.ts'
import { walkAArch64Cases } from './walk-aarch64.ts'
import { walkRiscvCases } from './walk-riscv.ts'
import { walkX8664Cases } from './walk-x86-64.ts'
import { walkCases } from './walk.ts'

export const PAGE_TABLE_CASES: readonly PageTableCase[] = [
  ...mapCases,
  ...mapRefusedCases,
  ...randomModelCases,
  ...unmapCases,
  ...protectCases,
  ...flagCases,
  ...entryWordCases,
  ...walkCases,
  ...walkX8664Cases,
  ...walkRiscvCases,
  ...walkAArch64Cases,
  ...resourceCases,
  ...transactionCases,
  ...invalidateCases,
]

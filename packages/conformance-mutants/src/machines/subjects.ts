/**
 * Our page tables as subjects of the suite, by the names that backends have everywhere.
 */

import type { PageTableSubject } from '@addrspace/conformance'
import { pageTableSubjectOf } from '@addrspace/conformance/page-table'
import { AARCH64 } from './aarch64.ts'
import { RISCV_SV39, RISCV_SV48, RISCV_SV57 } from './riscv.ts'
import { X86_64, X86_64_LA57 } from './x86-64.ts'

/** In the order of reports. */
export const PAGE_TABLE_SUBJECTS: readonly PageTableSubject[] = [
  pageTableSubjectOf(X86_64),
  pageTableSubjectOf(RISCV_SV39),
  pageTableSubjectOf(AARCH64),
  pageTableSubjectOf(X86_64_LA57),
  pageTableSubjectOf(RISCV_SV48),
  pageTableSubjectOf(RISCV_SV57),
]

/**
 * The cases of the suite in the order of reports: the laws of a backend, its page table, then a set over both.
 */

import type { ConformanceCase } from '../case.ts'
import { lawChangeCases } from './law-change.ts'
import { lawMapCases } from './law-map.ts'
import { lawModelCases } from './law-model.ts'
import { lawSpaceCases } from './law-space.ts'
import { setFailureCases } from './set-failure.ts'
import { setFaultCases } from './set-fault.ts'
import { setFindFreeCases } from './set-find-free.ts'
import { setMapCases } from './set-map.ts'
import { setMergeCases } from './set-merge.ts'
import { setModelCases } from './set-model.ts'
import { setProtectCases } from './set-protect.ts'
import { setRangeCases } from './set-range.ts'
import { setTransactionCases } from './set-transaction.ts'
import { setUnmapCases } from './set-unmap.ts'
import { setUntrustedCases } from './set-untrusted.ts'
import { setViewCases } from './set-view.ts'
import { tableCases } from './table.ts'

export const CASES: readonly ConformanceCase[] = [
  ...lawMapCases,
  ...lawChangeCases,
  ...lawSpaceCases,
  ...lawModelCases,
  ...tableCases,
  ...setRangeCases,
  ...setMapCases,
  ...setUnmapCases,
  ...setProtectCases,
  ...setFindFreeCases,
  ...setMergeCases,
  ...setViewCases,
  ...setFaultCases,
  ...setFailureCases,
  ...setUntrustedCases,
  ...setTransactionCases,
  ...setModelCases,
]

/**
 * For authors of a machine's format: what makes a subject of it, under the page table of `@addrspace/page-table`, which
 * only this entrance needs.
 */

export { grantsOf } from './page-table/grants.ts'
export type { OtherFlags, RightsRow } from './page-table/grants.ts'
export { pageTableSubjectOf, TABLE_FEATURES, wordsOf } from './page-table/of-format.ts'
export type { MachineDescription, SubjectHooks } from './page-table/of-format.ts'

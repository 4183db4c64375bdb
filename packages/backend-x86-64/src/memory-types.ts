// The memory types that a leaf can name. A leaf holds an index only, PAT and PCD:PWT; what it refers to is
// in the page attribute table, the MSR IA32_PAT, which is taken to hold what it does after reset. Intel SDM
// vol. 3A, chapter "Memory Cache Control", "Page Attribute Table", "Programming the PAT".
import { DEVICE, NONE, UNCACHED, type MappingFlags } from '@addrspace/page-table'

export interface MemoryType {
  readonly meaning: string
  /** The flags that ask for it, or that tell it. */
  readonly flags: MappingFlags
}

/** Entries 0 to 3, by PCD:PWT; 4 to 7 repeat them, so that the PAT bit changes nothing. */
export const MEMORY_TYPES: readonly MemoryType[] = [
  { meaning: 'WB, write-back', flags: NONE },
  { meaning: 'WT, write-through', flags: NONE },
  { meaning: 'UC-, uncached unless an MTRR says write-combining', flags: UNCACHED },
  { meaning: 'UC, uncached', flags: DEVICE },
]

/** What the PAT bit says, by value. */
export const TABLE_HALVES: readonly string[] = ['entries 0 to 3 of the page attribute table', 'entries 4 to 7 of the page attribute table, which are as 0 to 3 after reset']

// The memory types that a leaf can name. A leaf holds an index only; what the eight indices mean is
// in MAIR_EL1, which the backend owns: who runs its tables on a machine loads the value told here.
// Encodings: Arm Architecture Reference Manual for A-profile (DDI 0487), MAIR_EL1, Memory Attribute
// Indirection Register (EL1).
import { DEVICE, NONE, UNCACHED } from '@addrspace/page-table'
import type { MappingFlags } from '@addrspace/page-table'

/** A memory type: what one index of a leaf stands for. */
export interface MemoryAttribute {
  /** One byte of MAIR_EL1. */
  readonly encoding: number
  /** As the manual words it. */
  readonly meaning: string
  /** The flags that ask for it, or that tell it. */
  readonly flags: MappingFlags
}

const UNUSED: MemoryAttribute = { encoding: 0x00, meaning: 'Device-nGnRnE; not used by us', flags: DEVICE }

/** By index. */
export const MEMORY_ATTRIBUTES: readonly MemoryAttribute[] = [
  { encoding: 0xff, meaning: 'Normal, Inner and Outer Write-Back Non-transient, Read-Allocate, Write-Allocate', flags: NONE },
  { encoding: 0x44, meaning: 'Normal, Inner and Outer Non-cacheable', flags: UNCACHED },
  { encoding: 0x04, meaning: 'Device-nGnRE', flags: DEVICE },
  UNUSED,
  UNUSED,
  UNUSED,
  UNUSED,
  UNUSED,
]

/** The value that MAIR_EL1 has to have: attribute n in bits 8n+7:8n. */
export const MAIR_EL1: bigint = MEMORY_ATTRIBUTES.reduce((value, { encoding }, index) => value | (BigInt(encoding) << BigInt(8 * index)), 0n)

/** The lowest index whose attribute these flags ask for. */
export function attributeIndexOf(flags: MappingFlags): number {
  return MEMORY_ATTRIBUTES.findIndex((attribute) => attribute.flags === (flags & (DEVICE | UNCACHED)))
}

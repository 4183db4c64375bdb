// Portable flags and the fields of a leaf, both ways: what is granted for which request, or why it is
// refused, as a table. The only place outside of the bit tables where Arm's names of fields occur;
// from here on they are called by what they do.
import { ACCESS, checkFlags, DEVICE, EXECUTE, GLOBAL, hasFlags, NONE, parseFlags, READ, UNCACHED, unionOf, USER, without, WRITE } from '@addrspace/page-table'
import type { Grant, MappingFlags } from '@addrspace/page-table'

import { highHalf, lowHalf } from './internal/halves.ts'
import { LEAF_LAYOUTS } from './layout.ts'
import { attributeIndexOf, MEMORY_ATTRIBUTES } from './memory-attributes.ts'

/** The mask of a leaf's field; a field that is there at one level is there at all. */
function fieldNamed(name: string): bigint {
  const { high, low } = LEAF_LAYOUTS[0]!.bits.find((bits) => bits.name === name)!
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)
}

export const VALID: bigint = fieldNamed('type') & 1n
export const HIDDEN_MARK: bigint = fieldNamed('hidden')
export const USER_DATA: bigint = fieldNamed('AP[1]')
export const READ_ONLY: bigint = fieldNamed('AP[2]')
export const NO_USER_FETCH: bigint = fieldNamed('UXN')
export const NO_KERNEL_FETCH: bigint = fieldNamed('PXN')
export const NOT_GLOBAL: bigint = fieldNamed('nG')
export const ACCESSED: bigint = fieldNamed('AF')
export const MEMORY_TYPE: bigint = fieldNamed('AttrIndx')
export const SHAREABILITY: bigint = fieldNamed('SH')
export const CONTIGUOUS: bigint = fieldNamed('Contiguous')

/** The bits of a leaf that flags decide, at every level. */
export const FLAG_MASK: bigint = VALID | HIDDEN_MARK | USER_DATA | READ_ONLY | NO_USER_FETCH | NO_KERNEL_FETCH | NOT_GLOBAL | MEMORY_TYPE

const NO_FETCH = NO_USER_FETCH | NO_KERNEL_FETCH

interface AccessRow {
  readonly requested: string
  readonly granted: string
  readonly bits: bigint
}

/**
 * Access and user: what is granted, and its bits. The kernel reads whatever is valid, so that its
 * execute-only pages are readable; user mode's are not, to user mode. The kernel never executes a page
 * of user mode's. Without access, the word is not valid.
 */
const ACCESS_ROWS: readonly AccessRow[] = [
  { requested: '', granted: '', bits: HIDDEN_MARK | READ_ONLY | NO_FETCH },
  { requested: 'r', granted: 'r', bits: VALID | READ_ONLY | NO_FETCH },
  { requested: 'w', granted: 'rw', bits: VALID | NO_FETCH },
  { requested: 'rw', granted: 'rw', bits: VALID | NO_FETCH },
  { requested: 'x', granted: 'rx', bits: VALID | READ_ONLY | NO_USER_FETCH },
  { requested: 'rx', granted: 'rx', bits: VALID | READ_ONLY | NO_USER_FETCH },
  { requested: 'wx', granted: 'rwx', bits: VALID | NO_USER_FETCH },
  { requested: 'rwx', granted: 'rwx', bits: VALID | NO_USER_FETCH },
  { requested: 'u', granted: 'u', bits: HIDDEN_MARK | USER_DATA | READ_ONLY | NO_FETCH },
  { requested: 'ru', granted: 'ru', bits: VALID | USER_DATA | READ_ONLY | NO_FETCH },
  { requested: 'wu', granted: 'rwu', bits: VALID | USER_DATA | NO_FETCH },
  { requested: 'rwu', granted: 'rwu', bits: VALID | USER_DATA | NO_FETCH },
  { requested: 'xu', granted: 'xu', bits: VALID | READ_ONLY | NO_KERNEL_FETCH },
  { requested: 'rxu', granted: 'rxu', bits: VALID | USER_DATA | READ_ONLY | NO_KERNEL_FETCH },
  { requested: 'wxu', granted: 'rwxu', bits: VALID | USER_DATA | NO_KERNEL_FETCH },
  { requested: 'rwxu', granted: 'rwxu', bits: VALID | USER_DATA | NO_KERNEL_FETCH },
]

interface RefusalRow {
  readonly together: MappingFlags
  readonly why: string
}

const REFUSALS: readonly RefusalRow[] = [
  { together: unionOf(DEVICE, UNCACHED), why: 'a leaf names one memory type: device memory or uncached Normal memory' },
  { together: unionOf(DEVICE, EXECUTE), why: 'instruction fetches from device memory are CONSTRAINED UNPREDICTABLE' },
]

const ROW_BY_FLAGS: readonly AccessRow[] = [...ACCESS_ROWS].sort((a, b) => parseFlags(a.requested) - parseFlags(b.requested))

function rowOf(flags: MappingFlags): AccessRow {
  return ROW_BY_FLAGS[flags & (ACCESS | USER)]!
}

/** What is granted for these flags, or why they are refused; the same at every level. */
export function grant(flags: MappingFlags): Grant {
  checkFlags(flags, 'flags')
  const refusal = REFUSALS.find(({ together }) => hasFlags(flags, together))
  if (refusal !== undefined) return { kind: 'refused', why: refusal.why }
  return { kind: 'granted', flags: unionOf(parseFlags(rowOf(flags).granted), without(flags, unionOf(ACCESS, USER))) }
}

/**
 * The bits within `FLAG_MASK` that express the flags.
 *
 * @throws RangeError for flags that are refused
 */
export function bitsOfFlags(flags: MappingFlags): bigint {
  const granted = grant(flags)
  if (granted.kind === 'refused') throw new RangeError(`"flags" cannot be expressed: ${granted.why}`)
  const memoryType = BigInt(attributeIndexOf(flags)) * (MEMORY_TYPE & -MEMORY_TYPE)
  return rowOf(flags).bits | memoryType | (hasFlags(flags, GLOBAL) ? 0n : NOT_GLOBAL)
}

// The same masks for words in halves.
const VALID_LOW = lowHalf(VALID)
const USER_DATA_LOW = lowHalf(USER_DATA)
const READ_ONLY_LOW = lowHalf(READ_ONLY)
const NOT_GLOBAL_LOW = lowHalf(NOT_GLOBAL)
const MEMORY_TYPE_LOW = lowHalf(MEMORY_TYPE)
const MEMORY_TYPE_UNIT = MEMORY_TYPE_LOW & -MEMORY_TYPE_LOW
const NO_USER_FETCH_HIGH = highHalf(NO_USER_FETCH)
const NO_KERNEL_FETCH_HIGH = highHalf(NO_KERNEL_FETCH)

/**
 * The flags that a leaf's word tells. Where user mode may read or execute, they are user mode's rights,
 * otherwise the kernel's: a foreign word may grant the two modes different things, of which flags
 * cannot tell.
 */
export function flagsOfBits(low: number, high: number): MappingFlags {
  const memory = MEMORY_ATTRIBUTES[(low & MEMORY_TYPE_LOW) / MEMORY_TYPE_UNIT]!.flags
  const common = memory | ((low & NOT_GLOBAL_LOW) === 0 ? GLOBAL : NONE)
  const hasUserData = (low & USER_DATA_LOW) !== 0
  if ((low & VALID_LOW) === 0) return (common | (hasUserData ? USER : NONE)) as MappingFlags
  const write = (low & READ_ONLY_LOW) === 0 ? WRITE : NONE
  const userExecute = (high & NO_USER_FETCH_HIGH) === 0 ? EXECUTE : NONE
  if (hasUserData) return (common | USER | READ | write | userExecute) as MappingFlags
  if (userExecute !== NONE) return (common | USER | userExecute) as MappingFlags
  const kernelExecute = (high & NO_KERNEL_FETCH_HIGH) === 0 ? EXECUTE : NONE
  return (common | READ | write | kernelExecute) as MappingFlags
}

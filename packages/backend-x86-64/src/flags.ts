// Flags and the bits of a present leaf that say them, both ways, and what is granted for which
// flags. The rows below are the table in the README.
import { ACCESS, ALL_FLAGS, DEVICE, EXECUTE, formatFlags, GLOBAL, hasFlags, NONE, READ, UNCACHED, unionOf, USER, without, WRITE, type Grant, type MappingFlags } from '@addrspace/page-table'

import { FOR_ALL_SPACES, FOR_USER, highHalf, lowHalf, MEMORY_TYPE, NO_EXECUTE, PRESENT, WRITABLE } from './bits.ts'
import { MEMORY_TYPES } from './memory-types.ts'

/** What can be asked for, and what a leaf then gives: whatever is present can be read. */
const GRANTED_ACCESS: readonly (readonly [requested: MappingFlags, granted: MappingFlags])[] = [
  [NONE, NONE],
  [READ, READ],
  [WRITE, unionOf(READ, WRITE)],
  [unionOf(READ, WRITE), unionOf(READ, WRITE)],
  [EXECUTE, unionOf(READ, EXECUTE)],
  [unionOf(READ, EXECUTE), unionOf(READ, EXECUTE)],
  [unionOf(WRITE, EXECUTE), ACCESS],
  [ACCESS, ACCESS],
]

/** What no leaf can be at once. */
const REFUSED: readonly { readonly flags: MappingFlags; readonly why: string }[] = [
  { flags: unionOf(DEVICE, UNCACHED), why: 'device and uncached are two memory types, and a leaf has one' },
]

const OTHERS = without(ALL_FLAGS, ACCESS)

/**
 * Tells what a leaf gives for these flags: without access nothing, or else at least all of them.
 *
 * @throws RangeError for a number that is no set of flags
 */
export function grantFor(flags: MappingFlags): Grant {
  const clash = REFUSED.find((row) => hasFlags(flags, row.flags))
  if (clash !== undefined) return { kind: 'refused', why: clash.why }
  const granted = GRANTED_ACCESS.find(([requested]) => requested === without(flags, OTHERS))?.[1]
  if (granted === undefined) throw new RangeError(`"flags" must be a set of flags, got ${String(flags)}`)
  return { kind: 'granted', flags: granted === NONE ? NONE : unionOf(granted, without(flags, ACCESS)) }
}

/**
 * Gives the granted flags themselves.
 *
 * @throws RangeError if the flags are refused
 */
export function grantedFlags(flags: MappingFlags): MappingFlags {
  const grant = grantFor(flags)
  if (grant.kind === 'refused') throw new RangeError(`"flags" must be ones a leaf can have, got ${formatFlags(flags)}: ${grant.why}`)
  return grant.flags
}

const TYPE_UNIT = MEMORY_TYPE & -MEMORY_TYPE

/** The bits of a present leaf for granted flags; the same at every level. */
export function fieldsOf(flags: MappingFlags): bigint {
  const type = MEMORY_TYPES.findIndex((row) => row.flags === without(flags, unionOf(ACCESS, USER, GLOBAL)))
  return (
    PRESENT |
    (hasFlags(flags, WRITE) ? WRITABLE : 0n) |
    (hasFlags(flags, EXECUTE) ? 0n : NO_EXECUTE) |
    (hasFlags(flags, USER) ? FOR_USER : 0n) |
    (hasFlags(flags, GLOBAL) ? FOR_ALL_SPACES : 0n) |
    (BigInt(type) * TYPE_UNIT)
  )
}

/** The bits that flags decide, present among them; the memory type's third bit is the level's matter. */
export const FLAG_FIELDS: bigint = PRESENT | WRITABLE | NO_EXECUTE | FOR_USER | FOR_ALL_SPACES | MEMORY_TYPE

const PRESENT_LOW = lowHalf(PRESENT)
const WRITABLE_LOW = lowHalf(WRITABLE)
const FOR_USER_LOW = lowHalf(FOR_USER)
const FOR_ALL_SPACES_LOW = lowHalf(FOR_ALL_SPACES)
const MEMORY_TYPE_LOW = lowHalf(MEMORY_TYPE)
const TYPE_UNIT_LOW = lowHalf(TYPE_UNIT)
const NO_EXECUTE_HIGH = highHalf(NO_EXECUTE)

/** What a leaf's word grants, whatever its level. */
export function flagsOfHalves(low: number, high: number): MappingFlags {
  if ((low & PRESENT_LOW) === 0) return NONE
  return (READ |
    ((low & WRITABLE_LOW) !== 0 ? WRITE : NONE) |
    ((high & NO_EXECUTE_HIGH) !== 0 ? NONE : EXECUTE) |
    ((low & FOR_USER_LOW) !== 0 ? USER : NONE) |
    ((low & FOR_ALL_SPACES_LOW) !== 0 ? GLOBAL : NONE) |
    MEMORY_TYPES[(low & MEMORY_TYPE_LOW) / TYPE_UNIT_LOW]!.flags) as MappingFlags
}

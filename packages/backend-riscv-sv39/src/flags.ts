// Portable flags and the bits of a leaf, both ways. Each flag that RISC-V has is one bit, at the same
// place in live and hidden leaves of every size; what it lacks is listed here with the reason.
import { ACCESS, ALL_FLAGS, DEVICE, EXECUTE, GLOBAL, hasFlags, NONE, READ, UNCACHED, unionOf, USER, WRITE, type Grant, type MappingFlags } from '@addrspace/page-table'

import { EXECUTABLE, FOR_ALL_SPACES, FOR_USER, MARKER, PRESENT, READABLE, WRITABLE } from './layout.ts'

const BIT_OF: readonly { readonly flag: MappingFlags; readonly bit: number }[] = [
  { flag: READ, bit: READABLE },
  { flag: WRITE, bit: WRITABLE },
  { flag: EXECUTE, bit: EXECUTABLE },
  { flag: USER, bit: FOR_USER },
  { flag: GLOBAL, bit: FOR_ALL_SPACES },
]

/** What is granted beyond the request. Everything else is granted as requested, or refused. */
const STRENGTHENED: readonly { readonly requested: MappingFlags; readonly adds: MappingFlags; readonly why: string }[] = [
  { requested: WRITE, adds: READ, why: 'the encodings with W and without R are reserved' },
]

const REFUSED: readonly { readonly requested: MappingFlags; readonly why: string }[] = [
  { requested: DEVICE, why: 'no bit says device memory without Svpbmt' },
  { requested: UNCACHED, why: 'no bit says uncached without Svpbmt' },
]

/** The bits of a leaf that flags decide, the marker of hidden leaves included. */
export const FLAG_BITS: number = BIT_OF.reduce((bits, { bit }) => bits | bit, PRESENT | MARKER)

const GRANTS: readonly Grant[] = Array.from({ length: ALL_FLAGS + 1 }, (_, index) => {
  const flags = index as MappingFlags
  const refusal = REFUSED.find(({ requested }) => hasFlags(flags, requested))
  if (refusal !== undefined) return { kind: 'refused', why: refusal.why }
  const added = STRENGTHENED.filter(({ requested }) => hasFlags(flags, requested)).map(({ adds }) => adds)
  return { kind: 'granted', flags: unionOf(flags, ...added) }
})

/** What the machine grants for flags at every level, or why it refuses them. */
export function grantOf(flags: MappingFlags): Grant {
  const grant = GRANTS[flags]
  if (grant === undefined) throw new RangeError(`"flags" must be a set of flags, got ${String(flags)}`)
  return grant
}

const LEAF_BITS: readonly (bigint | undefined)[] = GRANTS.map((grant) => {
  if (grant.kind === 'refused') return undefined
  const bits = BIT_OF.reduce((sum, { flag, bit }) => (hasFlags(grant.flags, flag) ? sum | bit : sum), 0)
  return BigInt(bits | ((grant.flags & ACCESS) === 0 ? MARKER : PRESENT))
})

/**
 * The bits of a leaf, its frame, accessed and dirty aside: those of a hidden leaf if nothing may access it.
 *
 * @throws RangeError if the flags are refused
 */
export function bitsOf(flags: MappingFlags): bigint {
  const bits = LEAF_BITS[flags]
  if (bits === undefined) throw new RangeError(`"flags" must be ones that are granted, got ${String(flags)}`)
  return bits
}

// The bits of flags lie side by side, so that a word's flags are one look into a table of 32.
const LOWEST = Math.min(...BIT_OF.map(({ bit }) => Math.log2(bit)))
const FLAGS: readonly MappingFlags[] = Array.from({ length: 1 << BIT_OF.length }, (_, index) =>
  BIT_OF.reduce((flags, { flag, bit }) => ((index << LOWEST) & bit ? unionOf(flags, flag) : flags), NONE),
)

/** What the low half of a live or hidden leaf grants; without read, write and execute it is hidden. */
export function flagsOfBits(low: number): MappingFlags {
  return FLAGS[(low >>> LOWEST) & (FLAGS.length - 1)]!
}

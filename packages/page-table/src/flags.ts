// What a mapping allows and how it is cached, in words that every machine understands. A machine's
// own table says what it grants for which flags, and what it refuses.
import type { Access } from './format.ts'
import { checkChoice } from './internal/check-choice.ts'

declare const flagsBrand: unique symbol

/** A set of flags: a number with one bit each. */
export type MappingFlags = number & { readonly [flagsBrand]: true }

const flag = (bit: number): MappingFlags => (1 << bit) as MappingFlags

/** No flag: the page is there but out of reach. */
export const NONE: MappingFlags = 0 as MappingFlags
/** Loads may. */
export const READ: MappingFlags = flag(0)
/** Stores may; every machine here then grants READ, too. */
export const WRITE: MappingFlags = flag(1)
/** Instructions may be fetched. */
export const EXECUTE: MappingFlags = flag(2)
/** User mode may; the kernel may too, as far as the machine lets it. */
export const USER: MappingFlags = flag(3)
/** Device memory: neither cached nor reordered nor merged. */
export const DEVICE: MappingFlags = flag(4)
/** Normal memory that is not cached. */
export const UNCACHED: MappingFlags = flag(5)
/** Valid in every address space; stays in the TLB over a switch. */
export const GLOBAL: MappingFlags = flag(6)
/** Every flag at once: the bits that a set of flags may have. */
export const ALL_FLAGS: MappingFlags = 0x7f as MappingFlags

/** What lets a mapping be accessed at all; without any of these the page is there but out of reach. */
export const ACCESS: MappingFlags = (READ | WRITE | EXECUTE) as MappingFlags

const NEEDED: Readonly<Record<Access, MappingFlags>> = { read: READ, write: WRITE, exec: EXECUTE }

const LETTERS = 'rwxudng'

/**
 * Refuses what is no set of flags.
 *
 * @throws RangeError naming the argument `name`
 */
export function checkFlags(flags: unknown, name: string): asserts flags is MappingFlags {
  // Bounds, not a mask: a bit operation drops what is above bit 31.
  if (typeof flags === 'number' && Number.isInteger(flags) && flags >= 0 && flags <= ALL_FLAGS) return
  throw new RangeError(`"${name}" must be a set of flags, got ${typeof flags === 'number' ? String(flags) : typeof flags}`)
}

/** Whether all flags of `wanted` are in `flags`; true for none. */
export function hasFlags(flags: MappingFlags, wanted: MappingFlags): boolean {
  return (flags & wanted) === wanted
}

/** The flags that are in at least one of the sets; none of none. */
export function unionOf(...parts: readonly MappingFlags[]): MappingFlags {
  return parts.reduce((a, b) => (a | b) as MappingFlags, NONE)
}

/** The flags that are not in `gone`. */
export function without(flags: MappingFlags, gone: MappingFlags): MappingFlags {
  return (flags & ~gone) as MappingFlags
}

/**
 * Whether flags permit an access: one flag each decides, and no other. What a machine has to grant besides does
 * not count, nor who asks. For a set of areas to refuse a fault by: `new MemorySet({ pageTable, permits })`.
 *
 * @throws RangeError for an access that is none
 * @example
 * permits(parseFlags('rwu'), 'write') // => true
 * permits(parseFlags('w'), 'read') // => false
 */
export function permits(flags: MappingFlags, access: Access): boolean {
  checkChoice(access, 'access', 'read', 'write', 'exec')
  return hasFlags(flags, NEEDED[access])
}

/**
 * Reads flags from their letters, in any order: `r` read, `w` write, `x` execute, `u`
 * user, `d` device, `n` uncached, `g` global.
 *
 * @throws TypeError for what is no string
 * @throws RangeError for another letter, or one given twice
 * @example
 * formatFlags(parseFlags('uwr')) // => 'rwu'
 */
export function parseFlags(letters: string): MappingFlags {
  if (typeof letters !== 'string') throw new TypeError(`"letters" must be a string, got ${typeof letters}`)
  let flags = 0
  for (const letter of letters) {
    const bit = LETTERS.indexOf(letter)
    if (bit < 0 || (flags & (1 << bit)) !== 0) throw new RangeError(`"letters" must be of ${LETTERS}, each at most once, got ${letters}`)
    flags |= 1 << bit
  }
  return flags as MappingFlags
}

/**
 * Writes flags as letters in the order `rwxudng`.
 *
 * @throws RangeError if a value is no set of flags
 */
export function formatFlags(flags: MappingFlags): string {
  checkFlags(flags, 'flags')
  return Array.from(LETTERS).filter((_, bit) => (flags & (1 << bit)) !== 0).join('')
}

/**
 * Addresses: 64-bit words that know at compile time which space they belong to and at run time are plain bigints. A
 * constructor is the only way in, so whatever carries the brand is in [0, 2^64); canonical form is asked of a paging
 * geometry, not here. Arithmetic that keeps the brand is in arithmetic.ts and align.ts; the operators of the language work
 * too, but give a plain bigint.
 */
import { formatAddr, type HexCase } from './format-hex.ts'
import { checkWord, isWord, wrapWord } from './word.ts'

declare const addrKind: unique symbol

/** Address of the kind `Kind`: a bigint in [0, 2^64) that does not mix with other kinds. */
export type Addr<Kind extends string> = bigint & { readonly [addrKind]: Kind }

/** Address of whatever kind. */
export type AnyAddr = Addr<string>

/** Virtual address. Any 64-bit word: what is canonical depends on the machine. */
export type VirtAddr = Addr<'virtual'>

/** Physical address. Any 64-bit word: how many bits are wired depends on the machine. */
export type PhysAddr = Addr<'physical'>

/** A bigint that is no address: a size, an offset, an alignment. Every `bigint` is assignable to it, an address is not. */
export type PlainBigint = bigint & { readonly [addrKind]?: never }

/**
 * What may stand for the exclusive end of a range that starts at an `A`: an address of the same kind, or a `bigint`, since
 * 2^64 is an end but not an address.
 */
export type EndOf<A extends bigint> = bigint & { readonly [addrKind]?: A[typeof addrKind & keyof A] }

/** The functions of one kind of address, as `defineAddr` makes them. */
export interface AddrKind<Kind extends string> {
  /** Name of the kind, as in the type. */
  readonly kind: Kind
  /** What `format` writes in front of the colon. */
  readonly prefix: string
  /** Makes an address; throws as `virtAddr` does. */
  readonly from: (value: bigint | number) => Addr<Kind>
  /** Makes an address, or gives `undefined` where `from` throws. */
  readonly tryFrom: (value: bigint | number) => Addr<Kind> | undefined
  /** Makes an address of the low 64 bits; throws as `truncateToVirtAddr` does. */
  readonly truncate: (value: bigint | number) => Addr<Kind>
  /** Writes an address as `PREFIX:0x…`. */
  readonly format: (addr: Addr<Kind>, hexCase?: HexCase) => string
}

/**
 * Defines a kind of address of one's own: guest-physical, device, bus. Two calls with the same `kind` give the same type.
 *
 * @example
 * const guest = defineAddr('guest-physical', 'GPA')
 * guest.format(guest.from(0x1000)) // => 'GPA:0x1000'
 * guest.tryFrom(-1) // => undefined
 */
export function defineAddr<const Kind extends string>(kind: Kind, prefix: string): AddrKind<Kind> {
  return Object.freeze({
    kind,
    prefix,
    from: toAddr<Kind>,
    tryFrom: tryToAddr<Kind>,
    truncate: truncateToAddr<Kind>,
    format: (addr: Addr<Kind>, hexCase?: HexCase) => formatAddr(addr, prefix, hexCase),
  })
}

/**
 * Makes a virtual address of a bigint in [0, 2^64) or a number that is a safe integer.
 *
 * @throws TypeError if `value` is neither a bigint nor a number.
 * @throws RangeError if it is negative, above 2^64 - 1, or a number that is not a safe integer.
 * @example
 * virtAddr(0xffff_ffff_ffff_ffffn) // => 0xffff_ffff_ffff_ffffn
 * virtAddr(0x1000) // => 0x1000n
 */
export function virtAddr(value: bigint | number): VirtAddr {
  return toAddr(value)
}

/** Makes a virtual address, or gives `undefined` where `virtAddr` throws. */
export function tryVirtAddr(value: bigint | number): VirtAddr | undefined {
  return tryToAddr(value)
}

/**
 * Makes a virtual address of the low 64 bits of an integer.
 *
 * @throws TypeError if `value` is neither a bigint nor a number.
 * @throws RangeError if it is a number that is not a safe integer.
 * @example
 * truncateToVirtAddr(-1n) // => 0xffff_ffff_ffff_ffffn
 * truncateToVirtAddr(2n ** 64n) // => 0n
 */
export function truncateToVirtAddr(value: bigint | number): VirtAddr {
  return truncateToAddr(value)
}

/** Writes a virtual address as `VA:0x…`. */
export function formatVirtAddr(addr: VirtAddr, hexCase?: HexCase): string {
  return formatAddr(addr, 'VA', hexCase)
}

/** Makes a physical address; takes and refuses what `virtAddr` does. */
export function physAddr(value: bigint | number): PhysAddr {
  return toAddr(value)
}

/** Makes a physical address, or gives `undefined` where `physAddr` throws. */
export function tryPhysAddr(value: bigint | number): PhysAddr | undefined {
  return tryToAddr(value)
}

/** Makes a physical address of the low 64 bits of an integer; refuses what `truncateToVirtAddr` does. */
export function truncateToPhysAddr(value: bigint | number): PhysAddr {
  return truncateToAddr(value)
}

/** Writes a physical address as `PA:0x…`. */
export function formatPhysAddr(addr: PhysAddr, hexCase?: HexCase): string {
  return formatAddr(addr, 'PA', hexCase)
}

/** Short for `virtAddr`, for tests and examples. */
export const va: typeof virtAddr = virtAddr

/** Short for `physAddr`, for tests and examples. */
export const pa: typeof physAddr = physAddr

function toAddr<Kind extends string>(value: bigint | number): Addr<Kind> {
  const word = toInteger(value)
  checkWord(word, 'value')
  return word as Addr<Kind>
}

function tryToAddr<Kind extends string>(value: bigint | number): Addr<Kind> | undefined {
  const word = Number.isSafeInteger(value) ? BigInt(value) : value
  return isWord(word) ? (word as Addr<Kind>) : undefined
}

function truncateToAddr<Kind extends string>(value: bigint | number): Addr<Kind> {
  return wrapWord(toInteger(value)) as Addr<Kind>
}

function toInteger(value: bigint | number): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value !== 'number') throw new TypeError(`"value" must be a bigint or a number, got ${typeof value}`)
  // Beyond 2^53 a number may already have been rounded to a neighbouring address.
  if (!Number.isSafeInteger(value)) throw new RangeError(`"value" must be a safe integer or a bigint, got ${value}`)
  return BigInt(value)
}

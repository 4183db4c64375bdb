/**
 * The arguments of a call as strace writes them: numbers, symbolic flags, a file descriptor with its path. Symbols are
 * those of x86-64; a log recorded with raw numbers (`-X raw`), or with both (`-X verbose`), reads the same.
 */

/** A reading fails with what was expected; the caller adds file and line. */
export class ArgumentError extends Error {
  readonly expected: string
  readonly got: string

  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`)
    this.expected = expected
    this.got = got
  }
}

/** Bits of the symbols that a rule reads. */
export type SymbolBits = Readonly<Record<string, number>>

const NUMBER = /^(?:\d+|0x[\da-f]+)$/
const OCTAL = /^0[0-7]+$/
const DESCRIPTOR = /^(-?\d+)(?:<(.*)>(?:\(deleted\))?)?$/s

/** Cuts at top-level commas. Only for calls whose arguments hold no text; see `splitAroundDescriptor` for the others. */
export function splitArguments(args: string): string[] {
  const text = args.trim()
  return text === '' ? [] : text.split(',').map((part) => part.trim())
}

/**
 * Cuts `before` arguments off the front and one off the end; what remains in the middle is a descriptor, whose path may
 * contain commas.
 */
export function splitAroundDescriptor(args: string, before: number): string[] {
  const front = args.split(',', before).map((part) => part.trim())
  if (front.length < before) throw new ArgumentError(`${before + 2} arguments`, args)
  let start = 0
  for (let count = 0; count < before; count += 1) start = args.indexOf(',', start) + 1
  const end = args.lastIndexOf(',')
  if (start === 0 || end < start) throw new ArgumentError(`${before + 2} arguments`, args)
  return [...front, args.slice(start, end).trim(), args.slice(end + 1).trim()]
}

// Takes off what strace adds for the reader, as in `0 /* IPC_PRIVATE */`.
export function withoutComments(text: string): string {
  let rest = ''
  let from = 0
  // By hand: a pattern would look for the end of each beginning anew, all the way where there is none.
  for (let start = text.indexOf('/*'); start !== -1; start = text.indexOf('/*', from)) {
    const end = text.indexOf('*/', start + 2)
    if (end === -1) break
    rest += text.slice(from, start)
    from = end + 2
  }
  return (rest + text.slice(from)).trim()
}

/** Reads a number or an address: decimal, `0x` hexadecimal, `NULL`. */
export function parseNumber(text: string | undefined, what: string): bigint {
  const value = text === undefined ? undefined : withoutComments(text)
  if (value === 'NULL') return 0n
  if (value === undefined || !NUMBER.test(value)) throw new ArgumentError(`${what} as a number`, text ?? 'nothing')
  return BigInt(value)
}

/** Reads an identifier, 32 bits wide; a failed call may name a negative one. */
export function parseId(text: string | undefined, what: string): number {
  if (text === undefined || !/^-?\d{1,10}$/.test(text)) throw new ArgumentError(`${what} as a number`, text ?? 'nothing')
  return Number(text)
}

/** Reads an address inside the 64-bit space. */
export function parseAddress(text: string | undefined, what: string): bigint {
  const value = parseNumber(text, what)
  if (value >= 2n ** 64n) throw new ArgumentError(`${what} below 2^64`, text!)
  return value
}

/**
 * Reads `A|B|0x40`: the union of the bits known to `bits`. Symbols that `bits` lacks count as nothing if they begin with
 * `prefix` or `others` admits them, and are refused otherwise: a misread flag would change the result unseen.
 */
export function parseSymbols(text: string | undefined, what: string, bits: SymbolBits, others: RegExp): number {
  const value = text === undefined ? undefined : withoutComments(text)
  if (value === undefined || value === '') throw new ArgumentError(what, text ?? 'nothing')
  let union = 0
  for (const symbol of value.split('|').map((part) => part.trim())) {
    const known = Object.hasOwn(bits, symbol) ? bits[symbol] : undefined
    // A bit operation of JavaScript keeps 32 bits, and no rule reads a higher one.
    if (known !== undefined) union |= known
    else if (OCTAL.test(symbol)) union |= Number.parseInt(symbol, 8)
    else if (NUMBER.test(symbol)) union |= Number(BigInt(symbol) & 0xffff_ffffn)
    else if (!others.test(symbol)) throw new ArgumentError(what, text!)
  }
  return union
}

/** Reads a descriptor: its path where the log has one, else its number; `undefined` for -1. */
export function parseDescriptor(text: string | undefined): string | undefined {
  const fields = text === undefined ? null : DESCRIPTOR.exec(text)
  if (fields === null) throw new ArgumentError('a file descriptor', text ?? 'nothing')
  if (fields[1]!.startsWith('-') && fields[2] === undefined) return undefined
  return fields[2] ?? `descriptor ${fields[1]!}`
}

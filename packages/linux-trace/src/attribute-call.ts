/**
 * The calls that change attributes of areas and nothing that a maps file shows: lasting advice, and locks. Advice that
 * does something once (`MADV_DONTNEED` and its like) changes no attribute.
 */
import { ArgumentError, parseAddress, parseNumber, parseSymbols, splitArguments, withoutComments } from './arguments.ts'
import {
  HUGE_PAGES,
  LOCKED,
  LOCKED_ON_FAULT,
  MERGEABLE,
  NO_DUMP,
  NO_FORK,
  NO_HUGE_PAGES,
  RANDOM,
  SEQUENTIAL,
  WIPE_ON_FORK,
  type AreaFlags,
} from './area-flags.ts'
import { TraceInputError, type SourceLine } from './errors.ts'
import { pageDown, pageUp } from './memory-call.ts'

type AttributeCallName = 'madvise' | 'mlock' | 'mlock2' | 'munlock'

/** A change of attributes over a range of whole pages. */
export interface AttributeCall {
  readonly name: AttributeCallName
  readonly start: bigint
  /** Exclusive. */
  readonly end: bigint
  /** The attributes that the call takes away, before it gives others. */
  readonly clears: AreaFlags
  readonly sets: AreaFlags
}

type Change = Pick<AttributeCall, 'clears' | 'sets'>

/** By name and by number, as strace writes it with `-X raw`. */
const ADVICE: Readonly<Record<string, Change>> = byNameAndNumber([
  ['MADV_NORMAL', 0, { clears: RANDOM | SEQUENTIAL, sets: 0 }],
  ['MADV_RANDOM', 1, { clears: SEQUENTIAL, sets: RANDOM }],
  ['MADV_SEQUENTIAL', 2, { clears: RANDOM, sets: SEQUENTIAL }],
  ['MADV_DONTFORK', 10, { clears: 0, sets: NO_FORK }],
  ['MADV_DOFORK', 11, { clears: NO_FORK, sets: 0 }],
  ['MADV_MERGEABLE', 12, { clears: 0, sets: MERGEABLE }],
  ['MADV_UNMERGEABLE', 13, { clears: MERGEABLE, sets: 0 }],
  ['MADV_HUGEPAGE', 14, { clears: NO_HUGE_PAGES, sets: HUGE_PAGES }],
  ['MADV_NOHUGEPAGE', 15, { clears: HUGE_PAGES, sets: NO_HUGE_PAGES }],
  ['MADV_DONTDUMP', 16, { clears: 0, sets: NO_DUMP }],
  ['MADV_DODUMP', 17, { clears: NO_DUMP, sets: 0 }],
  ['MADV_WIPEONFORK', 18, { clears: 0, sets: WIPE_ON_FORK }],
  ['MADV_KEEPONFORK', 19, { clears: WIPE_ON_FORK, sets: 0 }],
])
const OTHER_ADVICE = /^(?:MADV_[A-Z_0-9]+|\d+|0x[\da-f]+)$/

const MLOCK_FLAGS = { MLOCK_ONFAULT: 1 }
const LOCKS: AreaFlags = LOCKED | LOCKED_ON_FAULT
const NO_CHANGE: Change = { clears: 0, sets: 0 }

const ARGUMENTS: Readonly<Record<AttributeCallName, number>> = { madvise: 3, mlock: 2, mlock2: 3, munlock: 2 }

/** Tells whether a call of this name changes attributes. */
export function isAttributeCall(name: string): name is AttributeCallName {
  return Object.hasOwn(ARGUMENTS, name)
}

/**
 * Reads the arguments of such a call.
 *
 * @throws TraceInputError if they cannot be understood, saying what was expected.
 */
export function parseAttributeCall(name: AttributeCallName, args: string, where: SourceLine): AttributeCall {
  try {
    const parts = splitArguments(args)
    if (parts.length !== ARGUMENTS[name]) throw new ArgumentError(`${ARGUMENTS[name]} arguments`, args)
    const [address, size, rest] = parts
    const start = parseAddress(address, 'an address')
    // Locks take every page that the range touches; advice wants a page's address.
    return { name, start: pageDown(start), end: pageUp(start + parseNumber(size, 'a length')), ...changeOf(name, rest) }
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error
    throw new TraceInputError(where, `${error.expected} in ${name}`, error.got)
  }
}

function changeOf(name: AttributeCallName, rest: string | undefined): Change {
  switch (name) {
    case 'madvise':
      return adviceOf(rest ?? '')
    case 'mlock':
      return { clears: LOCKS, sets: LOCKED }
    case 'mlock2': {
      const isOnFault = (parseSymbols(rest, 'flags of mlock2', MLOCK_FLAGS, /^(?!)/) & MLOCK_FLAGS.MLOCK_ONFAULT) !== 0
      return { clears: LOCKS, sets: isOnFault ? LOCKS : LOCKED }
    }
    case 'munlock':
      return { clears: LOCKS, sets: 0 }
  }
}

function adviceOf(text: string): Change {
  const advice = withoutComments(text)
  if (!OTHER_ADVICE.test(advice)) throw new ArgumentError('advice', text)
  const key = advice.startsWith('MADV_') ? advice : String(BigInt(advice))
  return Object.hasOwn(ADVICE, key) ? ADVICE[key]! : NO_CHANGE
}

function byNameAndNumber(rows: readonly (readonly [name: string, number: number, change: Change])[]): Record<string, Change> {
  return Object.fromEntries(rows.flatMap(([name, number, change]) => [[name, change], [String(number), change]]))
}

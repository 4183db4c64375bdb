// Helpers for tests: words in halves, and what the format makes of a word.
import type { Access, EntryClass, LayoutBits, Mode, WalkedPath } from '@addrspace/page-table'
import { aarch64 } from '@addrspace/backend-aarch64'

export const ACCESSES: readonly Access[] = ['read', 'write', 'exec']
export const MODES: readonly Mode[] = ['user', 'kernel']

export function lowHalf(word: bigint): number {
  return Number(BigInt.asIntN(32, word))
}

export function highHalf(word: bigint): number {
  return Number(BigInt.asIntN(32, word >> 32n))
}

export function classOf(word: bigint, level: number): EntryClass {
  return aarch64.classify(lowHalf(word), highHalf(word), level)
}

/** A path on which only the leaf matters; what came before it says the opposite of everything. */
export function pathTo(word: bigint, level: number): WalkedPath {
  const low = lowHalf(word)
  const high = highHalf(word)
  return { level, low, high, andLow: 0, andHigh: 0, orLow: -1, orHigh: -1 }
}

/** The answers of `check` for every access, mode and PAN, in this order. */
export function checksOf(word: bigint, level: number): string[] {
  return ACCESSES.flatMap((access) =>
    MODES.flatMap((mode) =>
      [false, true].map((pan) => {
        const verdict = aarch64.check(pathTo(word, level), access, mode, { pan })
        return verdict.kind === 'granted' ? 'granted' : `${verdict.reason} ${verdict.bit}`
      }),
    ),
  )
}

export function maskOf({ high, low }: LayoutBits): bigint {
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)
}

/** xorshift64*: the same words in every run. */
export function randomWords(seed: bigint): () => bigint {
  let state = seed
  return () => {
    state ^= state >> 12n
    state = BigInt.asUintN(64, state ^ (state << 25n))
    state ^= state >> 27n
    return BigInt.asUintN(64, state * 0x2545f4914f6cdd1dn)
  }
}

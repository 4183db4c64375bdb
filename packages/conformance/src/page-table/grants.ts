/**
 * Tables of permissions, from the rows that a machine's manual gives: rights and user in one column, what else can be
 * asked for as rules. Typed here once more, so that no back end is its own judge.
 */

/** What is granted for letters of `rwxu`, or null. */
export type RightsRow = readonly [asked: string, granted: string | null]

/** What becomes of device, uncached and global. */
export interface OtherFlags {
  /** Whether any of `d`, `n`, `g` in what is asked for makes it inexpressible. */
  readonly refuses: (asked: string) => boolean
  /** Whether a page without access keeps them (and user). */
  readonly isKeptHidden: boolean
}

const ORDER = Array.from('rwxudng')

/** Every set of the seven letters, in their order, and what is granted. */
export function grantsOf(rows: readonly RightsRow[], { refuses, isKeptHidden }: OtherFlags): Readonly<Record<string, string | null>> {
  const grants: Record<string, string | null> = {}
  for (let bits = 0; bits < 128; bits++) {
    const asked = ORDER.filter((_letter, at) => ((bits >> at) & 1) === 1).join('')
    const rights = asked.replace(/[dng]/g, '')
    const others = asked.slice(rights.length)
    const row = rows.find(([letters]) => letters === rights)
    if (row === undefined) throw new RangeError(`"rows" must tell of "${rights}"`)
    const isHidden = !/[rwx]/.test(asked)
    grants[asked] = row[1] === null || refuses(asked) ? null : isHidden && !isKeptHidden ? '' : row[1] + others
  }
  return grants
}

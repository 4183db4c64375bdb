// What a format says about flags, asked once for each of the 128 sets of flags and kept as numbers:
// asking makes bigints, which a change of a single page has no time for.
import type { MappingFlags } from '../flags.ts'
import type { Grant, PteFormat } from '../format.ts'
import type { FlagBits } from './change-leaves.ts'
import type { Halves } from './halves.ts'
import { halvesOf } from './halves.ts'

export class LeafWords<C> {
  readonly #format: PteFormat<C>
  /** Set in every new leaf. */
  readonly #preset: bigint
  readonly #grants: (Grant | undefined)[] = []
  readonly #leaves: (Halves[] | undefined)[] = []
  readonly #bits: (FlagBits[] | undefined)[] = []

  constructor(format: PteFormat<C>, preset: bigint) {
    this.#format = format
    this.#preset = preset
  }

  grantOf(flags: MappingFlags): Grant {
    return (this.#grants[flags] ??= this.#format.grant(flags))
  }

  /** All bits of a new leaf but its frame, by level. The flags are ones that are not refused. */
  leavesOf(flags: MappingFlags): readonly Halves[] {
    return (this.#leaves[flags] ??= this.#byLevel((level) => halvesOf(this.#format.leafBits(flags, level) | this.#preset)))
  }

  /** What protecting makes of the bits that flags decide, by level. The flags are ones that are not refused. */
  bitsOf(flags: MappingFlags): readonly FlagBits[] {
    return (this.#bits[flags] ??= this.#byLevel((level) => {
      const mask = this.#format.flagMask(level)
      return { mask: halvesOf(mask), set: halvesOf(this.#format.leafBits(flags, level) & mask) }
    }))
  }

  /** What `leavesOf` has told of these flags, if it was asked already. */
  knownLeavesOf(flags: MappingFlags): readonly Halves[] | undefined {
    return this.#leaves[flags]
  }

  /** What `bitsOf` has told of these flags, if it was asked already. */
  knownBitsOf(flags: MappingFlags): readonly FlagBits[] | undefined {
    return this.#bits[flags]
  }

  #byLevel<T>(make: (level: number) => T): T[] {
    return Array.from({ length: this.#format.geometry.levels }, (_, level) => make(level))
  }
}

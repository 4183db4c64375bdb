// The words of Sv39, Sv48 and Sv57 for the walker. Follows the steps of "Virtual Address Translation
// Process" (RISC-V Privileged Architecture, Supervisor-Level ISA) for a machine without Svnapot, Svpbmt,
// Svrsw60t59b and Zicfiss: their bits and encodings are reserved. Which words come next to which is the
// walker's matter, and what is cached between them nobody's here.
import { checkWord, formatHex, physAddr, type PhysAddr } from '@addrspace/memory-addr'
import {
  ABSENT, checkFlags, formatFlags, type Geometry, HIDDEN, INVALID, LEAF, TABLE,
  type AbsentEntry, type Access, type AccessVerdict, type EntryClass, type EntryLayout, type Grant, type LeafEntry,
  type MappingFlags, type Mode, type PteEntry, type PteFormat, type TableEntry, type WalkedPath,
} from '@addrspace/page-table'

import { bitsOf, FLAG_BITS, flagsOfBits, grantOf } from './flags.ts'
import { SV39_GEOMETRY, SV48_GEOMETRY, SV57_GEOMETRY } from './geometry.ts'
import { ACCESSED, DIRTY, EXECUTABLE, FOR_USER, FRAME_FIELD, layoutsOf, MARKER, NAME, PRESENT, READABLE, UPPER, WRITABLE } from './layout.ts'

/** The machine's state that an access is checked in. */
export interface RiscvControls {
  /** `sstatus.SUM`: the supervisor may read and write user pages. */
  readonly sum: boolean
  /** `sstatus.MXR`: what may be executed may be read. */
  readonly mxr: boolean
  /** Who sets accessed and dirty: software, told by a page fault (`svade`), or hardware (`svadu`). */
  readonly ad: 'svade' | 'svadu'
}

const PERMISSIONS = READABLE | WRITABLE | EXECUTABLE
/** Bits that are reserved in a table pointer. */
const LEAF_ONLY = FOR_USER | ACCESSED | DIRTY
const FRAME_MASK = ((1n << BigInt(FRAME_FIELD.high - FRAME_FIELD.low + 1)) - 1n) << BigInt(FRAME_FIELD.low)
/** From a frame's address, which counts bytes, down to its place in the word. */
const FRAME_SHIFT = 12n - BigInt(FRAME_FIELD.low)

const GRANTED: AccessVerdict = { kind: 'granted' }
const UPDATES_ACCESSED: AccessVerdict = { kind: 'granted', update: BigInt(ACCESSED) }
const UPDATES_DIRTY: AccessVerdict = { kind: 'granted', update: BigInt(DIRTY) }
const UPDATES_BOTH: AccessVerdict = { kind: 'granted', update: BigInt(ACCESSED | DIRTY) }
const NOT_FOR_THIS_MODE: AccessVerdict = { kind: 'refused', reason: 'permission', bit: NAME.user }
const NOT_READABLE: AccessVerdict = { kind: 'refused', reason: 'permission', bit: NAME.readable }
const NOT_WRITABLE: AccessVerdict = { kind: 'refused', reason: 'permission', bit: NAME.writable }
const NOT_EXECUTABLE: AccessVerdict = { kind: 'refused', reason: 'permission', bit: NAME.executable }
const NOT_ACCESSED: AccessVerdict = { kind: 'refused', reason: 'access-flag', bit: NAME.accessed }
const NOT_DIRTY: AccessVerdict = { kind: 'refused', reason: 'dirty-flag', bit: NAME.dirty }

class RiscvFormat implements PteFormat<RiscvControls> {
  readonly name: string
  readonly geometry: Geometry
  readonly layouts: readonly EntryLayout[]
  readonly frameField: { readonly high: number; readonly low: number } = FRAME_FIELD
  readonly tableBits: bigint = BigInt(PRESENT)
  readonly accessedBit: bigint = BigInt(ACCESSED)
  readonly dirtyBit: bigint = BigInt(DIRTY)
  /** A in a table pointer is reserved. */
  readonly tableAccessedBit: bigint = 0n
  readonly presentBitName: string = NAME.present
  readonly defaultControls: RiscvControls = Object.freeze({ sum: false, mxr: false, ad: 'svade' })
  readonly controlChoices: { readonly [Name in keyof RiscvControls]: readonly RiscvControls[Name][] } = { sum: [true, false], mxr: [true, false], ad: ['svade', 'svadu'] }
  /** By level: the bits of the frame's number that are zero in an aligned leaf. */
  readonly #alignLow: readonly number[]
  readonly #alignHigh: readonly number[]

  constructor(name: string, geometry: Geometry) {
    this.name = name
    this.geometry = geometry
    this.layouts = layoutsOf(geometry.levels)
    const align = geometry.leafLevels.map((level) => BigInt(geometry.spanPages(level) - 1) << BigInt(FRAME_FIELD.low))
    this.#alignLow = align.map((mask) => lowHalf(mask))
    this.#alignHigh = align.map((mask) => highHalf(mask))
  }

  // Steps 3 to 5.
  classify(low: number, high: number, level: number): EntryClass {
    if ((low & PRESENT) === 0) {
      if ((low & (MARKER | PERMISSIONS)) !== MARKER || (high & UPPER) !== 0) return ABSENT
      // Misaligned words are none of ours; and to hardware no word without V is more than absent.
      return this.#isAligned(low, high, level) ? HIDDEN : ABSENT
    }
    if ((high & UPPER) !== 0) return INVALID
    if ((low & PERMISSIONS) === 0) return level > 0 && (low & LEAF_ONLY) === 0 ? TABLE : INVALID
    if ((low & (READABLE | WRITABLE)) === WRITABLE) return INVALID
    return this.#isAligned(low, high, level) ? LEAF : INVALID
  }

  #isAligned(low: number, high: number, level: number): boolean {
    return ((low & this.#alignLow[level]!) | (high & this.#alignHigh[level]!)) === 0
  }

  decode(word: bigint, level: number): PteEntry {
    checkWord(word, 'word')
    const low = lowHalf(word)
    switch (this.classify(low, highHalf(word), level)) {
      case ABSENT:
        return { kind: 'absent' }
      case TABLE:
        return { kind: 'table', frame: frameOf(word) }
      case LEAF:
      case HIDDEN:
        return { kind: 'leaf', frame: frameOf(word), flags: flagsOfBits(low), accessed: (low & ACCESSED) !== 0, dirty: (low & DIRTY) !== 0 }
      case INVALID:
        return { kind: 'invalid', reason: 'reserved', bit: this.#whatIsReserved(word, low, level) }
    }
  }

  /** The highest field that has to be zero; if all are, an encoding that is reserved. */
  #whatIsReserved(word: bigint, low: number, level: number): string {
    const hasPermission = (low & PERMISSIONS) !== 0
    const layout = this.layouts.find(({ kind, levels }) => (hasPermission ? kind === 'leaf' && levels.includes(level) : kind === 'table'))!
    const field = layout.bits.find(({ role, high, low: from }) => role === 'reserved' && BigInt.asUintN(high - from + 1, word >> BigInt(from)) !== 0n)
    if (field === undefined) return hasPermission ? NAME.writable : NAME.permissions
    if (field.name !== '') return field.name
    return field.high === field.low ? String(field.high) : `${String(field.high)}:${String(field.low)}`
  }

  encode(entry: AbsentEntry | TableEntry | LeafEntry, level: number): bigint {
    if (!this.geometry.hasLeaf(level)) throw new RangeError(`"level" must be below ${String(this.geometry.levels)}, got ${String(level)}`)
    switch (entry.kind) {
      case 'absent':
        return 0n
      case 'table':
        if (level === 0) throw new RangeError('"entry" must be no table at level 0')
        return this.tableBits | this.#frameBits(entry.frame, 0)
      case 'leaf': {
        const grant = grantOf(entry.flags)
        if (grant.kind === 'refused') throw new RangeError(`"flags" must be expressible: ${grant.why}, got ${formatFlags(entry.flags)}`)
        if (grant.flags !== entry.flags) throw new RangeError(`"flags" must be what a word can say, as ${formatFlags(grant.flags)}, got ${formatFlags(entry.flags)}`)
        const hardware = (entry.accessed ? ACCESSED : 0) | (entry.dirty ? DIRTY : 0)
        return bitsOf(entry.flags) | BigInt(hardware) | this.#frameBits(entry.frame, level)
      }
    }
  }

  #frameBits(frame: PhysAddr, level: number): bigint {
    const size = this.geometry.span(level)
    if (frame % size !== 0n) throw new RangeError(`"frame" must be a multiple of ${formatHex(size)}, got ${formatHex(frame)}`)
    if (frame >> BigInt(this.geometry.physBits) !== 0n) throw new RangeError(`"frame" must have ${String(this.geometry.physBits)} bits, got ${formatHex(frame)}`)
    return frame >> FRAME_SHIFT
  }

  grant(flags: MappingFlags): Grant {
    checkFlags(flags, 'flags')
    return grantOf(flags)
  }

  leafBits(flags: MappingFlags): bigint {
    return bitsOf(flags)
  }

  flagMask(): bigint {
    return BigInt(FLAG_BITS)
  }

  flagsOf(low: number): MappingFlags {
    return flagsOfBits(low)
  }

  /** Leaves of all sizes have their bits in the same places. */
  splitBits(word: bigint): bigint {
    return word & ~FRAME_MASK
  }

  // Steps 6, 8 and 9. Table pointers restrict nothing, so that only the leaf is asked.
  check({ low }: WalkedPath, access: Access, mode: Mode, { sum, mxr, ad }: RiscvControls): AccessVerdict {
    if ((low & FOR_USER) === 0 ? mode === 'user' : mode === 'kernel' && (access === 'exec' || !sum)) return NOT_FOR_THIS_MODE
    if (access === 'exec') {
      if ((low & EXECUTABLE) === 0) return NOT_EXECUTABLE
    } else if (access === 'write') {
      if ((low & WRITABLE) === 0) return NOT_WRITABLE
    } else if ((low & (mxr ? READABLE | EXECUTABLE : READABLE)) === 0) return NOT_READABLE

    const lacksAccessed = (low & ACCESSED) === 0
    const lacksDirty = access === 'write' && (low & DIRTY) === 0
    if (ad === 'svade') return lacksAccessed ? NOT_ACCESSED : lacksDirty ? NOT_DIRTY : GRANTED
    if (lacksAccessed) return lacksDirty ? UPDATES_BOTH : UPDATES_ACCESSED
    return lacksDirty ? UPDATES_DIRTY : GRANTED
  }
}

function lowHalf(word: bigint): number {
  return Number(BigInt.asIntN(32, word))
}

function highHalf(word: bigint): number {
  return Number(BigInt.asIntN(32, word >> 32n))
}

function frameOf(word: bigint): PhysAddr {
  return physAddr((word & FRAME_MASK) << FRAME_SHIFT)
}

/** Three levels, 39 bits of virtual address. */
export const riscvSv39: PteFormat<RiscvControls> = new RiscvFormat('riscv-sv39', SV39_GEOMETRY)

/** Four levels, 48 bits: Sv39 by another geometry. */
export const riscvSv48: PteFormat<RiscvControls> = new RiscvFormat('riscv-sv48', SV48_GEOMETRY)

/** Five levels, 57 bits: Sv39 by another geometry. */
export const riscvSv57: PteFormat<RiscvControls> = new RiscvFormat('riscv-sv57', SV57_GEOMETRY)

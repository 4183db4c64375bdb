// The words of x86-64 long mode: what they are, how they are made, and what they let through. The
// bits come from the tables in layout.ts; which flags become which bits is in flags.ts.
import { checkWord, formatHex, physAddr } from '@addrspace/memory-addr'
import {
  ABSENT,
  checkFlags,
  formatFlags,
  HIDDEN,
  INVALID,
  LEAF,
  NONE,
  TABLE,
  type AbsentEntry,
  type Access,
  type AccessVerdict,
  type EntryClass,
  type EntryLayout,
  type Geometry,
  type Grant,
  type LeafEntry,
  type MappingFlags,
  type Mode,
  type PteEntry,
  type PteFormat,
  type TableEntry,
  type WalkedPath,
} from '@addrspace/page-table'

import { ACCESSED, DIRTY, fixedMask, fixedValue, FOR_USER, frameMask, highHalf, HUGE, lowHalf, namedMask, NAMES, NO_EXECUTE, PRESENT, reservedMask, TABLE_ACCESSED, WRITABLE } from './bits.ts'
import { fieldsOf, FLAG_FIELDS, flagsOfHalves, grantedFlags, grantFor } from './flags.ts'
import { FIVE_LEVELS, FOUR_LEVELS } from './geometry.ts'
import { HIDDEN_1G, HIDDEN_2M, HIDDEN_4K, LAYOUTS, LEAF_1G, LEAF_2M, LEAF_4K, TABLE_POINTER, TOP_POINTER } from './layout.ts'

/** The machine's state that decides whether an access is let through. AC in EFLAGS is taken as clear. */
export interface X8664Controls {
  /** CR0.WP: the kernel, too, writes only where writes may. */
  readonly wp: boolean
  /** EFER.NXE: XD means no fetch; otherwise a set XD is a reserved bit. */
  readonly nxe: boolean
  /** CR4.SMEP: the kernel does not fetch from user pages. */
  readonly smep: boolean
  /** CR4.SMAP: the kernel does not read or write user pages. */
  readonly smap: boolean
}

/** What is kept of the tables for the leaves of one level. */
interface LeafShape {
  readonly leaf: EntryLayout
  readonly frame: bigint
  /** Set in every leaf of the level, hidden or not. */
  readonly huge: bigint
  /** The bit that selects the upper half of the page attribute table. */
  readonly attribute: bigint
  /** A hidden leaf is a word whose bits in `mask` are `value`. */
  readonly hidden: { readonly mask: bigint; readonly value: bigint }
}

const shapeOf = (leaf: EntryLayout, hidden: EntryLayout): LeafShape => ({
  leaf,
  frame: frameMask(leaf),
  huge: namedMask(leaf, 'PS'),
  attribute: namedMask(leaf, 'PAT'),
  hidden: { mask: fixedMask(hidden), value: fixedValue(hidden) },
})

const LARGEST = shapeOf(LEAF_1G, HIDDEN_1G)
const SHAPES: readonly LeafShape[] = [shapeOf(LEAF_4K, HIDDEN_4K), shapeOf(LEAF_2M, HIDDEN_2M), LARGEST]
const TABLE_FRAME = frameMask(TABLE_POINTER)

// What `classify` asks, by level, as signed 32-bit halves. No bit above the low half is reserved.
const TOP_LEVEL = Math.max(...TOP_POINTER.levels)
const perLevel = (tell: (level: number) => number): Int32Array => Int32Array.from({ length: TOP_LEVEL + 1 }, (_, level) => tell(level))
// An imported binding is loaded, and looked at whether it exists, at every use; a module's own is not. Every
// loop over entries asks `classify`.
const IS_ABSENT = ABSENT
const IS_TABLE = TABLE
const IS_LEAF = LEAF
const IS_HIDDEN = HIDDEN
const IS_INVALID = INVALID

const PRESENT_LOW = lowHalf(PRESENT)
const HUGE_LOW = lowHalf(HUGE)
/** Reserved in a present entry with the huge bit: above the leaf levels that bit itself. */
const RESERVED_LOW = perLevel((level) => lowHalf(reservedMask(SHAPES[level]?.leaf ?? TOP_POINTER)))
// Where no leaf may stand an empty mask has a value it cannot give.
const HIDDEN_MASK_LOW = perLevel((level) => lowHalf(SHAPES[level]?.hidden.mask ?? 0n))
const HIDDEN_VALUE_LOW = perLevel((level) => lowHalf(SHAPES[level]?.hidden.value ?? 1n))
const HIDDEN_MASK_HIGH = perLevel((level) => highHalf(SHAPES[level]?.hidden.mask ?? 0n))
const HIDDEN_VALUE_HIGH = perLevel((level) => highHalf(SHAPES[level]?.hidden.value ?? 0n))

const WRITABLE_LOW = lowHalf(WRITABLE)
const FOR_USER_LOW = lowHalf(FOR_USER)
const ACCESSED_LOW = lowHalf(ACCESSED)
const DIRTY_LOW = lowHalf(DIRTY)
const NO_EXECUTE_HIGH = highHalf(NO_EXECUTE)

const GRANTED: AccessVerdict = { kind: 'granted' }
const SETS_ACCESSED: AccessVerdict = { kind: 'granted', update: ACCESSED }
const SETS_DIRTY: AccessVerdict = { kind: 'granted', update: DIRTY }
const SETS_BOTH: AccessVerdict = { kind: 'granted', update: ACCESSED | DIRTY }
const RESERVED_NO_EXECUTE: AccessVerdict = { kind: 'refused', reason: 'reserved', bit: NAMES.noExecute }
const REFUSED_USER: AccessVerdict = { kind: 'refused', reason: 'permission', bit: NAMES.user }
const REFUSED_WRITE: AccessVerdict = { kind: 'refused', reason: 'permission', bit: NAMES.writable }
const REFUSED_EXECUTE: AccessVerdict = { kind: 'refused', reason: 'permission', bit: NAMES.noExecute }

const ABSENT_ENTRY: AbsentEntry = { kind: 'absent' }

/**
 * The words of long mode with four or five levels.
 *
 * Of a word that somebody else wrote, `decode` does not tell what our entries have no word for:
 * the rights and the memory type of a table pointer, write-through, PAT, protection keys and the
 * software bits. `encode` gives them as this format makes them.
 */
class LongModeFormat implements PteFormat<X8664Controls> {
  readonly name: string
  readonly geometry: Geometry
  readonly layouts: readonly EntryLayout[]
  readonly frameField: { readonly high: number; readonly low: number }
  /** Writes and user mode may, and no fetch is refused: below, the leaves decide. */
  readonly tableBits: bigint = PRESENT | WRITABLE | FOR_USER
  readonly accessedBit: bigint = ACCESSED
  readonly dirtyBit: bigint = DIRTY
  readonly tableAccessedBit: bigint = TABLE_ACCESSED
  readonly presentBitName: string = NAMES.present
  readonly defaultControls: X8664Controls = Object.freeze({ wp: true, nxe: true, smep: false, smap: false })
  readonly controlChoices: { readonly [Name in keyof X8664Controls]: readonly boolean[] } = { wp: [true, false], nxe: [true, false], smep: [true, false], smap: [true, false] }

  constructor(name: string, geometry: Geometry) {
    this.name = name
    this.geometry = geometry
    this.layouts = LAYOUTS.map((layout) => ({ ...layout, levels: layout.levels.filter((level) => level < geometry.levels) }))
    const { high, low } = TABLE_POINTER.bits.find((row) => row.role === 'frame')!
    this.frameField = { high, low }
  }

  classify(low: number, high: number, level: number): EntryClass {
    if ((low & PRESENT_LOW) === 0) {
      return (low & HIDDEN_MASK_LOW[level]!) === HIDDEN_VALUE_LOW[level] && (high & HIDDEN_MASK_HIGH[level]!) === HIDDEN_VALUE_HIGH[level] ? IS_HIDDEN : IS_ABSENT
    }
    if (level !== 0 && (low & HUGE_LOW) === 0) return IS_TABLE
    return (low & RESERVED_LOW[level]!) === 0 ? IS_LEAF : IS_INVALID
  }

  decode(word: bigint, level: number): PteEntry {
    checkWord(word, 'word')
    const low = lowHalf(word)
    const high = highHalf(word)
    switch (this.classify(low, high, level)) {
      case ABSENT:
        return ABSENT_ENTRY
      case TABLE:
        return { kind: 'table', frame: physAddr(word & TABLE_FRAME) }
      case INVALID:
        return { kind: 'invalid', reason: 'reserved', bit: this.#reservedName(level) }
      case LEAF:
      case HIDDEN:
        return {
          kind: 'leaf',
          frame: physAddr(word & this.#shape(level).frame),
          flags: flagsOfHalves(low, high),
          accessed: (low & ACCESSED_LOW) !== 0,
          dirty: (low & DIRTY_LOW) !== 0,
        }
    }
  }

  /** The flags of a leaf must be ones that are granted as they are: what `grant` strengthens is not legal here. */
  encode(entry: AbsentEntry | TableEntry | LeafEntry, level: number): bigint {
    switch (entry.kind) {
      case 'absent':
        return 0n
      case 'table':
        if (level === 0 || level >= this.geometry.levels) throw new RangeError(`"level" must have table pointers, got ${String(level)}`)
        checkFrame(entry.frame, TABLE_FRAME)
        return entry.frame | this.tableBits
      case 'leaf': {
        checkFrame(entry.frame, this.#shape(level).frame)
        const granted = grantedFlags(entry.flags)
        if (granted !== entry.flags) throw new RangeError(`"flags" must be granted as they are, got ${formatFlags(entry.flags)}, granted as "${formatFlags(granted)}"`)
        return this.leafBits(granted, level) | entry.frame | (entry.accessed ? ACCESSED : 0n) | (entry.dirty ? DIRTY : 0n)
      }
    }
  }

  grant(flags: MappingFlags): Grant {
    checkFlags(flags, 'flags')
    return grantFor(flags)
  }

  /**
   * Above the leaf levels gives what the largest leaf has.
   *
   * @throws RangeError for flags that `grant` refuses
   */
  leafBits(flags: MappingFlags, level: number): bigint {
    const shape = SHAPES[level] ?? LARGEST
    const granted = grantedFlags(flags)
    return granted === NONE ? shape.hidden.value : fieldsOf(granted) | shape.huge
  }

  flagMask(level: number): bigint {
    return FLAG_FIELDS | (SHAPES[level] ?? LARGEST).attribute
  }

  flagsOf(low: number, high: number, _level: number): MappingFlags {
    return flagsOfHalves(low, high)
  }

  /** @throws RangeError for a level that has no huge leaves */
  splitBits(word: bigint, level: number): bigint {
    if (level === 0) throw new RangeError('"level" must have huge leaves, got 0')
    const from = this.#shape(level)
    const to = this.#shape(level - 1)
    const moved = from.huge | from.attribute
    return (word & ~from.frame & ~moved) | to.huge | ((word & from.attribute) === 0n ? 0n : to.attribute)
  }

  /** Without EFER.NXE, XD is a reserved bit of every present entry. */
  hasStepFaults(controls: X8664Controls): boolean {
    return !controls.nxe
  }

  stepFault(_low: number, high: number, _level: number, controls: X8664Controls): { reason: 'reserved'; bit: string } | undefined {
    return !controls.nxe && (high & NO_EXECUTE_HIGH) !== 0 ? { reason: 'reserved', bit: NAMES.noExecute } : undefined
  }

  // Intel SDM vol. 3A, chapter "Paging": "Access Rights", "Determination of Access Rights". Reserved
  // bits come first: there is no translation whose rights could be asked.
  check(path: WalkedPath, access: Access, mode: Mode, controls: X8664Controls): AccessVerdict {
    const fetchDenied = (path.orHigh & NO_EXECUTE_HIGH) !== 0
    if (fetchDenied && !controls.nxe) return RESERVED_NO_EXECUTE
    const isUserPage = (path.andLow & FOR_USER_LOW) !== 0
    const isKernel = mode === 'kernel'
    if (isUserPage ? isKernel && (access === 'exec' ? controls.smep : controls.smap) : !isKernel) return REFUSED_USER
    if (access === 'exec' && fetchDenied) return REFUSED_EXECUTE
    if (access === 'write' && (path.andLow & WRITABLE_LOW) === 0 && (!isKernel || controls.wp)) return REFUSED_WRITE
    const isAccessed = (path.low & ACCESSED_LOW) !== 0
    if (access !== 'write' || (path.low & DIRTY_LOW) !== 0) return isAccessed ? GRANTED : SETS_ACCESSED
    return isAccessed ? SETS_DIRTY : SETS_BOTH
  }

  #shape(level: number): LeafShape {
    const shape = SHAPES[level]
    if (shape === undefined) throw new RangeError(`"level" must have leaves, got ${String(level)}`)
    return shape
  }

  #reservedName(level: number): string {
    const { name, high, low } = (SHAPES[level]?.leaf ?? TOP_POINTER).bits.find((row) => row.role === 'reserved')!
    return name === '' ? `${String(high)}:${String(low)}` : name
  }
}

function checkFrame(frame: bigint, mask: bigint): void {
  if ((frame & ~mask) !== 0n) throw new RangeError(`"frame" must be a multiple of ${formatHex(mask & -mask)} below 2^52, got ${formatHex(frame)}`)
}

/** 4-level paging: 48-bit addresses, leaves of 4 KiB, 2 MiB and 1 GiB. */
export const x8664: PteFormat<X8664Controls> = new LongModeFormat('x86-64', FOUR_LEVELS)

/** 5-level paging: 57-bit addresses. */
export const x8664La57: PteFormat<X8664Controls> = new LongModeFormat('x86-64-la57', FIVE_LEVELS)

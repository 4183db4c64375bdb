// A machine that does not exist: 64 pages, three levels of four entries, a leaf at every level. Its
// bits lie where no real machine has them, so that a walker which knows a machine fails on it.
//
//   63:61 marker (hidden leaf: 101)   60 must be zero    55 software     51 uncached  50 device
//   45 dirty   frame: 13 bits from `frameLow` on         14 veto (table: nothing below for users)
//   12 table accessed  11 huge: set in leaves above level 0   9 accessed   8 always set in a pointer
//   6 global  5 user  4 execute  3 write  2 read         1:0 kind: 0 none, 1 table, 2 leaf, 3 invalid
import { formatHex, type PhysAddr } from '@addrspace/memory-addr'
import {
  ABSENT,
  ACCESS,
  DEVICE,
  EXECUTE,
  Geometry,
  GLOBAL,
  hasFlags,
  HIDDEN,
  INVALID,
  LEAF,
  NONE,
  READ,
  TABLE,
  UNCACHED,
  unionOf,
  USER,
  WRITE,
  type AbsentEntry,
  type Access,
  type AccessVerdict,
  type EntryClass,
  type EntryLayout,
  type Grant,
  type LeafEntry,
  type MappingFlags,
  type Mode,
  type PteEntry,
  type PteFormat,
  type TableEntry,
  type WalkedPath,
} from '@addrspace/page-table'

export interface ToyControls {
  /** Whether the kernel may write where writes are not allowed. */
  readonly kernelWrites: 'as-mapped' | 'anywhere'
}

export interface ToyOptions {
  readonly halves?: 'sign-extended' | 'two-roots'
  /** The lowest bit of the frame field; default 28, so that the field lies in both halves of a word. */
  readonly frameLow?: number
  /** Which live changes need break-before-make; default none. */
  readonly breaks?: 'never' | 'size-frame-or-type'
  /** Whether pointers have an accessed bit. */
  readonly tableAccessed?: boolean
  readonly leafLevels?: readonly number[]
}

const BIT = (n: number): bigint => 1n << BigInt(n)
const KIND = 3n
const MARKER = 7n << 61n
const HIDDEN_MARKER = 5n << 61n
const DIRTY = BIT(45)
const TABLE_ACCESSED = BIT(12)
const HUGE = BIT(11)
const ACCESSED = BIT(9)
const POINTER = BIT(8)
export const SOFTWARE: bigint = BIT(55)
export const VETO: bigint = BIT(14)

const FLAG_BITS: readonly (readonly [MappingFlags, bigint])[] = [
  [READ, BIT(2)],
  [WRITE, BIT(3)],
  [EXECUTE, BIT(4)],
  [USER, BIT(5)],
  [GLOBAL, BIT(6)],
  [DEVICE, BIT(50)],
  [UNCACHED, BIT(51)],
]
const FLAG_FIELD = FLAG_BITS.reduce((all, [, bit]) => all | bit, 0n)
const FRAME_BITS = 13

export class ToyFormat implements PteFormat<ToyControls> {
  readonly name = 'toy'
  readonly geometry: Geometry
  readonly layouts: readonly EntryLayout[] = []
  readonly frameField: { readonly high: number; readonly low: number }
  readonly tableBits: bigint = 1n | POINTER
  readonly accessedBit: bigint = ACCESSED
  readonly dirtyBit: bigint = DIRTY
  readonly tableAccessedBit: bigint
  readonly presentBitName = 'KIND'
  readonly defaultControls: ToyControls = Object.freeze({ kernelWrites: 'as-mapped' })
  readonly #breaks: 'never' | 'size-frame-or-type'
  readonly #frameMask: bigint

  constructor(options: ToyOptions = {}) {
    const { halves = 'sign-extended', frameLow = 28, breaks = 'never', tableAccessed = false, leafLevels = [0, 1, 2] } = options
    this.geometry = new Geometry({ levels: 3, indexBits: 2, physBits: 12 + FRAME_BITS, leafLevels, halves })
    this.frameField = { high: frameLow + FRAME_BITS - 1, low: frameLow }
    this.#frameMask = (BIT(FRAME_BITS) - 1n) << BigInt(frameLow)
    this.#breaks = breaks
    this.tableAccessedBit = tableAccessed ? TABLE_ACCESSED : 0n
  }

  classify(low: number, high: number, level: number): EntryClass {
    const kind = low & 3
    const isHidden = kind === 0 && high >>> 29 === 5
    if (kind === 0 && !isHidden) return ABSENT
    // Hardware does not see what has no kind: illegal it is not.
    if (this.#fault(low, high, level) !== '') return isHidden ? ABSENT : INVALID
    return isHidden ? HIDDEN : kind === 1 ? TABLE : LEAF
  }

  decode(word: bigint, level: number): PteEntry {
    const low = Number(word & 0xffff_ffffn) | 0
    const high = Number(word >> 32n) | 0
    const kind = this.classify(low, high, level)
    if (kind === ABSENT) return { kind: 'absent' }
    if (kind === INVALID) return { kind: 'invalid', reason: 'reserved', bit: this.#fault(low, high, level) }
    const frame = (((word & this.#frameMask) >> BigInt(this.frameField.low)) << 12n) as PhysAddr
    if (kind === TABLE) return { kind: 'table', frame }
    return { kind: 'leaf', frame, flags: this.flagsOf(low, high), accessed: (word & ACCESSED) !== 0n, dirty: (word & DIRTY) !== 0n }
  }

  encode(entry: AbsentEntry | TableEntry | LeafEntry, level: number): bigint {
    if (entry.kind === 'absent') return 0n
    const number = entry.frame >> 12n
    if (number >= BIT(FRAME_BITS)) throw new RangeError(`"frame" is too wide: ${formatHex(entry.frame)}`)
    const frame = number << BigInt(this.frameField.low)
    if (entry.kind === 'table') return this.tableBits | frame
    const word = this.leafBits(entry.flags, level) | frame | (entry.accessed ? ACCESSED : 0n) | (entry.dirty ? DIRTY : 0n)
    if (this.decode(word, level).kind === 'invalid') throw new RangeError(`"frame" is misaligned: ${formatHex(entry.frame)}`)
    return word
  }

  grant(flags: MappingFlags): Grant {
    if ((flags & ACCESS) === 0) return { kind: 'granted', flags: NONE }
    if (hasFlags(flags, unionOf(DEVICE, UNCACHED))) return { kind: 'refused', why: 'device memory is never cached' }
    return { kind: 'granted', flags: hasFlags(flags, WRITE) ? unionOf(flags, READ) : flags }
  }

  leafBits(flags: MappingFlags, level: number): bigint {
    const grant = this.grant(flags)
    if (grant.kind === 'refused') throw new RangeError(grant.why)
    const huge = level > 0 ? HUGE : 0n
    if (grant.flags === NONE) return HIDDEN_MARKER | huge
    return FLAG_BITS.reduce((word, [flag, bit]) => (hasFlags(grant.flags, flag) ? word | bit : word), 2n | huge)
  }

  flagMask(): bigint {
    return KIND | MARKER | FLAG_FIELD
  }

  flagsOf(low: number, high: number): MappingFlags {
    if ((low & 3) === 0) return NONE
    // Bits 6:2 are the flags 0, 1, 2, 3 and 6; bits 51:50 are 4 and 5.
    const near = (low >> 2) & 0x1f
    return ((near & 0xf) | ((near & 0x10) << 2) | (((high >> 18) & 3) << 4)) as MappingFlags
  }

  splitBits(word: bigint, level: number): bigint {
    const bits = word & ~this.#frameMask
    return level === 1 ? bits & ~HUGE : bits
  }

  check(path: WalkedPath, access: Access, mode: Mode, controls: ToyControls): AccessVerdict {
    const word = join(path.low, path.high)
    const flags = this.flagsOf(path.low, path.high)
    const wanted = access === 'read' ? READ : access === 'write' ? WRITE : EXECUTE
    const isLifted = mode === 'kernel' && access === 'write' && controls.kernelWrites === 'anywhere'
    if (!hasFlags(flags, wanted) && !isLifted) return { kind: 'refused', reason: 'permission', bit: access }
    if (mode === 'user' && !hasFlags(flags, USER)) return { kind: 'refused', reason: 'permission', bit: 'USER' }
    if (mode === 'user' && (join(path.orLow, path.orHigh) & VETO) !== 0n) return { kind: 'refused', reason: 'permission', bit: 'VETO', level: path.level + 1 }
    const update = (access === 'write' ? ACCESSED | DIRTY : ACCESSED) & ~word
    return update === 0n ? { kind: 'granted' } : { kind: 'granted', update }
  }

  needsBreak(oldWord: bigint, newWord: bigint): boolean {
    if (this.#breaks === 'never') return false
    const telling = KIND | this.#frameMask | BIT(50) | BIT(51)
    return (newWord & KIND) !== 0n && (oldWord & telling) !== (newWord & telling)
  }

  /** The bits that make a word illegal, or nothing. */
  #fault(low: number, high: number, level: number): string {
    const kind = low & 3
    if (kind === 3 || (kind === 1 && level === 0)) return 'KIND'
    if ((high & (1 << 28)) !== 0) return '60'
    if (kind === 1) return (low & Number(POINTER)) === 0 ? 'POINTER' : ''
    if (!this.geometry.hasLeaf(level) || ((low & Number(HUGE)) !== 0) !== level > 0) return 'HUGE'
    if (level === 0) return ''
    const frame = (join(low, high) & this.#frameMask) >> BigInt(this.frameField.low)
    return frame % BIT(2 * level) === 0n ? '' : 'FRAME'
  }
}

function join(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
}

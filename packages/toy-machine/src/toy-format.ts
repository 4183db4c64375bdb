// A small machine: two levels of eight entries, 64 pages, leaves of 4 KiB and 32 KiB. Bits 1:0 are the
// kind (0 none, 1 table, 2 leaf, 3 a leaf without access, which hardware does not see), 2 read, 3 write,
// 4 execute, 5 user, 31:12 the frame. Nothing is reserved: a misaligned leaf is one of a rounded frame.
import {
  ABSENT,
  ACCESS,
  EXECUTE,
  Geometry,
  hasFlags,
  HIDDEN,
  LEAF,
  NONE,
  READ,
  TABLE,
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

const EXPRESSIBLE = unionOf(READ, WRITE, EXECUTE, USER)

export class ToyFormat implements PteFormat<undefined> {
  readonly name = 'toy'
  readonly geometry: Geometry = new Geometry({ levels: 2, indexBits: 3, physBits: 32, leafLevels: [0, 1], halves: 'sign-extended' })
  readonly layouts: readonly EntryLayout[] = []
  readonly frameField = { high: 31, low: 12 }
  readonly tableBits = 1n
  readonly accessedBit = 0n
  readonly dirtyBit = 0n
  readonly tableAccessedBit = 0n
  readonly presentBitName = 'KIND'
  readonly defaultControls = undefined

  classify(low: number, _high: number, level: number): EntryClass {
    const kind = low & 3
    if (kind === 0 || (kind === 1 && level === 0)) return ABSENT
    return kind === 1 ? TABLE : kind === 2 ? LEAF : HIDDEN
  }

  decode(word: bigint, level: number): PteEntry {
    const low = Number(word & 0xffff_ffffn)
    const kind = this.classify(low, 0, level)
    if (kind === ABSENT) return { kind: 'absent' }
    const frame = (word & 0xffff_f000n & ~(this.geometry.span(kind === TABLE ? 0 : level) - 1n)) as LeafEntry['frame']
    return kind === TABLE ? { kind: 'table', frame } : { kind: 'leaf', frame, flags: this.flagsOf(low), accessed: false, dirty: false }
  }

  encode(entry: AbsentEntry | TableEntry | LeafEntry): bigint {
    if (entry.kind === 'absent') return 0n
    return entry.frame | (entry.kind === 'table' ? this.tableBits : this.leafBits(entry.flags))
  }

  grant(flags: MappingFlags): Grant {
    if (!hasFlags(EXPRESSIBLE, flags)) return { kind: 'refused', why: 'memory is cached, and nobody else sees it' }
    return { kind: 'granted', flags: (flags & ACCESS) === 0 ? NONE : flags }
  }

  leafBits(flags: MappingFlags): bigint {
    return (flags & ACCESS) === 0 ? 3n : 2n | BigInt(flags << 2)
  }

  flagMask(): bigint {
    return 0x3fn
  }

  flagsOf(low: number): MappingFlags {
    return (low & 3) === 2 ? (((low >> 2) & 0xf) as MappingFlags) : NONE
  }

  splitBits(word: bigint): bigint {
    return word & 0xfffn
  }

  check(path: WalkedPath, access: Access, mode: Mode): AccessVerdict {
    const wanted = access === 'read' ? READ : access === 'write' ? WRITE : EXECUTE
    const isAllowed = hasFlags(this.flagsOf(path.low), mode === 'user' ? unionOf(wanted, USER) : wanted)
    return isAllowed ? { kind: 'granted' } : { kind: 'refused', reason: 'permission', bit: access }
  }

  needsBreak(): boolean {
    return false
  }
}

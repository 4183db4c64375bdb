// LoongArch64 with pages of 4 KiB and four levels, 48 bits of virtual and of physical addresses (VALEN and PALEN of a
// Loongson 3A5000), one root that CSR.PGDL and CSR.PGDH both name. From the LoongArch Reference Manual, Volume 1, v1.00,
// "Multi-level Page Table Structure Supported by page walking", "TLB Entry Low-order Bits" and "TLB-based Translation
// of Virtual Addresses to Physical Addresses". A page walk here is what LDDIR and LDPTE do in a TLB refill handler.
import { checkWord, formatHex, type PhysAddr } from '@addrspace/memory-addr'
import {
  ABSENT, ACCESS, DEVICE, EXECUTE, formatFlags, Geometry, GLOBAL, hasFlags, HIDDEN, INVALID, LEAF, NONE, READ, TABLE, UNCACHED, unionOf, USER, WRITE,
  type AbsentEntry, type Access, type AccessVerdict, type EntryClass, type EntryLayout, type Grant, type LayoutBits, type LeafEntry, type MappingFlags,
  type Mode, type PteEntry, type PteFormat, type TableEntry, type WalkedPath,
} from '@addrspace/page-table'

/** The machine's state that matters for an access. */
export interface LoongArchControls {
  /** CSR.MISC.DWPL0: what the kernel stores is not held against D. */
  readonly dwpl0: boolean
}

export const LOONGARCH64_GEOMETRY = new Geometry({ levels: 4, indexBits: 9, physBits: 48, leafLevels: [0, 1, 2], halves: 'sign-extended' })

// Bits of a word's low half.
const V = 1 << 0
const D = 1 << 1 // checked at stores: what makes a page writable
const PLV = 3 << 2
const MAT = 3 << 4
const SUC = 0 << 4 // strongly-ordered uncached
const CC = 1 << 4 // coherent cached
const WUC = 2 << 4 // weakly-ordered uncached
const G = 1 << 6 // at level 0
const H = 1 << 6 // in a directory: this is no directory's address but a huge page
const P = 1 << 7
const W = 1 << 8
const MARK = 1 << 10 // ours, and Linux's for the same purpose: V is clear, but the page is kept
const HUGE_G = 1 << 12
// Bits of its high half.
const IN_USE = 1 << 28 // 60, ours: a directory has no valid bit, and "bits not defined … are automatically ignored"
const NR = 1 << 29 // 61
const NX = 1 << 30 // 62
const RPLV = 1 << 31 // 63

const word = (low: number, high = 0): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
const lowHalf = (bits: bigint): number => Number(BigInt.asIntN(32, bits))
const highHalf = (bits: bigint): number => Number(BigInt.asIntN(32, bits >> 32n))

const FRAME = { high: 47, low: 12 }
const FRAME_MASK = ((1n << 36n) - 1n) << 12n
const frameMask = (level: number): bigint => FRAME_MASK & ~(LOONGARCH64_GEOMETRY.span(level) - 1n)
const TABLE_BITS = word(0, IN_USE)
const FLAG_MASK = word(V | D | PLV | MAT | P | W | MARK, NR | NX | RPLV)

function classify(low: number, high: number, level: number): EntryClass {
  if (level > 0 && (low & H) === 0) return (high & IN_USE) === 0 ? ABSENT : TABLE
  const isLegal = LOONGARCH64_GEOMETRY.hasLeaf(level) && (low & MAT) !== MAT
  if ((low & V) === 0) return isLegal && (low & MARK) !== 0 ? HIDDEN : ABSENT
  return isLegal ? LEAF : INVALID
}

function flagsOf(low: number, high: number, level: number): MappingFlags {
  const isLive = (low & V) !== 0
  return unionOf(
    isLive && (high & NR) === 0 ? READ : NONE,
    isLive && (low & D) !== 0 ? WRITE : NONE,
    isLive && (high & NX) === 0 ? EXECUTE : NONE,
    (low & PLV) === PLV ? USER : NONE,
    (low & MAT) === SUC ? DEVICE : (low & MAT) === WUC ? UNCACHED : NONE,
    (low & (level === 0 ? G : HUGE_G)) !== 0 ? GLOBAL : NONE,
  )
}

function leafBits(flags: MappingFlags, level: number): bigint {
  const has = (flag: MappingFlags, bits: number): number => (hasFlags(flags, flag) ? bits : 0)
  const lacks = (flag: MappingFlags, bits: number): number => (hasFlags(flags, flag) ? 0 : bits)
  const kept = has(USER, PLV) | (hasFlags(flags, DEVICE) ? SUC : hasFlags(flags, UNCACHED) ? WUC : CC) | has(GLOBAL, level === 0 ? G : HUGE_G) | (level === 0 ? 0 : H)
  if ((flags & ACCESS) === 0) return word(kept | MARK)
  return word(kept | V | P | has(WRITE, D | W), lacks(READ, NR) | lacks(EXECUTE, NX))
}

function grant(flags: MappingFlags): Grant {
  if (hasFlags(flags, unionOf(DEVICE, UNCACHED))) return { kind: 'refused', why: 'device and uncached are two memory access types, and a leaf has one' }
  return { kind: 'granted', flags }
}

function decode(bits: bigint, level: number): PteEntry {
  checkWord(bits, 'word')
  const [low, high] = [lowHalf(bits), highHalf(bits)]
  switch (classify(low, high, level)) {
    case ABSENT:
      return { kind: 'absent' }
    case TABLE:
      return { kind: 'table', frame: (bits & FRAME_MASK) as PhysAddr }
    case INVALID:
      return { kind: 'invalid', reason: 'reserved', bit: LOONGARCH64_GEOMETRY.hasLeaf(level) ? 'MAT' : 'H' }
    case LEAF:
    case HIDDEN: // hardware marks neither accessed nor dirty
      return { kind: 'leaf', frame: (bits & frameMask(level)) as PhysAddr, flags: flagsOf(low, high, level), accessed: false, dirty: false }
  }
}

function encode(entry: AbsentEntry | TableEntry | LeafEntry, level: number): bigint {
  if (entry.kind === 'absent') return 0n
  const frame = (ofLevel: number): bigint => {
    if ((entry.frame & frameMask(ofLevel)) !== entry.frame) throw new RangeError(`"entry" must have a frame of 48 bits that is aligned, got ${formatHex(entry.frame)}`)
    return entry.frame
  }
  if (entry.kind === 'table') {
    if (level === 0) throw new RangeError('"entry" must be no table at level 0')
    return frame(0) | TABLE_BITS
  }
  if (!LOONGARCH64_GEOMETRY.hasLeaf(level)) throw new RangeError(`"entry" must be no leaf at level ${level}`)
  if (entry.accessed || entry.dirty) throw new RangeError('"entry" must be neither accessed nor dirty: no bit says so')
  if (grant(entry.flags).kind === 'refused') throw new RangeError(`"entry" must have flags that are granted, got ${formatFlags(entry.flags)}`)
  return frame(level) | leafBits(entry.flags, level)
}

/** The same leaf one level below, without its frame: G stands elsewhere in the word of a huge page. */
function splitBits(bits: bigint, level: number): bigint {
  const isGlobal = (bits & word(HUGE_G)) !== 0n
  const others = bits & ~FRAME_MASK & ~word(H)
  return others | word(level === 1 ? (isGlobal ? G : 0) : H | (isGlobal ? HUGE_G : 0))
}

const GRANTED: AccessVerdict = { kind: 'granted' }
const refusedBy = (bit: string): AccessVerdict => ({ kind: 'refused', reason: 'permission', bit })

/** The order of the manual's pseudocode; V is set, and directories restrict nothing. */
function check({ low, high }: WalkedPath, access: Access, mode: Mode, { dwpl0 }: LoongArchControls): AccessVerdict {
  if (access === 'exec' && (high & NX) !== 0) return refusedBy('NX') // PNX
  const plv = mode === 'user' ? 3 : 0
  const ofPage = (low & PLV) >> 2
  if ((high & RPLV) === 0 ? plv > ofPage : plv !== ofPage) return refusedBy('PLV') // PPE
  if (access === 'read' && (high & NR) !== 0) return refusedBy('NR') // PNR
  if (access === 'write' && (low & D) === 0 && !(mode === 'kernel' && dwpl0)) return refusedBy('D') // PME
  return GRANTED
}

/** Two entries of the TLB that match one address, say a huge page and a small one, are undefined behaviour: the old one goes first. */
function needsBreak(oldWord: bigint, newWord: bigint, level: number): boolean {
  const [before, after] = [decode(oldWord, level), decode(newWord, level)]
  return before.kind !== after.kind || ('frame' in before && 'frame' in after && before.frame !== after.frame)
}

const row = (high: number, low: number, role: LayoutBits['role'], name: string, meaning: string): LayoutBits => ({ high, low, role, name, meaning })
const fixed = (bit: number, name: string, value: bigint, meaning: string): LayoutBits => ({ ...row(bit, bit, 'fixed', name, meaning), value })
const source = 'LoongArch Reference Manual, Volume 1, "Multi-level Page Table Structure Supported by page walking"'

function leafLayout(level: number, kind: 'leaf' | 'hidden'): EntryLayout {
  const huge = level === 0 ? [] : [row(11 + 9 * level, 13, 'ignored', '', 'the rest of the frame'), row(12, 12, 'flag', 'G', 'in all address spaces')]
  const bits = [
    row(63, 63, 'flag', 'RPLV', 'for exactly this PLV'), row(62, 62, 'flag', 'NX', 'may not be executed'), row(61, 61, 'flag', 'NR', 'may not be read'),
    row(60, 48, 'ignored', '', ''), row(47, 12 + 9 * level, 'frame', 'PA', 'of the leaf'), ...huge, row(11, 11, 'ignored', '', ''),
    kind === 'leaf' ? row(10, 10, 'ignored', '', '') : fixed(10, '', 1n, 'our mark of a page without access'),
    row(9, 9, 'ignored', '', ''), row(8, 8, 'flag', 'W', 'for software: writable'), row(7, 7, 'flag', 'P', 'for software: the page exists'),
    level === 0 ? row(6, 6, 'flag', 'G', 'in all address spaces') : fixed(6, 'H', 1n, 'a huge page'),
    row(5, 4, 'field', 'MAT', 'how memory is accessed; 3 is reserved'), row(3, 2, 'field', 'PLV', 'who may: 0 the kernel, 3 user mode too'),
    row(1, 1, 'flag', 'D', 'may be written'), fixed(0, 'V', kind === 'leaf' ? 1n : 0n, 'valid'),
  ]
  return { title: `${kind === 'leaf' ? 'leaf' : 'hidden leaf'} at level ${level}`, kind, levels: [level], source, bits }
}

const directoryLayout: EntryLayout = {
  title: 'directory entry at levels 1 to 3', kind: 'table', levels: [1, 2, 3], source,
  bits: [
    row(63, 61, 'ignored', '', ''), fixed(60, '', 1n, 'our mark: in use'), row(59, 48, 'ignored', '', ''), row(47, 12, 'frame', 'PA', 'of the next table'),
    row(11, 7, 'ignored', '', ''), fixed(6, 'H', 0n, 'no huge page'), row(5, 0, 'ignored', '', ''),
  ],
}

export const loongarch64: PteFormat<LoongArchControls> = {
  name: 'loongarch64',
  geometry: LOONGARCH64_GEOMETRY,
  layouts: [directoryLayout, ...[0, 1, 2].flatMap((level) => [leafLayout(level, 'leaf'), leafLayout(level, 'hidden')])],
  frameField: FRAME,
  tableBits: TABLE_BITS,
  accessedBit: 0n,
  dirtyBit: 0n,
  tableAccessedBit: 0n,
  presentBitName: 'V',
  defaultControls: { dwpl0: false },
  controlChoices: { dwpl0: [true, false] },
  classify, decode, encode, grant, leafBits, flagsOf, splitBits, check, needsBreak,
  flagMask: (level) => FLAG_MASK | word(level === 0 ? G : HUGE_G),
}

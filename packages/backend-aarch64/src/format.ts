// What the words of the tables mean, and what the machine makes of an access. The manual is the Arm
// Architecture Reference Manual for A-profile (DDI 0487). Where it says that software writes zero
// (RES0) or that an encoding is reserved, hardware may go on without a word; here such a word is
// invalid, since what it does depends on the implementation. Hidden leaves are words that would be
// legal leaves if they were valid, with a mark of ours; hardware sees them as it sees zero.
import { checkWord } from '@addrspace/memory-addr'
import type { PhysAddr } from '@addrspace/memory-addr'
import { ABSENT, formatFlags, HIDDEN, INVALID, LEAF, TABLE } from '@addrspace/page-table'
import type { AbsentEntry, Access, AccessVerdict, EntryClass, EntryLayout, InvalidEntry, LeafEntry, Mode, PteEntry, PteFormat, TableEntry, WalkedPath } from '@addrspace/page-table'

import { ACCESSED, bitsOfFlags, CONTIGUOUS, FLAG_MASK, flagsOfBits, grant, HIDDEN_MARK, MEMORY_TYPE, NO_KERNEL_FETCH, NO_USER_FETCH, NOT_GLOBAL, READ_ONLY, SHAREABILITY, USER_DATA, VALID } from './flags.ts'
import { AARCH64_GEOMETRY } from './geometry.ts'
import { highHalf, lowHalf } from './internal/halves.ts'
import { LAYOUTS, LEAF_LAYOUTS, TABLE_LAYOUT } from './layout.ts'

/** The state of the machine that matters for an access. */
export interface AArch64Controls {
  /** PSTATE.PAN: the kernel's loads and stores of pages that user mode may access fault. */
  readonly pan: boolean
}

const PHYS_END = 1n << BigInt(AARCH64_GEOMETRY.physBits)

/** All bits of a role. */
function bitsOfRole(layout: EntryLayout, role: 'frame' | 'reserved' | 'fixed'): bigint {
  return layout.bits.filter((bits) => bits.role === role).reduce((mask, { high, low }) => mask | (((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)), 0n)
}

// The two low bits: valid, and what kind of valid.
const POINTER_OR_PAGE = 0b11n
const BLOCK = 0b01n
const KIND_LOW = lowHalf(POINTER_OR_PAGE ^ BLOCK)
const VALID_LOW = lowHalf(VALID)

const HIDDEN_MARK_HIGH = highHalf(HIDDEN_MARK)
const TABLE_RESERVED_HIGH = highHalf(bitsOfRole(TABLE_LAYOUT, 'reserved'))
const LEAF_RESERVED_HIGH = highHalf(bitsOfRole(LEAF_LAYOUTS[0]!, 'reserved'))
/** By level. */
const LEAF_RESERVED_LOW = LEAF_LAYOUTS.map((layout) => lowHalf(bitsOfRole(layout, 'reserved')))
const LEAF_FRAME = LEAF_LAYOUTS.map((layout) => bitsOfRole(layout, 'frame'))
const TOP_LEAF_LEVEL = LEAF_LAYOUTS.length - 1

const SHAREABILITY_LOW = lowHalf(SHAREABILITY)
const SHAREABILITY_UNIT = SHAREABILITY & -SHAREABILITY
const INNER_SHAREABLE = 0b11n * SHAREABILITY_UNIT
/** The one encoding that is reserved. */
const SHAREABILITY_RESERVED_LOW = lowHalf(0b01n * SHAREABILITY_UNIT)

function hasLegalFields(low: number, high: number, level: number): boolean {
  return (high & LEAF_RESERVED_HIGH) === 0 && (low & LEAF_RESERVED_LOW[level]!) === 0 && (low & SHAREABILITY_LOW) !== SHAREABILITY_RESERVED_LOW
}

function classify(low: number, high: number, level: number): EntryClass {
  const isPointerOrPage = (low & KIND_LOW) !== 0
  if ((low & VALID_LOW) === 0) {
    if ((high & HIDDEN_MARK_HIGH) === 0 || level > TOP_LEAF_LEVEL || isPointerOrPage !== (level === 0)) return ABSENT
    return hasLegalFields(low, high, level) ? HIDDEN : ABSENT
  }
  if (isPointerOrPage && level > 0) return (high & TABLE_RESERVED_HIGH) === 0 ? TABLE : INVALID
  if (level > TOP_LEAF_LEVEL || isPointerOrPage !== (level === 0)) return INVALID
  return hasLegalFields(low, high, level) ? LEAF : INVALID
}

function decode(word: bigint, level: number): PteEntry {
  checkWord(word, 'word')
  const low = lowHalf(word)
  const high = highHalf(word)
  switch (classify(low, high, level)) {
    case ABSENT:
      return { kind: 'absent' }
    case TABLE:
      return { kind: 'table', frame: (word & LEAF_FRAME[0]!) as PhysAddr }
    case LEAF:
    case HIDDEN:
      return { kind: 'leaf', frame: (word & LEAF_FRAME[level]!) as PhysAddr, flags: flagsOfBits(low, high), accessed: (word & ACCESSED) !== 0n, dirty: false }
    case INVALID:
      return invalidEntry(word, level)
  }
}

/** Names the highest bits that make a word illegal. */
function invalidEntry(word: bigint, level: number): InvalidEntry {
  const isPointerOrPage = (word & POINTER_OR_PAGE) === POINTER_OR_PAGE
  const layout = isPointerOrPage && level > 0 ? TABLE_LAYOUT : isPointerOrPage === (level === 0) ? LEAF_LAYOUTS[level] : undefined
  if (layout === undefined) return { kind: 'invalid', reason: 'reserved', bit: '1:0' }
  const culprit = layout.bits.find(({ role, high, low }) => role === 'reserved' && BigInt.asUintN(high - low + 1, word >> BigInt(low)) !== 0n)
  if (culprit === undefined) return { kind: 'invalid', reason: 'reserved', bit: 'SH' }
  return { kind: 'invalid', reason: 'reserved', bit: culprit.high === culprit.low ? String(culprit.high) : `${culprit.high}:${culprit.low}` }
}

function encode(entry: AbsentEntry | TableEntry | LeafEntry, level: number): bigint {
  switch (entry.kind) {
    case 'absent':
      return 0n
    case 'table':
      if (level === 0) throw new RangeError('"entry" must be no table at level 0')
      return encodeFrame(entry.frame, 0) | POINTER_OR_PAGE
    case 'leaf': {
      if (!AARCH64_GEOMETRY.hasLeaf(level)) throw new RangeError(`"entry" must be no leaf at level ${level}`)
      if (entry.dirty) throw new RangeError('"entry" must not be dirty: the machine does not tell')
      const granted = grant(entry.flags)
      if (granted.kind === 'refused') throw new RangeError(`"entry" cannot be expressed: ${granted.why}`)
      if (granted.flags !== entry.flags) throw new RangeError(`"entry" cannot be expressed: ${formatFlags(entry.flags)} is granted as ${formatFlags(granted.flags)}`)
      return encodeFrame(entry.frame, level) | leafBits(entry.flags, level) | (entry.accessed ? ACCESSED : 0n)
    }
  }
}

function encodeFrame(frame: PhysAddr, level: number): bigint {
  if (frame >= PHYS_END) throw new RangeError(`"entry" must have a frame below 0x${PHYS_END.toString(16)}, got 0x${frame.toString(16)}`)
  if ((frame & LEAF_FRAME[level]!) !== frame) throw new RangeError(`"entry" must have a frame that is a multiple of 0x${AARCH64_GEOMETRY.span(level).toString(16)}, got 0x${frame.toString(16)}`)
  return frame
}

function leafBits(flags: LeafEntry['flags'], level: number): bigint {
  return bitsOfFlags(flags) | INNER_SHAREABLE | kindOf(level)
}

/** What tells a page from a block, valid or not. */
function kindOf(level: number): bigint {
  return (level === 0 ? POINTER_OR_PAGE : BLOCK) & ~VALID
}

/** The children are never marked contiguous: a change to one of them would have to change sixteen. */
function splitBits(word: bigint, level: number): bigint {
  if (level === 0 || !AARCH64_GEOMETRY.hasLeaf(level)) throw new RangeError(`"level" must be that of a huge leaf, got ${level}`)
  return (word & ~LEAF_FRAME[level]! & ~CONTIGUOUS) | kindOf(level - 1)
}

const ACCESSED_LOW = lowHalf(ACCESSED)
const USER_DATA_LOW = lowHalf(USER_DATA)
const READ_ONLY_LOW = lowHalf(READ_ONLY)
const NO_USER_FETCH_HIGH = highHalf(NO_USER_FETCH)
const NO_KERNEL_FETCH_HIGH = highHalf(NO_KERNEL_FETCH)

const GRANTED: AccessVerdict = { kind: 'granted' }
const NOT_ACCESSED: AccessVerdict = { kind: 'refused', reason: 'access-flag', bit: 'AF' }
const refusedBy = (bit: string): AccessVerdict => ({ kind: 'refused', reason: 'permission', bit })
const KERNEL_ONLY = refusedBy('AP[1]')
/** Under PAN it is being accessible to user mode that refuses. */
const USER_ACCESSIBLE = refusedBy('AP[1]')
const NOT_WRITABLE = refusedBy('AP[2]')
const NO_FETCH_BY_USER = refusedBy('UXN')
const NO_FETCH_BY_KERNEL = refusedBy('PXN')
const USER_WRITABLE = refusedBy('AP[2:1]')

/**
 * DDI 0487, Memory access control: Stage 1 Direct permissions, PSTATE.PAN. Only the leaf decides, since
 * hierarchical permissions are off. An Access flag fault comes before a Permission fault (MMU fault
 * prioritization from a single address translation stage).
 */
function check(path: WalkedPath, access: Access, mode: Mode, controls: AArch64Controls): AccessVerdict {
  const { low, high } = path
  if ((low & ACCESSED_LOW) === 0) return NOT_ACCESSED
  const hasUserData = (low & USER_DATA_LOW) !== 0
  const isWritable = (low & READ_ONLY_LOW) === 0
  if (access === 'exec') {
    if (mode === 'user') return (high & NO_USER_FETCH_HIGH) === 0 ? GRANTED : NO_FETCH_BY_USER
    if ((high & NO_KERNEL_FETCH_HIGH) !== 0) return NO_FETCH_BY_KERNEL
    // UnprivWrite removes PrivExecute, whatever PXN is.
    return hasUserData && isWritable ? USER_WRITABLE : GRANTED
  }
  if (mode === 'user' && !hasUserData) return KERNEL_ONLY
  // FEAT_PAN without FEAT_PAN3: a page that user mode can only execute is not protected.
  if (mode === 'kernel' && hasUserData && controls.pan) return USER_ACCESSIBLE
  return access === 'write' && !isWritable ? NOT_WRITABLE : GRANTED
}

/** Everything but permissions, accessed, and what hardware ignores: type, address, memory type, shareability, size. */
const BREAKING = (LEAF_FRAME[0]! | bitsOfRole(LEAF_LAYOUTS[0]!, 'fixed') | MEMORY_TYPE | SHAREABILITY | CONTIGUOUS) & ~VALID

/**
 * DDI 0487, Using break-before-make when updating translation table entries. Of addresses the manual asks whether contents differ or may be written;
 * since the format does not know, every change of one counts.
 */
function needsBreak(oldWord: bigint, newWord: bigint, level: number): boolean {
  if ((oldWord & newWord & VALID) === 0n) return false
  const wasTable = classify(lowHalf(oldWord), highHalf(oldWord), level) === TABLE
  const isTable = classify(lowHalf(newWord), highHalf(newWord), level) === TABLE
  if (wasTable || isTable) return wasTable !== isTable || ((oldWord ^ newWord) & LEAF_FRAME[0]!) !== 0n
  const becomesGlobal = (oldWord & ~newWord & NOT_GLOBAL) !== 0n
  return becomesGlobal || ((oldWord ^ newWord) & BREAKING) !== 0n
}

const FRAME_ROW = TABLE_LAYOUT.bits.find(({ role }) => role === 'frame')!

/** The words of AArch64's tables, stage 1 of EL1&0: `encode`, `decode`, and the contract's other functions. */
export const aarch64: PteFormat<AArch64Controls> = {
  name: 'aarch64',
  geometry: AARCH64_GEOMETRY,
  layouts: LAYOUTS,
  frameField: { high: FRAME_ROW.high, low: FRAME_ROW.low },
  tableBits: POINTER_OR_PAGE,
  accessedBit: ACCESSED,
  dirtyBit: 0n,
  tableAccessedBit: 0n,
  presentBitName: 'valid',
  defaultControls: Object.freeze({ pan: false }),
  controlChoices: { pan: [true, false] },
  classify,
  decode,
  encode,
  grant,
  leafBits,
  flagMask: () => FLAG_MASK,
  flagsOf: flagsOfBits,
  splitBits,
  check,
  needsBreak,
}

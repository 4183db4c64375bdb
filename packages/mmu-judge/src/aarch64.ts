// AArch64: the `virt` board of QEMU with EL2, and no firmware. The guest runs at EL2, where nothing is
// translated. It asks twice: by the AT instructions, whose answer is a physical address or a fault
// status, and by real loads, stores and fetches at EL1 and EL0. Those start in two pages of the
// machine's reserved slot, where EL1's vectors lie too; they end in a trap to EL2: HVC from EL1, BRK
// from anywhere (MDCR_EL2.TDE).
import { pa, va } from '@addrspace/memory-addr'
import { aarch64, MAIR_EL1, type AArch64Controls } from '@addrspace/backend-aarch64'
import { DEVICE, NONE, parseFlags, UNCACHED, type FaultReason, type MappingFlags, type PageTable, type PhysMemory } from '@addrspace/page-table'

import { adr, addImmediate, AT_S1E0R, AT_S1E0W, AT_S1E1R, AT_S1E1RP, AT_S1E1W, AT_S1E1WP, b, bEqual, br, brk, cbz, cmp, dsb, ELR_EL2, eret, ESR_EL1, ESR_EL2, FAR_EL1, HCR_EL2, hlt, hvc, isb, ldr, ldtr, MAIR_EL1_REGISTER, MDCR_EL2, movz, mrs, msr, orr, PAN, PAR_EL1, SCTLR_EL1, sixBitsUpByOne, SPSR_EL2, str, sttr, sys, TCR_EL1, TLBI_ALLE1, TTBR0_EL1, TTBR1_EL1, VBAR_EL1, VBAR_EL2, type SystemName } from './aarch64-code.ts'
import { Assembler } from './assembler.ts'
import { ANSWERS_AT, DONE_AT, QUERIES_AT, TABLES_AT, type Answer, type Corruption, type Leniency, type Machine, type Query } from './machine.ts'
import type { Random } from './random.ts'

const RAM_BASE = 0x4000_0000n
const RAM_SIZE = 0xc000_0000n
/** QEMU puts its device tree at the start of the memory. */
const CODE_AT = RAM_BASE + 0x20_0000n
/** The two pages of EL1 and EL0, and where they are seen. */
const GATES_AT = CODE_AT + 0x1000n
const GATE_SLOT = 0x155
const GATES = va(0xffff_0000_0000_0000n + (BigInt(GATE_SLOT) << 39n))

/** What is loaded into registers before the first query, by offset from the end of the code. */
const PARAMETERS = 0xc00

const SCTLR_RES1 = 0x30d0_0800n
/** MMU and caches on; no write-implies-no-execute, PAN not set by exceptions. */
const SCTLR = SCTLR_RES1 | 0x1005n
/** 48 bits in both halves (T0SZ, T1SZ), 4 KiB granules (TG0, TG1), inner shareable, 48 bits out (IPS), hierarchical permissions off (HPD0, HPD1). */
const TCR = 16n | (0b11n << 12n) | (16n << 16n) | (0b11n << 28n) | (0b10n << 30n) | (0b101n << 32n) | (1n << 41n) | (1n << 42n)
/** EL1 is AArch64. */
const HCR_RW = 1n << 31n
/** Debug exceptions, BRK among them, go to EL2. */
const MDCR_TDE = 1n << 8n

const SPSR_EL1H = 0x3c5n
const SPSR_EL0 = 0x3c0n
const PSTATE_PAN = 1n << 22n

const HVC_DONE = 1
const HVC_FAULT = 2
const BRK_DONE = 0xffff

const SEMIHOSTING = 0xf000
const SYS_EXIT = 0x18
const APPLICATION_EXIT = 0x2_0026n

const PROBES = {
  readUser: AT_S1E0R,
  writeUser: AT_S1E0W,
  readKernel: AT_S1E1R,
  writeKernel: AT_S1E1W,
  readKernelPan: AT_S1E1RP,
  writeKernelPan: AT_S1E1WP,
} as const satisfies Readonly<Record<string, SystemName>>

// X1 address, X2 value to store, X3 SPSR, X4 where to go (0: nowhere), X5 how to probe, X6 PAN;
// X19 query, X20 answer, X21 end of queries, X22 where to count, X23 parameters.
function guest(): Assembler {
  const code = new Assembler()
  code.to('parameters', adr(23)).to('vectors', adr(0)).emit(msr(VBAR_EL2, 0))
  const registers = [HCR_EL2, MDCR_EL2, TCR_EL1, MAIR_EL1_REGISTER, TTBR0_EL1, TTBR1_EL1, VBAR_EL1, SCTLR_EL1]
  registers.forEach((register, i) => code.emit(ldr(0, 23, 8 * i), msr(register, 0)))
  code
    .emit(isb(), ldr(19, 23, 64), ldr(20, 23, 72), ldr(21, 23, 80), ldr(22, 23, 88))
    .label('next')
    .emit(cmp(19, 21))
    .to('done', bEqual)
    .emit(ldr(5, 19), ldr(1, 19, 8), ldr(2, 19, 16), ldr(3, 19, 24), ldr(4, 19, 32), ldr(6, 19, 40))
    .emit(sys(TLBI_ALLE1), dsb(), isb(), msr(PAN, 6), movz(7, 0), br(5))
  for (const [name, probe] of Object.entries(PROBES)) code.label(name).emit(sys(probe, 1), isb(), mrs(7, PAR_EL1)).to('noProbe', b)
  code
    .label('noProbe')
    .emit(str(7, 20), msr(ELR_EL2, 4), msr(SPSR_EL2, 3), movz(0, 0), movz(8, 0))
    .to('answer', cbz(4))
    .emit(eret())
    .label('answer')
    .emit(mrs(9, ESR_EL1), orr(8, 8, 9, 32), str(8, 20, 8), str(0, 20, 16), mrs(10, FAR_EL1), str(10, 20, 24))
    .emit(addImmediate(19, 19, 64), addImmediate(20, 20, 32), ldr(0, 22), addImmediate(0, 0, 1), str(0, 22))
    .to('next', b)
    .label('done')
    .emit(movz(0, SYS_EXIT), addImmediate(1, 23, 96), hlt(SEMIHOSTING))
    .label('wait')
    .to('wait', b)
  // Exceptions from EL2 itself: a probe met a table out of memory. Its fault status goes where PAR's would.
  code.padTo(0x400).label('vectors').padTo(0x600).emit(mrs(7, ESR_EL2), sixBitsUpByOne(7, 7), addImmediate(7, 7, 1)).to('noProbe', b)
  // Synchronous exceptions from EL1 and EL0.
  code.padTo(0x800).emit(mrs(8, ESR_EL2)).to('answer', b)
  return code.padTo(PARAMETERS).label('parameters')
}

/** A page of EL1's with its vectors, then a page of EL0's. */
function gates(): Assembler {
  const code = new Assembler()
  // EL1's vectors for synchronous exceptions from EL1 and EL0.
  code.padTo(0x200).emit(hvc(HVC_FAULT)).padTo(0x400).emit(hvc(HVC_FAULT)).padTo(0x800)
  code.label('read').emit(ldr(0, 1), hvc(HVC_DONE)).label('write').emit(str(2, 1), hvc(HVC_DONE))
  code.label('readUnprivileged').emit(ldtr(0, 1), hvc(HVC_DONE)).label('writeUnprivileged').emit(sttr(2, 1), hvc(HVC_DONE))
  code.padTo(0x1000).label('readUser').emit(ldr(0, 1), brk(BRK_DONE)).label('writeUser').emit(str(2, 1), brk(BRK_DONE))
  return code
}

const GUEST = guest()
const GATE_CODE = gates()

/** Where real accesses start, and with which state. Half of user mode's are made by EL1 with EL0's rights. */
function startOf({ vaddr, access, mode, controls, value }: Query<AArch64Controls>): { readonly pc: bigint; readonly spsr: bigint } {
  const pan = controls.pan ? PSTATE_PAN : 0n
  const gate = (label: string): bigint => GATES + BigInt(GATE_CODE.offsetOf(label))
  if (access === 'exec') return { pc: vaddr, spsr: (mode === 'user' ? SPSR_EL0 : SPSR_EL1H) | pan }
  if (mode === 'kernel') return { pc: gate(access), spsr: SPSR_EL1H | pan }
  if ((value & 1n) === 0n) return { pc: gate(`${access}Unprivileged`), spsr: SPSR_EL1H | pan }
  return { pc: gate(`${access}User`), spsr: SPSR_EL0 | pan }
}

function probeOf({ access, mode, controls }: Query<AArch64Controls>): keyof typeof PROBES | 'noProbe' {
  if (access === 'exec') return 'noProbe'
  if (mode === 'user') return `${access}User`
  return controls.pan ? `${access}KernelPan` : `${access}Kernel`
}

/** Fault status codes without their two bits of level: Arm's level n is our 3 - n. */
const REASONS: ReadonlyMap<number, readonly FaultReason[]> = new Map([
  [0b0000, ['address-size']],
  // A word of a type that does not exist at its level is no translation either.
  [0b0001, ['not-present', 'non-canonical', 'reserved']],
  [0b0010, ['access-flag']],
  [0b0011, ['permission']],
  [0b0101, ['memory']],
])
const EXTERNAL_ABORT = 0b01_0000

function refusal(status: number, text: string): Answer {
  if (status === EXTERNAL_ABORT) return { kind: 'unbacked', text }
  const reasons = REASONS.get(status >> 2)
  return reasons === undefined ? { kind: 'odd', text } : { kind: 'refused', reasons, level: 3 - (status & 3), text }
}

const FAILED = 1n

/** PAR_EL1.ATTR is encoded as a byte of MAIR_EL1: the upper half 0 for device memory, 4 for Normal Non-cacheable, f for write-back. */
function memoryTypeOf(attribute: number): MappingFlags | undefined {
  return new Map([
    [0x0, DEVICE],
    [0x4, UNCACHED],
    [0xf, NONE],
  ]).get(attribute >> 4)
}

function decodeProbe(par: bigint, vaddr: bigint): Answer {
  const text = `AT: PAR_EL1 0x${par.toString(16)}`
  if ((par & FAILED) !== 0n) return refusal(Number((par >> 1n) & 0x3fn), text)
  const memoryType = memoryTypeOf(Number(par >> 56n))
  if (memoryType === undefined) return { kind: 'odd', text }
  return { kind: 'done', paddr: (par & 0xffff_ffff_f000n) | (vaddr & 0xfffn), memoryType, text }
}

// Exception classes of ESR.
const EC_HVC = 0x16
const EC_BRK = 0x3c
const ABORTS: Readonly<Record<'fetch' | 'data', readonly number[]>> = { fetch: [0x20, 0x21], data: [0x24, 0x25] }

function decodeAccess([, syndromes = 0n, value = 0n, address = 0n]: readonly bigint[], { vaddr, access }: Query<AArch64Controls>): Answer {
  const outer = Number(syndromes & 0xffff_ffffn)
  const inner = Number(syndromes >> 32n)
  const text = `ESR_EL2 0x${outer.toString(16)}, ESR_EL1 0x${inner.toString(16)}, FAR_EL1 0x${address.toString(16)}, X0 0x${value.toString(16)}`
  const immediate = outer & 0xffff
  switch (outer >>> 26) {
    case EC_HVC: {
      if (immediate === HVC_DONE && access !== 'exec') return access === 'read' ? { kind: 'done', loaded: value, text } : { kind: 'done', text }
      const isAbort = ABORTS[access === 'exec' ? 'fetch' : 'data'].includes(inner >>> 26)
      return immediate === HVC_FAULT && isAbort && address === vaddr ? refusal(inner & 0x3f, text) : { kind: 'odd', text }
    }
    case EC_BRK:
      if (access === 'exec') return { kind: 'done', loaded: BigInt(immediate), text }
      return immediate !== BRK_DONE ? { kind: 'odd', text } : access === 'read' ? { kind: 'done', loaded: value, text } : { kind: 'done', text }
    default:
      return { kind: 'odd', text }
  }
}

const LENIENCIES: readonly Leniency<AArch64Controls>[] = [
  {
    name: 'L0 block',
    why: 'without FEAT_LPA2 in use (TCR_EL1.DS = 0) there are no blocks at level 0 with 4 KiB granules; QEMU 7.2 takes one all the same',
    applies: (_query, translation) => translation.kind === 'fault' && translation.reason === 'reserved' && translation.bit === '1:0' && translation.level > 0,
  },
  {
    name: 'RES0',
    why: 'software has to write zero, hardware need not look: QEMU ignores RES0 bits, the reserved shareability, and bits below the address of a block',
    applies: (_query, translation) => translation.kind === 'fault' && translation.reason === 'reserved' && translation.bit !== '1:0',
  },
]

// Bits of a descriptor by their number: valid 0, type 1, AttrIndx 4:2, AP 7:6, SH 9:8, AF 10, nG 11,
// DBM 51, Contiguous 52, PXN 53, UXN 54, hierarchical permissions 63:59.
const corruptions: readonly Corruption[] = [
  (word) => word ^ 0b10n,
  (word) => word ^ 0b01n,
  (word, _level, random) => word ^ (1n << random.pick([6n, 7n])),
  (word, _level, random) => word ^ (random.pick([1n, 2n, 3n]) << 53n),
  // What EL0 may write, EL1 may not execute, whatever the bit for EL1 says.
  (word) => (word & ~(0b11n << 53n) & ~(1n << 7n)) | (1n << 6n),
  (word) => word ^ (1n << 10n),
  (word, _level, random) => word ^ (1n << random.pick([2n, 3n, 4n, 5n, 11n, 51n, 52n])),
  // Permissions in table descriptors, which HPD0 and HPD1 turn off.
  (word, _level, random) => word | (BigInt(1 + random.below(31)) << 59n),
  // A pointer to where no table is.
  (word, _level, random) => (word & ~0xffff_ffff_f000n) | ((1n << 40n) + (random.wordBelow(1n << 47n) & ~0xfffn)) | 3n,
  // The root itself, as a table of another level, and our own mark of hidden leaves.
  (_word, _level, random) => (RAM_BASE + TABLES_AT + 0x1000n * BigInt(random.below(8))) | 3n,
  (word) => (word & ~1n) | (1n << 58n),
  (_word, _level, random) => (random.word() & 0xffff_fff0_0fff_ffffn) | 1n,
]

/** What is ignored, and permissions that HPD0 and HPD1 turn off. */
const pointerCorruptions: readonly Corruption[] = [
  (word, _level, random) => word ^ (1n << BigInt(2 + random.below(10))),
  (word, _level, random) => word ^ (1n << BigInt(51 + random.below(13))),
]

export const aarch64Machine: Machine<AArch64Controls> = {
  name: aarch64.name,
  format: aarch64,
  program: 'qemu-system-aarch64',
  args: ['-machine', 'virt,virtualization=on', '-cpu', 'max', '-semihosting', '-device', `loader,addr=0x${CODE_AT.toString(16)},cpu-num=0`],
  exitCode: 0,
  ramBase: pa(RAM_BASE),
  ramSize: RAM_SIZE,
  foreign: [],
  nothingFrom: 1n << 40n,
  unbackedAccesses: ['read', 'write', 'exec'],
  reservedSlot: 512 + GATE_SLOT,
  // The machine does not set what is missing: without it, all that can be had is its fault.
  presetShare: 0.9,
  mayBeSetOnFault: () => 0n,
  corruptions,
  pointerCorruptions,
  leniencies: LENIENCIES,

  randomControls: (random: Random): AArch64Controls => ({ pan: random.chance(0.5) }),

  install(table: PageTable<AArch64Controls>, memory: PhysMemory, queryCount: number): void {
    memory.write(pa(CODE_AT), GUEST.finish())
    memory.write(pa(GATES_AT), GATE_CODE.finish())
    const [lower = 0n, upper = 0n] = table.roots
    const parameters = [
      ...[HCR_RW, MDCR_TDE, TCR, MAIR_EL1, lower, upper, GATES, SCTLR],
      ...[RAM_BASE + QUERIES_AT, RAM_BASE + ANSWERS_AT, RAM_BASE + QUERIES_AT + 64n * BigInt(queryCount), RAM_BASE + DONE_AT],
      ...[APPLICATION_EXIT, 0n],
    ]
    parameters.forEach((word, i) => memory.writeWord(pa(CODE_AT + BigInt(PARAMETERS + 8 * i)), word))
    mapGate(table, 0n, 'rx')
    mapGate(table, 0x1000n, 'rxu')
  },

  encodeQuery(query: Query<AArch64Controls>): readonly bigint[] {
    const { pc, spsr } = startOf(query)
    const probe = CODE_AT + BigInt(GUEST.offsetOf(probeOf(query)))
    return [probe, query.vaddr, query.value, spsr, pc, query.controls.pan ? PSTATE_PAN : 0n]
  },

  fetchTarget(tag: number): bigint {
    const bytes = [...movz(0, tag), ...brk(tag)]
    return bytes.reduce((word, byte, i) => word | (BigInt(byte) << BigInt(8 * i)), 0n)
  },

  decodeAnswer(words: readonly bigint[], query: Query<AArch64Controls>): readonly Answer[] {
    const answer = decodeAccess(words, query)
    return query.access === 'exec' ? [answer] : [decodeProbe(words[0] ?? 0n, query.vaddr), answer]
  },
}

/** Present and accessed from the start, whatever the layout does. */
function mapGate(table: PageTable<AArch64Controls>, offset: bigint, flags: string): void {
  const vaddr = va(GATES + offset)
  const mapped = table.map(vaddr, 0x1000n, pa(GATES_AT + offset), parseFlags(flags))
  if (!mapped.ok) throw mapped.error
  const { entryAddress, word } = table.walk(vaddr).at(-1)!
  table.memory.writeWord(entryAddress, word | table.format.accessedBit)
}

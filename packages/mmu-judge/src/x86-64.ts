// x86-64: QEMU's `pc` board with a firmware of ours. Long mode never goes without translation, so the
// guest, its descriptor tables and its lists lie in a top-level slot of the judged table itself, as
// pages of the kernel's, and one page of the user's. User mode is entered by IRETQ and left by INT or a
// fault; every fault is an answer.
import { pa, va, type VirtAddr } from '@addrspace/memory-addr'
import { x8664, x8664La57, type X8664Controls } from '@addrspace/backend-x86-64'
import { BitmapAllocator, PageTable, parseFlags, type FaultReason, type Mode, type PhysMemory, type PteFormat } from '@addrspace/page-table'

import { Assembler } from './assembler.ts'
import { ANSWERS_AT, DONE_AT, QUERIES_AT, TABLES_AT, type Answer, type Corruption, type Machine, type Query } from './machine.ts'
import type { Random } from './random.ts'
import { addTo, compare, CR0, CR2, CR3, CR4, fromControl, increment, int, iretq, jump, jumpIfEqual, jumpTo, lgdt, lidt, littleEndian, load, ltr, moveShort, moveWord, MSR_EFER, out, pop, push, pushByte, pushMemory, R10, R12, R13, R14, R15, R9, RAX, RBX, RCX, RDI, RDX, RSI, RSP, store, toControl, wrmsr } from './x86-64-code.ts'
import { makeFirmware } from './x86-64-firmware.ts'

const RAM_SIZE = 0xc000_0000n
const RESERVED_SLOT = 0x155

// Physical places; the guest sees them at its slot's start plus this.
const USER_CODE_AT = 0x10_0000
const CODE_AT = 0x20_0000
const IDT_AT = 0x20_1000
const GDT_AT = 0x20_2000
const TSS_AT = 0x20_2100
const GDT_POINTER_AT = 0x20_2200
const IDT_POINTER_AT = 0x20_2210
const PARAMETERS_AT = 0x20_2300
const STACK_END = 0x20_4000
const FAULT_STACK_END = 0x20_5000
/** What the guest sees of it all: up to the end of the answers, in leaves of 2 MiB. */
const GUEST_START = 0x20_0000n
const GUEST_END = 0xc0_0000n
/** Frames of the table that the firmware starts on. */
const BOOT_TABLES = { start: pa(0xc0_0000), end: 0xd0_0000n }

const ROOT_AT = PARAMETERS_AT
const FIRST_QUERY_AT = PARAMETERS_AT + 8
const FIRST_ANSWER_AT = PARAMETERS_AT + 16
const END_OF_QUERIES_AT = PARAMETERS_AT + 24
const STACK_AT = PARAMETERS_AT + 32

const KERNEL_CODE = 0x08
const USER_DATA = 0x1b
const USER_CODE = 0x23
const TASK = 0x28
/** None, code of ring 0, data of ring 0, data of ring 3, code of ring 3; the task's two words follow. */
const DESCRIPTORS = [0n, 0x0020_9a00_0000_0000n, 0x00cf_9200_0000_ffffn, 0x00cf_f200_0000_ffffn, 0x0020_fa00_0000_0000n]

const EXIT_PORT = 0xf4
const EXIT_VALUE = 0x10
const CALL_VECTOR = 0x80
const GENERAL_PROTECTION = 13
const PAGE_FAULT = 14

const DONE = 1
const FAULTED = 2
const CALLED = 3
const PROTECTION = 4
const UNEXPECTED = 5

// R12 query, R13 answer, R14 end of queries, R15 start of the slot; RBX address, RSI value to store,
// RAX value loaded, RCX kind of answer, RDX error code or code segment, RDI faulting address.
function guest(slot: bigint): Assembler {
  const code = new Assembler()
  code
    .emit(moveWord(R15, slot), load(RAX, R15, ROOT_AT), toControl(CR3, RAX), lgdt(R15, GDT_POINTER_AT), lidt(R15, IDT_POINTER_AT))
    .emit(moveShort(RAX, TASK), ltr(), load(RSP, R15, STACK_AT))
    .emit(load(R12, R15, FIRST_QUERY_AT), load(R13, R15, FIRST_ANSWER_AT), load(R14, R15, END_OF_QUERIES_AT))
    .label('next')
    .emit(compare(R12, R14))
    .to('done', jumpIfEqual)
    // The controls; writing CR3 drops every translation, since CR4.PGE is 0.
    .emit(moveShort(RCX, MSR_EFER), moveShort(RDX, 0), load(RAX, R12, 24), wrmsr())
    .emit(load(RAX, R12, 32), toControl(CR0, RAX), load(RAX, R12, 40), toControl(CR4, RAX), load(RAX, R15, ROOT_AT), toControl(CR3, RAX))
    .emit(load(RBX, R12, 8), load(RSI, R12, 16), load(RDI, R12), moveShort(RAX, 0), jumpTo(RDI))
    .label('readKernel')
    .emit(load(RAX, RBX))
    .to('completed', jump)
    .label('writeKernel')
    .emit(store(RSI, RBX))
    .to('completed', jump)
    .label('execKernel')
    .emit(jumpTo(RBX))
    // SS, RSP, RFLAGS, CS, RIP of ring 3.
    .label('user')
    .emit(pushByte(USER_DATA), push(RSP), pushByte(2), pushByte(USER_CODE), pushMemory(R12, 48), iretq())
    .label('completed')
    .emit(moveShort(RCX, DONE))
    .label('answer')
    .emit(load(RSP, R15, STACK_AT), store(RCX, R13), store(RDX, R13, 8), store(RAX, R13, 16), store(RDI, R13, 24))
    .emit(addTo(R12, 64), addTo(R13, 32), increment(R15, Number(DONE_AT)))
    .to('next', jump)
    .label('pageFault')
    .emit(pop(RDX), fromControl(RDI, CR2), moveShort(RCX, FAULTED))
    .to('answer', jump)
    .label('call')
    .emit(pop(R9), pop(RDX), moveShort(RCX, CALLED))
    .to('answer', jump)
    .label('protection')
    .emit(pop(RDX), moveShort(RCX, PROTECTION))
    .to('answer', jump)
    .label('unexpected')
    .emit(pop(R9), pop(R10), moveShort(RCX, UNEXPECTED))
    .to('answer', jump)
    .label('done')
    .emit(moveShort(RAX, EXIT_VALUE), out(EXIT_PORT))
    .label('wait')
    .to('wait', jump)
  return code
}

function userCode(): Assembler {
  return new Assembler().label('read').emit(load(RAX, RBX), int(CALL_VECTOR)).label('write').emit(store(RSI, RBX), int(CALL_VECTOR))
}

const USER_PAGE = userCode()

/** An interrupt gate to ring 0 on the stack for faults. Intel SDM vol. 3A, "64-Bit Mode IDT". */
function gate(offset: bigint, ring: 0 | 3): Uint8Array {
  const attributes = 0x8e00 | (ring << 13) | 1
  return Uint8Array.from([...littleEndian(offset, 2), ...littleEndian(KERNEL_CODE, 2), ...littleEndian(attributes, 2), ...littleEndian(offset >> 16n, 6), 0, 0, 0, 0])
}

function writeDescriptorTables(memory: PhysMemory, code: Assembler, slot: bigint): void {
  const names = new Map([
    [PAGE_FAULT, 'pageFault'],
    [GENERAL_PROTECTION, 'protection'],
    [CALL_VECTOR, 'call'],
  ])
  for (let vector = 0; vector < 256; vector++) {
    const handler = slot + BigInt(CODE_AT + code.offsetOf(names.get(vector) ?? 'unexpected'))
    memory.write(pa(IDT_AT + 16 * vector), gate(handler, vector === CALL_VECTOR ? 3 : 0))
  }
  // An available 64-bit task state segment of 104 bytes: RSP0 at 4, IST1 at 36.
  const task = slot + BigInt(TSS_AT)
  const descriptor = 103n | ((task & 0xff_ffffn) << 16n) | (0x89n << 40n) | (((task >> 24n) & 0xffn) << 56n)
  ;[...DESCRIPTORS, descriptor, task >> 32n].forEach((word, i) => memory.writeWord(pa(GDT_AT + 8 * i), word))
  const stack = Uint8Array.from(littleEndian(slot + BigInt(FAULT_STACK_END), 8))
  memory.write(pa(TSS_AT + 4), stack)
  memory.write(pa(TSS_AT + 36), stack)
  memory.write(pa(TSS_AT + 102), Uint8Array.from([104, 0]))
  memory.write(pa(GDT_POINTER_AT), Uint8Array.from([...littleEndian(8 * (DESCRIPTORS.length + 2) - 1, 2), ...littleEndian(slot + BigInt(GDT_AT), 8)]))
  memory.write(pa(IDT_POINTER_AT), Uint8Array.from([...littleEndian(16 * 256 - 1, 2), ...littleEndian(slot + BigInt(IDT_AT), 8)]))
}

// Bits of a page fault's error code.
const PRESENT = 1n
const BY_WRITE = 2n
const BY_USER = 4n
const RESERVED = 8n
const BY_FETCH = 16n

function decodeAnswer([kind = 0n, detail = 0n, value = 0n, address = 0n]: readonly bigint[], { vaddr, access, mode, controls }: Query<X8664Controls>): readonly Answer[] {
  const how = { [DONE]: 'done', [FAULTED]: '#PF', [CALLED]: `INT`, [PROTECTION]: '#GP' }[Number(kind)] ?? 'exception'
  const text = `${how}, error code or CS 0x${detail.toString(16)}, RAX 0x${value.toString(16)}, CR2 0x${address.toString(16)}`
  const calledBy: Mode = (detail & 3n) === 3n ? 'user' : 'kernel'
  switch (Number(kind)) {
    case DONE:
      return [access === 'read' ? { kind: 'done', loaded: value, mode: 'kernel', text } : { kind: 'done', mode: 'kernel', text }]
    case CALLED:
      return [access === 'write' ? { kind: 'done', mode: calledBy, text } : { kind: 'done', loaded: value, mode: calledBy, text }]
    case PROTECTION:
      return [{ kind: 'refused', reasons: ['non-canonical'], text }]
    case FAULTED: {
      const isFetchTold = access === 'exec' && (controls.nxe || controls.smep)
      const expected = (access === 'write' ? BY_WRITE : 0n) | (mode === 'user' ? BY_USER : 0n) | (isFetchTold ? BY_FETCH : 0n)
      if (address !== vaddr || (detail & ~(PRESENT | RESERVED)) !== expected) return [{ kind: 'odd', text }]
      return [{ kind: 'refused', reasons: reasonsOf(detail), text }]
    }
    default:
      return [{ kind: 'odd', text }]
  }
}

/**
 * What is read where no table is, is the chipset's matter. QEMU 7.2 leaves P clear where it sets RSVD;
 * the manual has both set, and RSVD alone tells.
 */
function reasonsOf(errorCode: bigint): readonly FaultReason[] {
  if ((errorCode & RESERVED) !== 0n) return ['reserved', 'memory']
  return (errorCode & PRESENT) === 0n ? ['not-present', 'memory'] : ['permission']
}

// Bits of an entry by their number: P 0, R/W 1, U/S 2, A 5, D 6, PS or PAT 7, XD 63.
const corruptions: readonly Corruption[] = [
  (word, _level, random) => word ^ (1n << random.pick([1n, 2n, 63n])),
  (word, _level, random) => word ^ (BigInt(1 + random.below(3)) << 1n),
  (word, _level, random) => word ^ (1n << random.pick([0n, 5n, 6n, 7n])),
  (word) => word ^ 0x80n,
  // Reserved bits of large leaves, among them what would be a misaligned frame; 12 is PAT.
  (word, level, random) => word | (1n << BigInt(12 + random.below(level < 2 ? 9 : 18))),
  // What software may use, protection keys among it.
  (word, _level, random) => word ^ (1n << random.pick([9n, 10n, 11n, 52n, 58n, 59n, 62n])),
  (word, _level, random) => (word & ~0xf_ffff_ffff_f000n) | ((1n << 40n) + (random.wordBelow(1n << 51n) & ~0xfffn)) | 1n,
  // The root itself, as a table of another level.
  (word, _level, random) => (word & ~0xf_ffff_ffff_f000n) | (TABLES_AT + 0x1000n * BigInt(random.below(8))) | 1n,
  (_word, _level, random) => random.word() | 1n,
]

/** R/W, U/S and XD, whose values are combined over the levels; PS, which above level 2 is reserved; A; and what is ignored. */
const pointerCorruptions: readonly Corruption[] = [
  (word, _level, random) => word ^ (1n << random.pick([1n, 2n])),
  (word) => word ^ (1n << 63n),
  (word, level, random) => (level > 2 && random.chance(0.5) ? word | 0x80n : word),
  (word, _level, random) => word ^ (1n << random.pick([3n, 4n, 5n, 6n, 8n, 11n, 52n, 59n, 62n])),
]

const PAE = 1n << 5n
const LA57 = 1n << 12n
const SMEP = 1n << 20n
const SMAP = 1n << 21n
const PG_ET_PE = 0x8000_0011n
const WP = 1n << 16n
/** LMA and LME. */
const LONG_MODE = 0x500n
const NXE = 1n << 11n

function machineOf(format: PteFormat<X8664Controls>): Machine<X8664Controls> {
  const { levels, virtBits } = format.geometry
  const slot = va(BigInt.asUintN(64, BigInt.asIntN(virtBits, BigInt(RESERVED_SLOT) << BigInt(virtBits - 9))))
  const cr4 = PAE | (levels === 5 ? LA57 : 0n)
  const code = guest(slot)
  return {
    name: format.name,
    format,
    program: 'qemu-system-x86_64',
    args: ['-machine', 'pc', '-cpu', 'max,phys-bits=52', '-device', `isa-debug-exit,iobase=${EXIT_PORT},iosize=1`],
    firmware: makeFirmware(Number(BOOT_TABLES.start), Number(cr4), slot + BigInt(CODE_AT)),
    exitCode: (EXIT_VALUE << 1) | 1,
    ramBase: pa(0),
    ramSize: RAM_SIZE,
    foreign: [],
    nothingFrom: 1n << 40n,
    // Code that nobody has written should not be run.
    unbackedAccesses: ['read', 'write'],
    reservedSlot: RESERVED_SLOT,
    presetShare: 0.3,
    // QEMU does so at level 2 before it sees that the entry is a leaf, and whether it is a legal one.
    mayBeSetOnFault: ({ level, word, entry }) => ((word & PRESENT) !== 0n && (entry.kind === 'table' || level === 2) ? format.accessedBit : 0n),
    corruptions,
    pointerCorruptions,
    leniencies: [],

    randomControls: (random: Random): X8664Controls => ({ wp: random.chance(0.5), nxe: random.chance(0.7), smep: random.chance(0.5), smap: random.chance(0.5) }),

    install(table: PageTable<X8664Controls>, memory: PhysMemory, queryCount: number): void {
      memory.write(pa(CODE_AT), code.finish())
      memory.write(pa(USER_CODE_AT), USER_PAGE.finish())
      writeDescriptorTables(memory, code, slot)
      const parameters = [table.roots[0]!, slot + QUERIES_AT, slot + ANSWERS_AT, slot + QUERIES_AT + 64n * BigInt(queryCount), slot + BigInt(STACK_END)]
      parameters.forEach((word, i) => memory.writeWord(pa(PARAMETERS_AT + 8 * i), word))
      mapGuest(table, slot)
      const boot = new PageTable({ memory, frames: new BitmapAllocator(BOOT_TABLES), format, invalidations: () => {} })
      mapGuest(boot, slot)
      mapOrThrow(boot, va(0), 0n, GUEST_END, 'rwx')
    },

    encodeQuery({ vaddr, access, mode, controls, value }: Query<X8664Controls>): readonly bigint[] {
      const routine = mode === 'user' ? 'user' : `${access}Kernel`
      const userStart = access === 'exec' ? vaddr : slot + BigInt(USER_CODE_AT + USER_PAGE.offsetOf(access))
      const efer = LONG_MODE | (controls.nxe ? NXE : 0n)
      const cr0 = PG_ET_PE | (controls.wp ? WP : 0n)
      return [slot + BigInt(CODE_AT + code.offsetOf(routine)), vaddr, value, efer, cr0, cr4 | (controls.smep ? SMEP : 0n) | (controls.smap ? SMAP : 0n), userStart]
    },

    fetchTarget(tag: number): bigint {
      const bytes = [...moveShort(RAX, tag), ...int(CALL_VECTOR)]
      return bytes.reduce((word, byte, i) => word | (BigInt(byte) << BigInt(8 * i)), 0n)
    },

    decodeAnswer,
  }
}

/** Executable throughout, since without EFER.NXE the bit that denies it is reserved. */
function mapGuest(table: PageTable<X8664Controls>, slot: VirtAddr): void {
  mapOrThrow(table, slot, GUEST_START, GUEST_END - GUEST_START, 'rwx')
  mapOrThrow(table, slot, BigInt(USER_CODE_AT), 0x1000n, 'rxu')
}

function mapOrThrow(table: PageTable<X8664Controls>, base: VirtAddr, paddr: bigint, size: bigint, flags: string): void {
  const mapped = table.map(va(base + paddr), size, pa(paddr), parseFlags(flags))
  if (!mapped.ok) throw mapped.error
}

export const x8664Machine: Machine<X8664Controls> = machineOf(x8664)
export const x8664La57Machine: Machine<X8664Controls> = machineOf(x8664La57)

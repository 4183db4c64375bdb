// RISC-V: the `virt` board of QEMU, without firmware. The guest runs in machine mode, where nothing is
// translated: it loads and stores as another mode by mstatus.MPRV and MPP, and fetches by returning
// into the other mode, at an address where code that calls back lies if all goes well. No trap is
// delegated.
import { pa } from '@addrspace/memory-addr'
import { riscvSv39, riscvSv48, riscvSv57, type RiscvControls } from '@addrspace/backend-riscv-sv39'
import type { FaultReason, PageTable, PhysMemory, PteFormat } from '@addrspace/page-table'

import { Assembler } from './assembler.ts'
import { ANSWERS_AT, DONE_AT, QUERIES_AT, TABLES_AT, type Answer, type Corruption, type Leniency, type Machine, type Query } from './machine.ts'
import type { Random } from './random.ts'
import { A0, A1, A2, A3, A4, A5, addi, addressOf, beq, csrr, csrw, ecall, j, ld, lui, MCAUSE, MENVCFG, MEPC, mret, MSTATUS, MTVAL, MTVEC, PMPADDR0, PMPCFG0, S0, S1, S2, SATP, sd, sfenceVma, sw, T0, T1, ZERO } from './riscv-code.ts'

const RAM_BASE = 0x8000_0000n
const RAM_SIZE = 0xc000_0000n
/** Where the board ends the emulator, and what says that all is well. */
const TEST_DEVICE = 0x10_0000
const PASS = 0x5555
/** Where the guest keeps root, number of queries and places; it is read by offsets. */
const PARAMETERS = 0x800

const READ = 0n
const WRITE = 1n
const FETCH = 2n
/** What the guest says for an access that did not trap. */
const NO_TRAP = (1n << 64n) - 1n

// mstatus, RISC-V Privileged Architecture, Machine-Level ISA.
const MPP_SUPERVISOR = 1n << 11n
const MPRV = 1n << 17n
const SUM = 1n << 18n
const MXR = 1n << 19n

/** Of menvcfg. QEMU 7.2 has neither this bit nor the choice: it always sets A and D. */
const ADUE = 1n << 61n

function guest(): Uint8Array {
  const code = new Assembler()
  code
    // Everything is allowed by physical memory protection: one range, naturally aligned, of all addresses.
    .emit(addi(T0, ZERO, -1), csrw(PMPADDR0, T0), addi(T0, ZERO, 0x1f), csrw(PMPCFG0, T0))
    .to('trap', addressOf(T0))
    .emit(csrw(MTVEC, T0))
    // s0 query, s1 answer, s2 end of queries, a5 where to count.
    .to('parameters', addressOf(T1))
    // Hardware sets A and D (Svadu); nobody gives PBMT a meaning (Svpbmt).
    .emit(ld(T0, 40, T1), csrw(MENVCFG, T0), ld(T0, 0, T1), csrw(SATP, T0), ld(S0, 8, T1), ld(S1, 16, T1), ld(S2, 24, T1), ld(A5, 32, T1))
    .label('next')
    .to('done', beq(S0, S2))
    // t0 kind of access, a1 address, a2 value to store, a3 mstatus of the access.
    .emit(ld(T0, 0, S0), ld(A1, 8, S0), ld(A2, 16, S0), ld(T1, 24, S0))
    .emit(addi(A0, ZERO, 0), addi(A3, ZERO, -1), addi(A4, ZERO, 0), sfenceVma())
    .to('read', beq(T0, ZERO))
    .emit(addi(T0, T0, -1))
    .to('write', beq(T0, ZERO))
    .emit(csrw(MEPC, A1), csrw(MSTATUS, T1), mret())
    .label('read')
    .emit(csrw(MSTATUS, T1), ld(A0, 0, A1))
    .to('answer', j)
    .label('write')
    .emit(csrw(MSTATUS, T1), sd(A2, 0, A1))
    .label('answer')
    .emit(csrw(MSTATUS, ZERO), sd(A3, 0, S1), sd(A0, 8, S1), sd(A4, 16, S1))
    .emit(addi(S0, S0, 64), addi(S1, S1, 32), ld(T0, 0, A5), addi(T0, T0, 1), sd(T0, 0, A5))
    .to('next', j)
  while (code.length % 4 !== 0) code.emit([0])
  code
    .label('trap')
    .emit(csrr(A3, MCAUSE), csrr(A4, MTVAL))
    .to('answer', j)
    .label('done')
    .emit(lui(T0, TEST_DEVICE >> 12), lui(T1, PASS >> 12), addi(T1, T1, PASS & 0xfff), sw(T1, 0, T0))
    .label('wait')
    .to('wait', j)
    .padTo(PARAMETERS)
    .label('parameters')
  return code.finish()
}

// Exception codes of mcause.
const INSTRUCTION_ACCESS = 1n
const LOAD_ACCESS = 5n
const STORE_ACCESS = 7n
const CALL_FROM_USER = 8n
const CALL_FROM_SUPERVISOR = 9n
const INSTRUCTION_PAGE = 12n
const LOAD_PAGE = 13n
const STORE_PAGE = 15n

/** A page fault tells neither why nor where. */
const ANY_REASON: readonly FaultReason[] = ['non-canonical', 'not-present', 'permission', 'reserved', 'access-flag', 'dirty-flag', 'memory']

function decodeAnswer([cause = 0n, value = 0n, address = 0n]: readonly bigint[], { access, vaddr }: Query<RiscvControls>): readonly Answer[] {
  const text = cause === NO_TRAP ? `no trap, ${value.toString(16)}` : `mcause ${String(cause)}, mtval 0x${address.toString(16)}, a0 0x${value.toString(16)}`
  const [pageFault, accessFault] = { read: [LOAD_PAGE, LOAD_ACCESS], write: [STORE_PAGE, STORE_ACCESS], exec: [INSTRUCTION_PAGE, INSTRUCTION_ACCESS] }[access] as [bigint, bigint]
  if (cause === pageFault && address === vaddr) return [{ kind: 'refused', reasons: ANY_REASON, text }]
  if (cause === accessFault && address === vaddr) return [{ kind: 'unbacked', text }]
  if (access !== 'exec') return cause === NO_TRAP ? [access === 'read' ? { kind: 'done', loaded: value, text } : { kind: 'done', text }] : [{ kind: 'odd', text }]
  if (cause !== CALL_FROM_USER && cause !== CALL_FROM_SUPERVISOR) return [{ kind: 'odd', text }]
  return [{ kind: 'done', loaded: value >> 12n, mode: cause === CALL_FROM_USER ? 'user' : 'kernel', text }]
}

const LENIENCIES: readonly Leniency<RiscvControls>[] = [
  {
    name: 'guest page',
    why: 'QEMU 7.2 keeps one TLB for machine mode, with and without MPRV: where the guest itself is fetched from, a load under MPRV finds the entry of the fetch',
    applies: ({ vaddr }) => vaddr >> 12n === RAM_BASE >> 12n,
  },
]

// What a guest may get wrong: the manual's reserved encodings. Bits of an entry by their number:
// V 0, R 1, W 2, X 3, U 4, A 6, D 7, number of the frame 53:10.
const corruptions: readonly Corruption[] = [
  // Write without read, with and without execute.
  (word) => (word | 0b0101n) & ~0b0010n,
  (word) => (word & ~0b1010n) | 0b0101n,
  // A pointer at the last level, or to where no table is.
  (word) => word & ~0b1110n,
  (word, _level, random) => (word & ~(((1n << 44n) - 1n) << 10n)) | (((1n << 28n) | random.wordBelow(1n << 43n)) << 10n),
  // What only leaves have, in a pointer.
  (word, _level, random) => word | (1n << random.pick([4n, 6n, 7n])),
  // A misaligned frame.
  (word, level, random) => word | (1n << BigInt(10 + random.below(9 * Math.max(1, level)))),
  // A leaf where it stands.
  (word, _level, random) => word | BigInt(random.pick([0b0011, 0b0111, 0b1001, 0b1111, 0b11011])),
  (word, _level, random) => word ^ (1n << BigInt(54 + random.below(10))),
  (_word, _level, random) => random.word() | 1n,
  // The root itself, as a table of another level.
  (_word, _level, random) => ((RAM_BASE + TABLES_AT + 0x1000n * BigInt(random.below(8))) >> 2n) | 1n,
]

/** G and RSW are all that a pointer may have; U, A and D are reserved. */
const pointerCorruptions: readonly Corruption[] = [
  (word, _level, random) => word ^ (1n << random.pick([5n, 8n, 9n])),
  (word, level, random) => (level > 1 ? word : word | (1n << random.pick([4n, 6n, 7n]))),
]

function machineOf(format: PteFormat<RiscvControls>, satpMode: bigint): Machine<RiscvControls> {
  return {
    name: format.name,
    format,
    program: 'qemu-system-riscv64',
    args: ['-machine', 'virt', '-cpu', 'rv64,svnapot=off,svpbmt=off', '-bios', 'none'],
    exitCode: 0,
    ramBase: pa(RAM_BASE),
    ramSize: RAM_SIZE,
    // The device tree lies below 3 GiB, the reset code in low memory.
    foreign: [{ start: 0xbfc0_0000n, end: 0xc000_0000n }],
    nothingFrom: 1n << 40n,
    unbackedAccesses: ['read', 'write', 'exec'],
    reservedSlot: undefined,
    presetShare: 0.3,
    mayBeSetOnFault: () => 0n,
    corruptions,
    pointerCorruptions,
    leniencies: LENIENCIES,

    randomControls: (random: Random): RiscvControls => ({ sum: random.chance(0.5), mxr: random.chance(0.5), ad: 'svadu' }),

    install(table: PageTable<RiscvControls>, memory: PhysMemory, queryCount: number): void {
      memory.write(pa(RAM_BASE), guest())
      const parameters = [
        (satpMode << 60n) | (table.roots[0]! >> 12n),
        RAM_BASE + QUERIES_AT,
        RAM_BASE + ANSWERS_AT,
        RAM_BASE + QUERIES_AT + 64n * BigInt(queryCount),
        RAM_BASE + DONE_AT,
        ADUE,
      ]
      parameters.forEach((word, i) => memory.writeWord(pa(RAM_BASE + BigInt(PARAMETERS + 8 * i)), word))
    },

    encodeQuery({ vaddr, access, mode, controls, value }: Query<RiscvControls>): readonly bigint[] {
      const status = (mode === 'kernel' ? MPP_SUPERVISOR : 0n) | (access === 'exec' ? 0n : MPRV) | (controls.sum ? SUM : 0n) | (controls.mxr ? MXR : 0n)
      return [access === 'read' ? READ : access === 'write' ? WRITE : FETCH, vaddr, value, status]
    },

    fetchTarget(tag: number): bigint {
      const bytes = [...lui(A0, tag), ...ecall()]
      return bytes.reduce((word, byte, i) => word | (BigInt(byte) << BigInt(8 * i)), 0n)
    },

    decodeAnswer,
  }
}

export const riscvSv39Machine: Machine<RiscvControls> = machineOf(riscvSv39, 8n)
export const riscvSv48Machine: Machine<RiscvControls> = machineOf(riscvSv48, 9n)
export const riscvSv57Machine: Machine<RiscvControls> = machineOf(riscvSv57, 10n)

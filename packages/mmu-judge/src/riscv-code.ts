// The few instructions of RV64 that the guest is made of, as the assembler writes them. Encodings:
// RISC-V Instruction Set Manual, Volume I, "RV32/64G Instruction Set Listings"; registers by their
// names in the calling convention.
import { instruction, type Branch } from './assembler.ts'

export const ZERO = 0
export const T0 = 5
export const T1 = 6
export const S0 = 8
export const S1 = 9
export const A0 = 10
export const A1 = 11
export const A2 = 12
export const A3 = 13
export const A4 = 14
export const A5 = 15
export const S2 = 18

export const MSTATUS = 0x300
export const MTVEC = 0x305
export const MENVCFG = 0x30a
export const MEPC = 0x341
export const MCAUSE = 0x342
export const MTVAL = 0x343
export const PMPCFG0 = 0x3a0
export const PMPADDR0 = 0x3b0
export const SATP = 0x180

type Bytes = readonly number[]

const immediateType = (opcode: number, function3: number, rd: number, rs1: number, value: number): Bytes => instruction((value << 20) | (rs1 << 15) | (function3 << 12) | (rd << 7) | opcode)
const storeType = (function3: number, rs2: number, rs1: number, value: number): Bytes => instruction(((value >> 5) << 25) | (rs2 << 20) | (rs1 << 15) | (function3 << 12) | ((value & 0x1f) << 7) | 0x23)

/** `lui rd, value`: bits 31:12, sign-extended. */
export const lui = (rd: number, value: number): Bytes => instruction((value << 12) | (rd << 7) | 0x37)
/** `auipc rd, 0` and `addi rd, rd, distance`: the address of a label within 2 KiB. */
export const addressOf = (rd: number): Branch => (distance) => [...instruction((rd << 7) | 0x17), ...addi(rd, rd, distance)]
/** `addi rd, rs1, value` */
export const addi = (rd: number, rs1: number, value: number): Bytes => immediateType(0x13, 0, rd, rs1, value)
/** `ld rd, offset(rs1)` */
export const ld = (rd: number, offset: number, rs1: number): Bytes => immediateType(0x03, 3, rd, rs1, offset)
/** `sd rs2, offset(rs1)` */
export const sd = (rs2: number, offset: number, rs1: number): Bytes => storeType(3, rs2, rs1, offset)
/** `sw rs2, offset(rs1)` */
export const sw = (rs2: number, offset: number, rs1: number): Bytes => storeType(2, rs2, rs1, offset)
/** `csrw csr, rs1` */
export const csrw = (csr: number, rs1: number): Bytes => immediateType(0x73, 1, ZERO, rs1, csr)
/** `csrr rd, csr` */
export const csrr = (rd: number, csr: number): Bytes => immediateType(0x73, 2, rd, ZERO, csr)
/** `sfence.vma`: all addresses, all address spaces. */
export const sfenceVma = (): Bytes => instruction(0x12000073)
/** `mret` */
export const mret = (): Bytes => instruction(0x30200073)
/** `ecall` */
export const ecall = (): Bytes => instruction(0x00000073)
/** `beq rs1, rs2, label` */
export const beq =
  (rs1: number, rs2: number): Branch =>
  (distance) =>
    instruction(((distance >> 12) << 31) | (((distance >> 5) & 0x3f) << 25) | (rs2 << 20) | (rs1 << 15) | (((distance >> 1) & 0xf) << 8) | (((distance >> 11) & 1) << 7) | 0x63)
/** `j label` */
export const j: Branch = (distance) =>
  instruction(((distance >> 20) << 31) | (((distance >> 1) & 0x3ff) << 21) | (((distance >> 11) & 1) << 20) | (((distance >> 12) & 0xff) << 12) | 0x6f)

// The few A64 instructions that the guest is made of. Encodings: Arm Architecture Reference Manual for
// A-profile (DDI 0487), A64 instruction set encoding; registers are X0 to X30, given by number.
import { instruction, type Branch } from './assembler.ts'

/** op0, op1, CRn, CRm, op2: how the manual names a system register or a system instruction. */
export type SystemName = readonly [op0: number, op1: number, crn: number, crm: number, op2: number]

export const HCR_EL2: SystemName = [3, 4, 1, 1, 0]
export const MDCR_EL2: SystemName = [3, 4, 1, 1, 1]
export const SPSR_EL2: SystemName = [3, 4, 4, 0, 0]
export const ELR_EL2: SystemName = [3, 4, 4, 0, 1]
export const ESR_EL2: SystemName = [3, 4, 5, 2, 0]
export const VBAR_EL2: SystemName = [3, 4, 12, 0, 0]
export const SCTLR_EL1: SystemName = [3, 0, 1, 0, 0]
export const TTBR0_EL1: SystemName = [3, 0, 2, 0, 0]
export const TTBR1_EL1: SystemName = [3, 0, 2, 0, 1]
export const TCR_EL1: SystemName = [3, 0, 2, 0, 2]
export const PAN: SystemName = [3, 0, 4, 2, 3]
export const ESR_EL1: SystemName = [3, 0, 5, 2, 0]
export const FAR_EL1: SystemName = [3, 0, 6, 0, 0]
export const PAR_EL1: SystemName = [3, 0, 7, 4, 0]
export const MAIR_EL1_REGISTER: SystemName = [3, 0, 10, 2, 0]
export const VBAR_EL1: SystemName = [3, 0, 12, 0, 0]

export const AT_S1E1R: SystemName = [1, 0, 7, 8, 0]
export const AT_S1E1W: SystemName = [1, 0, 7, 8, 1]
export const AT_S1E0R: SystemName = [1, 0, 7, 8, 2]
export const AT_S1E0W: SystemName = [1, 0, 7, 8, 3]
export const AT_S1E1RP: SystemName = [1, 0, 7, 9, 0]
export const AT_S1E1WP: SystemName = [1, 0, 7, 9, 1]
/** All of EL1&0's translations. */
export const TLBI_ALLE1: SystemName = [1, 4, 8, 7, 4]

type Bytes = readonly number[]

const system = (opcode: number, [op0, op1, crn, crm, op2]: SystemName, rt: number): Bytes => instruction(opcode | (op0 << 19) | (op1 << 16) | (crn << 12) | (crm << 8) | (op2 << 5) | rt)

/** `MRS Xt, register` */
export const mrs = (rt: number, register: SystemName): Bytes => system(0xd520_0000, register, rt)
/** `MSR register, Xt` */
export const msr = (register: SystemName, rt: number): Bytes => system(0xd500_0000, register, rt)
/** `AT name, Xt`, `TLBI name, Xt` */
export const sys = (name: SystemName, rt = 31): Bytes => system(0xd500_0000, name, rt)
/** `DSB SY` */
export const dsb = (): Bytes => instruction(0xd503_3f9f)
/** `ISB` */
export const isb = (): Bytes => instruction(0xd503_3fdf)
/** `ERET` */
export const eret = (): Bytes => instruction(0xd69f_03e0)
/** `HVC #value` */
export const hvc = (value: number): Bytes => instruction(0xd400_0002 | (value << 5))
/** `BRK #value` */
export const brk = (value: number): Bytes => instruction(0xd420_0000 | (value << 5))
/** `HLT #value` */
export const hlt = (value: number): Bytes => instruction(0xd440_0000 | (value << 5))
/** `MOVZ Xd, #value` */
export const movz = (rd: number, value: number): Bytes => instruction(0xd280_0000 | (value << 5) | rd)
/** `ADD Xd, Xn, #value` */
export const addImmediate = (rd: number, rn: number, value: number): Bytes => instruction(0x9100_0000 | (value << 10) | (rn << 5) | rd)
/** `ORR Xd, Xn, Xm, LSL #shift` */
export const orr = (rd: number, rn: number, rm: number, shift: number): Bytes => instruction(0xaa00_0000 | (rm << 16) | (shift << 10) | (rn << 5) | rd)
/** `UBFIZ Xd, Xn, #1, #6`: bits 5:0 one place up, all others 0. */
export const sixBitsUpByOne = (rd: number, rn: number): Bytes => instruction(0xd340_0000 | (63 << 16) | (5 << 10) | (rn << 5) | rd)
/** `CMP Xn, Xm` */
export const cmp = (rn: number, rm: number): Bytes => instruction(0xeb00_001f | (rm << 16) | (rn << 5))
/** `LDR Xt, [Xn, #offset]` */
export const ldr = (rt: number, rn: number, offset = 0): Bytes => instruction(0xf940_0000 | ((offset / 8) << 10) | (rn << 5) | rt)
/** `STR Xt, [Xn, #offset]` */
export const str = (rt: number, rn: number, offset = 0): Bytes => instruction(0xf900_0000 | ((offset / 8) << 10) | (rn << 5) | rt)
/** `LDTR Xt, [Xn]`: with EL0's rights. */
export const ldtr = (rt: number, rn: number): Bytes => instruction(0xf840_0800 | (rn << 5) | rt)
/** `STTR Xt, [Xn]`: with EL0's rights. */
export const sttr = (rt: number, rn: number): Bytes => instruction(0xf800_0800 | (rn << 5) | rt)
/** `BR Xn` */
export const br = (rn: number): Bytes => instruction(0xd61f_0000 | (rn << 5))

/** `B label` */
export const b: Branch = (distance) => instruction(0x1400_0000 | ((distance >> 2) & 0x3ff_ffff))
/** `B.EQ label` */
export const bEqual: Branch = (distance) => instruction(0x5400_0000 | (((distance >> 2) & 0x7_ffff) << 5))
/** `CBZ Xt, label` */
export const cbz =
  (rt: number): Branch =>
  (distance) =>
    instruction(0xb400_0000 | (((distance >> 2) & 0x7_ffff) << 5) | rt)
/** `ADR Xd, label`, for labels at multiples of 4 */
export const adr =
  (rd: number): Branch =>
  (distance) =>
    instruction(0x1000_0000 | (((distance >> 2) & 0x7_ffff) << 5) | rd)

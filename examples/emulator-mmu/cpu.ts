// Seven instructions of RV64I: enough for a guest that loops over memory. From the RISC-V Instruction Set Manual, Volume I,
// "RV32I Base Integer Instruction Set" and "RV64I Base Integer Instruction Set".
import { va } from '@addrspace/memory-addr'
import type { Mmu } from './mmu.ts'

const LOAD = 0x03
const OP_IMM = 0x13
const STORE = 0x23
const OP = 0x33
const LUI = 0x37
const BRANCH = 0x63
const SYSTEM = 0x73

const signed = (value: number, bits: number): bigint => BigInt.asIntN(bits, BigInt(value))
const immOfI = (word: number): bigint => signed(word >>> 20, 12)
const immOfS = (word: number): bigint => signed(((word >>> 25) << 5) | ((word >>> 7) & 0x1f), 12)
const immOfB = (word: number): bigint => signed(((word >>> 31) << 12) | (((word >>> 7) & 1) << 11) | (((word >>> 25) & 0x3f) << 5) | (((word >>> 8) & 0xf) << 1), 13)

export class Cpu {
  readonly mmu: Mmu
  readonly x = new BigUint64Array(32)
  pc: bigint

  constructor(mmu: Mmu, entry: bigint) {
    this.mmu = mmu
    this.pc = entry
  }

  /** Runs until `ecall`. @throws GuestFault; RangeError for an instruction that this CPU does not have */
  run(): void {
    while (this.step() === 'goes on');
  }

  step(): 'goes on' | 'ecall' {
    const { x, mmu } = this
    const word = mmu.fetch(va(this.pc))
    const [rd, rs1, rs2] = [(word >>> 7) & 31, (word >>> 15) & 31, (word >>> 20) & 31]
    let next = this.pc + 4n
    switch ((((word >>> 12) & 7) << 8) | (word & 0x7f)) {
      case 0x300 | LOAD: // ld
        x[rd] = mmu.load(va(BigInt.asUintN(64, x[rs1]! + immOfI(word))))
        break
      case 0x300 | STORE: // sd
        mmu.store(va(BigInt.asUintN(64, x[rs1]! + immOfS(word))), x[rs2]!)
        break
      case OP_IMM: // addi
        x[rd] = x[rs1]! + immOfI(word)
        break
      case OP: // add
        x[rd] = x[rs1]! + x[rs2]!
        break
      case 0x100 | BRANCH: // bne
        if (x[rs1] !== x[rs2]) next = BigInt.asUintN(64, this.pc + immOfB(word))
        break
      case SYSTEM: // ecall
        this.pc = next
        return 'ecall'
      default:
        if ((word & 0x7f) !== LUI) throw new RangeError(`unknown instruction 0x${word.toString(16)} at 0x${this.pc.toString(16)}`)
        x[rd] = signed(word & ~0xfff, 32)
    }
    x[0] = 0n
    this.pc = next
    return 'goes on'
  }
}

/** Instruction words; constants are in bytes, for `lui` the upper 20 bits. */
export const asm = {
  lui: (rd: number, imm: number): number => (imm << 12) | (rd << 7) | LUI,
  addi: (rd: number, rs1: number, imm: number): number => (imm << 20) | (rs1 << 15) | (rd << 7) | OP_IMM,
  add: (rd: number, rs1: number, rs2: number): number => (rs2 << 20) | (rs1 << 15) | (rd << 7) | OP,
  ld: (rd: number, imm: number, rs1: number): number => (imm << 20) | (rs1 << 15) | (3 << 12) | (rd << 7) | LOAD,
  sd: (rs2: number, imm: number, rs1: number): number => ((imm >> 5) << 25) | (rs2 << 20) | (rs1 << 15) | (3 << 12) | ((imm & 0x1f) << 7) | STORE,
  bne: (rs1: number, rs2: number, imm: number): number =>
    (((imm >> 12) & 1) << 31) | (((imm >> 5) & 0x3f) << 25) | (rs2 << 20) | (rs1 << 15) | (1 << 12) | (((imm >> 1) & 0xf) << 8) | (((imm >> 11) & 1) << 7) | BRANCH,
  ecall: (): number => SYSTEM,
}

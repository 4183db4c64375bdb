// What our encoders make, held against an assembler: bytes recorded from LLVM 14's llvm-mc
// (--show-encoding), the line that it was given beside them.
import { describe, expect, it } from 'vitest'

import * as arm from '../src/aarch64-code.ts'
import * as riscv from '../src/riscv-code.ts'
import * as x86 from '../src/x86-64-code.ts'

type Row = readonly [assembly: string, ours: readonly number[], bytes: string]

const RISCV: readonly Row[] = [
  ['lui a0, 0x12345', riscv.lui(riscv.A0, 0x12345), '37 55 34 12'],
  ['addi t0, zero, -1', riscv.addi(riscv.T0, riscv.ZERO, -1), '93 02 f0 ff'],
  ['addi s1, s1, 32', riscv.addi(riscv.S1, riscv.S1, 32), '93 84 04 02'],
  ['ld a1, 8(s0)', riscv.ld(riscv.A1, 8, riscv.S0), '83 35 84 00'],
  ['sd a4, 2040(s1)', riscv.sd(riscv.A4, 2040, riscv.S1), '23 bc e4 7e'],
  ['sw t1, -4(t0)', riscv.sw(riscv.T1, -4, riscv.T0), '23 ae 62 fe'],
  ['csrw mstatus, t1', riscv.csrw(riscv.MSTATUS, riscv.T1), '73 10 03 30'],
  ['csrr a3, mcause', riscv.csrr(riscv.A3, riscv.MCAUSE), 'f3 26 20 34'],
  ['csrw satp, t0', riscv.csrw(riscv.SATP, riscv.T0), '73 90 02 18'],
  ['csrw 0x30a, t0', riscv.csrw(riscv.MENVCFG, riscv.T0), '73 90 a2 30'],
  ['sfence.vma', riscv.sfenceVma(), '73 00 00 12'],
  ['mret', riscv.mret(), '73 00 20 30'],
  ['ecall', riscv.ecall(), '73 00 00 00'],
  ['beq s0, s2, 0x7e8', riscv.beq(riscv.S0, riscv.S2)(0x7e8), '63 04 24 7f'],
  ['beq t0, zero, -0x10', riscv.beq(riscv.T0, riscv.ZERO)(-0x10), 'e3 88 02 fe'],
  ['j 0x12344', riscv.j(0x12344), '6f 20 41 34'],
  ['j -8', riscv.j(-8), '6f f0 9f ff'],
]

const AARCH64: readonly Row[] = [
  ['mrs x9, esr_el1', arm.mrs(9, arm.ESR_EL1), '09 52 38 d5'],
  ['mrs x7, par_el1', arm.mrs(7, arm.PAR_EL1), '07 74 38 d5'],
  ['msr hcr_el2, x0', arm.msr(arm.HCR_EL2, 0), '00 11 1c d5'],
  ['msr mair_el1, x0', arm.msr(arm.MAIR_EL1_REGISTER, 0), '00 a2 18 d5'],
  ['msr pan, x6', arm.msr(arm.PAN, 6), '66 42 18 d5'],
  ['at s1e0w, x1', arm.sys(arm.AT_S1E0W, 1), '61 78 08 d5'],
  ['at s1e1rp, x1', arm.sys(arm.AT_S1E1RP, 1), '01 79 08 d5'],
  ['tlbi alle1', arm.sys(arm.TLBI_ALLE1), '9f 87 0c d5'],
  ['dsb sy', arm.dsb(), '9f 3f 03 d5'],
  ['isb', arm.isb(), 'df 3f 03 d5'],
  ['eret', arm.eret(), 'e0 03 9f d6'],
  ['hvc #2', arm.hvc(2), '42 00 00 d4'],
  ['brk #0xffff', arm.brk(0xffff), 'e0 ff 3f d4'],
  ['hlt #0xf000', arm.hlt(0xf000), '00 00 5e d4'],
  ['movz x0, #24', arm.movz(0, 24), '00 03 80 d2'],
  ['add x19, x19, #64', arm.addImmediate(19, 19, 64), '73 02 01 91'],
  ['orr x8, x8, x9, lsl #32', arm.orr(8, 8, 9, 32), '08 81 09 aa'],
  ['ubfiz x7, x7, #1, #6', arm.sixBitsUpByOne(7, 7), 'e7 14 7f d3'],
  ['cmp x19, x21', arm.cmp(19, 21), '7f 02 15 eb'],
  ['ldr x22, [x23, #88]', arm.ldr(22, 23, 88), 'f6 2e 40 f9'],
  ['str x10, [x20, #24]', arm.str(10, 20, 24), '8a 0e 00 f9'],
  ['ldtr x0, [x1]', arm.ldtr(0, 1), '20 08 40 f8'],
  ['sttr x2, [x1]', arm.sttr(2, 1), '22 08 00 f8'],
  ['br x5', arm.br(5), 'a0 00 1f d6'],
  ['b #-0x40', arm.b(-0x40), 'f0 ff ff 17'],
  ['b.eq #0x100', arm.bEqual(0x100), '00 08 00 54'],
  ['cbz x4, #0x2c', arm.cbz(4)(0x2c), '64 01 00 b4'],
  ['adr x23, #0x7fc', arm.adr(23)(0x7fc), 'f7 3f 00 10'],
]

const FAR = 0x1234_5678

const X86_64: readonly Row[] = [
  ['mov rax, [r12 + 0x12345678]', x86.load(x86.RAX, x86.R12, FAR), '49 8b 84 24 78 56 34 12'],
  ['mov [r13 + 0x12345678], rdx', x86.store(x86.RDX, x86.R13, FAR), '49 89 95 78 56 34 12'],
  ['mov rsp, [r15 + 0x12345678]', x86.load(x86.RSP, x86.R15, FAR), '49 8b a7 78 56 34 12'],
  ['inc qword ptr [r15 + 0x12345678]', x86.increment(x86.R15, FAR), '49 ff 87 78 56 34 12'],
  // In the next three, ours have REX.W, which changes nothing: 49 for llvm-mc's 41.
  ['push qword ptr [r12 + 0x12345678]', x86.pushMemory(x86.R12, FAR), '49 ff b4 24 78 56 34 12'],
  ['lgdt [r15 + 0x12345678]', x86.lgdt(x86.R15, FAR), '49 0f 01 97 78 56 34 12'],
  ['lidt [r15 + 0x12345678]', x86.lidt(x86.R15, FAR), '49 0f 01 9f 78 56 34 12'],
  ['ltr ax', x86.ltr(), '0f 00 d8'],
  ['movabs r15, 0x123456789abcdef0', x86.moveWord(x86.R15, 0x1234_5678_9abc_def0n), '49 bf f0 de bc 9a 78 56 34 12'],
  ['mov ecx, 0xc0000080', x86.moveShort(x86.RCX, x86.MSR_EFER), 'b9 80 00 00 c0'],
  ['mov cr4, rax', x86.toControl(x86.CR4, x86.RAX), '0f 22 e0'],
  ['mov rdi, cr2', x86.fromControl(x86.RDI, x86.CR2), '0f 20 d7'],
  ['wrmsr', x86.wrmsr(), '0f 30'],
  ['cmp r12, r14', x86.compare(x86.R12, x86.R14), '4d 39 f4'],
  ['add r13, 0x12345678', x86.addTo(x86.R13, FAR), '49 81 c5 78 56 34 12'],
  ['push 0x1b', x86.pushByte(0x1b), '6a 1b'],
  ['push rsp', x86.push(x86.RSP), '54'],
  ['pop r10', x86.pop(x86.R10), '41 5a'],
  ['pop rdx', x86.pop(x86.RDX), '5a'],
  ['iretq', x86.iretq(), '48 cf'],
  ['int 0x80', x86.int(0x80), 'cd 80'],
  ['jmp rdi', x86.jumpTo(x86.RDI), 'ff e7'],
  ['out 0xf4, al', x86.out(0xf4), 'e6 f4'],
]

describe.each([
  { machine: 'RV64', rows: RISCV },
  { machine: 'A64', rows: AARCH64 },
  { machine: 'long mode', rows: X86_64 },
])('instructions of $machine', ({ rows }) => {
  it.each(rows)('%s', (_assembly, ours, bytes) => {
    expect(ours.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')).toBe(bytes)
  })
})

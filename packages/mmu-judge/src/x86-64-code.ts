// The few instructions of long mode that the guest is made of. Encodings: Intel SDM vol. 2, "Instruction
// Format" and "Instruction Set Reference"; registers by number, as ModR/M and REX count them.

export const RAX = 0
export const RCX = 1
export const RDX = 2
export const RBX = 3
export const RSP = 4
export const RSI = 6
export const RDI = 7
export const R9 = 9
export const R10 = 10
export const R12 = 12
export const R13 = 13
export const R14 = 14
export const R15 = 15

export const CR0 = 0
export const CR2 = 2
export const CR3 = 3
export const CR4 = 4

export const MSR_EFER = 0xc000_0080

type Bytes = readonly number[]

/** A value in little-endian bytes. */
export function littleEndian(value: bigint | number, size: number): Bytes {
  const word = BigInt(value)
  return Array.from({ length: size }, (_, i) => Number((word >> BigInt(8 * i)) & 0xffn))
}

/** REX.W, opcode, ModR/M with a base and a displacement of 32 bits; R12 and RSP as base want an SIB byte. */
function withMemory(opcode: Bytes, reg: number, base: number, displacement: number): Bytes {
  const rex = 0x48 | ((reg >> 3) << 2) | (base >> 3)
  const sib = (base & 7) === RSP ? [0x24] : []
  return [rex, ...opcode, 0x80 | ((reg & 7) << 3) | (base & 7), ...sib, ...littleEndian(displacement, 4)]
}

/** `MOV reg, [base + displacement]` */
export const load = (reg: number, base: number, displacement = 0): Bytes => withMemory([0x8b], reg, base, displacement)
/** `MOV [base + displacement], reg` */
export const store = (reg: number, base: number, displacement = 0): Bytes => withMemory([0x89], reg, base, displacement)
/** `INC QWORD [base + displacement]` */
export const increment = (base: number, displacement: number): Bytes => withMemory([0xff], 0, base, displacement)
/** `PUSH QWORD [base + displacement]` */
export const pushMemory = (base: number, displacement: number): Bytes => withMemory([0xff], 6, base, displacement)
/** `LGDT [base + displacement]` */
export const lgdt = (base: number, displacement: number): Bytes => withMemory([0x0f, 0x01], 2, base, displacement)
/** `LIDT [base + displacement]` */
export const lidt = (base: number, displacement: number): Bytes => withMemory([0x0f, 0x01], 3, base, displacement)
/** `LTR AX` */
export const ltr = (): Bytes => [0x0f, 0x00, 0xd8]
/** `MOV reg, value`, 64 bits */
export const moveWord = (reg: number, value: bigint): Bytes => [0x48 | (reg >> 3), 0xb8 | (reg & 7), ...littleEndian(value, 8)]
/** `MOV reg, value`, 32 bits, zero-extended, RAX to RDI */
export const moveShort = (reg: number, value: number): Bytes => [0xb8 | reg, ...littleEndian(value, 4)]
/** `MOV control, reg`, RAX to RDI */
export const toControl = (control: number, reg: number): Bytes => [0x0f, 0x22, 0xc0 | (control << 3) | reg]
/** `MOV reg, control`, RAX to RDI */
export const fromControl = (reg: number, control: number): Bytes => [0x0f, 0x20, 0xc0 | (control << 3) | reg]
/** `WRMSR` */
export const wrmsr = (): Bytes => [0x0f, 0x30]
/** `CMP a, b` */
export const compare = (a: number, b: number): Bytes => [0x48 | ((b >> 3) << 2) | (a >> 3), 0x39, 0xc0 | ((b & 7) << 3) | (a & 7)]
/** `ADD reg, value` */
export const addTo = (reg: number, value: number): Bytes => [0x48 | (reg >> 3), 0x81, 0xc0 | (reg & 7), ...littleEndian(value, 4)]
/** `PUSH value`, sign-extended from 8 bits */
export const pushByte = (value: number): Bytes => [0x6a, value]
/** `PUSH reg`, RAX to RDI */
export const push = (reg: number): Bytes => [0x50 | reg]
/** `POP reg` */
export const pop = (reg: number): Bytes => (reg >= 8 ? [0x41, 0x58 | (reg & 7)] : [0x58 | reg])
/** `IRETQ` */
export const iretq = (): Bytes => [0x48, 0xcf]
/** `INT vector` */
export const int = (vector: number): Bytes => [0xcd, vector]
/** `JMP reg`, RAX to RDI */
export const jumpTo = (reg: number): Bytes => [0xff, 0xe0 | reg]
/** `OUT port, AL` */
export const out = (port: number): Bytes => [0xe6, port]

/** `JMP label`; the distance is counted from the instruction's end. */
export const jump = (distance: number): Bytes => [0xe9, ...littleEndian(distance - 5, 4)]
/** `JE label` */
export const jumpIfEqual = (distance: number): Bytes => [0x0f, 0x84, ...littleEndian(distance - 6, 4)]

// What an x86-64 machine starts with: 64 KiB at the end of the first 4 GiB, seen below 1 MiB too. From
// the reset vector in real mode through protected mode into long mode, on a table that maps the guest
// and the first memory to itself, and on to the guest.
import { Assembler } from './assembler.ts'
import { CR0, CR3, CR4, fromControl, jumpTo, littleEndian, moveShort, MSR_EFER, moveWord, RAX, RCX, RDX, toControl, wrmsr } from './x86-64-code.ts'

const SIZE = 0x1_0000
/** Where the same bytes are seen below 1 MiB. */
const SEEN_AT = 0xf_0000
const RESET_VECTOR = 0xfff0

const CODE_32 = 0x08
const DATA_32 = 0x10
const CODE_64 = 0x18
/** Flat segments of ring 0: none, code of 32 bits, data, code of 64 bits. */
const DESCRIPTORS = [0n, 0x00cf_9a00_0000_ffffn, 0x00cf_9200_0000_ffffn, 0x0020_9a00_0000_0000n]

const PROTECTION_ENABLE = 1
/** PG, ET, PE. */
const PAGING_ON = 0x8000_0011
/** LME. */
const LONG_MODE_ENABLE = 0x100

/**
 * Makes the image. `root` is the physical address of the table, below 4 GiB; `cr4` has PAE, and LA57
 * for five levels; `entry` is the guest's virtual address.
 */
export function makeFirmware(root: number, cr4: number, entry: bigint): Uint8Array {
  const code = new Assembler()
  code
    .label('descriptors')
    .emit(...DESCRIPTORS.map((descriptor) => littleEndian(descriptor, 8)))
    .label('descriptorsPointer')
    .emit(littleEndian(DESCRIPTORS.length * 8 - 1, 2), littleEndian(SEEN_AT, 4))
    // Real mode, 16 bits: CLI; o32 LGDT cs:[descriptorsPointer]
    .label('start')
    .emit([0xfa], [0x2e, 0x66, 0x0f, 0x01, 0x16, ...littleEndian(code.offsetOf('descriptorsPointer'), 2)])
    // MOV EAX, CR0; OR EAX, PE; MOV CR0, EAX
    .emit(fromControl(RAX, CR0), [0x66, 0x83, 0xc8, PROTECTION_ENABLE], toControl(CR0, RAX))
  // o32 JMP FAR code32:protected, right behind
  const afterFarJump = code.length + 8
  code
    .emit([0x66, 0xea, ...littleEndian(SEEN_AT + afterFarJump, 4), ...littleEndian(CODE_32, 2)])
    // MOV EAX, data; MOV DS, AX; MOV SS, AX
    .emit(moveShort(RAX, DATA_32), [0x8e, 0xd8], [0x8e, 0xd0])
    .emit(moveShort(RAX, cr4), toControl(CR4, RAX), moveShort(RAX, root), toControl(CR3, RAX))
    .emit(moveShort(RCX, MSR_EFER), moveShort(RAX, LONG_MODE_ENABLE), moveShort(RDX, 0), wrmsr())
    .emit(moveShort(RAX, PAGING_ON), toControl(CR0, RAX))
  // JMP FAR code64:long, right behind
  const afterLongJump = code.length + 7
  code.emit([0xea, ...littleEndian(SEEN_AT + afterLongJump, 4), ...littleEndian(CODE_64, 2)]).emit(moveWord(RAX, entry), jumpTo(RAX))
  // JMP start, 16 bits
  code.padTo(RESET_VECTOR).emit([0xe9, ...littleEndian(code.offsetOf('start') - (RESET_VECTOR + 3), 2)])
  return code.padTo(SIZE).finish()
}

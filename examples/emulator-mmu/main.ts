// A computer of 16 MiB runs a program: its pages come as it touches them. Then one that writes where it may not.
import { add, formatHex, va, type VirtAddr } from '@addrspace/memory-addr'
import { unwrap } from '@addrspace/memory-set'
import { parseFlags } from '@addrspace/page-table'
import { FrameBackend } from '@addrspace/backend-paging'
import { asm, Cpu } from './cpu.ts'
import { GuestFault, Mmu } from './mmu.ts'

const TEXT = va(0x1_0000)
const HEAP = va(0x40_0000)
const [zero, t0, t1, t2, s0, a0, a7] = [0, 5, 6, 7, 8, 10, 17]

/** Stores 3, 2 and 1 into three pages of the heap, and adds up what it finds there. */
const sum = [
  asm.lui(s0, 0x400), asm.lui(t1, 1), asm.addi(t0, zero, 3),
  asm.sd(t0, 8, s0), asm.add(s0, s0, t1), asm.addi(t0, t0, -1), asm.bne(t0, zero, -12),
  asm.lui(s0, 0x400), asm.addi(t0, zero, 3),
  asm.ld(t2, 8, s0), asm.add(a0, a0, t2), asm.add(s0, s0, t1), asm.addi(t0, t0, -1), asm.bne(t0, zero, -16),
  asm.addi(a7, zero, 93), asm.ecall(),
]

/** Stores into its own text. */
const bad = [asm.lui(s0, 0x10), asm.sd(zero, 0, s0), asm.ecall()]

/** An address space with a program at TEXT, and a heap of 1 GiB of which nothing is there yet. */
function load(program: readonly number[]): Cpu {
  const mmu = new Mmu(new WebAssembly.Memory({ initial: 256 }))
  const pages = new FrameBackend({ when: 'demand' })
  unwrap(mmu.set.map(TEXT, 0x1000n, parseFlags('rwu'), pages))
  unwrap(mmu.set.map(HEAP, 0x4000_0000n, parseFlags('rwu'), pages))
  mmu.copyIn(TEXT, new Uint8Array(Uint32Array.from(program).buffer))
  unwrap(mmu.set.protect(TEXT, 0x1000n, () => parseFlags('rxu')))
  mmu.onPage = (vaddr: VirtAddr, access) => console.log(`page fault: ${access} at ${formatHex(vaddr)}, goes on with a new page`)
  return new Cpu(mmu, TEXT)
}

const first = load(sum)
first.run()
console.log(`ecall ${String(first.x[a7])} at ${formatHex(va(first.pc - 4n))}, a0 = ${String(first.x[a0])}`)
const where = first.mmu.table.translate(add(HEAP, 8n), 'read', 'user')
if (where.kind === 'mapped') console.log(`the heap begins at RAM ${formatHex(where.paddr)}; ${String(first.mmu.table.tableCount)} tables`)

try {
  load(bad).run()
} catch (error) {
  if (!(error instanceof GuestFault)) throw error
  console.log(`SIGSEGV (${error.reason === 'access-denied' ? 'SEGV_ACCERR' : 'SEGV_MAPERR'}): ${error.message}`)
}

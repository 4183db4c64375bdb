import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FrameBackend } from '@addrspace/backend-paging'
import { pa, va } from '@addrspace/memory-addr'
import { unwrap } from '@addrspace/memory-set'
import { parseFlags } from '@addrspace/page-table'
import { asm, Cpu } from './cpu.ts'
import { GuestFault, Mmu } from './mmu.ts'

const demand = new FrameBackend({ when: 'demand' })
const WASM_PAGE = 16 // frames of 4 KiB

/** A computer whose addresses from 0x1000 on are `rwu`, as many pages as there are frames and more. */
function computer(wasmPages = 16): Mmu {
  const mmu = new Mmu(new WebAssembly.Memory({ initial: wasmPages }))
  unwrap(mmu.set.map(va(0x1000), 0x100_0000n, parseFlags('rwu'), demand))
  return mmu
}

const faultOf = (act: () => unknown): GuestFault => {
  try {
    act()
  } catch (error) {
    if (error instanceof GuestFault) return error
    throw error
  }
  throw new Error('no fault')
}

describe('mmu', () => {
  it('brings a page at the first access, zeroed, and not again', () => {
    const mmu = computer()
    const pages: bigint[] = []
    mmu.onPage = (vaddr) => pages.push(vaddr)
    assert.equal(mmu.load(va(0x3008)), 0n)
    mmu.store(va(0x3010), 7n)
    assert.equal(mmu.load(va(0x3010)), 7n)
    mmu.store(va(0x4000), 1n)
    assert.deepEqual(pages, [0x3008n, 0x4000n])
  })

  it('keeps pages and tables in the RAM of the guest, little-endian', () => {
    const mmu = computer()
    mmu.store(va(0x3008), 0x1122_3344_5566_7788n)
    const { paddr } = mmu.table.query(va(0x3008))!
    const bytes = new Uint8Array(mmu.ram.buffer, Number(paddr - 0x8000_0000n), 8)
    assert.deepEqual([...bytes], [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11])
    const root = mmu.table.roots[0]!
    assert.ok(root >= pa(0x8000_0000) && root < pa(0x8010_0000))
  })

  it('refuses what no area has, what the area does not permit, and one page more than there are frames', () => {
    const mmu = computer(1)
    assert.equal(faultOf(() => mmu.load(va(0x200_0000))).reason, 'no-area')
    assert.equal(faultOf(() => mmu.fetch(va(0x1000))).reason, 'access-denied')
    const tables = 3 // a root, and one of each level below
    for (let page = 0n; page < BigInt(WASM_PAGE - tables); page += 1n) mmu.store(va(0x1000n + page * 0x1000n), page)
    const last = faultOf(() => mmu.store(va(0x1000n + BigInt(WASM_PAGE - tables) * 0x1000n), 0n))
    assert.equal(last.reason, 'backend-refused')
    assert.match(last.message, /out-of-frames/)
    assert.equal(mmu.load(va(0x2000)), 1n)
  })

  it('takes aligned accesses only', () => {
    assert.throws(() => computer().load(va(0x1004)), RangeError)
  })
})

describe('cpu', () => {
  it('has the words that LLVM assembles', () => {
    assert.equal(asm.addi(10, 10, 1), 0x0015_0513)
    assert.equal(asm.sd(1, 8, 2), 0x0011_3423)
    assert.equal(asm.ld(1, 8, 2), 0x0081_3083)
    assert.equal(asm.add(10, 10, 11), 0x00b5_0533)
    assert.equal(asm.lui(10, 0x12345), 0x1234_5537)
    assert.equal(asm.bne(10, 11, -4) >>> 0, 0xfeb5_1ee3)
    assert.equal(asm.ecall(), 0x0000_0073)
  })

  it('counts down in memory, and stops at ecall', () => {
    const mmu = computer()
    const program = [asm.addi(5, 0, 100), asm.lui(8, 0x20), asm.sd(5, -8, 8), asm.ld(5, -8, 8), asm.addi(5, 5, -1), asm.bne(5, 0, -12), asm.ecall()]
    mmu.copyIn(va(0x1ffc), new Uint8Array(Uint32Array.from(program).buffer))
    unwrap(mmu.set.protect(va(0x1000), 0x2000n, () => parseFlags('rxu')))
    const cpu = new Cpu(mmu, 0x1ffcn)
    cpu.run()
    assert.equal(cpu.x[5], 0n)
    assert.equal(cpu.pc, 0x1ffcn + 28n)
    assert.equal(mmu.load(va(0x1fff8)), 1n)
  })

  it('does not have other instructions', () => {
    const mmu = computer()
    mmu.store(va(0x1000), 0n)
    unwrap(mmu.set.protect(va(0x1000), 0x1000n, () => parseFlags('rxu')))
    assert.throws(() => new Cpu(mmu, 0x1000n).step(), /unknown instruction 0x0 at 0x1000/)
  })
})

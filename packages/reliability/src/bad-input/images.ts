/**
 * Memory that holds anything: tables whose words are random, point to themselves, to each other, out of memory, or are
 * nearly right. Whatever is asked of them is answered with a value, and what is refused has changed nothing.
 */

import { aarch64 } from '@addrspace/backend-aarch64'
import { riscvSv39 } from '@addrspace/backend-riscv-sv39'
import { x8664 } from '@addrspace/backend-x86-64'
import type { Random } from '@addrspace/conformance/model'
import { pa, va, type PhysAddr } from '@addrspace/memory-addr'
import { BitmapAllocator, PageTable, parseFlags, PhysMemory, type PteFormat } from '@addrspace/page-table'
import { tableState } from './small-table.ts'

const FRAMES = 12
const SIZE = BigInt(FRAMES) << 12n
const WORDS = 512

/** Fills a memory with bad tables, and asks and changes; gives how many changes were carried out and refused. */
export function badImage(random: Random): { readonly accepted: number; readonly refused: number } {
  return random.pick([use(x8664), use(riscvSv39), use(aarch64)])(random)
}

function use<C>(format: PteFormat<C>) {
  return (random: Random): { accepted: number; refused: number } => {
    const memory = new PhysMemory({ size: SIZE })
    const frames = new BitmapAllocator({ start: pa(0), end: SIZE })
    const told: never[] = []
    const table = new PageTable<C>({ memory, frames, format, invalidations: () => undefined })
    for (let page = 0n; page < 4n; page++) void table.map(va(page * 0x20_0000n), 0x1000n, pa(page << 12n), parseFlags('rw'))
    for (let count = random.between(1, 400); count > 0; count--) {
      const at = (BigInt(random.below(FRAMES)) << 12n) + 8n * BigInt(random.oneIn(2) ? random.below(8) : random.below(WORDS))
      memory.writeWord(at as PhysAddr, badWord(random, format))
    }
    const counts = { accepted: 0, refused: 0 }
    for (let count = 0; count < 8; count++) {
      const vaddr = va(badAddress(random))
      table.walk(vaddr)
      table.query(vaddr)
      table.translate(vaddr, random.pick(['read', 'write', 'exec']), random.pick(['user', 'kernel']))
      table.read(vaddr, new Uint8Array(random.below(9000)))
      takeSome(table.leaves({ start: vaddr, end: 2n ** 64n }))
      takeSome(table.pagesOf(pa(BigInt(random.below(FRAMES)) << 12n)))
      const before = tableState({ memory, frames, table: table as never, told })
      const size = BigInt(random.between(1, 600)) << 12n
      const result = random.pick([
        () => table.map(vaddr, size, pa(0), parseFlags('r')),
        () => table.unmap(vaddr, size, { holes: random.pick(['refuse', 'skip']) }),
        () => table.protect(vaddr, size, parseFlags('rw'), { holes: random.pick(['refuse', 'skip']) }),
        () => table.remap(vaddr, pa(0x1000)),
      ])()
      counts[result.ok ? 'accepted' : 'refused']++
      if (!result.ok && tableState({ memory, frames, table: table as never, told }) !== before) throw new Error(`${result.error.message}, but something has changed`)
    }
    table.dispose()
    return counts
  }
}

/** What a cycle of tables leads to is without end nearly, and is asked for one after the other. */
function takeSome(iterator: Iterable<unknown>): void {
  let left = 50
  for (const _ of iterator) if (--left === 0) return
}

function badWord<C>(random: Random, format: PteFormat<C>): bigint {
  const bits = (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32))
  if (random.oneIn(3)) return bits
  // A pointer to a frame that is there, or not, with some bits more.
  const frame = random.below(FRAMES + 2)
  const pointer = format.tableBits | (format.name.startsWith('riscv') ? BigInt(frame) << 10n : BigInt(frame) << 12n)
  return random.oneIn(3) ? pointer | (1n << BigInt(random.below(64))) : pointer
}

function badAddress(random: Random): bigint {
  const low = BigInt(random.below(2 ** 31)) & ~(random.oneIn(4) ? 0n : 0xfffn)
  return random.pick([low, low & 0x1ff_ffffn, BigInt.asUintN(64, -1n - low) & ~0xfffn, low << 20n, low << 32n])
}

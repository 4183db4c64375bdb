// Tables anywhere in a machine's physical addresses: what a walk reads of a pointer must be all of its frame.
import { aarch64 } from '@addrspace/backend-aarch64'
import { riscvSv39 } from '@addrspace/backend-riscv-sv39'
import { x8664 } from '@addrspace/backend-x86-64'
import { pa, va } from '@addrspace/memory-addr'
import { BitmapAllocator, PageTable, PhysMemory, READ, type PteFormat } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

const SIZE = 0x10_0000n
/** `below`: by how many bits a word has a frame lower than an address does. */
const MACHINES = [
  { name: 'x86-64', open: (base: bigint) => world(x8664, base), bits: 52n, below: 0n },
  { name: 'riscv-sv39', open: (base: bigint) => world(riscvSv39, base), bits: 56n, below: 2n },
  { name: 'aarch64', open: (base: bigint) => world(aarch64, base), bits: 48n, below: 0n },
]

interface World {
  readonly memory: PhysMemory
  readonly table: Pick<PageTable<unknown>, 'map' | 'walk' | 'translate' | 'paddrOf'>
}

function world<C>(format: PteFormat<C>, base: bigint): World {
  const memory = new PhysMemory({ base: pa(base), size: SIZE })
  const frames = new BitmapAllocator({ start: pa(base), end: base + SIZE })
  return { memory, table: new PageTable<C>({ memory, frames, format, invalidations: () => undefined }) }
}

describe.each(MACHINES)('tables high in the memory of $name', ({ open, bits, below }) => {
  const last = (1n << bits) - SIZE
  it.each([0n, 2n ** 43n - SIZE, 2n ** 43n, 2n ** 44n, 5n * 2n ** 43n + 0x8000_0000n, last])('at 0x%x are walked', (base) => {
    const { memory, table } = open(base)
    const paddr = pa(base + SIZE - 0x1000n)
    expect(table.map(va(0x1234_5000), 0x1000n, paddr, READ).ok).toBe(true)
    expect(table.translate(va(0x1234_5678), 'read', 'kernel')).toMatchObject({ kind: 'mapped', paddr: paddr + 0x678n })
    expect(table.paddrOf(va(0x1234_5678), 'read', 'kernel')).toBe(paddr + 0x678n)
    // Any bit of a pointer's frame that is another one leads out of the memory, or to a table of zeros.
    const steps = table.walk(va(0x1234_5000))
    const { entryAddress, word, level } = steps[steps.length - 2]!
    const child = steps[steps.length - 1]!.entryAddress & ~0xfffn
    for (let bit = 20n; bit < bits; bit++) {
      const other = child ^ (1n << bit)
      memory.writeWord(entryAddress, word ^ ((child ^ other) >> below))
      const isIn = other >= base && other < base + SIZE
      expect(table.translate(va(0x1234_5000), 'read', 'kernel'), `bit ${String(bit)}`).toMatchObject({ kind: 'fault', reason: isIn ? 'not-present' : 'memory', level: level - 1 })
    }
  })
})

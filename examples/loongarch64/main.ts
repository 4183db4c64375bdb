// A kernel's first tables: its text, its stack, the console's registers, and a page for a program.
import { pa, va } from '@addrspace/memory-addr'
import { BitmapAllocator, formatFlags, nameBits, PageTable, parseFlags, PhysMemory } from '@addrspace/page-table'
import { loongarch64 } from './loongarch64.ts'

const memory = new PhysMemory({ base: pa(0x9000_0000n), size: 0x100_0000n })
const frames = new BitmapAllocator({ start: memory.base, end: memory.base + memory.size })
const table = new PageTable({ memory, frames, format: loongarch64, invalidations: () => {} })

const maps: [vaddr: bigint, size: bigint, paddr: bigint, flags: string][] = [
  [0xffff_8000_0020_0000n, 0x20_0000n, 0x9020_0000n, 'rxg'],
  [0xffff_8000_0040_0000n, 0x4000n, 0x9040_0000n, 'rwg'],
  [0xffff_8000_1fe0_0000n, 0x1000n, 0x1fe0_0000n, 'rwdg'],
  [0x1_2000_0000n, 0x1000n, 0x9050_0000n, 'rwu'],
]
for (const [vaddr, size, paddr, flags] of maps) {
  const result = table.map(va(vaddr), size, pa(paddr), parseFlags(flags))
  if (!result.ok) throw result.error
}
for (const half of [{ start: va(0), end: 1n << 47n }, { start: va(0xffff_8000_0000_0000n), end: 1n << 64n }]) {
  for (const { start, size, paddr, flags, level } of table.leaves(half)) {
    const { word } = table.walk(start).at(-1)!
    const layout = loongarch64.layouts.find(({ kind, levels }) => kind === 'leaf' && levels.includes(level))!
    console.log(`${start.toString(16).padStart(16, '0')} +${size.toString(16)} -> ${paddr.toString(16)} ${formatFlags(flags)}: ${nameBits(layout, word).join(' ')}`)
  }
}
const fetched = table.translate(va(0x1_2000_0008n), 'exec', 'user')
console.log(fetched.kind === 'fault' ? `a fetch there: ${fetched.reason}, bit ${fetched.bit}` : 'a fetch there is let through')

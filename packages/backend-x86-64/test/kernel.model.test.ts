// Tables of 512 entries are filled and compared by a kernel where the memory is one of WebAssembly, and by loops
// where it is not: the same operations have to leave the same bytes and give the same answers.
import { pa, va } from '@addrspace/memory-addr'
import { BitmapAllocator, EXECUTE, NONE, PageTable, PhysMemory, READ, unionOf, USER, WRITE, type PageTableResult } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { x8664 } from '../src/index.ts'

const SIZE = 2 << 20
const PAGE = 4096n

interface WasmMemory {
  readonly buffer: ArrayBuffer
}

function newWasmMemory(): WasmMemory {
  const { Memory } = Reflect.get(globalThis, 'WebAssembly') as { Memory: new (descriptor: object) => WasmMemory }
  return new Memory({ initial: SIZE / 65_536 })
}

function world(source: ArrayBuffer | WasmMemory) {
  const memory = new PhysMemory({ size: BigInt(SIZE), source })
  const told: string[] = []
  const table = new PageTable({
    memory,
    frames: new BitmapAllocator({ start: pa(0), end: BigInt(SIZE) }),
    format: x8664,
    invalidations: ({ ranges }) => told.push(ranges.map(({ start, size }) => `${String(start)}+${String(size)}`).join()),
  })
  return { memory, table, told }
}

function answerOf(result: PageTableResult): string {
  return result.ok ? 'ok' : `${result.error.reason} ${String(result.error.vaddr)}`
}

describe('a table in a memory that the kernel reaches', () => {
  it('is byte for byte that in one without, after each of 3,000 operations, undone or not', () => {
    const plainBytes = new ArrayBuffer(SIZE)
    const wasm = newWasmMemory()
    const plain = world(plainBytes)
    const kernel = world(wasm)
    expect(plain.memory.kernel).toBeUndefined()
    expect(kernel.memory.kernel).toBeDefined()
    let state = 12_345
    const next = (n: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    const flags = [NONE, READ, unionOf(READ, WRITE), unionOf(READ, USER), unionOf(READ, WRITE, USER), unionOf(READ, EXECUTE)]
    const counts = new Map<string, number>()
    for (let i = 0; i < 3000; i++) {
      const vaddr = va(BigInt(next(8192)) * PAGE)
      const size = BigInt([1, 8, 15, 16, 17, 31, 200, 512, 513, 1500, 4096][next(11)]! + next(3)) * PAGE
      const paddr = pa(BigInt(next(4) === 0 ? 0x10_0000 - next(600) : next(2 ** 30)) * PAGE)
      const chosen = flags[next(flags.length)]!
      const holes = next(3) === 0 ? 'refuse' : 'skip'
      const bracket = next(4)
      const verb = next(5)
      const maxLeafLevel = next(3) === 0 ? 2 : 0
      const [ours, theirs] = [kernel, plain].map(({ table }) => {
        if (bracket < 2) table.beginTransaction()
        const answer = answerOf(verb < 2 ? table.map(vaddr, size, paddr, chosen, { maxLeafLevel }) : verb < 4 ? table.unmap(vaddr, size, { holes }) : table.protect(vaddr, size, chosen, { holes }))
        if (bracket === 0) table.rollbackTransaction()
        if (bracket === 1) table.commitTransaction()
        return answer
      })
      expect(ours).toBe(theirs)
      const verbName = ['map', 'map', 'unmap', 'unmap', 'protect'][verb]!
      counts.set(`${verbName} ${ours!.split(' ')[0]!}`, (counts.get(`${verbName} ${ours!.split(' ')[0]!}`) ?? 0) + 1)
      if (Buffer.compare(Buffer.from(plainBytes), Buffer.from(wasm.buffer)) !== 0) throw new Error(`operation ${String(i)} left other bytes`)
    }
    expect(kernel.told).toEqual(plain.told)
    for (const kind of ['map ok', 'map already-mapped', 'unmap ok', 'unmap not-mapped', 'protect ok', 'protect not-mapped']) expect(counts.get(kind)).toBeGreaterThan(30)
  })
})

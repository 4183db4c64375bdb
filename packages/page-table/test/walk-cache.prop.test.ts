// Walks remember the ways they have gone. Whatever a guest writes in between, they must answer as one that
// remembers nothing: a view that is made anew for every question.
import { pa, va } from '@addrspace/memory-addr'
import { PageTableView, PhysMemory, READ } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { randomFrom, randomWord } from './support/random.ts'
import { ToyFormat } from './support/toy-format.ts'
import { entryAt } from './support/words.ts'
import { vaddrOf } from './support/world.ts'

const PAGE = 4096n
/** Frames of the memory, in more than one group of the sparse store. */
const FRAMES = 48

describe.each([
  ['in the sparse store', undefined],
  ['in a window', new ArrayBuffer(FRAMES * 4096)],
] as const)('a view that has walked before, %s', (_, source) => {
  it.each([['one root', 'sign-extended'], ['two roots', 'two-roots']] as const)('answers as a new one, of %s: 60,000 questions between 40,000 writes', (_name, kind) => {
    const next = randomFrom(kind === 'two-roots' ? 5 : 6)
    const format = new ToyFormat({ halves: kind, tableAccessed: true })
    const memory = new PhysMemory({ size: BigInt(FRAMES) * PAGE, ...(source === undefined ? {} : { source }) })
    const roots = kind === 'two-roots' ? [pa(0), pa(PAGE)] : [pa(0)]
    const view = new PageTableView({ memory, format, roots })
    // Tables lie in some frames of each group, so that some groups are not written to for long.
    const table = (): number => [0, 1, 2, 3, 18, 19, 33, 40][next(next(50) === 0 ? 8 : 6)]!
    const word = (level: number): bigint => {
      if (next(20) === 0) return randomWord(next)
      const frame = pa(BigInt(level === 0 ? next(FRAMES) : table()) * PAGE)
      return level > 0 ? format.encode({ kind: 'table', frame }, level) : format.encode({ kind: 'leaf', frame, flags: READ, accessed: next(2) === 0, dirty: false }, 0)
    }
    let mapped = 0
    for (let round = 0; round < 20_000; round++) {
      for (let i = 0; i < 2; i++) memory.writeWord(entryAt(pa(BigInt(table()) * PAGE), next(4)), word(next(3) === 0 ? 0 : 1))
      for (let i = 0; i < 3; i++) {
        const vaddr = va(vaddrOf(next(64)) + BigInt(next(4096)))
        const answer = view.translate(vaddr, 'read', 'kernel')
        const fresh = new PageTableView({ memory, format, roots })
        if (answer.kind === 'mapped') mapped++
        expect(answer).toEqual(fresh.translate(vaddr, 'read', 'kernel'))
        if (view.paddrOf(vaddr, 'write', 'user') !== fresh.paddrOf(vaddr, 'write', 'user')) throw new Error(`round ${String(round)}: another address`)
      }
    }
    expect(mapped).toBeGreaterThan(3000)
  }, 60_000)

  it('finds a table in frames that are written to only after the way to them was gone', () => {
    const format = new ToyFormat()
    const memory = new PhysMemory({ size: BigInt(FRAMES) * PAGE, ...(source === undefined ? {} : { source: new ArrayBuffer(FRAMES * 4096) }) })
    const view = new PageTableView({ memory, format, roots: [pa(0)] })
    memory.writeWord(pa(0), format.encode({ kind: 'table', frame: pa(PAGE) }, 2))
    memory.writeWord(pa(PAGE), format.encode({ kind: 'table', frame: pa(40n * PAGE) }, 1))
    for (let i = 0; i < 3000; i++) expect(view.paddrOf(va(0), 'read', 'kernel')).toBeUndefined()
    memory.writeWord(pa(40n * PAGE), format.encode({ kind: 'leaf', frame: pa(7n * PAGE), flags: READ, accessed: true, dirty: true }, 0))
    expect(view.paddrOf(va(5n), 'read', 'kernel')).toBe(7n * PAGE + 5n)
  })
})

// Walks remember the ways they have gone. Whatever a guest writes in between, they must answer as one that
// remembers nothing: a view that is made anew for every question.
import { pa, va } from '@addrspace/memory-addr'
import { PageTableView, PhysMemory, READ, USER, WRITE, unionOf } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { randomFrom, randomWord } from './support/random.ts'
import { SOFTWARE, ToyFormat, VETO, type ToyControls } from './support/toy-format.ts'
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

  it('answers as a new one about rights that change, in states of the machine that do: 200,000 questions between some 20,000 writes', () => {
    const next = randomFrom(11)
    const format = new ToyFormat({ tableAccessed: true })
    const memory = new PhysMemory({ size: BigInt(FRAMES) * PAGE, ...(source === undefined ? {} : { source }) })
    const view = new PageTableView({ memory, format, roots: [pa(0)] })
    const changing: { kernelWrites: ToyControls['kernelWrites'] } = { kernelWrites: 'as-mapped' }
    let kept: ToyControls['kernelWrites'] = 'as-mapped'
    /** Frozen, and tells something else each time nevertheless. */
    const frozen: ToyControls = Object.freeze({
      get kernelWrites() {
        return kept
      },
    })
    const states: readonly (ToyControls | undefined)[] = [
      undefined,
      undefined,
      Object.freeze({ kernelWrites: 'anywhere' }),
      Object.freeze({ kernelWrites: 'as-mapped' }),
      changing,
      frozen,
    ]
    const word = (level: number): bigint => {
      const few = [0n, 0n, SOFTWARE, VETO][next(4)]!
      if (level > 0) return format.encode({ kind: 'table', frame: pa(BigInt(1 + next(3)) * PAGE) }, level) | few | (next(4) === 0 ? 0n : 1n << 12n)
      // A leaf has the bit of pointers too, as those of x86-64 have: it is looked for in all words of a way together.
      const flags = [READ, unionOf(READ, USER), unionOf(READ, WRITE), unionOf(READ, WRITE, USER)][next(4)]!
      return format.encode({ kind: 'leaf', frame: pa(BigInt(next(FRAMES)) * PAGE), flags, accessed: next(8) !== 0, dirty: next(3) !== 0 }, 0) | few | (1n << 12n)
    }
    for (let table = 0; table < 4; table++) for (let i = 0; i < 4; i++) memory.writeWord(entryAt(pa(BigInt(table) * PAGE), i), word(table === 0 ? 2 : 0))
    for (let i = 0; i < 4; i++) memory.writeWord(entryAt(pa(0), i), format.encode({ kind: 'table', frame: pa(PAGE) }, 2) | (1n << 12n))
    let state = 0
    let granted = 0
    let updated = 0
    for (let round = 0; round < 20_000; round++) {
      if (next(10) === 0) memory.writeWord(entryAt(pa(PAGE), next(2)), word(1))
      if (next(2) === 0) memory.writeWord(entryAt(pa(BigInt(2 + next(2)) * PAGE), next(4)), word(0))
      // A state is kept for some questions, as programs do, and two take turns at other times.
      if (next(6) === 0) state = next(states.length)
      if (next(2) === 0) changing.kernelWrites = kept = next(2) === 0 ? 'as-mapped' : 'anywhere'
      for (let i = 0; i < 10; i++) {
        const vaddr = va(vaddrOf(next(8)) + BigInt(next(4096)))
        const access = (['read', 'write', 'exec'] as const)[next(3)]!
        const mode = next(2) === 0 ? 'user' : 'kernel'
        const controls = states[next(20) === 0 ? next(states.length) : state]
        const fresh = new PageTableView({ memory, format, roots: [pa(0)] }).translate(vaddr, access, mode, controls)
        if (fresh.kind === 'mapped') {
          granted++
          if (fresh.updates.length > 0) updated++
        }
        const answer = view.translate(vaddr, access, mode, controls)
        if (answer.kind !== fresh.kind || (answer.kind === 'mapped' && answer.updates.length > 0)) expect(answer).toEqual(fresh)
        const paddr = fresh.kind === 'mapped' ? fresh.paddr : undefined
        if ((answer.kind === 'mapped' ? answer.paddr : undefined) !== paddr || view.paddrOf(vaddr, access, mode, controls) !== paddr) throw new Error(`round ${String(round)}: another address`)
      }
    }
    expect(granted).toBeGreaterThan(5000)
    expect(updated).toBeGreaterThan(500)
    expect(granted - updated).toBeGreaterThan(3000)
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

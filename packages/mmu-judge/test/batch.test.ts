import { DEVICE, NONE } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { aarch64Machine, makeBatch, riscvSv39Machine, whyDifferent, x8664Machine, type Asked, type Batch, type Machine } from '../src/index.ts'

const QUERIES = 400

function facts<C>(machine: Machine<C>, seed: number): unknown {
  const { asked, image }: Batch<C> = makeBatch(machine, seed, QUERIES)
  return { asked: asked.map(({ query, translation }) => [query, translation]), frames: [...image.keys()] }
}

describe('makeBatch', () => {
  it('gives the same for the same seed, and something else for another', () => {
    expect(facts(riscvSv39Machine, 5)).toEqual(facts(riscvSv39Machine, 5))
    expect(facts(riscvSv39Machine, 5)).not.toEqual(facts(riscvSv39Machine, 6))
  })

  it('asks for leaves of every size, every access, both modes and both halves', () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 4; seed++) {
      for (const { query, translation } of makeBatch(x8664Machine, seed, QUERIES).asked) {
        if (translation.kind === 'mapped') seen.add(`leaf ${String(translation.size)}`)
        seen.add(query.access).add(query.mode).add(query.vaddr >> 63n === 0n ? 'lower' : 'upper')
      }
    }
    expect([...seen].sort()).toEqual(['exec', 'kernel', 'leaf 1073741824', 'leaf 2097152', 'leaf 4096', 'lower', 'read', 'upper', 'user', 'write'])
  })

  it('leaves out what the emulator is lenient about, and counts it', () => {
    const batches = [1, 2, 3, 4].map((seed) => makeBatch(aarch64Machine, seed, QUERIES))
    const names = batches.flatMap(({ lenient }) => [...lenient.keys()])
    expect(names).toContain('RES0')
    const reserved = batches.flatMap(({ asked }) => asked.filter(({ translation }) => translation.kind === 'fault' && translation.reason === 'reserved'))
    expect(reserved.every(({ translation }) => translation.kind === 'fault' && translation.bit === '1:0' && translation.level === 0)).toBe(true)
  })

  it('throws for more queries than a boot takes', () => {
    expect(() => makeBatch(riscvSv39Machine, 1, 65_537)).toThrow(RangeError)
  })
})

describe('whyDifferent', () => {
  const { asked } = makeBatch(x8664Machine, 1, QUERIES)
  const mapped = asked.find(({ translation, isBacked, query }) => translation.kind === 'mapped' && isBacked && query.access === 'read')!
  const refused = asked.find(({ translation }) => translation.kind === 'fault' && translation.reason === 'permission')!
  const levelOf = ({ translation }: Asked<unknown>): number => (translation.kind === 'fault' ? translation.level : -1)
  const text = ''

  it('finds nothing where the CPU agrees', () => {
    expect(whyDifferent(mapped, { kind: 'done', text, loaded: mapped.loaded! })).toBeUndefined()
    expect(whyDifferent(refused, { kind: 'refused', text, reasons: ['permission'], level: levelOf(refused) })).toBeUndefined()
  })

  it('finds accesses that only one of the two lets through', () => {
    expect(whyDifferent(mapped, { kind: 'refused', text, reasons: ['permission'] })).toBe('translate allows what the CPU refuses')
    expect(whyDifferent(refused, { kind: 'done', text })).toBe('translate refuses what the CPU allows')
    expect(whyDifferent(refused, { kind: 'unbacked', text })).toBe('translate refuses what the CPU allows')
  })

  it('finds other kinds and levels of faults', () => {
    expect(whyDifferent(refused, { kind: 'refused', text, reasons: ['not-present', 'reserved'] })).toBe('the faults are of different kinds')
    expect(whyDifferent(refused, { kind: 'refused', text, reasons: ['permission'], level: levelOf(refused) + 1 })).toBe('the faults are of different levels')
  })

  it('finds another memory type', () => {
    expect(whyDifferent({ ...mapped, flags: DEVICE }, { kind: 'done', text, memoryType: NONE })).toContain('the memory types differ')
    expect(whyDifferent({ ...mapped, flags: DEVICE }, { kind: 'done', text, memoryType: DEVICE })).toBeUndefined()
  })

  it('finds other addresses, other words and the other mode', () => {
    expect(whyDifferent(mapped, { kind: 'done', text, paddr: 1n })).toBe('the physical addresses differ')
    expect(whyDifferent(mapped, { kind: 'done', text, loaded: mapped.loaded! + 1n })).toContain('the access went elsewhere')
    expect(whyDifferent(mapped, { kind: 'done', text, mode: mapped.query.mode === 'user' ? 'kernel' : 'user' })).toBe('the access was made in the other mode')
    expect(whyDifferent(mapped, { kind: 'unbacked', text })).toBe('nothing is where the CPU went')
  })

  it('takes no answer that it does not know', () => {
    expect(whyDifferent(mapped, { kind: 'odd', text })).toBe('an answer that no access should have')
  })
})

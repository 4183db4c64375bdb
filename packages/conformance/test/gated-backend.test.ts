import { addrRange, va } from '@addrspace/memory-addr'
import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { MappingBackend } from '@addrspace/memory-set'
import { describe, expect, it } from 'vitest'
import { GatedBackend } from '../src/internal/gated-backend.ts'
import { SlicingBackend } from './fixtures/slicing-backend.ts'

const RANGE = addrRange(va(0), 0x1000n)
const open = (): 'through' => 'through'

/** Serves every piece itself, and says so. */
class WholeBackend extends MockBackend {
  slice(): this {
    return this
  }
}

describe('a gated backend', () => {
  it('is its own slice where the inner backend is', () => {
    const gated: MappingBackend<number, MockPageTable> = new GatedBackend(new WholeBackend(), open)
    expect(gated.slice?.(RANGE)).toBe(gated)
  })

  it('gates the slices of the inner backend', () => {
    const gated = new GatedBackend(new SlicingBackend(), () => false)
    expect(gated.slice?.(RANGE)).toBeInstanceOf(GatedBackend)
    expect(gated.slice?.(RANGE)).not.toBe(gated)
  })

  it('offers what the inner backend offers and nothing else', () => {
    const gated = new GatedBackend({ map: () => true, unmap: () => true, protect: () => true }, open)
    expect([gated.granule, gated.canMerge, gated.slice, gated.fault, gated.formatFlags]).toEqual([undefined, undefined, undefined, undefined, undefined])
    const writing: MappingBackend<number, null> = { map: () => true, unmap: () => true, protect: () => true, formatFlags: (flags) => `<${flags}>` }
    expect(new GatedBackend(writing, open).formatFlags?.(7)).toBe('<7>')
  })
})

// Backends called without a set around them, with what types would have kept out: named, and nothing has changed.
import { FrameBackend, LinearBackend } from '@addrspace/backend-paging'
import { pa, va } from '@addrspace/memory-addr'
import { READ } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { PAGE, world } from './support/world.ts'

const untyped = (value: unknown): never => value as never

describe.each([
  ['eager', new FrameBackend({ when: 'eager' })],
  ['on demand', new FrameBackend({ when: 'demand' })],
  ['linear', new LinearBackend(va(0), pa(0))],
] as const)('%s', (_, backend) => {
  it('names the argument that is none', () => {
    const { table } = world()
    const { tableCount } = table
    const answers = [
      ['start', () => backend.map(untyped(0x1000), PAGE, READ, table)],
      ['size', () => backend.map(va(0), untyped('4096'), READ, table)],
      ['flags', () => backend.map(va(0), PAGE, untyped(2 ** 32), table)],
      ['start', () => backend.unmap(untyped(null), PAGE, table)],
      ['size', () => backend.unmap(va(0), -PAGE, table)],
      ['start + size', () => backend.unmap(va(2n ** 64n - PAGE), 2n * PAGE, table)],
      ['start', () => backend.protect(untyped({}), PAGE, READ, table)],
      ['flags', () => backend.protect(va(0), PAGE, untyped(-1), table)],
      ['addr', () => backend.fault(untyped('0x1000'), 'read', READ, table)],
    ] as const
    for (const [name, call] of answers) expect(call).toThrow(`"${name}" must be `)
    expect(table.tableCount).toBe(tableCount)
  })
})

describe('the options of a frame backend', () => {
  it('are named', () => {
    expect(() => new FrameBackend(untyped(undefined))).toThrow('"options" must be an object with "when", got undefined')
    expect(() => new FrameBackend({ when: untyped(1n) })).toThrow('"when" must be eager or demand, got bigint')
  })
})

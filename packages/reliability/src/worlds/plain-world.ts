/** Worlds without pages: the null backend, and the mock with its runs of flags. Neither table can roll back. */

import { MockBackend, MockPageTable, NullBackend } from '@addrspace/backend-mock'
import { bitsPermit } from '@addrspace/conformance'
import { va } from '@addrspace/memory-addr'
import { MemorySet } from '@addrspace/memory-set'

import { InjectedBackend } from './injected-backend.ts'
import { Injector } from './injector.ts'
import { areasOf, flagsEqualOf } from './set-state.ts'
import type { AnyBackend, Backing, World, WorldOptions } from './world.ts'

/** 0 is a value like any other. */
const FLAGS: readonly number[] = [0, 1, 3, 5, 255]
const MIDDLE = 1n << 30n
const REACH = 4096n

export function openPlainWorld(name: 'null' | 'mock', options: WorldOptions): World {
  const { merge = 'never' } = options
  const injector = new Injector()
  const table = new MockPageTable()
  const inner = (): AnyBackend => (name === 'null' ? new NullBackend() : new MockBackend())
  const backends = new Map<Backing, AnyBackend>([
    ['plain', new InjectedBackend(inner(), injector, 'plain')],
    ['other', new InjectedBackend(inner(), injector, 'other')],
    ['sliced', new InjectedBackend(inner(), injector, 'sliced', 'sliced')],
  ])
  const permits = (flags: number, access: 'read' | 'write' | 'exec'): boolean => !injector.visit('callback') && bitsPermit(flags, access)
  const set = new MemorySet<number, unknown>({ pageTable: table, permits, flagsEqual: flagsEqualOf(injector), merge })
  const contents = (): string => `${areasOf(set)}\n${table.toString()}`
  return {
    name, set, injector, backends, flags: FLAGS, unit: 1n, machine: undefined, mock: name === 'mock' ? table : undefined,
    window: { start: va(MIDDLE - REACH), end: MIDDLE + REACH },
    contents,
    state: contents,
  }
}

/**
 * The methods of the backends that come with the library, called without a set around them.
 */

import { FailingBackend, FailPlan, MockBackend, MockPageTable, RecordingBackend } from '@addrspace/backend-mock'
import { FrameBackend, LinearBackend } from '@addrspace/backend-paging'
import { pa, va } from '@addrspace/memory-addr'
import type { MappingBackend } from '@addrspace/memory-set'
import { parseFlags } from '@addrspace/page-table'
import { parametersOf, type PublicCall } from './calls.ts'
import { smallTable, tableState } from './small-table.ts'
import { choiceOf, FLAGS, SIZE, WORD, type ParameterKind } from './wrong-values.ts'

const NUMBER: ParameterKind = { values: [], isRight: (value) => typeof value === 'number' }

/** A backend with something mapped from 0x10_0000 on, and its table. */
interface World {
  readonly backend: MappingBackend<never, never>
  readonly table: unknown
  readonly state: () => string
}

const MAPPED = 0x10_0000n
const FREE = 0x11_0000n

function callsOf(name: string, flags: ParameterKind, someFlags: unknown, open: () => World): PublicCall[] {
  const on = (verb: string, kinds: Readonly<Record<string, ParameterKind>>, args: readonly unknown[], call: (world: World, ...given: readonly never[]) => unknown): PublicCall => ({
    name: `${name}.${verb}`,
    parameters: parametersOf(kinds),
    prepare() {
      const world = open()
      return { args, call: (...given) => call(world, ...(given as never[])) === false ? { reason: 'no' } : call, state: world.state }
    },
  })
  const table = ({ table: its }: World): never => its as never
  return [
    on('map', { '0 start': WORD, '1 size': SIZE, '2 flags': flags }, [FREE, 0x1000n, someFlags], (world, start: never, size: never, given: never) => world.backend.map(start, size, given, table(world))),
    on('unmap', { '0 start': WORD, '1 size': SIZE }, [MAPPED, 0x1000n], (world, start: never, size: never) => world.backend.unmap(start, size, table(world))),
    on('protect', { '0 start': WORD, '1 size': SIZE, '2 lags': flags }, [MAPPED, 0x1000n, someFlags], (world, start: never, size: never, given: never) => world.backend.protect(start, size, given, table(world))),
    on('fault', { '0 addr': WORD }, [MAPPED], (world, addr: never) => world.backend.fault?.(addr, 'read', someFlags as never, table(world))),
  ]
}

function overTable(make: () => MappingBackend<never, never>): () => World {
  return () => {
    const small = smallTable()
    const backend = make()
    backend.map(va(MAPPED), 0x2000n, parseFlags('rw') as never, small.table as never)
    return { backend, table: small.table, state: () => tableState(small) }
  }
}

function overMock(wrap: (inner: MockBackend) => MappingBackend<number, MockPageTable>): () => World {
  return () => {
    const table = new MockPageTable()
    const backend = wrap(new MockBackend())
    backend.map(va(MAPPED), 0x2000n, 3, table)
    return { backend: backend, table, state: () => table.toString() }
  }
}

export const BACKEND_CALLS: readonly PublicCall[] = [
  ...callsOf('FrameBackend eager', FLAGS, parseFlags('rw'), overTable(() => new FrameBackend({ when: 'eager' }))),
  ...callsOf('FrameBackend on demand', FLAGS, parseFlags('rw'), overTable(() => new FrameBackend({ when: 'demand' }))),
  ...callsOf('LinearBackend', FLAGS, parseFlags('rw'), overTable(() => new LinearBackend(va(0), pa(0)))),
  ...callsOf('MockBackend', NUMBER, 1, overMock((inner) => inner)),
  ...callsOf('RecordingBackend', NUMBER, 1, overMock((inner) => new RecordingBackend(inner))),
  ...callsOf('FailingBackend', NUMBER, 1, overMock((inner) => new FailingBackend(inner, new FailPlan()))),
  { name: 'new LinearBackend', parameters: parametersOf({ '0 virt': WORD, '1 phys': WORD }), prepare: () => ({ args: [0n, 0n], call: (virt, phys) => new LinearBackend(virt as never, phys as never) }) },
  {
    name: 'new FrameBackend',
    parameters: parametersOf({ '0 options': { values: [], isRight: () => false }, '0.when when': { ...choiceOf('eager', 'demand'), isRight: (value) => value === 'eager' || value === 'demand' } }),
    prepare: () => ({ args: [{ when: 'eager' }], call: (options) => new FrameBackend(options as never) }),
  },
]


/**
 * What is done to the toy machine in every order: enough to map, cut, split, share and empty its tables. Its huge leaves are
 * 8 pages; the ranges meet around the border of two tables at page 8, and reach up to page 20.
 *
 *     page      0       4   6 7 8 9 10  12      16      20
 *     tables    [----------------)[----------------)[------
 *     alloc                   [===)
 *     alloc                     [===)
 *     demand              [=======)             [=)
 *     linear                      [=============)             a huge leaf
 *     linear            [=============================)       one with small leaves on both sides
 */

import { va } from '@addrspace/memory-addr'

import type { Change } from '../model/command.ts'
import { addressOfCell, type Layout } from '../model/layout.ts'
import type { Operation } from '../worlds/operation.ts'
import type { Backing } from '../worlds/world.ts'

/** A change, or several as one. */
export type Step = Change | { readonly op: 'transaction'; readonly changes: readonly Change[]; readonly outcome: 'commit' | 'refuse' | 'throw' }

const RW = 0b1011
const R = 0b1001
const WRITE = 0b0010
const NONE = 0

export const STEPS: readonly Step[] = [
  { op: 'map', start: 7, end: 9, bits: RW, backing: 'alloc', onOverlap: 'refuse' },
  { op: 'map', start: 8, end: 10, bits: R, backing: 'alloc', onOverlap: 'replace' },
  { op: 'map', start: 6, end: 10, bits: RW, backing: 'demand', onOverlap: 'replace' },
  { op: 'map', start: 16, end: 17, bits: R, backing: 'demand', onOverlap: 'refuse' },
  { op: 'map', start: 8, end: 16, bits: RW, backing: 'linear 0', onOverlap: 'replace' },
  { op: 'map', start: 4, end: 20, bits: R, backing: 'linear 0', onOverlap: 'refuse' },
  { op: 'unmap', start: 7, end: 8 },
  { op: 'unmap', start: 8, end: 9 },
  { op: 'unmap', start: 9, end: 17 },
  { op: 'clear' },
  { op: 'protect', start: 8, end: 9, bits: R, holes: 'skip' },
  { op: 'protect', start: 6, end: 16, bits: RW, mask: WRITE, holes: 'skip' },
  { op: 'protect', start: 7, end: 12, bits: NONE, holes: 'skip' },
  { op: 'protect', start: 8, end: 10, bits: RW, holes: 'refuse' },
  { op: 'fault', at: 7, offset: 0n, access: 'write' },
  { op: 'fault', at: 9, offset: 0xfffn, access: 'read' },
  { op: 'fault', at: 16, offset: 0n, access: 'read' },
  {
    op: 'transaction', outcome: 'commit',
    changes: [{ op: 'unmap', start: 8, end: 9 }, { op: 'map', start: 8, end: 9, bits: RW, backing: 'alloc', onOverlap: 'refuse' }],
  },
  // What goes in pieces of different sizes is told as one.
  {
    op: 'transaction', outcome: 'commit',
    changes: [{ op: 'unmap', start: 6, end: 16 }, { op: 'map', start: 9, end: 10, bits: RW, backing: 'alloc', onOverlap: 'refuse' }, { op: 'unmap', start: 9, end: 10 }],
  },
  {
    op: 'transaction', outcome: 'throw',
    changes: [{ op: 'map', start: 8, end: 16, bits: R, backing: 'linear 0', onOverlap: 'replace' }, { op: 'protect', start: 10, end: 11, bits: RW, holes: 'skip' }],
  },
]

/** The same for the set of a world. */
export function operationOf(layout: Layout, step: Step): Operation {
  switch (step.op) {
    case 'clear':
      return { verb: 'clear' }
    case 'fault':
      return { verb: 'fault', start: va(addressOfCell(layout, step.at) + step.offset), access: step.access }
    case 'transaction':
      return { verb: 'transaction', operations: step.changes.map((change) => operationOf(layout, change)), outcome: step.outcome }
    default: {
      const place = { start: va(addressOfCell(layout, step.start)), size: BigInt(step.end - step.start) * layout.unit }
      if (step.op === 'unmap') return { verb: 'unmap', ...place }
      if (step.op === 'map') return { verb: 'map', ...place, backing: BACKINGS[step.backing]!, flags: step.bits, onOverlap: step.onOverlap }
      return { verb: 'protect', ...place, flags: step.bits, ...(step.mask !== undefined && { mask: step.mask }), holes: step.holes }
    }
  }
}

const BACKINGS: Readonly<Partial<Record<string, Backing>>> = { 'alloc': 'eager', 'demand': 'demand', 'linear 0': 'linear' }

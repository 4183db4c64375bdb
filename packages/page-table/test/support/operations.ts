// Operations as data, so that tests can make all sequences of them and carry each out on a page table
// and on the model.
import { pa } from '@addrspace/memory-addr'
import type { MappingFlags, PageTable, PageTableResult } from '@addrspace/page-table'

import type { Model } from './model.ts'
import { PAGE, vaddrOf } from './world.ts'

export type Operation =
  | { readonly verb: 'map'; readonly from: number; readonly count: number; readonly frame: number; readonly flags: MappingFlags; readonly maxLeafLevel?: number }
  | { readonly verb: 'unmap'; readonly from: number; readonly count: number; readonly holes: 'refuse' | 'skip' }
  | { readonly verb: 'protect'; readonly from: number; readonly count: number; readonly flags: MappingFlags; readonly holes: 'refuse' | 'skip' }
  | { readonly verb: 'remap'; readonly from: number; readonly frame: number }

export type Halves = 'sign-extended' | 'two-roots'

/** Flags are to be ones that the toy grants as they are. */
export function act<C>(table: PageTable<C>, operation: Operation, halves: Halves = 'sign-extended'): PageTableResult {
  const vaddr = vaddrOf(operation.from, halves)
  switch (operation.verb) {
    case 'map':
      return table.map(vaddr, BigInt(operation.count) * PAGE, pa(BigInt(operation.frame) * PAGE), operation.flags, { maxLeafLevel: operation.maxLeafLevel ?? 2 })
    case 'unmap':
      return table.unmap(vaddr, BigInt(operation.count) * PAGE, { holes: operation.holes })
    case 'protect':
      return table.protect(vaddr, BigInt(operation.count) * PAGE, operation.flags, { holes: operation.holes })
    case 'remap':
      return table.remap(vaddr, pa(BigInt(operation.frame) * PAGE))
  }
}

/** What the operation makes of a model, or undefined if it is to be refused. */
export function actOnModel(model: Model, operation: Operation): Model | undefined {
  switch (operation.verb) {
    case 'map':
      return model.map(operation.from, operation.count, operation.frame, operation.flags, operation.maxLeafLevel)
    case 'unmap':
      return model.unmap(operation.from, operation.count, operation.holes)
    case 'protect':
      return model.protect(operation.from, operation.count, operation.flags, operation.holes)
    case 'remap':
      return model.remap(operation.from, operation.frame)
  }
}

export function showOperation(operation: Operation): string {
  return Object.values(operation).join(' ')
}

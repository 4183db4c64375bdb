/** What is done to the set of a world, as plain data: so that it can be done again, and shown. */

import { formatHex, type VirtAddr } from '@addrspace/memory-addr'
import { MappingError, type Access, type MappingResult } from '@addrspace/memory-set'

import type { Backing, World } from './world.ts'

interface Place {
  readonly start: VirtAddr
  /** In bytes. */
  readonly size: bigint
}

export type Operation =
  | (Place & { readonly verb: 'map'; readonly backing: Backing; readonly flags: number; readonly onOverlap: 'refuse' | 'replace'; readonly guard?: bigint })
  | (Place & { readonly verb: 'unmap' })
  /** With a mask, only these bits are changed, and areas in which they are as wanted are left alone. */
  | (Place & { readonly verb: 'protect'; readonly flags: number; readonly mask?: number; readonly holes: 'skip' | 'refuse' })
  | { readonly verb: 'clear' }
  | { readonly verb: 'fault'; readonly start: VirtAddr; readonly access: Access }
  /** All of them, or none; ended as told. */
  | { readonly verb: 'transaction'; readonly operations: readonly Operation[]; readonly outcome: 'commit' | 'refuse' | 'throw' }

/** What a transaction that is to throw throws. */
export class GivenUp extends Error {
  override readonly name: string = 'GivenUp'
}

/** Does it; a function of the calling program that is called on the way is a callback that may fail. */
export function perform(world: World, operation: Operation): MappingResult<unknown> {
  const { set, injector } = world
  switch (operation.verb) {
    case 'map': {
      const { start, size, backing, flags, onOverlap, guard } = operation
      return set.map(start, size, flags, world.backends.get(backing)!, guard === undefined ? { onOverlap } : { onOverlap, guards: { below: guard, above: guard } })
    }
    case 'unmap':
      return set.unmap(operation.start, operation.size)
    case 'protect': {
      const { start, size, flags, mask, holes } = operation
      const update = (old: number): number | undefined => {
        injector.visit('callback')
        if (mask === undefined) return flags
        const changed = (old & ~mask) | (flags & mask)
        return changed === old ? undefined : changed
      }
      return set.protect(start, size, update, { holes })
    }
    case 'clear':
      return set.clear()
    case 'fault':
      return set.fault(operation.start, operation.access)
    case 'transaction':
      return set.transaction(() => {
        for (const inner of operation.operations) {
          injector.visit('callback')
          const result = perform(world, inner)
          if (!result.ok) return result
        }
        injector.visit('callback')
        if (operation.outcome === 'throw') throw new GivenUp('given up')
        if (operation.outcome === 'refuse') return { ok: false, error: new MappingError('hole', 'given up') }
        return { ok: true, value: undefined }
      })
  }
}

export function showOperation(operation: Operation): string {
  switch (operation.verb) {
    case 'clear':
      return 'clear'
    case 'fault':
      return `fault ${formatHex(operation.start)} ${operation.access}`
    case 'transaction':
      return `transaction { ${operation.operations.map(showOperation).join('; ')} } ${operation.outcome}`
    default: {
      const { verb, start, size, ...rest } = operation
      return `${verb} ${formatHex(start)}+${formatHex(size)} ${Object.values(rest).slice(1).map(String).join(' ')}`.trim()
    }
  }
}

/**
 * A backend that shows every call to an injector before it makes it. Its sliced form asks the injector for slices and
 * merges as well: every piece has an object of its own, and pieces of one origin may merge.
 */

import type { AddrRange, VirtAddr } from '@addrspace/memory-addr'
import { formatHex } from '@addrspace/memory-addr'
import type { Access, BackendAnswer, FaultAnswer, MappingBackend, MemoryArea } from '@addrspace/memory-set'

import type { Injector } from './injector.ts'

export class InjectedBackend<P> implements MappingBackend<number, P> {
  readonly inner: MappingBackend<number, P>
  /** Its kind, and of a slice its range: what the state of a world tells it by. */
  readonly label: string
  readonly granule?: bigint
  readonly canMerge?: (left: MemoryArea<number, P>, right: MemoryArea<number, P>) => boolean
  readonly slice?: (range: AddrRange<VirtAddr>) => MappingBackend<number, P>
  readonly #injector: Injector

  constructor(inner: MappingBackend<number, P>, injector: Injector, label: string, pieces: 'shared' | 'sliced' = 'shared') {
    this.inner = inner
    this.label = label
    this.#injector = injector
    if (inner.granule !== undefined) this.granule = inner.granule
    if (pieces === 'shared') return
    const kind = label.split(' ')[0]!
    this.slice = ({ start, end }) => {
      injector.visit('callback')
      return new InjectedBackend(inner, injector, `${kind} ${formatHex(start)}-${formatHex(end)}`, 'sliced')
    }
    this.canMerge = (left, right) => {
      injector.visit('callback')
      return innerOf(left) === innerOf(right)
    }
  }

  map(start: VirtAddr, size: bigint, flags: number, pageTable: P): BackendAnswer {
    return this.#injector.visit('call') ? { reason: 'out-of-frames' } : this.inner.map(start, size, flags, pageTable)
  }

  unmap(start: VirtAddr, size: bigint, pageTable: P): BackendAnswer {
    return this.#injector.visit('call') ? false : this.inner.unmap(start, size, pageTable)
  }

  protect(start: VirtAddr, size: bigint, newFlags: number, pageTable: P): BackendAnswer {
    return this.#injector.visit('call') ? { reason: 'out-of-frames' } : this.inner.protect(start, size, newFlags, pageTable)
  }

  fault(addr: VirtAddr, access: Access, flags: number, pageTable: P): FaultAnswer {
    return this.#injector.visit('call') ? { reason: 'out-of-frames' } : this.inner.fault?.(addr, access, flags, pageTable) ?? { reason: 'not-mapped' }
  }
}

function innerOf<P>({ backend }: MemoryArea<number, P>): unknown {
  return backend instanceof InjectedBackend ? backend.inner : backend
}

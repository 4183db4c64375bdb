/**
 * A backend behind a gate: every call is shown to the gate first, which lets it through, refuses it, or throws. A refused
 * call never reaches the backend, so a gated backend keeps every law that its inner one keeps.
 */

import type { AddrRange, VirtAddr } from '@addrspace/memory-addr'
import type { Access, BackendAnswer, BackendRefusal, FaultAnswer, MappingBackend, MemoryArea } from '@addrspace/memory-set'

/** A call of a backend, before it is made. */
export interface BackendCall<F> {
  /** The method called. */
  readonly verb: 'map' | 'unmap' | 'protect' | 'fault'
  /** The first address; of a fault, the address accessed. */
  readonly start: bigint
  /** Bytes; 1 for a fault. */
  readonly size: bigint
  /** Of `map` and `protect`. */
  readonly flags?: F
}

/** What becomes of a call: through, or refused with this. May throw instead. */
export type Gate<F> = (call: BackendCall<F>) => 'through' | false | BackendRefusal

/** Puts a gate in front of a backend. The optional members are there exactly where the inner backend has them. */
export class GatedBackend<F, P> implements MappingBackend<F, P> {
  readonly inner: MappingBackend<F, P>
  readonly granule?: bigint
  readonly canMerge?: (left: MemoryArea<F, P>, right: MemoryArea<F, P>) => boolean
  readonly slice?: (range: AddrRange<VirtAddr>) => MappingBackend<F, P>
  readonly formatFlags?: (flags: F) => string
  readonly fault?: (addr: VirtAddr, access: Access, flags: F, pageTable: P) => FaultAnswer
  readonly gate: Gate<F>

  /** `granule` replaces the inner backend's own by a multiple of it. */
  constructor(inner: MappingBackend<F, P>, gate: Gate<F>, granule: bigint | undefined = inner.granule) {
    this.inner = inner
    this.gate = gate
    if (granule !== undefined) this.granule = granule
    if (inner.canMerge) {
      this.canMerge = (left, right) =>
        this.#isBehindSameGate(left) && this.#isBehindSameGate(right) && (inner.canMerge?.(inside(left), inside(right)) ?? false)
    }
    if (inner.slice) {
      this.slice = (range) => {
        const slice = inner.slice?.(range) ?? inner
        // A backend that is its own slice stays one object, or neighbours would no longer merge.
        return slice === inner ? this : new GatedBackend(slice, gate, granule)
      }
    }
    if (inner.formatFlags) this.formatFlags = (flags) => inner.formatFlags?.(flags) ?? String(flags)
    if (inner.fault) {
      this.fault = (addr, access, flags, pageTable) => {
        const answer = gate({ verb: 'fault', start: addr, size: 1n })
        if (answer === false) return { reason: 'not-expressible' }
        return answer === 'through' ? inner.fault?.(addr, access, flags, pageTable) ?? 'present' : answer
      }
    }
  }

  map(start: VirtAddr, size: bigint, flags: F, pageTable: P): BackendAnswer {
    const answer = this.gate({ verb: 'map', start, size, flags })
    return answer === 'through' ? this.inner.map(start, size, flags, pageTable) : answer
  }

  unmap(start: VirtAddr, size: bigint, pageTable: P): BackendAnswer {
    const answer = this.gate({ verb: 'unmap', start, size })
    return answer === 'through' ? this.inner.unmap(start, size, pageTable) : answer
  }

  protect(start: VirtAddr, size: bigint, newFlags: F, pageTable: P): BackendAnswer {
    const answer = this.gate({ verb: 'protect', start, size, flags: newFlags })
    return answer === 'through' ? this.inner.protect(start, size, newFlags, pageTable) : answer
  }

  /** Two gates over one backend stand for two backends. */
  #isBehindSameGate({ backend }: MemoryArea<F, P>): boolean {
    return backend instanceof GatedBackend && backend.gate === this.gate
  }
}

/** The same area with the inner backend, which may know only its own kind. */
function inside<F, P>(area: MemoryArea<F, P>): MemoryArea<F, P> {
  const { backend } = area
  const inner = isGated(backend) ? backend.inner : backend
  return new Proxy(area, {
    get(target, key): unknown {
      if (key === 'backend') return inner
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

function isGated<F, P>(backend: MappingBackend<F, P>): backend is GatedBackend<F, P> {
  return backend instanceof GatedBackend
}

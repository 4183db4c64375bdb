// What the recorder and the plan of failures have in common: a backend around another one that
// sees every call before and after, and offers exactly what the inner one offers.
import type { AddrRange, AnyAddr } from '@addrspace/memory-addr'
import type { Access, BackendAnswer, FaultAnswer, MappingBackend } from '@addrspace/memory-set'

/** One call of a backend, without its answer. */
export interface BackendCall<F, A extends AnyAddr> {
  /** The method called. */
  readonly verb: 'map' | 'unmap' | 'protect' | 'fault'
  /** The first address; of a fault, the address accessed. */
  readonly start: A
  /** In bytes; 1 for a fault. */
  readonly size: bigint
  /** The flags to be given, or the area's for a fault; absent for an unmap. */
  readonly flags?: F
}

/** A backend around another one, with the same granule and exactly its optional methods. Slices are wrapped as well. */
export abstract class WrappedBackend<F, P, A extends AnyAddr> implements MappingBackend<F, P, A> {
  /** The backend that does the work. */
  readonly inner: MappingBackend<F, P, A>
  readonly granule?: bigint
  readonly canMerge?: NonNullable<MappingBackend<F, P, A>['canMerge']>
  readonly slice?: (range: AddrRange<A>) => MappingBackend<F, P, A>
  readonly formatFlags?: (flags: F) => string
  readonly fault?: NonNullable<MappingBackend<F, P, A>['fault']>

  /** Looks once which optional methods `inner` has. */
  constructor(inner: MappingBackend<F, P, A>) {
    this.inner = inner
    if (inner.granule !== undefined) this.granule = inner.granule
    if (inner.canMerge !== undefined) this.canMerge = (left, right) => inner.canMerge?.(left, right) === true
    if (inner.slice !== undefined) this.slice = (range) => this.#wrapSlice(inner.slice?.(range) ?? inner)
    if (inner.formatFlags !== undefined) this.formatFlags = (flags) => inner.formatFlags?.(flags) ?? String(flags)
    if (inner.fault !== undefined) this.fault = (addr, access, flags, pageTable) => this.#fault(addr, access, flags, pageTable)
  }

  map(start: A, size: bigint, flags: F, pageTable: P): BackendAnswer {
    return this.around({ verb: 'map', start, size, flags }, () => this.inner.map(start, size, flags, pageTable))
  }

  unmap(start: A, size: bigint, pageTable: P): BackendAnswer {
    return this.around({ verb: 'unmap', start, size }, () => this.inner.unmap(start, size, pageTable))
  }

  protect(start: A, size: bigint, newFlags: F, pageTable: P): BackendAnswer {
    return this.around({ verb: 'protect', start, size, flags: newFlags }, () => this.inner.protect(start, size, newFlags, pageTable))
  }

  /** The same wrapping around another backend, for a slice. */
  protected abstract wrap(inner: MappingBackend<F, P, A>): WrappedBackend<F, P, A>

  /** Sees a call, and lets it happen or answers itself. */
  protected abstract around<R extends BackendAnswer | FaultAnswer>(call: BackendCall<F, A>, perform: () => R): R | BackendAnswer

  /** An inner backend that is its own slice stays one object outside, too: pieces with the same object merge. */
  #wrapSlice(slice: MappingBackend<F, P, A>): MappingBackend<F, P, A> {
    return slice === this.inner ? this : this.wrap(slice)
  }

  #fault(addr: A, access: Access, flags: F, pageTable: P): FaultAnswer {
    const perform = (): FaultAnswer => this.inner.fault?.(addr, access, flags, pageTable) ?? { reason: 'not-mapped' }
    const answer = this.around({ verb: 'fault', start: addr, size: 1n, flags }, perform)
    return typeof answer === 'boolean' ? { reason: 'not-mapped' } : answer
  }
}

/**
 * How a broken set tampers with the backends it is given: what the set calls is a stand-in that looks like the backend
 * itself, so that a case notices what is done and not who does it.
 */

import type { BackendAnswer } from '@addrspace/memory-set'
import type { MockOf } from './base.ts'

/** What is different about the stand-in. */
export interface BackendChange {
  /** What becomes of a call; `perform` makes it. */
  readonly call?: (verb: 'map' | 'unmap' | 'protect', perform: () => BackendAnswer) => BackendAnswer
  readonly granule?: bigint
  readonly canMerge?: () => boolean
}

/** Makes stand-ins, the same one for the same backend. */
export class BackendChanger {
  readonly #change: BackendChange
  readonly #known = new WeakMap<MockOf, MockOf>()

  constructor(change: BackendChange) {
    this.#change = change
  }

  /** The stand-in for a backend. */
  of(backend: MockOf): MockOf {
    const known = this.#known.get(backend) ?? this.#standIn(backend)
    this.#known.set(backend, known)
    return known
  }

  #standIn(backend: MockOf): MockOf {
    const { call = (_verb, perform) => perform(), ...members } = this.#change
    const changed = new Map<string | symbol, unknown>(Object.entries({
      ...members,
      map: (...request: Parameters<MockOf['map']>) => call('map', () => backend.map(...request)),
      unmap: (...request: Parameters<MockOf['unmap']>) => call('unmap', () => backend.unmap(...request)),
      protect: (...request: Parameters<MockOf['protect']>) => call('protect', () => backend.protect(...request)),
    }))
    return new Proxy(backend, {
      get: (target, key): unknown => (changed.has(key) ? changed.get(key) : Reflect.get(target, key, target)),
    })
  }
}

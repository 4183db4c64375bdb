// What an area is besides its bounds: flags, backend, guards. A leaf of the index stores only the
// small id of such a record, and equal records are shared, so that an area costs no object. A
// record has an id while at least one entry of one leaf holds it; the count goes by entries, so
// a leaf copied for a snapshot counts again.
import type { AnyAddr } from '@addrspace/memory-addr'

import type { MappingBackend } from '../backend.ts'

/** Bytes next to an area that searches for free space keep clear; maps at a fixed place ignore them. */
export interface Guards {
  /** Bytes below the start that free searches keep clear. */
  readonly below: bigint
  /** Bytes from the end on that free searches keep clear. */
  readonly above: bigint
}

export const NO_GUARDS: Guards = Object.freeze({ below: 0n, above: 0n })

export class AreaAttributes<F, P, A extends AnyAddr> {
  declare readonly flags: F
  declare readonly backend: MappingBackend<F, P, A>
  declare readonly guards: Guards
  /** The id in the table, or -1 while no entry holds this record. */
  id: number = -1
  /** The number of entries that hold this record. */
  holders: number = 0

  constructor(flags: F, backend: MappingBackend<F, P, A>, guards: Guards) {
    this.flags = flags
    this.backend = backend
    this.guards = guards
  }
}

export class AttributeTable<F, P, A extends AnyAddr> {
  readonly #records: (AreaAttributes<F, P, A> | undefined)[] = []
  readonly #freeIds: number[] = []
  readonly #shared = new Map<MappingBackend<F, P, A>, Map<F, AreaAttributes<F, P, A>>>()
  /** How many records in use have guards. */
  guarded = 0
  #last: AreaAttributes<F, P, A> | undefined = undefined
  /**
   * The record that lost its last holder most recently: it keeps its id until another does, since
   * what is unmapped is often mapped again.
   */
  #idle: AreaAttributes<F, P, A> | undefined = undefined

  /** A record with these attributes: a shared one if entries hold one, otherwise a new one without an id. */
  lookup(flags: F, backend: MappingBackend<F, P, A>, guards: Guards): AreaAttributes<F, P, A> {
    // Guards are rare and compared by value; such records are simply not shared.
    if (guards !== NO_GUARDS) return new AreaAttributes(flags, backend, guards)
    const last = this.#last
    if (last !== undefined && last.backend === backend && Object.is(last.flags, flags)) return last
    const known = this.#shared.get(backend)?.get(flags)
    // A Map takes 0 and -0 for the same key; flags are told apart as Object.is does.
    const record = known !== undefined && Object.is(known.flags, flags) ? known : new AreaAttributes(flags, backend, guards)
    this.#last = record
    return record
  }

  at(id: number): AreaAttributes<F, P, A> {
    return this.#records[id]!
  }

  /** Counts one more entry that holds the record, and gives its id. */
  retain(record: AreaAttributes<F, P, A>): number {
    if (record.holders++ === 0) {
      if (record === this.#idle) this.#idle = undefined
      else this.#enter(record)
    }
    return record.id
  }

  release(id: number): void {
    const record = this.#records[id]!
    if (--record.holders > 0) return
    if (this.#idle !== undefined) this.#leave(this.#idle)
    this.#idle = record
  }

  #enter(record: AreaAttributes<F, P, A>): void {
    record.id = this.#freeIds.pop() ?? this.#records.length
    this.#records[record.id] = record
    if (record.guards !== NO_GUARDS) {
      this.guarded++
      return
    }
    let ofBackend = this.#shared.get(record.backend)
    if (ofBackend === undefined) this.#shared.set(record.backend, (ofBackend = new Map<F, AreaAttributes<F, P, A>>()))
    if (!ofBackend.has(record.flags)) ofBackend.set(record.flags, record)
  }

  #leave(record: AreaAttributes<F, P, A>): void {
    this.#records[record.id] = undefined
    this.#freeIds.push(record.id)
    record.id = -1
    if (record.guards !== NO_GUARDS) this.guarded--
    if (this.#last === record) this.#last = undefined
    const ofBackend = this.#shared.get(record.backend)
    if (ofBackend?.get(record.flags) !== record) return
    ofBackend.delete(record.flags)
    if (ofBackend.size === 0) this.#shared.delete(record.backend)
  }
}

// MemoryArea: what a set tells about one of its areas. A value: it stays true after later changes
// of the set, and costs no bigint until one of its bounds is asked for.
import { addrRange, checkWord, formatHex } from '@addrspace/memory-addr'
import type { AddrRange, AnyAddr, VirtAddr } from '@addrspace/memory-addr'

import type { MappingBackend } from './backend.ts'
import type { AreaAttributes, Guards } from './internal/attributes.ts'
import { addressOf } from './internal/bound.ts'
import { inspectAsText } from './internal/inspect.ts'

/** A contiguous run of virtual addresses with one backend and one flags value; never empty. */
export class MemoryArea<F, P, A extends AnyAddr = VirtAddr> {
  // Declared only: a field that is defined is first set to undefined, and areas are made at every lookup.
  declare private readonly startKey: number
  declare private readonly endKey: number
  /** That of the start in the low half, that of the end in the high one. */
  declare private readonly rests: number
  declare private readonly attributes: AreaAttributes<F, P, A>

  /** @internal Areas are made by sets. */
  constructor(startKey: number, endKey: number, rests: number, attributes: AreaAttributes<F, P, A>) {
    this.startKey = startKey
    this.endKey = endKey
    this.rests = rests
    this.attributes = attributes
  }

  /** The first address. */
  get start(): A {
    return addressOf(this.startKey, this.rests & 0xffff) as A
  }

  /** The address behind the last one, exclusive; up to 2^64. */
  get end(): bigint {
    return addressOf(this.endKey, this.rests >>> 16)
  }

  /** In bytes. */
  get size(): bigint {
    return this.end - this.start
  }

  /** Both bounds as one value. */
  get range(): AddrRange<A> {
    return addrRange(this.start, this.end)
  }

  /** The flags as the set was given them; the page table may grant more or less. */
  get flags(): F {
    return this.attributes.flags
  }

  /** What realises the area; pieces of a split share it, unless it offers `slice`. */
  get backend(): MappingBackend<F, P, A> {
    return this.attributes.backend
  }

  /** Bytes next to the area that free searches keep clear and fixed maps ignore. */
  get guards(): Guards {
    return this.attributes.guards
  }

  /**
   * Whether an address lies in [start, end).
   *
   * @throws TypeError, RangeError if `addr` is not a 64-bit word
   */
  contains(addr: A): boolean {
    checkWord(addr, 'addr')
    return this.start <= addr && addr < this.end
  }

  /**
   * Whether both have the same bounds, equal flags, the same backend object and the same guards.
   *
   * @throws TypeError if `other` is no area
   */
  equals(other: MemoryArea<F, P, A>, flagsEqual: (a: F, b: F) => boolean = Object.is): boolean {
    checkArea(other)
    return (
      this.startKey === other.startKey &&
      this.endKey === other.endKey &&
      this.rests === other.rests &&
      this.backend === other.backend &&
      flagsEqual(this.flags, other.flags) &&
      this.guards.below === other.guards.below &&
      this.guards.above === other.guards.above
    )
  }

  /** For instance `0x1000-0x3000 rw`: start, exclusive end, flags as the backend writes them. */
  toString(): string {
    return `${formatHex(this.start)}-${formatHex(this.end)} ${printedBy(this.backend, this.flags) ?? printed(this.flags)}`
  }

  static {
    inspectAsText(this)
  }
}

function checkArea(other: unknown): void {
  if (!(other instanceof MemoryArea)) throw new TypeError(`"other" must be a MemoryArea, got ${other === null ? 'null' : typeof other}`)
}

/** Flags as the backend writes them, if it does. */
function printedBy<F, P, A extends AnyAddr>(backend: MappingBackend<F, P, A>, flags: F): string | undefined {
  try {
    const text: unknown = backend.formatFlags?.(flags)
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}

/** Flags are of any type, and what cannot be printed must not turn a refusal that names its area into a throw. */
function printed(flags: unknown): string {
  if (typeof flags !== 'object' || flags === null) return String(flags)
  try {
    return JSON.stringify(flags, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  } catch {
    return '[object Object]'
  }
}

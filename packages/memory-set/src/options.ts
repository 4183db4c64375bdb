// What the operations of a set can be told besides their arguments.
import type { Access } from './backend.ts'
import type { Guards } from './internal/attributes.ts'

/** What a set is made of; fixed for its life. */
export interface MemorySetOptions<F, P> {
  /** What the backends of all areas change; the set itself never looks into it. */
  readonly pageTable: P
  /** When flags are equal; default `Object.is`. Asked only to merge. */
  readonly flagsEqual?: (a: F, b: F) => boolean
  /** Whether flags permit an access; asked before a fault reaches the backend. Default: they do. */
  readonly permits?: (flags: F, access: Access) => boolean
  /** `equal-neighbours` merges adjacent areas of equal flags whose backend allows it, always; default `never`. */
  readonly merge?: 'never' | 'equal-neighbours'
}

/** How `map` treats what is there, and what is to stay free beside it. */
export interface MapOptions {
  /** What to do where areas lie in the range: refuse with `AlreadyExists` (default), or take their place. */
  readonly onOverlap?: 'refuse' | 'replace'
  /**
   * Bytes next to the area that free searches keep clear, as far as the next area: behind one that
   * a fixed map put into the guard, they search again.
   */
  readonly guards?: Partial<Guards>
}

/** How `protect` treats holes. */
export interface ProtectOptions {
  /** What to do where nothing is mapped in the range: skip it (default), or refuse before any change. */
  readonly holes?: 'skip' | 'refuse'
}

/**
 * The address space in which failing operations are tried: cut areas at both ends of each request, contained ones and a
 * hole in between, two backends, two flags.
 *
 *     0       8   12      16      20  24      32
 *     [---a---)[b-)        [---c--)[d-)[---e--)
 */

import type { MappingError, MappingResult, MemorySet } from '@addrspace/memory-set'
import { MappingError as SetError } from '@addrspace/memory-set'
import type { Bench } from '../bench.ts'
import { checkOk } from '../check.ts'

/** Maps the layout. */
export function mapLayout<F, P>(bench: Bench<F, P>, set: MemorySet<F, P>): void {
  checkOk(bench.map(set, 0, 8, 0), 'map a')
  checkOk(bench.map(set, 8, 12, 1, bench.other), 'map b')
  checkOk(bench.map(set, 16, 20, 0), 'map c')
  checkOk(bench.map(set, 20, 24, 1), 'map d')
  checkOk(bench.map(set, 24, 32, 0, bench.other), 'map e')
}

/** An operation on the layout that makes at least one backend call. */
export interface LayoutVerb {
  readonly name: string
  act<F, P>(bench: Bench<F, P>, set: MemorySet<F, P>): MappingResult
}

/** Every verb, in the ways that differ in what has to be undone. */
export const LAYOUT_VERBS: readonly LayoutVerb[] = [
  { name: 'map', act: (bench, set) => bench.map(set, 12, 16, 1) },
  {
    name: 'replacing map',
    act: (bench, set) => set.map(bench.at(4), bench.size(24), bench.flags(1), bench.backend, { onOverlap: 'replace' }),
  },
  {
    name: 'replacing map inside one area',
    act: (bench, set) => set.map(bench.at(2), bench.size(4), bench.flags(1), bench.other, { onOverlap: 'replace' }),
  },
  { name: 'unmap', act: (bench, set) => bench.unmap(set, 4, 28) },
  { name: 'unmap inside one area', act: (bench, set) => bench.unmap(set, 2, 4) },
  { name: 'unmap of the head', act: (bench, set) => bench.unmap(set, -4, 4) },
  { name: 'unmap of a whole area', act: (bench, set) => bench.unmap(set, 16, 20) },
  { name: 'protect', act: (bench, set) => flip(bench, set, 4, 28) },
  { name: 'protect inside one area', act: (bench, set) => flip(bench, set, 2, 4) },
  { name: 'clear', act: (_bench, set) => set.clear() },
  {
    name: 'transaction',
    act: (bench, set) => set.transaction(() => {
      const steps = [
        (): MappingResult => bench.unmap(set, 6, 18),
        (): MappingResult => bench.map(set, 6, 14, 1, bench.other),
        (): MappingResult => flip(bench, set, 2, 30),
        (): MappingResult => bench.unmap(set, 0, 10),
      ]
      for (const step of steps) {
        const result = step()
        if (!result.ok) return result
      }
      return { ok: true, value: undefined }
    }),
  },
]

/** Gives every area in [start, end) the other of two flags. */
export function flip<F, P>(bench: Bench<F, P>, set: MemorySet<F, P>, start: number, end: number): MappingResult {
  return set.protect(bench.at(start), bench.size(end - start), (flags) => bench.flags(1 - bench.flagsIndex(flags)))
}

/** A refusal such as a transaction's function may give. */
export function someRefusal(): { readonly ok: false; readonly error: MappingError } {
  return { ok: false, error: new SetError('hole', 'made up by the case') }
}

/**
 * Unmaps and protects that do something else.
 */

import type { PageTableInstance, TableLeaf, TableOutcome } from '@addrspace/conformance'
import type { Mutant } from '../mutant.ts'
import { entryOfX86, HUGE, PAGE, walkerMutant, X86_64 } from './base.ts'
import { inPieces } from './walker-map.ts'

const GIANT = 1n << 30n
/** A loop that never advances is given up after so many steps. */
const MOST_STEPS = 10_000

/** The huge leaf that a range cuts, if it cuts one. */
function cutLeaf(table: PageTableInstance, vaddr: bigint, size: bigint): (TableLeaf & { readonly base: bigint }) | undefined {
  for (const leaf of table.leaves(vaddr, vaddr + 1n)) {
    const base = vaddr - ((vaddr - leaf.start) % leaf.leafSize)
    if (leaf.leafSize > size) return { ...leaf, base, paddr: leaf.paddr + (base - leaf.start) }
  }
  return undefined
}

const allRefused = (outcome: TableOutcome, undo: () => TableOutcome): TableOutcome => {
  if (!outcome.ok) undo()
  return outcome
}

export const walkerChangeMutants: readonly Mutant[] = [
  walkerMutant(X86_64, { name: 'unmap-takes-neighbour', fault: 'an unmap of one page takes the next one too', meant: 'unmap/one' }, (table) => ({
    unmap(vaddr, size, options) {
      const outcome = table.unmap(vaddr, size, options)
      return outcome.ok && table.query(vaddr + size)?.size === PAGE ? table.unmap(vaddr + size, PAGE) : outcome
    },
  })),
  walkerMutant(X86_64, { name: 'never-advances', fault: 'an unmap that skips an absent page looks at it again and again', repeats: 'B23 coconut-svsm#1118', meant: 'unmap/absent' }, (table) => ({
    unmap(vaddr, size, options) {
      for (let step = 0; options?.holes === 'skip' && table.query(vaddr) === undefined; step++) if (step > MOST_STEPS) throw new Error(`no progress after ${step} steps`)
      return table.unmap(vaddr, size, options)
    },
  })),
  walkerMutant(X86_64, { name: 'stops-at-a-hole', fault: 'an unmap that skips holes ends at the first one', meant: 'unmap/over-holes' }, (table) => ({
    unmap(vaddr, size, options) {
      if (options?.holes !== 'skip') return table.unmap(vaddr, size, options)
      const first = table.leaves(vaddr, vaddr + size)[Symbol.iterator]().next().value as TableLeaf | undefined
      const end = first === undefined || first.start > vaddr ? vaddr : first.start + first.size
      return end > vaddr ? table.unmap(vaddr, end - vaddr < size ? end - vaddr : size, options) : { ok: true }
    },
  })),
  walkerMutant(X86_64, { name: 'refused-unmap-stays', fault: 'an unmap that is refused for a hole has unmapped the rest', meant: 'unmap/hole-late' }, (table) => ({
    unmap: (vaddr, size, options) => allRefused(table.unmap(vaddr, size, options), () => table.unmap(vaddr, size, { holes: 'skip' })),
  })),
  walkerMutant(X86_64, { name: 'unmap-takes-whole-leaf', fault: 'an unmap of a part of a huge leaf takes all of it', repeats: 'B13 page_table_multiarch', meant: 'unmap/part-of-huge-head' }, (table) => ({
    unmap(vaddr, size, options) {
      const leaf = cutLeaf(table, vaddr, size)
      return leaf === undefined ? table.unmap(vaddr, size, options) : table.unmap(leaf.base, leaf.leafSize)
    },
  })),
  walkerMutant(X86_64, { name: 'unmap-loses-rest', fault: 'an unmap inside a huge leaf loses what comes after it', repeats: 'B2 memory_set, in tables', meant: 'unmap/part-of-huge-mid' }, (table) => ({
    unmap(vaddr, size, options) {
      const leaf = cutLeaf(table, vaddr, size)
      return table.unmap(vaddr, leaf === undefined || leaf.base === vaddr ? size : leaf.base + leaf.leafSize - vaddr, options)
    },
  })),
  walkerMutant(X86_64, { name: 'unmap-forgets-tail', fault: 'an unmap at the end of a huge leaf takes its beginning', meant: 'unmap/part-of-huge-tail' }, (table) => ({
    unmap(vaddr, size, options) {
      const leaf = cutLeaf(table, vaddr, size)
      return table.unmap(leaf !== undefined && leaf.base + leaf.leafSize === vaddr + size ? leaf.base : vaddr, size, options)
    },
  })),
  walkerMutant(X86_64, { name: 'split-stride', fault: 'when a leaf above 2 MiB is split, its children lie 4 KiB apart', repeats: 'B22 asterinas#3920', meant: 'unmap/split-stride' }, (table) => ({
    unmap(vaddr, size, options) {
      const leaf = cutLeaf(table, vaddr, size)
      if (leaf?.leafSize !== GIANT) return table.unmap(vaddr, size, options)
      const { base, paddr, flags } = leaf
      const gone = table.unmap(base, GIANT)
      if (!gone.ok) return gone
      // A child's frame is cut to its size.
      const refilled = inPieces(base, GIANT, () => HUGE, (at, piece) => table.map(at, piece, paddr + ((at - base) / HUGE) * PAGE - ((((at - base) / HUGE) * PAGE) % HUGE), flags))
      return refilled.ok ? table.unmap(vaddr, size, options) : refilled
    },
  })),
  walkerMutant(X86_64, { name: 'page-by-page', fault: 'an unmap over a hole steps through its pages', repeats: 'B19 page_table_multiarch', meant: 'unmap/wide-hole-cost' }, (table) => ({
    unmap: (vaddr, size, options) => (options?.holes === 'skip' ? inPieces(vaddr, size, () => PAGE, (at, piece) => table.unmap(at, piece, options)) : table.unmap(vaddr, size, options)),
  })),
  walkerMutant(X86_64, { name: 'clears-present-only', fault: 'a pointer that goes loses its present bit and keeps the rest', meant: 'unmap/whole-space' }, (table) => ({
    unmap(vaddr, size, options) {
      const memory = table.memory!
      const slots = Array.from({ length: 512 }, (_, i) => memory.roots[0]! + 8n * BigInt(i))
      const before = slots.map((entry) => memory.readWord(entry))
      const outcome = table.unmap(vaddr, size, options)
      slots.forEach((entry, i) => {
        if (before[i] !== 0n && memory.readWord(entry) === 0n) memory.writeWord(entry, before[i]! & ~1n)
      })
      return outcome
    },
  })),
  walkerMutant(X86_64, { name: 'none-unmaps', fault: 'taking all access away unmaps the page and forgets its frame', repeats: 'B15 page_table_multiarch on AArch64', meant: 'protect/none-and-back' }, (table) => ({
    protect: (vaddr, size, flags, options) => (flags === '' ? table.unmap(vaddr, size, options) : table.protect(vaddr, size, flags, options)),
  })),
  walkerMutant(X86_64, { name: 'protect-takes-whole-leaf', fault: 'a protect of a part of a huge leaf changes all of it', repeats: 'B13 page_table_multiarch', meant: 'protect/part-of-huge-head' }, (table) => ({
    protect(vaddr, size, flags, options) {
      const leaf = cutLeaf(table, vaddr, size)
      return leaf === undefined ? table.protect(vaddr, size, flags, options) : table.protect(leaf.base, leaf.leafSize, flags)
    },
  })),
  walkerMutant(X86_64, { name: 'protect-changes-head', fault: 'a protect inside a huge leaf changes its beginning', meant: 'protect/part-of-huge-tail' }, (table) => ({
    protect: (vaddr, size, flags, options) => table.protect(cutLeaf(table, vaddr, size)?.base ?? vaddr, size, flags, options),
  })),
  walkerMutant(X86_64, { name: 'prefix-changed', fault: 'a protect that is refused for a hole has changed what comes before it', repeats: 'mprotect of Linux', meant: 'protect/hole' }, (table) => ({
    protect: (vaddr, size, flags, options) => allRefused(table.protect(vaddr, size, flags, options), () => table.protect(vaddr, size, flags, { holes: 'skip' })),
  })),
  walkerMutant(X86_64, { name: 'table-becomes-huge', fault: 'a protect of 2 MiB sets the bit of huge leaves in the entry, be it a table', repeats: 'B20 rust-osdev/x86_64', meant: 'protect/never-a-table' }, (table) => ({
    protect(vaddr, size, flags, options) {
      const outcome = table.protect(vaddr, size, flags, options)
      if (size === HUGE && vaddr % HUGE === 0n && table.query(vaddr) !== undefined) {
        const entry = entryOfX86(table, vaddr, 1)
        table.memory!.writeWord(entry, table.memory!.readWord(entry) | 0x80n)
      }
      return outcome
    },
  })),
  walkerMutant(X86_64, { name: 'huge-bit-lost', fault: 'a protect of a 2 MiB leaf loses the bit that makes it one', repeats: 'B23 coconut-svsm', meant: 'protect/each-pair' }, (table) => ({
    protect(vaddr, size, flags, options) {
      const outcome = table.protect(vaddr, size, flags, options)
      if (size === HUGE && table.query(vaddr)?.size === HUGE) {
        const entry = entryOfX86(table, vaddr, 1)
        table.memory!.writeWord(entry, table.memory!.readWord(entry) & ~0x80n)
      }
      return outcome
    },
  })),
  walkerMutant(X86_64, { name: 'splits-for-nothing', fault: 'a protect of a part of a huge leaf splits it, even where no flag changes', meant: 'protect/same-flags' }, (table) => ({
    protect(vaddr, size, flags, options) {
      const page = table.query(vaddr)
      if (page === undefined || page.size === size || page.flags !== flags) return table.protect(vaddr, size, flags, options)
      const split = table.protect(vaddr, size, flags === 'r' ? 'rw' : 'r')
      return split.ok ? table.protect(vaddr, size, flags) : split
    },
  })),
  walkerMutant(X86_64, { name: 'protect-drops-flags', fault: 'a protect as what cannot be expressed drops what is too much', meant: 'flags/refused-protect' }, (table) => ({
    protect: (vaddr, size, flags, options) => table.protect(vaddr, size, flags.replace('dn', 'd'), options),
  })),
]

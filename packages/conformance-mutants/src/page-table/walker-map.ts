/**
 * Maps and queries that do something else.
 */

import type { PageTableInstance, TableOutcome } from '@addrspace/conformance'
import type { Mutant } from '../mutant.ts'
import { AARCH64, changed, HUGE, PAGE, RISCV_SV39, walkerMutant, X86_64 } from './base.ts'

const OK: TableOutcome = { ok: true }
const SPACE = 1n << 64n
const UPPER = 0xffff_8000_0000_0000n
const lowered = (vaddr: bigint): bigint => vaddr & 0x7fff_ffff_ffffn

/** Does [start, start + size) in pieces; stops at the first refusal, and leaves what was done. */
export function inPieces(start: bigint, size: bigint, pieceAt: (at: bigint) => bigint, act: (at: bigint, piece: bigint) => TableOutcome): TableOutcome {
  for (let done = 0n; done < size; ) {
    const limit = pieceAt(start + done)
    const piece = limit < size - done ? limit : size - done
    const outcome = act(start + done, piece)
    if (!outcome.ok) return outcome
    done += piece
  }
  return OK
}

const isHugeRequest = (vaddr: bigint, size: bigint, paddr: bigint): boolean => vaddr % HUGE === 0n && size >= HUGE && paddr % HUGE === 0n

export const walkerMapMutants: readonly Mutant[] = [
  walkerMutant(X86_64, { name: 'query-forgets-offset', fault: 'a query tells the frame of the page, not of the byte', meant: 'map/base-4k' }, (table) => ({
    query(vaddr) {
      const mapping = table.query(vaddr)
      return mapping && { ...mapping, paddr: mapping.paddr & ~0xfffn }
    },
  })),
  walkerMutant(X86_64, { name: 'query-knows-one-size', fault: 'a query tells 4 KiB, whatever the size of the leaf is', repeats: 'B20 rust-osdev/x86_64#610', meant: 'map/each-leaf-size' }, (table) => ({
    query(vaddr) {
      const mapping = table.query(vaddr)
      return mapping && { ...mapping, size: PAGE }
    },
  })),
  walkerMutant(X86_64, { name: 'last-page-refused', fault: 'a range that ends at 2^64 is refused', repeats: 'B25 Unicorn#1590', meant: 'map/first-last-of-space' }, (table) => ({
    map: (vaddr, size, paddr, flags) => (vaddr + size === SPACE ? { ok: false, reason: 'non-canonical' } : table.map(vaddr, size, paddr, flags)),
  })),
  walkerMutant(AARCH64, { name: 'one-root', fault: 'the upper half is walked from the root of the lower one', repeats: 'AArch64 ports that know TTBR0 only', meant: 'map/halves-apart' }, (table) => ({
    map: (vaddr, size, paddr, flags) => table.map(lowered(vaddr), size, paddr, flags),
    query: (vaddr) => table.query(vaddr < UPPER && vaddr > 0xffff_ffff_ffffn ? vaddr : lowered(vaddr)),
  })),
  walkerMutant(X86_64, { name: 'one-address-per-frame', fault: 'a frame that is mapped already is refused at a second address', meant: 'map/alias' }, (table) => ({
    map: (vaddr, size, paddr, flags) => ([...table.leaves(0n, SPACE)].some((leaf) => leaf.paddr === paddr) ? { ok: false, reason: 'already-mapped' } : table.map(vaddr, size, paddr, flags)),
  })),
  walkerMutant(X86_64, { name: 'never-1g', fault: 'no leaf is larger than 2 MiB', meant: 'map/range-largest-leaves' }, (table) => ({
    map: (vaddr, size, paddr, flags) => (size > 1n << 32n ? table.map(vaddr, size, paddr, flags) : inPieces(vaddr, size, (at) => HUGE - (at % HUGE), (at, piece) => table.map(at, piece, paddr + (at - vaddr), flags))),
  })),
  walkerMutant(X86_64, { name: 'ragged-end-rounded', fault: 'a range whose end is ragged takes a huge leaf that reaches beyond it', meant: 'map/range-largest-leaves' }, (table) => ({
    map: (vaddr, size, paddr, flags) => table.map(vaddr, size > HUGE && (vaddr + size) % HUGE !== 0n && (paddr - vaddr) % HUGE === 0n ? size + HUGE - ((vaddr + size) % HUGE) : size, paddr, flags),
  })),
  walkerMutant(X86_64, { name: 'huge-on-small-frame', fault: 'a huge page gets a huge leaf although its frame is not aligned to one', repeats: 'B18 page_table_multiarch', meant: 'map/no-huge-on-small-frame' }, (table) => ({
    map: (vaddr, size, paddr, flags) => table.map(vaddr, size, vaddr % HUGE === 0n && size % HUGE === 0n ? paddr - (paddr % HUGE) : paddr, flags),
  })),
  walkerMutant(RISCV_SV39, { name: 'ends-with-the-table', fault: 'a range of pages ends where the table does', meant: 'map/across-tables' }, (table) => ({
    map: (vaddr, size, paddr, flags) => table.map(vaddr, size < HUGE && (vaddr % HUGE) + size > HUGE ? HUGE - (vaddr % HUGE) : size, paddr, flags),
  })),
  walkerMutant(X86_64, { name: 'carry-lost', fault: 'frames that go on beyond 4 GiB begin at 0 again', meant: 'map/carry' }, (table) => ({
    map(vaddr, size, paddr, flags) {
      const below = (1n << 32n) - paddr
      if (below <= 0n || below >= size) return table.map(vaddr, size, paddr, flags)
      return inPieces(vaddr, size, (at) => (at === vaddr ? below : size), (at, piece) => table.map(at, piece, at === vaddr ? paddr : 0n, flags))
    },
  })),
  walkerMutant(X86_64, { name: 'tables-in-the-way', fault: 'a huge page is refused where a table once was, empty or not', repeats: 'B17 page_table_multiarch', meant: 'map/huge-over-emptied' }, (table) => {
    const slots = new Set<bigint>()
    return {
      map(vaddr, size, paddr, flags) {
        if (isHugeRequest(vaddr, size, paddr) && slots.has(vaddr / HUGE)) return { ok: false, reason: 'already-mapped' }
        slots.add(vaddr / HUGE)
        return table.map(vaddr, size, paddr, flags)
      },
    }
  }),
  walkerMutant(X86_64, { name: 'aliases-the-hole', fault: 'an address that is not canonical is cut to one that is', repeats: 'page_table_multiarch, B26 unicorn.js#21', meant: 'map/non-canonical' }, (table) => ({
    map: (vaddr, size, paddr, flags) => table.map(BigInt.asUintN(64, BigInt.asIntN(48, vaddr)), size, paddr, flags),
  })),
  walkerMutant(X86_64, { name: 'frame-truncated', fault: 'a frame that is too wide is cut to the width', meant: 'map/frame-too-wide' }, (table) => ({
    map: (vaddr, size, paddr, flags) => table.map(vaddr, size, paddr & 0xf_ffff_ffff_ffffn, flags),
  })),
  walkerMutant(X86_64, { name: 'frame-rounded', fault: 'a frame that is no multiple of 4096 is rounded down', meant: 'map/frame-misaligned' }, (table) => ({
    map: (vaddr, size, paddr, flags) => table.map(vaddr, size, paddr & ~0xfffn, flags),
  })),
  walkerMutant(X86_64, { name: 'range-rounded', fault: 'an address inside a page is rounded down', repeats: 'B10 memory_set', meant: 'map/va-misaligned' }, (table) => ({
    unmap: (vaddr, size, options) => table.unmap(vaddr & ~0xfffn, (size + 0xfffn) & ~0xfffn, options),
  })),
  walkerMutant(X86_64, { name: 'nothing-succeeds', fault: 'a protect of nothing succeeds, where everything else of size 0 is refused', repeats: 'B5 memory_set', meant: 'map/zero-length' }, (table) => ({
    protect: (vaddr, size, flags, options) => (size === 0n ? OK : table.protect(vaddr, size, flags, options)),
  })),
  walkerMutant(X86_64, { name: 'map-overwrites', fault: 'mapping a page again replaces it', repeats: 'redox rmm', meant: 'map/over-same' }, (table) => ({
    map(vaddr, size, paddr, flags) {
      const gone = table.unmap(vaddr, size)
      return gone.ok || gone.reason === 'not-mapped' ? table.map(vaddr, size, paddr, flags) : gone
    },
  })),
  walkerMutant(X86_64, { name: 'widens-before-refusing', fault: 'a map below a huge leaf widens the leaf before it is refused', repeats: 'B20 rust-osdev/x86_64', meant: 'map/small-under-huge' }, (table) => ({
    map(vaddr, size, paddr, flags) {
      for (const leaf of table.leaves(vaddr, vaddr + 1n)) {
        const widened = table.protect(leaf.start, leaf.leafSize, 'rwxu')
        if (!widened.ok) return widened
      }
      return table.map(vaddr, size, paddr, flags)
    },
  })),
  walkerMutant(X86_64, { name: 'huge-replaces-table', fault: 'a huge page replaces the table that is in its way', meant: 'map/huge-over-small' }, (table) => ({
    map(vaddr, size, paddr, flags) {
      const outcome = table.map(vaddr, size, paddr, flags)
      if (outcome.ok || !isHugeRequest(vaddr, size, paddr) || outcome.reason !== 'already-mapped') return outcome
      const gone = table.unmap(vaddr, size, { holes: 'skip' })
      return gone.ok ? table.map(vaddr, size, paddr, flags) : gone
    },
  })),
  walkerMutant(X86_64, { name: 'leaves-the-front', fault: 'a range is mapped page by page, and what comes before a conflict stays', repeats: 'B21 StarryOS', meant: 'map/range-conflict-late' }, (table) => ({
    map: (vaddr, size, paddr, flags) => (size > 2n * HUGE ? table.map(vaddr, size, paddr, flags) : inPieces(vaddr, size, () => PAGE, (at, piece) => table.map(at, piece, paddr + (at - vaddr), flags))),
  })),
  walkerMutant(X86_64, { name: 'third-run-forgotten', fault: 'a protect of more than two runs of pages leaves the third as it was', meant: 'map/random-model' }, (table) => ({
    protect(vaddr, size, flags, options) {
      const third = [...table.leaves(vaddr, vaddr + size)][2]
      return table.protect(vaddr, third === undefined ? size : third.start - vaddr, flags, options)
    },
  })),
  walkerMutant(X86_64, { name: 'moved-frame-loses-rights', fault: 'a leaf that is pointed elsewhere can only be read', meant: 'res/remap' }, (table) => ({
    remap(vaddr, paddr) {
      const outcome = table.remap!(vaddr, paddr)
      return outcome.ok ? table.protect(vaddr & ~0xfffn, PAGE, 'r') : outcome
    },
  })),
  walkerMutant(X86_64, { name: 'remap-fills-empty-slots', fault: 'pointing an empty slot elsewhere maps it', repeats: 'B18 page_table_multiarch', meant: 'protect/empty-huge-slot' }, (table) => ({
    remap: (vaddr, paddr) => (table.query(vaddr) === undefined ? table.map(vaddr, PAGE, paddr, 'rw') : table.remap!(vaddr, paddr)),
  })),
  walkerMutant(X86_64, { name: 'panics-without-frames', fault: 'when frames run out the table panics', repeats: 'B22 asterinas#3162', meant: 'res/exhausted' }, (table) => ({
    map: (vaddr, size, paddr, flags) => panicking(table.map(vaddr, size, paddr, flags)),
  })),
  walkerMutant(X86_64, { name: 'drops-the-shared-half', fault: 'dropping a table takes the half that it shares with it', repeats: 'B22 phoenix-rtos#1714', meant: 'res/two-roots' }, (table) => ({
    share: () => droppingAll(table.share!()),
  })),
  walkerMutant(X86_64, { name: 'shared-change-lost', fault: 'what one table changes in a shared half while another is within a transaction is lost', meant: 'res/shared-rollback' }, (table) => ({
    share() {
      const other = table.share!()
      return changed(other, {
        map(...request) {
          try {
            return other.map(...request)
          } catch {
            return { ok: true }
          }
        },
      })
    },
  })),
]

function panicking(outcome: TableOutcome): TableOutcome {
  if (!outcome.ok && outcome.reason === 'out-of-frames') throw new Error('out of memory')
  return outcome
}

function droppingAll(table: PageTableInstance): PageTableInstance {
  return {
    map: (...request) => table.map(...request),
    unmap: (...request) => table.unmap(...request),
    protect: (...request) => table.protect(...request),
    query: (vaddr) => table.query(vaddr),
    leaves: (start, end) => table.leaves(start, end),
    dispose() {
      const gone = table.unmap(UPPER, SPACE - UPPER, { holes: 'skip' })
      table.dispose?.()
      if (!gone.ok) throw new Error('the shared half could not be dropped')
    },
  }
}

/**
 * What goes wrong between a table and its allocator, and between a table and whoever invalidates.
 */

import type { FrameAllocator, Invalidations, InvalidationSink } from '@addrspace/page-table'
import { pa, va } from '@addrspace/memory-addr'
import type { SubjectHooks } from '@addrspace/conformance/page-table'
import type { Mutant } from '../mutant.ts'
import { AARCH64, changed, hookMutant, PAGE, X86_64 } from './base.ts'

/** A sink that is told something else. */
function telling(change: (told: Invalidations) => Invalidations): () => SubjectHooks {
  return () => ({ sink: (forward) => (told) => forward(change(told)) })
}

/** Does not give back what comes back while `isLosing` says so. */
function losing(inner: FrameAllocator, isLosing: () => boolean): FrameAllocator {
  return changed(inner, {
    free(frame, frames) {
      if (!isLosing()) inner.free(frame, frames)
    },
  })
}

export const hookMutants: readonly Mutant[] = [
  hookMutant('frames', X86_64, { name: 'takes-two', fault: 'every table takes two frames, and uses one', meant: 'map/no-table-wasted' }, () => ({
    frames: (inner) => changed(inner, {
      allocate() {
        const frame = inner.allocate()
        return inner.allocate() === undefined ? undefined : frame
      },
    }),
  })),
  hookMutant('frames', X86_64, { name: 'never-freed', fault: 'tables never come back', repeats: 'B17 page_table_multiarch', meant: 'unmap/frees-tables' }, () => ({
    frames: (inner) => losing(inner, () => true),
  })),
  hookMutant('frames', X86_64, { name: 'lost-when-out-of-frames', fault: 'tables that were taken before frames ran out are lost', repeats: 'B21 tgoskits#2096', meant: 'res/oom-each-n' }, () => {
    let isOut = false
    return {
      frames: (inner) => changed(losing(inner, () => isOut), {
        allocate() {
          const frame = inner.allocate()
          isOut = frame === undefined
          return frame
        },
      }),
    }
  }),
  hookMutant('frames', X86_64, { name: 'lost-when-refused', fault: 'tables that were taken for a map that is refused are lost', meant: 'res/refused-keeps-frames' }, () => {
    let isMapping = false
    return {
      frames: (inner) => losing(inner, () => isMapping),
      operations: (table) => changed(table, {
        map(...request) {
          isMapping = true
          const outcome = table.map(...request)
          isMapping = false
          return outcome
        },
      }),
    }
  }),
  hookMutant('sink', X86_64, { name: 'told-too-late', fault: 'machines hear of a change after its tables have come back to the allocator', repeats: 'B14 page_table_multiarch', meant: 'res/free-order' }, () => {
    let flush: () => void = () => undefined
    return {
      sink: (forward) => (told) => {
        flush = () => forward(told)
      },
      operations: (table) => changed(table, {
        unmap(...request) {
          const outcome = table.unmap(...request)
          flush()
          flush = () => undefined
          return outcome
        },
      }),
    }
  }),
  hookMutant('sink', X86_64, { name: 'told-nothing', fault: 'nobody is told of anything', meant: 'res/invalidate-exact' }, () => ({ sink: (): InvalidationSink => () => undefined })),
  hookMutant('sink', X86_64, { name: 'told-no-pointers', fault: 'that tables go is not told', meant: 'res/free-order' }, telling((told) => ({ ...told, dropsTables: false }))),
  hookMutant('sink', X86_64, { name: 'told-one-page', fault: 'of each range only the first page is told', repeats: 'B14 unikraft#1149', meant: 'res/invalidate-exact' }, telling((told) => ({ ...told, ranges: told.ranges.map(({ start }) => ({ start, size: PAGE })) }))),
  hookMutant('sink', X86_64, { name: 'told-wrong-bits', fault: 'addresses are told without their upper half', repeats: 'B14 page_table_multiarch#21', meant: 'res/invalidate-exact' }, telling((told) => ({ ...told, ranges: told.ranges.map(({ start, size }) => ({ start: va(start & 0xffff_ffff_ffffn), size })) }))),
  hookMutant('sink', X86_64, { name: 'told-everything', fault: 'every change is told as one of the whole space', repeats: 'B14 page_table_multiarch', meant: 'res/invalidate-exact' }, telling((told) => ({ ...told, ranges: [{ start: va(0n), size: 1n << 64n }] }))),
  hookMutant('sink', X86_64, { name: 'told-page-by-page', fault: 'ranges are told page by page', meant: 'res/invalidate-merged' }, telling((told) => ({
    ...told,
    ranges: told.ranges.flatMap(({ start, size }) => (size > 0x100_0000n ? [{ start, size }] : Array.from({ length: Number(size / PAGE) }, (_, i) => ({ start: va(start + BigInt(i) * PAGE), size: PAGE })))),
  }))),
  hookMutant('sink', X86_64, { name: 'breaks-without-need', fault: 'every change is told as a break of its entry', meant: 'res/bbm' }, telling((told) => ({ ...told, breaks: told.ranges.map((range) => ({ entry: pa(0), oldWord: 0n, newWord: 0n, range })) }))),
  hookMutant('sink', AARCH64, { name: 'breaks-of-new-tables', fault: 'of a leaf that is split, what takes its place is told to be broken too', meant: 'res/bbm' }, telling((told) => ({
    ...told, breaks: told.breaks.flatMap((step) => (step.range.size > PAGE ? [step, { ...step, range: { ...step.range, size: PAGE } }] : [step])),
  }))),
  hookMutant('sink', AARCH64, { name: 'breaks-by-change-only', fault: 'each change of a transaction is looked at alone: an unmap and a map need no break', meant: 'res/bbm-transaction' }, () => inTransactions((told) => ({ ...told, breaks: [] }))),
  hookMutant('sink', AARCH64, { name: 'breaks-of-what-went', fault: 'what was replaced in a transaction is told to be broken although nothing is there at its end', meant: 'res/bbm-transaction' }, () => inTransactions((told) => (
    told.breaks.length > 0 ? told : { ...told, breaks: told.ranges.map((range) => ({ entry: pa(0), oldWord: 1n, newWord: 3n, range })) }
  ))),
  hookMutant('frames', X86_64, { name: 'pages-of-one-table', fault: 'a page is given back only through the table that has allocated it', meant: 'res/shared-pages' }, () => ({
    operations: (table) => {
      const own = new Set<bigint>()
      return changed(table, {
        allocatePage() {
          const frame = table.allocatePage!()
          if (frame !== undefined) own.add(frame)
          return frame
        },
        freePage(frame) {
          if (own.delete(frame)) table.freePage!(frame)
        },
      })
    },
  })),
  hookMutant('frames', X86_64, { name: 'pages-twice', fault: 'a page that was given back is given back again without a word', meant: 'res/shared-pages' }, () => ({
    operations: (table) => changed(table, {
      freePage(frame) {
        try {
          table.freePage!(frame)
        } catch {
          // The fault.
        }
      },
    }),
  })),
]

/** A sink that is told something else of what a transaction has changed. */
function inTransactions(change: (told: Invalidations) => Invalidations): SubjectHooks {
  let isCommitting = false
  return {
    sink: (forward) => (told) => forward(isCommitting ? change(told) : told),
    operations: (table) => changed(table, {
      commit() {
        isCommitting = true
        table.commit!()
        isCommitting = false
      },
    }),
  }
}

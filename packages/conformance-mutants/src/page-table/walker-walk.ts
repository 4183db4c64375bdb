/**
 * Translations that answer something else.
 */

import type { PageTableInstance, TableTranslation } from '@addrspace/conformance'
import type { Mutant } from '../mutant.ts'
import { entryOfX86, walkerMutant, X86_64 } from './base.ts'

type Translate = NonNullable<PageTableInstance['translate']>
type Request = Parameters<Translate>

/** Changes what `translate` answers. */
function answering(change: (answer: TableTranslation, request: Request, table: PageTableInstance) => TableTranslation): (table: PageTableInstance) => Partial<PageTableInstance> {
  return (table) => ({ translate: (...request: Request) => change(table.translate!(...request), request, table) })
}

const OUT_OF_MEMORY: TableTranslation = { kind: 'fault', reason: 'memory', level: 0 }

export const walkerWalkMutants: readonly Mutant[] = [
  walkerMutant(X86_64, { name: 'offset-of-12-bits', fault: 'the offset in a huge leaf is cut to 12 bits', meant: 'walk/leaf-each-level' },
    answering((answer, [vaddr], table) => {
      const size = table.query(vaddr)?.size ?? 0x1000n
      return answer.kind === 'mapped' ? { ...answer, paddr: answer.paddr - (answer.paddr % size) + (vaddr & 0xfffn) } : answer
    })),
  walkerMutant(X86_64, { name: 'levels-off-by-one', fault: 'levels are counted from 1', repeats: 'B23 nuttx#19692, #18349', meant: 'walk/absent-each-level' },
    answering((answer) => (answer.kind === 'fault' ? { ...answer, level: answer.level + 1 } : answer))),
  walkerMutant(X86_64, { name: 'hole-is-translated', fault: 'an address in the hole is cut to a canonical one', meant: 'walk/non-canonical' }, (table) => ({
    translate: (vaddr, ...request) => table.translate!(BigInt.asUintN(64, BigInt.asIntN(48, vaddr)), ...request),
  })),
  walkerMutant(X86_64, { name: 'no-memory-is-no-page', fault: 'a table out of memory is told as a page that is not present', meant: 'walk/table-beyond-memory' },
    answering((answer) => (answer.kind === 'fault' && answer.reason === 'memory' ? { ...answer, reason: 'not-present' } : answer))),
  walkerMutant(X86_64, { name: 'no-recursion', fault: 'a table that points to itself is refused', meant: 'walk/self-map' },
    answering((answer, _request, { memory }) => {
      const root = memory!.roots[0]!
      const isRecursive = [...memory!.words()].some(([paddr, word]) => paddr - (paddr % 0x1000n) === root && (word & 0x000f_ffff_ffff_f000n) === root)
      return isRecursive ? OUT_OF_MEMORY : answer
    })),
  walkerMutant(X86_64, { name: 'strict-tree', fault: 'a table that two entries point to is refused', meant: 'walk/shared-table' },
    answering((answer, _request, { memory }) => {
      const pointers = [...memory!.words()].map(([, word]) => word).filter((word) => (word & 0x87n) === 7n)
      return new Set(pointers).size < pointers.length ? OUT_OF_MEMORY : answer
    })),
  walkerMutant(X86_64, { name: 'fault-marks-accessed', fault: 'an access that is refused marks the page accessed', repeats: 'B29 spike#1884', meant: 'walk/ad-not-on-fault' },
    answering((answer, [vaddr], table) => {
      if (answer.kind === 'fault' && answer.reason === 'permission') {
        const entry = entryOfX86(table, vaddr, 0)
        table.memory!.writeWord(entry, table.memory!.readWord(entry) | 0x20n)
      }
      return answer
    })),
]

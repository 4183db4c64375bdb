import { MockPageTable } from '@addrspace/backend-mock'
import { tableMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockPageTable {
  beginTransaction(): void {
    // Nothing is kept, since nobody can ask for it.
  }
}

export const lacksABracket: Mutant = tableMutant({
  name: 'lacks-a-bracket',
  fault: 'the manifest promises transactions, the table has only their begin',
  meant: 'table/transactions-as-declared',
}, () => new Broken())

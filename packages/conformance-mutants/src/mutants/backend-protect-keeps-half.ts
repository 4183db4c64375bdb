import { MockBackend } from '@addrspace/backend-mock'
import type { MockPageTable } from '@addrspace/backend-mock'
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer } from '@addrspace/memory-set'
import { backendMutant } from '../base.ts'
import type { Mutant } from '../mutant.ts'

class Broken extends MockBackend {
  override protect(start: VirtAddr, size: bigint, newFlags: number, table: MockPageTable): BackendAnswer {
    const answer = super.protect(start, size, newFlags, table)
    const first = table.runs.find((run) => run.end > start)
    if (answer !== true && first !== undefined && first.start <= start) table.write(start, first.end, newFlags)
    return answer
  }
}

export const protectKeepsHalf: Mutant = backendMutant({
  name: 'protect-keeps-half',
  fault: 'a protect refused for a hole has changed what lies in front of the hole',
  repeats: 'Linux (mprotect leaves its prefix changed)',
  meant: 'law/protect-refused-changed-nothing',
}, () => new Broken())

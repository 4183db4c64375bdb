// What becomes of an access that the page table did not allow, once the area that it hits is known:
// its flags are asked, then its backend, in a transaction of the page table if it has them.
import { addrRangeFromSize, formatHex } from '@addrspace/memory-addr'
import type { AnyAddr } from '@addrspace/memory-addr'

import { isRefusal, printedRefusal } from './act.ts'
import type { MemoryArea } from './area.ts'
import type { Access, FaultAnswer, TransactionalPageTable } from './backend.ts'
import { MappingError, refused } from './errors.ts'
import type { MappingResult } from './errors.ts'
import { yesOrNo } from './internal/check-arguments.ts'

/**
 * Answers a fault in an area, with the reasons that `MemorySet.fault` tells of.
 *
 * @throws TypeError if a callback answers what it must not; what a callback throws
 */
export function answerFault<F, P, A extends AnyAddr>(
  area: MemoryArea<F, P, A>,
  addr: A,
  access: Access,
  permits: ((flags: F, access: Access) => boolean) | undefined,
  pageTable: P,
  table: TransactionalPageTable | undefined,
): MappingResult<'installed' | 'present'> {
  const range = addrRangeFromSize<AnyAddr>(addr, 1n)
  if (permits !== undefined && !yesOrNo(permits(area.flags, access), 'permits')) {
    return refused(new MappingError('access-denied', `the area ${area.toString()} does not permit ${access} at ${formatHex(addr)}`, { range, area }))
  }
  if (area.backend.fault === undefined) {
    return refused(new MappingError('no-fault-handler', `the backend of the area ${area.toString()} does not answer faults`, { range, area }))
  }
  const answer = answerOf(area, addr, access, pageTable, table)
  if (answer === 'installed' || answer === 'present') return { ok: true, value: answer }
  const message = `the backend refused the fault at ${formatHex(addr)}: ${printedRefusal(answer)}`
  return refused(new MappingError('backend-refused', message, { range, area, refusal: answer, cause: answer.cause }))
}

function answerOf<F, P, A extends AnyAddr>(
  { backend, flags }: MemoryArea<F, P, A>,
  addr: A,
  access: Access,
  pageTable: P,
  table: TransactionalPageTable | undefined,
): FaultAnswer {
  table?.beginTransaction()
  let answer: FaultAnswer
  try {
    const given: unknown = backend.fault?.(addr, access, flags, pageTable)
    if (given !== 'installed' && given !== 'present' && !isRefusal(given)) {
      throw new TypeError(`"fault" of a backend must answer installed, present or a refusal with a reason, got ${typeof given}`)
    }
    answer = given
  } catch (thrown) {
    table?.rollbackTransaction()
    throw thrown
  }
  // Not above: what a sink throws at the end must not roll back a bracket that has ended.
  if (answer === 'installed' || answer === 'present') table?.commitTransaction()
  else table?.rollbackTransaction()
  return answer
}

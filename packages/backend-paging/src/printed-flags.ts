// Flags as people read them, in what is said of an area.
import { formatFlags } from '@addrspace/page-table'
import type { MappingFlags } from '@addrspace/page-table'

/** @throws RangeError if it is no set of flags */
export function printedFlags(flags: MappingFlags): string {
  const letters = formatFlags(flags)
  return letters === '' ? 'no access' : letters
}

/**
 * How the words of manuals are written down.
 */

import type { TableEntryRecord } from '@addrspace/conformance'

export function leaf(frame: bigint, flags: string, marks: '' | 'a' | 'ad' = ''): TableEntryRecord {
  return { kind: 'leaf', frame, flags, accessed: marks.includes('a'), dirty: marks.includes('d') }
}

export function table(frame: bigint): TableEntryRecord {
  return { kind: 'table', frame }
}

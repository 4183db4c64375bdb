/**
 * What all of our page tables can do, and how the words of manuals are written down.
 */

import type { PageTableFeatures, TableEntryRecord } from '@addrspace/conformance'

export const ALL_FEATURES: Omit<PageTableFeatures, 'marks' | 'breaksBeforeMaking'> = {
  tellsReasons: true, splits: true, picksLargest: true, freesTables: true, keepsHidden: true, invalidations: 'exact',
  translates: true, remaps: true, disposes: true, sharesUpperHalf: true, transacts: true, allocatesPages: true,
  hasMemory: true, hasFrames: true, hasCodec: true,
}

export function leaf(frame: bigint, flags: string, marks: '' | 'a' | 'ad' = ''): TableEntryRecord {
  return { kind: 'leaf', frame, flags, accessed: marks.includes('a'), dirty: marks.includes('d') }
}

export function table(frame: bigint): TableEntryRecord {
  return { kind: 'table', frame }
}

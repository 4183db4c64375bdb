// What an allocator gives, before it is believed: one that hands out what is none, or the same frame twice, would
// make two owners of it, of which neither would notice.
import { checkWord, formatHex } from '@addrspace/memory-addr'

import { offsetIn, pageOf } from './edge.ts'

/**
 * Gives the number of the first of `count` frames that an allocator gave.
 *
 * @throws TypeError, RangeError if it is no address of a frame, not aligned to the run, or in use already
 */
export function givenFrame(paddr: unknown, count: number, isUsed: (frame: number) => boolean): number {
  checkWord(paddr, 'frames.allocate()')
  const frame = pageOf(paddr)
  if (offsetIn(paddr) !== 0 || frame % count !== 0) throw new RangeError(`"frames" must give whole frames, aligned to their number, got ${formatHex(paddr)}`)
  for (let i = 0; i < count; i++) {
    if (isUsed(frame + i)) throw new RangeError(`"frames" must give no frame that is in use, got ${formatHex(paddr)}`)
  }
  return frame
}

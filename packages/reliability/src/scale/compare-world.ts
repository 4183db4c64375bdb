// Holds a large world as a whole against what should be in it: every area, every leaf, every frame.
import { flagsOf, hasLeaf, isSameArea, kindOf, LINEAR, type ScaleWorld } from './scale-world.ts'

/**
 * Checks all of it; gives the number of leaves, and of frames that belong to pages. O(areas + pages).
 *
 * @throws Error that names the first thing wrong
 */
export function compareWorld(world: ScaleWorld): { readonly leaves: number; readonly ownFrames: number } {
  world.set.checkInvariants()
  compareAreas(world)
  return compareLeaves(world)
}

/** The areas are the longest runs of pages that could be one. */
function compareAreas(world: ScaleWorld): void {
  const { bytes, set, backends } = world
  let page = 0
  for (const area of set) {
    while (bytes[page] === 0) page++
    const byte = bytes[page]!
    let end = page + 1
    while (end < bytes.length && isSameArea(bytes[end]!, byte)) end++
    const isRight = world.pageOf(area.start) === page && world.pageOf(area.end) === end && area.flags === flagsOf(byte) && area.backend === backends[kindOf(byte)]
    if (!isRight) throw new Error(`the area ${area.toString()} should be pages ${page} to ${end}`)
    page = end
  }
  while (bytes[page] === 0) page++
  if (page < bytes.length) throw new Error(`there is no area at page ${page}`)
}

function compareLeaves(world: ScaleWorld): { leaves: number; ownFrames: number } {
  const { bytes, table, frames } = world
  const isOwned = new Uint8Array(world.memory.frameCount)
  let leaves = 0
  let ownFrames = 0
  for (const run of table.leaves({ start: world.addressOf(0), end: world.end })) {
    if (run.level !== 0) throw new Error('a leaf is a huge one')
    const first = world.pageOf(run.start)
    const count = Number(run.size >> 12n)
    const frame = Number(run.paddr >> 12n)
    for (let i = 0; i < count; i++) {
      const byte = bytes[first + i]!
      if (!hasLeaf(byte) || run.flags !== flagsOf(byte)) throw new Error(`page ${first + i} has a leaf with flags ${run.flags}`)
      if (kindOf(byte) === LINEAR) continue
      if (isOwned[frame + i] !== 0) throw new Error(`page ${first + i} has a frame that another one has`)
      isOwned[frame + i] = 1
      ownFrames++
    }
    const isLinear = kindOf(bytes[first]!) === LINEAR
    if (isLinear && run.paddr !== world.linearOf(first)) throw new Error(`page ${first} has another frame`)
    leaves += count
  }
  let expected = 0
  for (let page = 0; page < bytes.length; page++) if (hasLeaf(bytes[page]!)) expected++
  if (leaves !== expected) throw new Error(`there are ${leaves} leaves, should be ${expected}`)
  const inUse = table.tableCount + ownFrames
  if (frames.usedFrames !== inUse) throw new Error(`${frames.usedFrames} frames are in use, should be ${inUse}`)
  return { leaves, ownFrames }
}

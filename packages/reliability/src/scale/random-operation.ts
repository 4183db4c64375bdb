// One random operation on a large world, and on what should be in it; what is asked is held against that.
import type { Random } from '@addrspace/conformance/model'

import { isSameArea, kindOfSlot, flagsOf, hasLeaf, PAGE, SLOT_PAGES, type ScaleWorld } from './scale-world.ts'

export type OperationKind = 'find' | 'overlaps' | 'findFree up' | 'findFree down' | 'map' | 'unmap' | 'protect' | 'fault' | 'query' | 'rolled back' | 'snapshot'

/** How many of 100 operations are of each kind. Areas that are split come together again as slots are mapped anew. */
const SHARES: readonly (readonly [OperationKind, number])[] = [
  ['map', 30], ['unmap', 10], ['protect', 12], ['fault', 8], ['find', 12], ['overlaps', 6], ['query', 8],
  ['findFree up', 6], ['findFree down', 5], ['rolled back', 2], ['snapshot', 1],
]
const KINDS: readonly OperationKind[] = SHARES.flatMap(([kind, share]) => Array.from({ length: share }, () => kind))
export const OPERATION_KINDS: readonly OperationKind[] = SHARES.map(([kind]) => kind)

const LONG_RANGE = 2048

export function randomOperation(random: Random, world: ScaleWorld): void {
  operate(KINDS[random.below(KINDS.length)]!, random, world)
}

/** Carries one operation of a kind out. */
export function operate(kind: OperationKind, random: Random, world: ScaleWorld): void {
  switch (kind) {
    case 'map':
      world.restore(random.below(world.slots))
      break
    case 'unmap': {
      const { page, count } = randomPages(random, world)
      world.unmap(page, count)
      break
    }
    case 'protect': {
      const { page, count } = randomPages(random, world)
      world.protect(page, count, random.below(4))
      break
    }
    case 'fault':
      world.fault(random.below(world.pages))
      break
    case 'find':
      find(world, random.below(world.pages))
      break
    case 'query':
      query(world, random.below(world.pages))
      break
    case 'overlaps': {
      const { page, count } = randomPages(random, world)
      const expected = world.bytes.subarray(page, page + count).some((byte) => byte !== 0)
      claim(world.set.overlaps({ start: world.addressOf(page), end: world.addressOf(page) + BigInt(count) * PAGE }), expected, `overlaps at page ${page}`)
      break
    }
    case 'findFree up':
      findFreeUp(random, world)
      break
    case 'findFree down':
      findFreeDown(random, world)
      break
    case 'rolled back':
      rollBack(random, world)
      break
    case 'snapshot':
      useSnapshot(random, world)
  }
}

/** Mostly a few pages, one time in 500 over several tables. */
function randomPages(random: Random, { pages }: ScaleWorld): { page: number; count: number } {
  const page = random.below(pages)
  return { page, count: Math.min(pages - page, random.between(1, random.oneIn(500) ? LONG_RANGE : 8)) }
}

function find(world: ScaleWorld, page: number): void {
  const { bytes, set } = world
  const area = set.find(world.addressOf(page))
  const byte = bytes[page]!
  if (byte === 0 || area === undefined) {
    claim(area === undefined, byte === 0, `no area at page ${page}`)
    return
  }
  let start = page
  while (start > 0 && isSameArea(bytes[start - 1]!, byte)) start--
  let end = page + 1
  while (end < bytes.length && isSameArea(bytes[end]!, byte)) end++
  claim(world.pageOf(area.start), start, `start of the area at page ${page}`)
  claim(world.pageOf(area.end), end, `end of the area at page ${page}`)
  claim(area.flags, flagsOf(byte), `flags of the area at page ${page}`)
}

function query(world: ScaleWorld, page: number): void {
  const leaf = world.table.query(world.addressOf(page))
  const byte = world.bytes[page]!
  claim(leaf !== undefined, hasLeaf(byte), `a leaf at page ${page}`)
  if (leaf !== undefined) claim(leaf.flags, flagsOf(byte), `flags of the leaf at page ${page}`)
}

/** Where some pages are free, an area is put. */
function findFreeUp(random: Random, world: ScaleWorld): void {
  const from = random.below(world.pages)
  const count = random.between(1, 8)
  const found = world.set.findFreeArea(BigInt(count) * PAGE, { hint: world.addressOf(from), limit: { start: world.addressOf(0), end: world.end }, align: PAGE })
  const { bytes } = world
  let start = bytes.indexOf(0, from)
  for (let end = start; start >= 0 && end - start < count; ) {
    if (end === bytes.length) start = -1
    else if (bytes[end] === 0) end++
    else start = end = bytes.indexOf(0, end)
  }
  claim(found === undefined ? -1 : world.pageOf(found), start, `free pages from ${from} up`)
  if (start >= 0) world.map(start, count, kindOfSlot(Math.floor(start / SLOT_PAGES)), random.below(4))
}

function findFreeDown(random: Random, world: ScaleWorld): void {
  const until = random.between(1, world.pages)
  const count = random.between(1, 8)
  const found = world.set.findFreeArea(BigInt(count) * PAGE, { hint: world.addressOf(until), limit: { start: world.addressOf(0), end: world.end }, align: PAGE, direction: 'down' })
  const { bytes } = world
  let last = bytes.lastIndexOf(0, until - 1)
  for (let first = last; last >= 0 && last - first < count; ) {
    if (first < 0) last = -1
    else if (bytes[first] === 0) first--
    else last = first = bytes.lastIndexOf(0, first)
  }
  claim(found === undefined ? -1 : world.pageOf(found) + count - 1, last, `free pages from ${until} down`)
}

/** Does two things, and is told that they are not wanted. */
function rollBack(random: Random, world: ScaleWorld): void {
  const { page, count } = randomPages(random, world)
  const before = world.bytes.slice(page, page + count)
  const slot = Math.floor(page / SLOT_PAGES)
  const ofSlot = world.bytes.slice(slot * SLOT_PAGES, (slot + 1) * SLOT_PAGES)
  const refusal = world.set.transaction(() => {
    world.unmap(page, count)
    world.restore(slot)
    return world.set.map(world.addressOf(slot * SLOT_PAGES), PAGE, flagsOf(1), world.backends[0]!)
  })
  claim(refusal.ok, false, 'an area in the way')
  world.bytes.set(before, page)
  world.bytes.set(ofSlot, slot * SLOT_PAGES)
}

/** Holds a snapshot over a change, and gives it back. */
function useSnapshot(random: Random, world: ScaleWorld): void {
  const snapshot = world.set.snapshot()
  const { size } = snapshot
  const page = random.below(world.pages)
  const area = snapshot.find(world.addressOf(page))
  world.restore(Math.floor(page / SLOT_PAGES))
  claim(snapshot.size, size, 'areas of a snapshot')
  const later = snapshot.find(world.addressOf(page))
  claim(area === undefined ? later === undefined : later?.equals(area), true, `the area of a snapshot at page ${page}`)
  snapshot.dispose()
}

function claim<T>(found: T, expected: T, what: string): void {
  if (found !== expected) throw new Error(`${what}: ${String(found)}, should be ${String(expected)}`)
}

// Random address spaces: leaves of all sizes in both halves with all flags, holes and splits in them,
// and words spoilt by hand. What comes out is a page table and the addresses worth asking for.
import { va, pa, type PhysAddr, type VirtAddr } from '@addrspace/memory-addr'
import { ACCESS, ALL_FLAGS, type Geometry, type MappingFlags, type PageTable } from '@addrspace/page-table'

import { isTableFrame, PAGES_AT, type Machine } from './machine.ts'
import type { Random } from './random.ts'

const MAPPINGS = 48
const CHANGES = 40
const CORRUPTIONS = 40
const PAGE = 0x1000n

/** A range where something happened. */
interface Spot {
  readonly start: VirtAddr
  readonly size: bigint
}

/** Where to ask. */
export interface Spots {
  readonly mapped: readonly Spot[]
  /** Ranges that were unmapped or protected afterwards. */
  readonly changed: readonly Spot[]
  /** Addresses whose path has a spoilt word. */
  readonly spoilt: readonly VirtAddr[]
}

/** Whether an entry may be spoilt: those of the guest's own pages may not. */
type MaySpoil = (entryAddress: PhysAddr) => boolean

/** Fills a table, whose root may already have the machine's own slot; nothing is spoilt without `maySpoil`. */
export function fillAtRandom<C>(machine: Machine<C>, table: PageTable<C>, random: Random, maySpoil: MaySpoil | undefined): Spots {
  const places = neighbourhoods(machine, random)
  const mapped: Spot[] = []
  for (let i = 0; i < MAPPINGS; i++) {
    const spot = mapOne(machine, table, random, places)
    if (spot !== undefined) mapped.push(spot)
  }
  const changed: Spot[] = []
  for (let i = 0; i < CHANGES; i++) {
    const spot = changeOne(machine, table, random, random.pick(mapped))
    if (spot !== undefined) changed.push(spot)
  }
  const spoilt: VirtAddr[] = []
  if (maySpoil !== undefined) for (let i = 0; i < CORRUPTIONS; i++) spoilt.push(spoilOne(machine, table, random, { mapped, changed, spoilt }, maySpoil))
  return { mapped, changed, spoilt }
}

/** An address that is worth asking for: inside of spots, at their edges, and elsewhere. */
export function addressToAsk(geometry: Geometry, random: Random, spots: Spots): VirtAddr {
  const dice = random.below(100)
  if (dice < 2) return canonical(geometry, random.word())
  if (dice < 4) return notCanonical(geometry, random)
  if (dice < 40 && spots.spoilt.length > 0) return nearby(random, random.pick(spots.spoilt))
  return inSpot(random, random.pick(dice < 65 && spots.changed.length > 0 ? spots.changed : spots.mapped))
}

/** A few tables' worth of address space, so that mappings come to lie beside each other. */
function neighbourhoods<C>(machine: Machine<C>, random: Random): bigint[] {
  const { geometry } = machine.format
  const top = BigInt(12 + (geometry.levels - 1) * geometry.indexBits)
  const slots = geometry.entries * geometry.roots
  const last = slots - 1
  const candidates = [0, geometry.entries / 2 - 1, slots / 2, last, ...Array.from({ length: 4 }, () => random.below(slots))]
  const free = candidates.filter((slot) => slot !== machine.reservedSlot)
  return free.flatMap((slot) => {
    const start = BigInt(slot) << top
    const within = (1n << top) - 1n
    // Beneath most slots one huge leaf's span, for small leaves to meet in; beneath others anywhere.
    return [start, start + within - 0x3fff_ffffn, start + (random.word() & within & ~0x3fff_ffffn)]
  })
}

function mapOne<C>(machine: Machine<C>, table: PageTable<C>, random: Random, places: readonly bigint[]): Spot | undefined {
  const { geometry } = table
  const level = random.pick(geometry.leafLevels)
  const leaf = geometry.span(level)
  const count = BigInt(1 + random.below(level === 0 ? 20 : 3))
  const within = level < 2 ? random.word() & 0x3fff_ffffn : 0n
  const start = canonical(geometry, (random.pick(places) + within) & ~(leaf - 1n))
  // With ragged edges the smaller leaves come in, down to the last page.
  const isRagged = level > 0 && random.chance(0.4)
  const head = isRagged ? PAGE * random.wordBelow(4n) : 0n
  const size = leaf * count - (isRagged ? head + PAGE * random.wordBelow(4n) : 0n)
  const vaddr = va(start + head)
  const paddr = pa(frameFor(machine, random, leaf) + head)
  const isDone = table.map(vaddr, size, paddr, randomFlags(table, random), random.chance(0.2) ? { maxLeafLevel: Math.max(0, level - 1) } : {}).ok
  return isDone ? { start: vaddr, size } : undefined
}

/** All that are granted; those without access, which look all the same, less often. */
function randomFlags<C>({ format }: PageTable<C>, random: Random): MappingFlags {
  for (;;) {
    const flags = random.below(ALL_FLAGS + 1) as MappingFlags
    const hasAccess = (flags & ACCESS) !== 0
    if (format.grant(flags).kind === 'granted' && (hasAccess || random.chance(0.4))) return flags
  }
}

/** Mostly where memory is, so that the way of an access can be seen. */
function frameFor<C>(machine: Machine<C>, random: Random, leaf: bigint): bigint {
  const { ramBase, ramSize, nothingFrom } = machine
  const physEnd = 1n << BigInt(machine.format.geometry.physBits)
  const [from, to] = random.chance(0.08) ? [nothingFrom, physEnd] : [ramBase, ramBase + ramSize]
  const first = from === ramBase && leaf < PAGES_AT ? from + PAGES_AT : from
  return (first + random.wordBelow(to - first)) & ~(leaf - 1n)
}

function changeOne<C>(machine: Machine<C>, table: PageTable<C>, random: Random, spot: Spot): Spot | undefined {
  const pages = spot.size / PAGE
  const unit = random.pick([1n, 1n, 16n, 512n, 0x4_0000n])
  const from = (random.wordBelow(pages) / unit) * unit
  const rest = pages - from
  const count = random.chance(0.5) ? 1n + random.wordBelow(8n) : unit
  const size = PAGE * (count < rest ? count : rest)
  const start = va(BigInt.asUintN(64, spot.start + PAGE * from))
  const isDone = random.chance(0.4)
    ? table.unmap(start, size, { holes: 'skip' }).ok
    : table.protect(start, size, randomFlags(table, random), { holes: 'skip' }).ok
  return isDone ? { start, size } : undefined
}

/** Spoils a word on the way to an address: the one where the walk ends, or one before. */
function spoilOne<C>(machine: Machine<C>, table: PageTable<C>, random: Random, spots: Spots, maySpoil: MaySpoil): VirtAddr {
  for (;;) {
    const vaddr = inSpot(random, random.pick(spots.changed.length > 0 && random.chance(0.3) ? spots.changed : spots.mapped))
    const steps = table.walk(vaddr)
    const isAbove = random.chance(0.3)
    const step = isAbove ? random.pick(steps) : steps.at(-1)
    // A path that was spoilt before may lead anywhere.
    if (step === undefined || !isTableFrame(machine, step.entryAddress) || !maySpoil(step.entryAddress)) continue
    // Near the root, one word that ends the walk hides everything below.
    const spoil = isAbove && step.entry.kind === 'table' && random.chance(0.8) ? random.pick(machine.pointerCorruptions) : random.chance(0.5) ? flipBit : random.pick(machine.corruptions)
    table.memory.writeWord(step.entryAddress, BigInt.asUintN(64, spoil(step.word, step.level, random)))
    return vaddr
  }
}

function flipBit(word: bigint, _level: number, random: Random): bigint {
  return word ^ (1n << BigInt(random.below(64)))
}

function inSpot(random: Random, { start, size }: Spot): VirtAddr {
  const offset = random.pick([0n, size - 1n, size, -1n, random.wordBelow(size), random.wordBelow(size), random.wordBelow(size)])
  return va(BigInt.asUintN(64, start + offset))
}

/** The same page, its neighbour, or what shares one of its tables. */
function nearby(random: Random, vaddr: VirtAddr): VirtAddr {
  const reach = BigInt(random.pick([12, 12, 12, 21, 30]))
  return va(vaddr ^ (random.word() & ((1n << reach) - 1n)))
}

/** The word with its upper bits made what the machine wants. */
function canonical(geometry: Geometry, word: bigint): VirtAddr {
  const width = geometry.virtBits + geometry.roots - 1
  const upper = BigInt.asUintN(64, BigInt.asIntN(width, word))
  return va(geometry.roots === 1 ? upper : (upper & ~(1n << BigInt(width - 1))) | (upper >> 63n << BigInt(width - 1)))
}

function notCanonical(geometry: Geometry, random: Random): VirtAddr {
  for (;;) {
    const word = canonical(geometry, random.word()) ^ (1n << BigInt(geometry.virtBits - 1 + random.below(65 - geometry.virtBits)))
    if (!geometry.isCanonical(word)) return va(word)
  }
}

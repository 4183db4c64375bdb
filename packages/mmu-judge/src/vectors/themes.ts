// What is asked of a machine, by theme: tables, and questions without answers. Everything comes from loops over what
// there is, or from a seed; the CPU says what is right.
import type { Access, Mode } from '@addrspace/page-table'

import type { Machine } from '../machine.ts'
import { Random } from '../random.ts'
import { Tree, type Place } from './tree.ts'
import { MOST_PER_BOOT, OFFSETS } from './vector-boot.ts'
import type { Controls, VectorQuestion, VectorTables } from './walk-vector.ts'
import type { VectorWords } from './words.ts'

/** A vector before it was asked. */
export interface Theme {
  /** The last part of its id. */
  readonly name: string
  readonly catches: readonly string[]
  readonly notes: string
  readonly tables: VectorTables
  readonly questions: readonly VectorQuestion[]
}

const ACCESSES: readonly Access[] = ['read', 'write', 'exec']
const MODES: readonly Mode[] = ['user', 'kernel']
const RANDOM_TREES = 4
const RANDOM_QUESTIONS = 64
const RANDOM_LEAVES = 28

/** How thoroughly a machine is asked: one that differs from another in the number of levels alone is asked less. */
export type Depth = 'all' | 'levels'

/** All questions to a machine. */
export function themesOf<C>(machine: Machine<C>, make: VectorWords, depth: Depth, catches: Readonly<Record<'rights' | 'pointers' | 'leaves' | 'places' | 'random', readonly string[]>>): Theme[] {
  const themes = [
    ...(depth === 'all' ? [rights(machine, make, catches.rights)] : []),
    pointers(machine, make, depth, catches.pointers),
    leaves(machine, make, depth, catches.leaves),
    places(machine, make, catches.places),
  ]
  const trees = depth === 'all' ? RANDOM_TREES : RANDOM_TREES / 2
  return [...themes, ...Array.from({ length: trees }, (_, i) => randomTree(machine, make, i + 1, catches.random))]
}

/** A question that lies where no other one of its boot writes. */
function questionAt(place: Place, index: number, access: Access, mode: Mode, settings: Controls = {}): VectorQuestion {
  const vaddr = place.vaddr + 32n * BigInt(index % MOST_PER_BOOT) + OFFSETS[access]
  return { vaddr, access, mode, ...(Object.keys(settings).length > 0 && { controls: settings }) }
}

/** What differs from the controls of the file. */
function differing(settings: Controls, { controls }: VectorWords): Controls {
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => controls[name] !== value))
}

function rights<C>(machine: Machine<C>, make: VectorWords, catches: readonly string[]): Theme {
  const tree = new Tree(machine, make)
  const questions: VectorQuestion[] = []
  make.rights.forEach((bits, i) => {
    const place = tree.place(0, i)
    tree.put(place, bits)
    for (const mode of MODES) {
      for (const settings of make.settings(mode)) for (const access of ACCESSES) questions.push(questionAt(place, questions.length, access, mode, differing(settings, make)))
    }
  })
  return { name: 'rights', catches, notes: 'every word of rights at the last level, every access in both modes, every setting of the controls', tables: tree, questions }
}

/** Each bit of a pointer, at each level that has pointers; and what is left where two bits are narrower than the leaf. */
function pointers<C>(machine: Machine<C>, make: VectorWords, depth: Depth, catches: readonly string[]): Theme {
  const tree = new Tree(machine, make)
  const questions: VectorQuestion[] = []
  const ways = takenWays(depth, [['read', 'user'], ['write', 'kernel'], ['exec', 'user']])
  const { levels } = machine.format.geometry
  for (let level = 1; level < levels; level++) {
    make.pointerBits.forEach((bit, i) => {
      // Every changed pointer has a way of its own from its level down, within the span of one entry.
      const place = { ...tree.place(0, i) }
      const vaddr = wayOf(place.vaddr, level, i)
      tree.put({ ...place, vaddr }, make.everything)
      tree.flip(tree.entryOf(vaddr, level), bit)
      for (const [access, mode] of ways) questions.push(questionAt({ ...place, vaddr }, questions.length, access, mode))
    })
  }
  return { name: 'pointers', catches, notes: 'every bit of a pointer but those of its address flipped, one at a time, at every level above a leaf that lets everything', tables: tree, questions }
}

/** What a machine is asked of every bit; one that is asked less, the first alone. */
function takenWays(depth: Depth, ways: readonly (readonly [Access, Mode])[]): readonly (readonly [Access, Mode])[] {
  return depth === 'all' ? ways : ways.slice(0, 1)
}

/** The address with another index at a level, and below it the first tables. */
function wayOf(vaddr: bigint, level: number, i: number): bigint {
  const indexAt = (at: number, index: number): bigint => BigInt(index) << BigInt(12 + 9 * at)
  let way = vaddr & 0xfffn
  for (let at = 0; at < level; at++) way |= indexAt(at, 3)
  return way | indexAt(level, 40 + i) | (level < 3 ? indexAt(level + 1, 5 + level) : 0n)
}

function leaves<C>(machine: Machine<C>, make: VectorWords, depth: Depth, catches: readonly string[]): Theme {
  const tree = new Tree(machine, make)
  const questions: VectorQuestion[] = []
  const ways = takenWays(depth, [['read', 'user'], ['write', 'user']])
  for (const level of make.leafLevels) {
    make.leafBits(level).forEach((bit, i) => {
      const place = tree.place(level, i)
      tree.flip(tree.put(place, make.everything), bit)
      for (const [access, mode] of ways) questions.push(questionAt(place, questions.length, access, mode))
    })
  }
  return { name: 'leaves', catches, notes: 'every bit of a leaf but those of its address flipped, one at a time, at every level; among them what would be a misaligned frame', tables: tree, questions }
}

/** Leaves of all sizes in both halves, holes at every level, and addresses outside of both halves. */
function places<C>(machine: Machine<C>, make: VectorWords, catches: readonly string[]): Theme {
  const tree = new Tree(machine, make)
  const questions: VectorQuestion[] = []
  const { levels, virtBits } = machine.format.geometry
  const ask = (place: Place): void => {
    for (const access of ACCESSES) questions.push(questionAt(place, questions.length, access, 'user'))
  }
  for (const half of ['lower', 'upper'] as const) {
    for (const level of make.leafLevels) {
      for (const i of [0, 1]) {
        const place = tree.place(level, i, half)
        tree.put(place, make.everything)
        ask(place)
      }
      // The entry after them is zero.
      ask(tree.place(level, 2, half))
    }
    // Nothing at all, from the root on.
    ask(tree.place(levels - 1, 60, half))
  }
  const inside = tree.place(0, 0)
  for (let bit = virtBits - 1; bit < 64; bit++) {
    const vaddr = inside.vaddr ^ (1n << BigInt(bit))
    // The next mode of the machine has other limits; on one with two roots, bit 63 chooses between them.
    if (machine.format.geometry.isCanonical(vaddr)) continue
    questions.push(questionAt({ ...inside, vaddr }, questions.length, 'read', 'user'))
  }
  return { name: 'places', catches, notes: 'leaves of every size in both halves, holes at every level, and addresses whose upper bits are not alike', tables: tree, questions }
}

function randomTree<C>(machine: Machine<C>, make: VectorWords, seed: number, catches: readonly string[]): Theme {
  const random = new Random(seed)
  const tree = new Tree(machine, make)
  const all: Place[] = []
  for (let i = 0; i < RANDOM_LEAVES; i++) {
    const place = tree.place(random.pick(make.leafLevels), random.below(40), random.pick(['lower', 'upper']))
    if (random.chance(0.9)) {
      const entry = tree.put(place, random.chance(0.5) ? make.everything : random.pick(make.rights))
      if (random.chance(0.2)) tree.flip(entry, random.pick(make.leafBits(place.level)))
    }
    all.push(place)
  }
  for (const place of all) {
    const { levels } = machine.format.geometry
    if (place.level < levels - 1 && random.chance(0.12)) tree.flip(tree.entryOf(place.vaddr, place.level + 1 + random.below(levels - 1 - place.level)), random.pick(make.pointerBits))
  }
  const questions = Array.from({ length: RANDOM_QUESTIONS }, (_, index) => {
    const mode = random.pick(MODES)
    return questionAt(random.pick(all), index, random.pick(ACCESSES), mode, differing(random.pick(make.settings(mode)), make))
  })
  return { name: `random-${String(seed)}`, catches, notes: `leaves, rights, holes and flipped bits at random, from seed ${String(seed)}`, tables: tree, questions }
}

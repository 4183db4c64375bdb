/**
 * Backends that answer anything, throw anything, call the set that calls them, and change their granule meanwhile. After
 * every operation of a set over them, its areas are what the answer says, its index is sound, and no bracket is open.
 */

import type { Random } from '@addrspace/conformance/model'
import { va } from '@addrspace/memory-addr'
import { MappingError, MemorySet, type MappingBackend, type MappingResult } from '@addrspace/memory-set'
import { Trap } from './wrong-values.ts'

/** Thrown by backends; whether it is thrown on is asked by identity, of whatever type. */
const THROWN: readonly unknown[] = [new Trap('thrown'), 'a text', undefined, null, 42n, Symbol('thrown'), Object.freeze({}), Promise.resolve(false)]

class Brackets {
  open = 0

  beginTransaction(): void {
    this.open++
  }

  commitTransaction(): void {
    this.open--
  }

  rollbackTransaction(): void {
    this.open--
  }
}

type HostileSet = MemorySet<unknown, Brackets | null>

/** How the operations on one set ended. */
export interface HostileCounts {
  accepted: number
  refused: number
  TypeError: number
  RangeError: number
  'passed on': number
}

const PAGE = 0x1000n
const OPERATIONS = 12

/** Makes a set over hostile backends, and works with it. */
export function fightHostile(random: Random): HostileCounts {
  const table = random.oneIn(2) ? new Brackets() : null
  const isMerging = random.oneIn(2)
  const set: HostileSet = new MemorySet({
    pageTable: table, merge: isMerging ? 'equal-neighbours' : 'never',
    permits: () => (random.oneIn(8) ? (hostileAnswer(random) as boolean) : true),
    flagsEqual: (a, b) => (random.oneIn(20) ? (hostileAnswer(random) as boolean) : a === b),
  })
  const counts: HostileCounts = { accepted: 0, refused: 0, TypeError: 0, RangeError: 0, 'passed on': 0 }
  for (let count = 0; count < OPERATIONS; count++) {
    const before = shown(set)
    const outcome = outcomeOf(() => operate(random, set))
    counts[outcome]++
    if (outcome !== 'accepted' && shown(set) !== before) throw new Error(`${outcome}, but the areas have changed:\n${before}\n${shown(set)}`)
    if (table !== null && table.open !== 0) throw new Error(`${outcome}, and ${table.open} brackets are open`)
    checkIndex(set)
    // What lies there is trusted again: this is about what is hostile, not about what is lost by it.
    set.trust({ start: va(0), end: 2n ** 64n })
  }
  return counts
}

function shown(set: HostileSet): string {
  return Array.from(set, ({ start, end }) => `${start}-${end}`).join(' ')
}

/** The invariants of the index; that equal neighbours are one area is not asked, since what is equal is decided by hostile callbacks. */
function checkIndex(set: HostileSet): void {
  try {
    set.checkInvariants()
  } catch (thrown) {
    if (thrown instanceof Error && /^I[0-5]/.test(thrown.message)) throw thrown
  }
}

function outcomeOf(act: () => MappingResult<unknown>): keyof HostileCounts {
  let result: MappingResult<unknown>
  try {
    result = act()
  } catch (thrown) {
    if (THROWN.includes(thrown) || thrown instanceof Trap) return 'passed on'
    if (thrown instanceof MappingError && thrown.reason === 'undo-refused') return 'refused'
    if (thrown instanceof TypeError) return 'TypeError'
    if (thrown instanceof RangeError && thrown.message.includes('"')) return 'RangeError'
    throw new Error(`threw what is of no documented kind: ${String(thrown)}`, { cause: thrown })
  }
  if (result.ok) return 'accepted'
  if (!(result.error instanceof MappingError)) throw new Error('refused without a MappingError')
  return 'refused'
}

function operate(random: Random, set: HostileSet): MappingResult<unknown> {
  const start = va(BigInt(random.below(16)) * PAGE)
  const size = BigInt(random.between(1, 4)) * PAGE
  const backend = hostileBackend(random, set)
  switch (random.below(7)) {
    case 0: case 1: case 2:
      return set.map(start, size, random.below(3), backend, { onOverlap: random.pick(['refuse', 'replace']) })
    case 3:
      return set.unmap(start, size)
    case 4:
      return set.protect(start, size, () => (random.oneIn(6) ? hostileAnswer(random) : random.below(3)))
    case 5:
      return set.fault(start, 'read')
    default:
      return set.transaction(() => {
        void set.map(start, size, 1, backend, { onOverlap: 'replace' })
        return random.oneIn(3) ? (hostileAnswer(random) as never) : set.unmap(start, PAGE)
      })
  }
}

/** Mostly lawful, so that there is something to lose. */
function hostileBackend(random: Random, set: HostileSet): MappingBackend<unknown, Brackets | null> {
  const answer = (): never => (random.oneIn(4) ? evil(random, set) : true) as never
  const backend = {
    map: answer, unmap: answer, protect: answer,
    fault: () => (random.oneIn(2) ? 'installed' : evil(random, set)) as never,
    ...(random.oneIn(4) && { canMerge: () => (random.oneIn(2) ? evil(random, set) : true) as never }),
    ...(random.oneIn(4) && { slice: () => (random.oneIn(2) ? evil(random, set) : backend) as never }),
  }
  if (random.oneIn(3)) {
    let asked = 0
    Object.defineProperty(backend, 'granule', { get: () => (++asked < 3 ? PAGE : random.pick<unknown>([0n, 3n, -1n, 'x', 4096, undefined, PAGE])) })
  }
  return backend
}

function evil(random: Random, set: HostileSet): unknown {
  if (random.oneIn(3)) throw THROWN[random.below(THROWN.length)]
  if (random.oneIn(4)) return set.clear()
  return hostileAnswer(random)
}

function hostileAnswer(random: Random): unknown {
  const spring = (): never => {
    throw new Trap('sprung')
  }
  return random.pick<() => unknown>([
    () => false, () => ({ reason: 'out-of-frames' }), () => undefined, () => null, () => 1, () => 'true', () => Promise.resolve(true), () => ({ then: spring }),
    () => ({ reason: 'because' }), () => ({ get reason() { return spring() } }), () => ({ reason: 'not-mapped', get cause() { return spring() } }),
    () => Object.freeze({ reason: 'misaligned' }), () => new Proxy({}, { get: spring, has: spring }), () => ({ ok: false }), () => ({ ok: true, value: 1 }), () => Symbol('yes'),
  ])()
}

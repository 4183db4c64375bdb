/**
 * Random operations on a set and on its dense twin, compared after every step: areas to the byte, page table, queries,
 * snapshots taken on the way. Operations fail on purpose, and transactions go back. The windows lie where numbers change
 * their nature: at 0, around 2^53 (beyond it a double cannot hold every address), around 2^63, at the end of the space.
 */
import { va, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, type BackendAnswer, type MappingBackend, type MappingResult, type MemorySetSnapshot } from '@addrspace/memory-set'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DenseTwin, type TwinArea } from './support/dense-twin.ts'
import { Gate } from './support/gate.ts'

const WIDTH = 160
const SPACE = 18446744073709551616n
const BASES: readonly bigint[] = [0n, 2n ** 53n - 77n, 2n ** 63n - 80n, 2n ** 63n + 123n, SPACE - BigInt(WIDTH)]

/** A page table over the window, one cell per byte; its backends are lawful. */
class Window {
  readonly base: bigint
  readonly cells: Int32Array = new Int32Array(WIDTH).fill(-1)

  constructor(base: bigint) {
    this.base = base
  }

  range(start: bigint, size: bigint): Int32Array {
    const from = Number(start - this.base)
    return this.cells.subarray(from, from + Number(size))
  }
}

class WindowBackend implements MappingBackend<number, Window> {
  readonly #gate: Gate
  readonly granule?: bigint

  constructor(gate: Gate, granule?: bigint) {
    this.#gate = gate
    if (granule !== undefined) this.granule = granule
  }

  map(start: VirtAddr, size: bigint, flags: number, table: Window): BackendAnswer {
    return this.#gate.pass({ verb: 'map', start, size, flags }, () => this.#write(table.range(start, size), flags, false))
  }

  unmap(start: VirtAddr, size: bigint, table: Window): BackendAnswer {
    return this.#gate.pass({ verb: 'unmap', start, size }, () => this.#write(table.range(start, size), -1, true))
  }

  protect(start: VirtAddr, size: bigint, flags: number, table: Window): BackendAnswer {
    return this.#gate.pass({ verb: 'protect', start, size, flags }, () => this.#write(table.range(start, size), flags, true))
  }

  #write(range: Int32Array, flags: number, wasMapped: boolean): BackendAnswer {
    if (range.length === 0 || !range.every((cell) => cell >= 0 === wasMapped)) throw new Error('the set broke a law of backends')
    range.fill(flags)
    return true
  }
}

interface Change {
  readonly start: number
  readonly size: number
  /** Which backend call fails, if there are as many. */
  readonly failAt: number
}
type Op =
  | (Change & { readonly op: 'map'; readonly flags: number; readonly backend: number; readonly onOverlap: 'refuse' | 'replace'; readonly below: number; readonly above: number })
  | (Change & { readonly op: 'unmap' })
  | (Change & { readonly op: 'protect'; readonly table: readonly (number | undefined)[]; readonly holes: 'skip' | 'refuse' })
  | { readonly op: 'clear'; readonly failAt: number }
  | { readonly op: 'query'; readonly at: number; readonly end: number }
  | { readonly op: 'free'; readonly size: number; readonly from: number; readonly to: number; readonly hint: number | undefined; readonly align: number; readonly offset: number; readonly direction: 'up' | 'down'; readonly below: number; readonly above: number }
  | { readonly op: 'snapshot' }
  | { readonly op: 'dispose'; readonly which: number }
  | { readonly op: 'transaction'; readonly ops: readonly Op[]; readonly end: 'commit' | 'refuse' | 'throw' }

const BACK = new Error('back')

class Pair {
  readonly #base: bigint
  readonly #gate = new Gate()
  readonly #backends: readonly WindowBackend[]
  readonly #table: Window
  readonly #set: MemorySet<number, Window>
  #twin: DenseTwin
  readonly #snapshots: { readonly snapshot: MemorySetSnapshot<number, Window>; readonly twin: DenseTwin }[] = []
  readonly #granule: bigint

  constructor(base: bigint, merge: 'never' | 'equal-neighbours') {
    this.#base = base
    // A granule that the window's base is a multiple of, so that something can be mapped at all.
    this.#granule = 8n
    this.#backends = [new WindowBackend(this.#gate), new WindowBackend(this.#gate), new WindowBackend(this.#gate, this.#granule)]
    this.#table = new Window(base)
    this.#set = new MemorySet<number, Window>({ pageTable: this.#table, merge })
    this.#twin = new DenseTwin(WIDTH, merge === 'equal-neighbours')
  }

  run(ops: readonly Op[]): void {
    for (const op of ops) {
      this.#do(op)
      this.#compare()
    }
    for (const { snapshot, twin } of this.#snapshots.splice(0)) {
      this.#compareAreas(snapshot, twin)
      snapshot.dispose()
    }
    this.#gate.open()
    this.#do({ op: 'clear', failAt: Infinity })
    this.#compare()
  }

  #do(op: Op): void {
    switch (op.op) {
      case 'map': {
        const options = { onOverlap: op.onOverlap, guards: { below: BigInt(op.below), above: BigInt(op.above) } }
        const map = (): MappingResult => this.#set.map(this.#at(op.start), BigInt(op.size), op.flags, this.#backends[op.backend]!, options)
        this.#change(op.failAt, map, () => this.#mapTwin(op))
        break
      }
      case 'unmap':
        this.#change(op.failAt, () => this.#set.unmap(this.#at(op.start), BigInt(op.size)), () => this.#unmapTwin(op))
        break
      case 'protect': {
        const update = (flags: number): number | undefined => op.table[flags]
        const protect = (): MappingResult => this.#set.protect(this.#at(op.start), BigInt(op.size), update, { holes: op.holes })
        this.#change(op.failAt, protect, () => this.#protectTwin(op))
        break
      }
      case 'clear':
        this.#change(op.failAt, () => this.#set.clear(), () => this.#unmapTwin({ start: 0, size: WIDTH }))
        break
      case 'query':
        this.#query(op.at, op.end)
        break
      case 'free':
        this.#free(op)
        break
      case 'snapshot':
        this.#snapshots.push({ snapshot: this.#set.snapshot(), twin: this.#twin.copy() })
        break
      case 'dispose': {
        const [gone] = this.#snapshots.splice(op.which % Math.max(this.#snapshots.length, 1), 1)
        if (gone === undefined) break
        this.#compareAreas(gone.snapshot, gone.twin)
        gone.snapshot.dispose()
        break
      }
      case 'transaction':
        this.#transaction(op)
    }
  }

  /** Runs a change on both; where a backend call failed, the twin stays. */
  #change(failAt: number, change: () => MappingResult, changeTwin: () => string): void {
    const before = this.#twin.copy()
    const expected = changeTwin()
    this.#gate.failAt(failAt)
    const result = change()
    const isFailed = this.#gate.count >= failAt
    this.#gate.open()
    expect(result.ok ? 'ok' : result.error.reason).toBe(isFailed ? 'backend-refused' : expected)
    if (!result.ok) this.#twin = before
  }

  #mapTwin({ start, size, flags, backend, onOverlap, below, above }: Op & { op: 'map' }): string {
    const end = start + size
    if (size === 0) return 'empty-range'
    const { granule = 1n } = this.#backends[backend]!
    if (this.#at(start) % granule !== 0n || BigInt(size) % granule !== 0n) return 'misaligned'
    const isFree = !this.#twin.flags.subarray(start, end).some((cell) => cell >= 0)
    if (!isFree && onOverlap === 'refuse') return 'overlap'
    if (this.#isMisaligned(start, end)) return 'misaligned'
    this.#twin.write(start, end, flags, backend, below, above)
    return 'ok'
  }

  #unmapTwin({ start, size }: { start: number; size: number }): string {
    if (this.#isMisaligned(start, start + size)) return 'misaligned'
    this.#twin.remove(start, start + size)
    return 'ok'
  }

  #protectTwin({ start, size, table, holes }: Op & { op: 'protect' }): string {
    const end = start + size
    if (size === 0) return 'ok'
    if (holes === 'refuse' && this.#twin.flags.subarray(start, end).some((cell) => cell < 0)) return 'hole'
    const touched = this.#twin.areas().filter((area) => area.start < end && area.end > start && table[area.flags] !== undefined)
    for (const area of touched) {
      if (area.start < start && this.#isMisalignedIn(area, start)) return 'misaligned'
      if (area.end > end && this.#isMisalignedIn(area, end)) return 'misaligned'
    }
    for (const area of touched) this.#twin.repaint(Math.max(area.start, start), Math.min(area.end, end), table[area.flags]!)
    return 'ok'
  }

  /** Whether one of the bounds cuts an area where it may not be cut. */
  #isMisaligned(start: number, end: number): boolean {
    if (start === end) return false
    return [start, end].some((cut) => this.#twin.isInside(cut) && this.#at(cut) % (this.#backends[this.#twin.backendAt(cut)]!.granule ?? 1n) !== 0n)
  }

  #isMisalignedIn(area: TwinArea, cut: number): boolean {
    return (this.#base + BigInt(cut)) % (this.#backends[area.backend]!.granule ?? 1n) !== 0n
  }

  #query(at: number, end: number): void {
    const area = this.#set.find(this.#at(at))
    expect(area?.flags).toBe(this.#twin.isMapped(at) ? this.#twin.flags[at] : undefined)
    const range = { start: this.#at(Math.min(at, end)), end: this.#base + BigInt(Math.max(at, end)) }
    const inRange = this.#twin.areas().filter((other) => other.start < Math.max(at, end) && other.end > Math.min(at, end) && at !== end)
    expect(this.#set.overlaps(range)).toBe(inRange.length > 0)
    expect(Array.from(this.#set.areasIn(range), ({ start }) => Number(start - this.#base))).toEqual(inRange.map(({ start }) => start))
  }

  #free({ size, from, to, hint, align, offset, direction, below, above }: Op & { op: 'free' }): void {
    const base = this.#base
    const found = this.#set.findFreeArea(BigInt(size), {
      limit: { start: base + BigInt(from), end: base + BigInt(to) },
      ...(hint === undefined ? {} : { hint: base + BigInt(hint) }),
      align: BigInt(align),
      alignOffset: BigInt(offset),
      direction,
      gap: { below: BigInt(below), above: BigInt(above) },
    })
    const expected = size % align !== 0 ? undefined : this.#twin.findFree({
      size,
      low: direction === 'up' ? Math.max(from, hint ?? from) : from,
      high: direction === 'down' ? Math.min(to, hint ?? to) : to,
      direction,
      gapBelow: below,
      gapAbove: above,
      isAligned: (position) => (base + BigInt(position) - BigInt(offset)) % BigInt(align) === 0n,
    })
    expect(found).toBe(expected === undefined ? undefined : base + BigInt(expected))
  }

  #transaction({ ops, end }: Op & { op: 'transaction' }): void {
    const before = this.#twin.copy()
    let outcome = 'ok'
    try {
      const result = this.#set.transaction((): MappingResult => {
        for (const op of ops) {
          this.#do(op)
          this.#compare()
        }
        if (end === 'throw') throw BACK
        // A refusal of the set's own.
        return end === 'commit' ? { ok: true, value: undefined } : this.#set.map(this.#at(0), 0n, 0, this.#backends[0]!)
      })
      if (!result.ok) outcome = result.error.reason
    } catch (error) {
      if (error !== BACK) throw error
      outcome = 'thrown'
    }
    expect(outcome).toBe({ commit: 'ok', refuse: 'empty-range', throw: 'thrown' }[end])
    if (end !== 'commit') this.#twin = before
  }

  #compare(): void {
    this.#set.checkInvariants()
    this.#compareAreas(this.#set, this.#twin)
    expect(this.#table.cells).toEqual(this.#twin.flags)
  }

  #compareAreas(areas: MemorySet<number, Window> | MemorySetSnapshot<number, Window>, twin: DenseTwin): void {
    const found = Array.from(areas, ({ start, end, flags, backend, guards }): TwinArea => ({
      start: Number(start - this.#base),
      end: Number(end - this.#base),
      flags,
      backend: this.#backends.findIndex((candidate) => candidate === backend),
      below: Number(guards.below),
      above: Number(guards.above),
    }))
    expect(found).toEqual(twin.areas())
    expect(areas.size).toBe(found.length)
  }

  #at(position: number): VirtAddr {
    return va(this.#base + BigInt(position))
  }
}

const FLAGS = 3
const flags = fc.nat(FLAGS - 1)
const position = fc.nat(WIDTH - 1)
/** Small sizes are likely; multiples of the granule are, too. */
const change = fc
  .record({ start: position, size: fc.oneof({ weight: 4, arbitrary: fc.nat(16) }, { weight: 1, arbitrary: fc.nat(WIDTH) }), isEven: fc.boolean(), failAt: fc.oneof({ weight: 6, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) }) })
  .map(({ start, size, isEven, failAt }) => {
    const from = isEven ? start - (start % 8) : start
    const length = isEven ? Math.max(size - (size % 8), 8) : size
    return { start: from, size: Math.min(length, WIDTH - from), failAt }
  })
const guard = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(9) })

const simple: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(change, fc.record({ op: fc.constant('map' as const), flags, backend: fc.nat(2), onOverlap: fc.constantFrom('refuse' as const, 'replace' as const), below: guard, above: guard })).map(([where, what]): Op => ({ ...where, ...what })) },
  { weight: 3, arbitrary: change.map((where): Op => ({ op: 'unmap', ...where })) },
  { weight: 4, arbitrary: fc.tuple(change, fc.array(fc.option(flags, { nil: undefined }), { minLength: FLAGS, maxLength: FLAGS }), fc.constantFrom('skip' as const, 'skip' as const, 'refuse' as const)).map(([where, table, holes]): Op => ({ op: 'protect', ...where, table, holes })) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('query' as const), at: position, end: position }) },
  {
    weight: 5,
    arbitrary: fc
      .record({
        op: fc.constant('free' as const), units: fc.nat(20), from: position, length: fc.nat(WIDTH), hint: fc.option(position, { nil: undefined }),
        bits: fc.nat(5), offset: fc.nat(31), direction: fc.constantFrom('up' as const, 'down' as const), below: guard, above: guard,
      })
      .map(({ units, length, bits, offset, ...rest }): Op => ({
        ...rest, to: Math.min(rest.from + length, WIDTH), align: 2 ** bits, size: units % 4 === 3 ? units : (units >> bits) << bits, offset: bits % 2 === 0 ? 0 : offset % 2 ** bits,
      })),
  },
  { weight: 1, arbitrary: fc.constant<Op>({ op: 'snapshot' }) },
  { weight: 1, arbitrary: fc.nat(9).map((which): Op => ({ op: 'dispose', which })) },
)
const rare: fc.Arbitrary<Op> = fc.record({ op: fc.constant('clear' as const), failAt: fc.integer({ min: 1, max: 9 }) })
const end = fc.constantFrom('commit' as const, 'refuse' as const, 'throw' as const)
const inner: fc.Arbitrary<Op> = fc.record({ op: fc.constant('transaction' as const), ops: fc.array(simple, { maxLength: 5 }), end })
const transaction: fc.Arbitrary<Op> = fc.record({
  op: fc.constant('transaction' as const),
  ops: fc.array(fc.oneof({ weight: 8, arbitrary: simple }, { weight: 1, arbitrary: inner }), { maxLength: 8 }),
  end,
})
const ops = fc.array(fc.oneof({ weight: 20, arbitrary: simple }, { weight: 2, arbitrary: transaction }, { weight: 1, arbitrary: rare }), { minLength: 20, maxLength: 60, size: 'max' })

describe.each(BASES.map((base) => [`0x${base.toString(16)}`, base] as const))('a set over a window at %s', (_, base) => {
  it.each(['never', 'equal-neighbours'] as const)('does what its dense twin does, merging %s', (merge) => {
    fc.assert(fc.property(ops, (sequence) => new Pair(base, merge).run(sequence)), { numRuns: 100 })
  })
})

/**
 * Replays one recorded sequence of the original (vectors/README.md) on a set of ours, operation by operation, and tallies
 * every operation: either all that was recorded of it is found here too, or there is a named reason for the difference,
 * and then what we promise instead is what is found. Anything else throws.
 *
 * Where the original's state is not a sane one afterwards, ours first has to keep its promise (refused: nothing changed),
 * and is then rebuilt from the recorded state, so that the rest of the sequence can be compared as well.
 */
import { createHash } from 'node:crypto'
import { virtAddr, type RangeLike } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MappingResult, type MemoryArea, type MemorySetSnapshot } from '@addrspace/memory-set'
import { DenseBackend, DenseTable } from './dense.ts'
import { Gate, type Verb } from './gate.ts'

type RecordedArea = readonly [start: string, end: string, flags: number]
type RecordedCall = readonly (string | number)[]

interface OpBase {
  readonly result?: string | boolean | null | RecordedArea
  readonly n?: number
  readonly digest?: string
  readonly ptDigest?: string
  readonly areas?: readonly RecordedArea[]
  readonly pt?: string
  readonly calls?: readonly RecordedCall[]
  readonly panicAt?: 'construct' | 'query' | 'mutate'
  readonly upstreamOddity?: string
  readonly taints?: true
  readonly documented?: string | null
}
interface RangeOp extends OpBase {
  readonly start: string
  readonly size: string
}
type Op =
  | (RangeOp & { readonly op: 'map'; readonly flags: number; readonly unmapOverlap: boolean })
  | (RangeOp & { readonly op: 'unmap' })
  | (RangeOp & { readonly op: 'protect'; readonly flags: number })
  | (RangeOp & { readonly op: 'poke'; readonly value: number })
  | (OpBase & { readonly op: 'clear' })
  | (OpBase & { readonly op: 'find'; readonly addr: string })
  | (OpBase & { readonly op: 'overlaps'; readonly start: string; readonly end: string })
  | (OpBase & { readonly op: 'findFree'; readonly hint: string; readonly size: string; readonly limit: readonly [string, string]; readonly align: string })
  | (OpBase & { readonly op: 'poison'; readonly kind: Verb; readonly addr: string })
  | (OpBase & { readonly op: 'unpoison' })

export interface Sequence {
  readonly name: string
  readonly backend: 'mock' | 'null' | 'fault'
  readonly taintedFrom?: number
  readonly endedByPanic?: true
  readonly uncheckedTail?: true
  readonly ops: readonly Op[]
  readonly final: { readonly areas: readonly RecordedArea[]; readonly pt?: string }
}

/** Operations by what became of them: `agreed`, or the reason why they differ. */
export type Tally = Record<string, number>

interface State {
  readonly areas: MemorySetSnapshot<number, DenseTable>
  readonly table: Uint8Array
}

const SPACE = 18446744073709551616n

/** The table of the classes `null` and `fault`: no byte of it is ever looked at, so everything that is not poisoned is accepted. */
class Nowhere extends DenseTable {
  override readonly bytes = new Uint8Array(0)

  override slice(): Uint8Array {
    return this.bytes
  }
}

export class Replay {
  readonly #sequence: Sequence
  readonly #gate = new Gate()
  readonly #backend = new DenseBackend(this.#gate)
  readonly #table: DenseTable
  #set: MemorySet<number, DenseTable>
  readonly #tally: Tally

  constructor(sequence: Sequence, tally: Tally) {
    this.#sequence = sequence
    this.#table = sequence.backend === 'mock' ? new DenseTable() : new Nowhere()
    this.#set = new MemorySet({ pageTable: this.#table })
    this.#tally = tally
  }

  run(): void {
    const { ops, name, endedByPanic, uncheckedTail, final } = this.#sequence
    let isSane = true
    for (const [i, op] of ops.entries()) {
      if (!isSane) {
        this.#count('after a corrupt state')
        continue
      }
      try {
        this.#count(this.#step(op))
        if (op.taints === true) isSane = uncheckedTail !== true && this.#rebuild(op, endedByPanic === true && i === ops.length - 1)
      } catch (cause) {
        throw new Error(`${name}, op ${String(i)}: ${JSON.stringify(op)}`, { cause })
      }
    }
    this.#set.checkInvariants()
    if (!isSane || endedByPanic === true) return
    same(this.#areas(), final.areas, 'final areas')
    if (final.pt !== undefined) same(this.#runs(), final.pt, 'final table')
  }

  #count(reason: string): void {
    this.#tally[reason] = (this.#tally[reason] ?? 0) + 1
  }

  /** Carries out an operation and compares; tells how it is to be counted. */
  #step(op: Op): string {
    this.#gate.takeCalls()
    switch (op.op) {
      case 'map':
      case 'unmap':
      case 'protect':
      case 'clear':
        return this.#change(op)
      case 'poke':
        this.#table.slice(BigInt(op.start), BigInt(op.size)).fill(op.value)
        this.#compareState(op)
        return 'agreed'
      case 'poison':
        this.#gate.poison(op.kind, BigInt(op.addr))
        return 'agreed'
      case 'unpoison':
        this.#gate.unpoison()
        return 'agreed'
      case 'find': {
        const area = this.#set.find(virtAddr(BigInt(op.addr)))
        same(area === undefined ? null : [hex(area.start), hex(area.end), area.flags], op.result, 'area')
        return 'agreed'
      }
      case 'overlaps': {
        const answer = this.#set.overlaps({ start: virtAddr(BigInt(op.start)), end: BigInt(op.end) })
        if (op.upstreamOddity === undefined) {
          same(answer, op.result, 'answer')
          return 'agreed'
        }
        same(op.upstreamOddity, 'overlaps-empty-range', 'tag')
        same(op.start, op.end, 'bounds of the empty range')
        same([answer, op.result], [false, true], 'ours and the recorded answer')
        return op.upstreamOddity
      }
      case 'findFree':
        return this.#findFree(op)
    }
  }

  #findFree(op: Op & { op: 'findFree' }): string {
    const [start, end] = op.limit
    const options = { hint: BigInt(op.hint), limit: { start: BigInt(start), end: BigInt(end) }, align: BigInt(op.align) }
    let answer: string | null
    try {
      const found = this.#set.findFreeArea(BigInt(op.size), options)
      answer = found === undefined ? null : hex(found)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      answer = 'RangeError'
    }
    switch (op.upstreamOddity) {
      case undefined:
        same(answer, op.result, 'answer')
        return 'agreed'
      case 'ffa-limit-end-ignored':
      case 'ffa-skips-straddling-area':
      case 'ffa-align-wrap':
        same(answer, op.documented, 'documented answer')
        if (answer === op.result) throw new Error('tagged, but the recorded answer is the documented one')
        return op.upstreamOddity
      case 'ffa-size-zero':
        same(answer, null, 'answer')
        return op.upstreamOddity
      case 'ffa-align-zero-panics':
      case 'ffa-align-not-pow2':
        same(answer, 'RangeError', 'answer')
        return op.upstreamOddity
      default:
        throw new Error(`unknown tag ${op.upstreamOddity}`)
    }
  }

  #change(op: Op & { op: 'map' | 'unmap' | 'protect' | 'clear' }): string {
    if (op.upstreamOddity === 'end-at-2^64') return this.#changeUpToTheEnd(op as RangeOp & typeof op)
    using areas = this.#set.snapshot()
    const before = { areas, table: this.#table.bytes.slice() }
    const result = this.#perform(op)
    const answer = result.ok ? 'ok' : result.error.code
    if (op.taints === true) return this.#tainting(op, answer, result, before)
    if (op.upstreamOddity !== undefined) throw new Error(`unknown tag ${op.upstreamOddity}`)
    // Its state is the one before; the original does not get as far as making the area.
    if (op.panicAt === 'construct') {
      same([answer, op.result], ['InvalidParam', 'panic'], 'answers')
      this.#compareState(op)
      return 'start + size > 2^64: a refusal instead of a panic'
    }
    same(answer, op.result, 'answer')
    if (!result.ok) this.#compareWith(before)
    this.#compareState(op)
    if (op.calls !== undefined) same(this.#calls(), [...op.calls].map((call) => JSON.stringify(call)).sort(), 'calls')
    return 'agreed'
  }

  #perform(op: Op & { op: 'map' | 'unmap' | 'protect' | 'clear' }): MappingResult {
    const set = this.#set
    switch (op.op) {
      case 'map':
        return set.map(virtAddr(BigInt(op.start)), BigInt(op.size), op.flags, this.#backend, { onOverlap: op.unmapOverlap ? 'replace' : 'refuse' })
      case 'unmap':
        return set.unmap(virtAddr(BigInt(op.start)), BigInt(op.size))
      case 'protect':
        return set.protect(virtAddr(BigInt(op.start)), BigInt(op.size), updateTo(op.flags))
      case 'clear':
        return set.clear()
    }
  }

  /**
   * The original is left in a state that it should not be in. Ours either has refused and changed nothing, or, for a
   * protect of size 0, has nothing to do.
   */
  #tainting(op: Op & { op: 'map' | 'unmap' | 'protect' | 'clear' }, answer: string, result: MappingResult, before: State): string {
    const tag = op.upstreamOddity ?? ''
    if (tag === 'protect-zero-size-corrupts') {
      same(answer, 'ok', 'answer')
      same(this.#calls(), [], 'calls')
      this.#compareWith(before)
      return tag
    }
    if (result.ok) throw new Error('expected a refusal')
    same(answer, 'BadState', 'answer')
    const { reason, untrusted } = result.error
    this.#compareWith(before, untrusted)
    if (reason === 'backend-refused') return tag
    // The call that was refused in the first place, then those that should have undone what came before it.
    const [, ...undoing] = this.#gate.takeCalls().filter((call) => !call.isDone)
    same(reason, 'undo-refused', 'reason')
    same(untrusted.map(({ start, size }) => [hex(start), hex(size)]), undoing.map(({ start, size }) => [hex(start), hex(size)]), 'untrusted')
    return `${tag}, and undoing is refused as well`
  }

  /**
   * A range that ends at 2^64 is out of range in the original and ordinary here. Done within a transaction that is rolled
   * back, since the rest of the sequence assumes that it was refused.
   */
  #changeUpToTheEnd(op: RangeOp & Op & { op: 'map' | 'unmap' | 'protect' | 'clear' }): string {
    same(op.op === 'map' ? 'panic' : 'InvalidParam', op.result, 'recorded answer')
    const start = BigInt(op.start)
    same(hex(start + BigInt(op.size)), hex(SPACE), 'end')
    const before = this.#areas()
    const cut = before.filter(([, end]) => BigInt(end) > start)
    const kept = before.flatMap(([from, to, flags]): RecordedArea[] => (BigInt(from) < start ? [[from, BigInt(to) < start ? to : op.start, flags]] : []))
    let expected: readonly RecordedArea[] = kept
    let answer = 'ok'
    if (op.op === 'map') {
      if (cut.length > 0 && !op.unmapOverlap) {
        answer = 'AlreadyExists'
        expected = before
      } else expected = [...kept, [op.start, hex(SPACE), op.flags]]
    } else if (op.op === 'protect') {
      const update = updateTo(op.flags)
      expected = before.flatMap(([from, to, flags]): RecordedArea[] => {
        const changed = update(flags)
        if (BigInt(to) <= start || changed === undefined) return [[from, to, flags]]
        return BigInt(from) < start ? [[from, op.start, flags], [op.start, to, changed]] : [[from, to, changed]]
      })
    }
    const rolledBack = new Error('rolled back')
    try {
      unwrap(
        this.#set.transaction(() => {
          const result = this.#perform(op)
          same(result.ok ? 'ok' : result.error.code, answer, 'answer')
          same(this.#areas(), expected, 'areas')
          throw rolledBack
        }),
      )
    } catch (error) {
      if (error !== rolledBack) throw error
    }
    this.#compareState(op)
    return 'end-at-2^64'
  }

  /** Refused: the areas are as before, and so is the table but for what the refusal calls untrusted. */
  #compareWith(before: State, untrusted: readonly RangeLike[] = []): void {
    same(this.#areas(), recorded(before.areas), 'areas after a refusal')
    const { bytes } = this.#table
    const differing = Array.from(bytes.keys()).filter((addr) => bytes[addr] !== before.table[addr])
    const isTold = (addr: number): boolean => untrusted.some(({ start, end }) => BigInt(addr) >= start && BigInt(addr) < end)
    same(differing.filter((addr) => !isTold(addr)), [], 'bytes of the table that changed in spite of a refusal')
  }

  #compareState(op: OpBase): void {
    const areas = this.#areas()
    if (op.n !== undefined) same([this.#set.size, areas.length], [op.n, op.n], 'number of areas')
    if (op.digest !== undefined) same(digest(areas.map(textOf).join('')), op.digest, 'digest')
    if (op.areas !== undefined) same(areas, op.areas, 'areas')
    if (op.ptDigest !== undefined) same(digest(this.#table.bytes), op.ptDigest, 'digest of the table')
    if (op.pt !== undefined) same(this.#runs(), op.pt, 'table')
  }

  /** Takes over the recorded state. Tells whether that is possible: an empty area has no place in a set of ours. */
  #rebuild(op: OpBase, isOver: boolean): boolean {
    if (isOver) return true
    const areas = op.areas ?? []
    if (areas.some(([start, end]) => BigInt(start) >= BigInt(end))) return false
    this.#set = new MemorySet({ pageTable: this.#table })
    // The recorded table is not one that mapping these areas would give: it is filled in afterwards.
    this.#gate.bypass(() => {
      for (const [start, end, flags] of areas) unwrap(this.#set.map(virtAddr(BigInt(start)), BigInt(end) - BigInt(start), flags, this.#backend))
    })
    if (op.pt !== undefined) this.#fill(op.pt)
    return true
  }

  #fill(runs: string): void {
    let at = 0
    for (const run of runs.split(';')) {
      const [count, value] = run.split('*').map(Number)
      this.#table.bytes.fill(value!, at, at + count!)
      at += count!
    }
  }

  #areas(): RecordedArea[] {
    return recorded(this.#set)
  }

  /** The table as `pt` writes it. */
  #runs(): string {
    const { bytes } = this.#table
    const runs: string[] = []
    for (let start = 0, end = 0; start < bytes.length; start = end) {
      for (end = start; end < bytes.length && bytes[end] === bytes[start]; ) end++
      runs.push(`${String(end - start)}*${String(bytes[start])}`)
    }
    return runs.join(';')
  }

  /** The calls as the vectors write them, in no order. */
  #calls(): string[] {
    return this.#gate
      .takeCalls()
      .map(({ verb, start, size, flags, isDone }) => JSON.stringify([verb, hex(start), hex(size), ...(flags === undefined ? [] : [flags]), ...(isDone ? [] : ['fail'])]))
      .sort()
  }
}

/** The rule that all recorded protects follow. */
function updateTo(flags: number): (old: number) => number | undefined {
  return (old) => ((old & 7) === (flags & 7) ? undefined : (flags & 7) | (old & ~7))
}

function recorded(areas: Iterable<MemoryArea<number, DenseTable>>): RecordedArea[] {
  return Array.from(areas, ({ start, end, flags }) => [hex(start), hex(end), flags])
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`
}

function textOf([start, end, flags]: RecordedArea): string {
  return `${start.slice(2)}-${end.slice(2)}:${flags.toString(16)}\n`
}

function digest(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 12)
}

function same(found: unknown, expected: unknown, what: string): void {
  const [ours, theirs] = [JSON.stringify(found), JSON.stringify(expected)]
  if (ours !== theirs) throw new Error(`${what}: ${ours}, expected ${theirs}`)
}

/**
 * A page table that is one byte per address for the first 0x10000 addresses, with the flags in it and 0 for unmapped, and a
 * backend for it. Like the mock in the README of the original, and unlike it lawful: it checks a range before it writes.
 * As there, addresses beyond the table are accepted and forgotten, and flags 0 cannot be told from unmapped: tests that
 * want a lawful double keep to other flags, the recorded calls of the original do not.
 */
import { type VirtAddr } from '@addrspace/memory-addr'
import { type BackendAnswer, type MappingBackend, type TransactionalPageTable } from '@addrspace/memory-set'
import { Gate } from './gate.ts'

export const TABLE_SIZE = 0x10000

export class DenseTable {
  readonly bytes: Uint8Array = new Uint8Array(TABLE_SIZE)

  /** The part of the bytes that a range covers. */
  slice(start: bigint, size: bigint): Uint8Array {
    const clip = (addr: bigint): number => (addr < BigInt(TABLE_SIZE) ? Number(addr) : TABLE_SIZE)
    return this.bytes.subarray(clip(start), clip(start + size))
  }

  /** Runs of equal bytes other than 0, as `0x1000-0x3000 7`. */
  dump(): string[] {
    const runs: string[] = []
    for (let start = 0, end = 0; start < TABLE_SIZE; start = end) {
      const flags = this.bytes[start]!
      for (end = start; end < TABLE_SIZE && this.bytes[end] === flags; ) end++
      if (flags !== 0) runs.push(`0x${start.toString(16)}-0x${end.toString(16)} ${String(flags)}`)
    }
    return runs
  }
}

/** The same table, able to roll back: it keeps a copy per open bracket. */
export class TransactionalDenseTable extends DenseTable implements TransactionalPageTable {
  readonly #saved: Uint8Array[] = []
  /** What was called, in order. */
  readonly brackets: ('begin' | 'commit' | 'rollback')[] = []

  /** How many brackets are open. */
  get depth(): number {
    return this.#saved.length
  }

  beginTransaction(): void {
    this.brackets.push('begin')
    this.#saved.push(this.bytes.slice())
  }

  commitTransaction(): void {
    this.brackets.push('commit')
    this.#take()
  }

  rollbackTransaction(): void {
    this.brackets.push('rollback')
    this.bytes.set(this.#take())
  }

  #take(): Uint8Array {
    const saved = this.#saved.pop()
    if (saved === undefined) throw new Error('no bracket is open')
    return saved
  }
}

export class DenseBackend implements MappingBackend<number, DenseTable> {
  readonly gate: Gate

  constructor(gate: Gate = new Gate()) {
    this.gate = gate
  }

  map(start: VirtAddr, size: bigint, flags: number, table: DenseTable): BackendAnswer {
    return this.gate.pass({ verb: 'map', start, size, flags }, () => {
      const range = table.slice(start, size)
      if (range.some((byte) => byte !== 0)) return { reason: 'already-mapped' }
      range.fill(flags)
      return true
    })
  }

  unmap(start: VirtAddr, size: bigint, table: DenseTable): BackendAnswer {
    return this.gate.pass({ verb: 'unmap', start, size }, () => this.#write(start, size, 0, table))
  }

  protect(start: VirtAddr, size: bigint, flags: number, table: DenseTable): BackendAnswer {
    return this.gate.pass({ verb: 'protect', start, size, flags }, () => this.#write(start, size, flags, table))
  }

  #write(start: VirtAddr, size: bigint, flags: number, table: DenseTable): BackendAnswer {
    const range = table.slice(start, size)
    if (range.includes(0)) return { reason: 'not-mapped' }
    range.fill(flags)
    return true
  }
}

// The memory of a WebAssembly guest as a place for areas. There is no page table: guest addresses are offsets in the
// linear memory, and what is mapped with which rights is noted in a byte per page. Wasm does not look at that byte; the
// host does, before it touches memory for the guest. What is unmapped is zeroed, so that what is mapped is zero.
import type { VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer, MappingBackend, RefusalReason, TransactionalPageTable } from '@addrspace/memory-set'

/** Rights, as PROT_READ and the others of mmap. */
export const READ = 1
export const WRITE = 2
export const EXEC = 4

const PAGE = 4096
/** What tells a page without rights from one that is not mapped. */
const MAPPED = 8

/** A change that can be undone: what the bytes of some pages were, and whether their contents go when it stays. */
interface Change {
  readonly first: number
  readonly before: Uint8Array
  readonly drops: boolean
}

export class HostMemory implements TransactionalPageTable {
  readonly wasm: WebAssembly.Memory
  /** By page: 0, or MAPPED with rights. */
  readonly #pages: Uint8Array
  readonly #changes: Change[] = []
  /** How many changes there were at each begin that is open. */
  readonly #brackets: number[] = []

  constructor(wasm: WebAssembly.Memory) {
    this.wasm = wasm
    this.#pages = new Uint8Array(wasm.buffer.byteLength / PAGE)
  }

  /** Guest memory for the host to use, or undefined if one of the pages does not have the rights: then it is EFAULT. */
  view(addr: number, size: number, rights: number): Uint8Array | undefined {
    const pages = this.#pages.subarray(Math.floor(addr / PAGE), Math.ceil((addr + size) / PAGE))
    const isWithin = addr + size <= this.#pages.length * PAGE
    return isWithin && pages.every((page) => (page & rights) === rights && page !== 0) ? new Uint8Array(this.wasm.buffer, addr, size) : undefined
  }

  /** Gives whole pages another byte, if each one's fits; otherwise tells what is wrong, and nothing has changed. */
  change(start: bigint, size: bigint, from: 'mapped' | 'unmapped', to: 'unmapped' | number): RefusalReason | undefined {
    if ((start | size) % BigInt(PAGE) !== 0n) return 'misaligned'
    if (start + size > BigInt(this.#pages.length * PAGE)) return 'not-expressible'
    const first = Number(start) / PAGE
    const pages = this.#pages.subarray(first, first + Number(size) / PAGE)
    if (!pages.every((page) => (page === 0) === (from === 'unmapped'))) return from === 'mapped' ? 'not-mapped' : 'already-mapped'
    this.#changes.push({ first, before: pages.slice(), drops: to === 'unmapped' })
    pages.fill(to === 'unmapped' ? 0 : MAPPED | to)
    if (this.#brackets.length === 0) this.#settle()
    return undefined
  }

  beginTransaction(): void {
    this.#brackets.push(this.#changes.length)
  }

  commitTransaction(): void {
    this.#brackets.pop()
    if (this.#brackets.length === 0) this.#settle()
  }

  rollbackTransaction(): void {
    const kept = this.#brackets.pop() ?? 0
    while (this.#changes.length > kept) {
      const { first, before } = this.#changes.pop()!
      this.#pages.set(before, first)
    }
  }

  /** Nothing can be undone any more: what was unmapped loses its contents now, and not before. */
  #settle(): void {
    const bytes = new Uint8Array(this.wasm.buffer)
    for (const { first, before, drops } of this.#changes) if (drops) bytes.fill(0, first * PAGE, (first + before.length) * PAGE)
    this.#changes.length = 0
  }

  /** All that is mapped, page by page. */
  * runs(): Generator<{ readonly start: bigint; readonly end: bigint; readonly flags: number }, undefined> {
    for (const [index, page] of this.#pages.entries()) {
      const start = BigInt(index * PAGE)
      if (page !== 0) yield { start, end: start + BigInt(PAGE), flags: page & ~MAPPED }
    }
    return undefined
  }
}

/** Realises areas in a HostMemory; flags are rights. One object serves all areas. */
export class HostBackend implements MappingBackend<number, HostMemory> {
  readonly granule = BigInt(PAGE)

  map(start: VirtAddr, size: bigint, rights: number, memory: HostMemory): BackendAnswer {
    return answer(memory.change(start, size, 'unmapped', rights))
  }

  unmap(start: VirtAddr, size: bigint, memory: HostMemory): BackendAnswer {
    return answer(memory.change(start, size, 'mapped', 'unmapped'))
  }

  protect(start: VirtAddr, size: bigint, rights: number, memory: HostMemory): BackendAnswer {
    return answer(memory.change(start, size, 'mapped', rights))
  }
}

function answer(refusal: RefusalReason | undefined): BackendAnswer {
  return refusal === undefined ? true : { reason: refusal }
}

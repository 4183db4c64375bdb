// The kernel is what its text says, and the sparse store gets it, keeps its words, and does without.
import { readFileSync } from 'node:fs'

import { pa } from '@addrspace/memory-addr'
import { PhysMemory } from '@addrspace/page-table'
import { afterEach, describe, expect, it, vi } from 'vitest'
import assembler from 'wabt'

import { GrowingWords } from '../src/internal/growing-words.ts'
import { kernelCode, kernelOver } from '../src/internal/word-kernel.ts'
import { wasmMemory } from './support/wasm.ts'

const MIB_WORDS = 2 ** 18

const WebAssembly = Reflect.get(globalThis, 'WebAssembly') as { Module: unknown; Instance: unknown; Memory: unknown }
const WASM = { Module: WebAssembly.Module, Instance: WebAssembly.Instance, Memory: WebAssembly.Memory }

const { Memory } = WASM
function newMemory(descriptor: { readonly initial: number; readonly maximum: number }): unknown {
  return Reflect.construct(Memory as new () => object, [descriptor])
}

/** A constructor that gives nothing. */
function refuse(): never {
  throw new RangeError('not here')
}

/** Words that tell where they are. */
function mark(words: Int32Array): void {
  for (let i = 0; i < words.length; i += 997) words[i] = i + 1
}

function expectMarks(words: Int32Array, length: number): void {
  for (let i = 0; i < length; i += 997) if (words[i] !== i + 1) throw new Error(`word ${String(i)} is ${String(words[i])}`)
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** The module as it is where WebAssembly is something else. */
async function storeWhere(WebAssembly: unknown): Promise<typeof GrowingWords> {
  vi.resetModules()
  vi.stubGlobal('WebAssembly', WebAssembly)
  return (await import('../src/internal/growing-words.ts')).GrowingWords
}

describe('the kernel', () => {
  it('is what word-kernel.wat assembles to', async () => {
    const text = readFileSync(new URL('../src/internal/word-kernel.wat', import.meta.url), 'utf8')
    const wabt = await assembler()
    expect(Buffer.from(kernelCode()).toString('hex')).toBe(Buffer.from(wabt.parseWat('word-kernel.wat', text, { simd: true }).toBinary({}).buffer).toString('hex'))
  })
  it('is not made over a memory that threads share', () => {
    expect(kernelOver(wasmMemory({ initial: 1, maximum: 1, shared: true }))).toBeUndefined()
    expect(new PhysMemory({ size: 4096n, source: wasmMemory({ initial: 1, maximum: 1, shared: true }) }).kernel).toBeUndefined()
  })
  it('is made over a window in a memory of WebAssembly, and reaches it after it has grown', () => {
    const source = wasmMemory({ initial: 1, maximum: 4 })
    const memory = new PhysMemory({ size: 0x1000n, source, offset: 0x8000 })
    source.grow(3)
    memory.kernel!.fill(memory.words.byteOffset, 3, 7, 1, 0x1000, 0)
    expect([...memory.words.subarray(0, 8)]).toEqual([7, 1, 0x1007, 1, 0x2007, 1, 0, 0])
  })
  it('reaches the last word below 4 GiB', () => {
    const source = wasmMemory({ initial: 65_536, maximum: 65_536 })
    const memory = new PhysMemory({ size: 0x1000n, source, offset: 2 ** 32 - 4096 })
    const first = memory.words.byteOffset | 0
    memory.kernel!.fill(first, 512, 0x1000, 7, 1, 0)
    expect(Array.from({ length: 512 }, (_, i) => memory.words[2 * i])).toEqual(Array.from({ length: 512 }, (_, i) => 0x1000 + i))
    memory.kernel!.rewrite(first, 512, 0, 0, 5, 6)
    expect(memory.words.every((word, i) => word === (i % 2 === 0 ? 5 : 6))).toBe(true)
    expect(memory.kernel!.alike(first, 512, 5, 6, -1, -1)).toBe(512)
  })
})

describe('the words of a sparse store', () => {
  it('move to the kernel at 1 MiB, stay the same there, and grow further', () => {
    const store = new GrowingWords(1024)
    mark(store.words)
    store.growTo(MIB_WORDS - 1024)
    expect(store.kernel).toBeUndefined()
    expectMarks(store.words, 1024)
    mark(store.words)
    const before = store.words
    store.growTo(MIB_WORDS)
    expect(store.kernel).toBeDefined()
    expect(store.words.length).toBe(MIB_WORDS)
    expect(before.length).toBe(0)
    expectMarks(store.words, MIB_WORDS - 1024)
    mark(store.words)
    const within = store.words
    store.growTo(3 * MIB_WORDS + 1)
    expect(within.length).toBe(0)
    expect(store.words.length).toBeGreaterThan(3 * MIB_WORDS)
    expectMarks(store.words, MIB_WORDS)
    expect(store.words.subarray(MIB_WORDS).every((word) => word === 0)).toBe(true)
    store.kernel!.fill(4 * (3 * MIB_WORDS - 2), 1, -1, -1, 0, 0)
    expect([...store.words.subarray(3 * MIB_WORDS - 3, 3 * MIB_WORDS + 1)]).toEqual([0, -1, -1, 0])
  })
  it.each([
    ['there is none', undefined],
    ['it must not be compiled', { ...WASM, Module: refuse }],
    ['no memory is to be had', { ...WASM, Memory: refuse }],
  ])('stay where they are where %s', async (_, WebAssembly) => {
    const Store = await storeWhere(WebAssembly)
    const store = new Store(MIB_WORDS - 1)
    mark(store.words)
    const before = store.words
    store.growTo(2 * MIB_WORDS)
    expect(store.kernel).toBeUndefined()
    expect(store.words.length).toBe(2 * MIB_WORDS)
    expect(before.length).toBe(0)
    expectMarks(store.words, MIB_WORDS - 1)
  })
  it('leave the kernel where no more of its memory is to be had', async () => {
    // What a constructor returns takes the place of what it made.
    const full = vi.fn(function ({ initial }: { initial: number }) {
      return newMemory({ initial, maximum: initial })
    })
    const Store = await storeWhere({ ...WASM, Memory: full })
    const store = new Store(1024)
    store.growTo(MIB_WORDS)
    expect(store.kernel).toBeDefined()
    mark(store.words)
    const before = store.words
    store.growTo(2 * MIB_WORDS)
    expect(store.kernel).toBeUndefined()
    expect(store.words.length).toBe(2 * MIB_WORDS)
    expect(before.length).toBe(0)
    expectMarks(store.words, MIB_WORDS)
    store.growTo(3 * MIB_WORDS)
    expectMarks(store.words, MIB_WORDS)
  })
  it('are read and written by address alike before and after', () => {
    const memory = new PhysMemory({ size: 64n << 20n })
    for (let i = 0; i < 1024; i++) memory.writeWord(pa(BigInt(i) * 0x1_0008n & ~7n), BigInt(i) << 20n)
    expect(memory.kernel).toBeDefined()
    for (let i = 0; i < 1024; i++) expect(memory.readWord(pa(BigInt(i) * 0x1_0008n & ~7n))).toBe(BigInt(i) << 20n)
  })
})

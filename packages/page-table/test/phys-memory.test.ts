import { pa } from '@addrspace/memory-addr'
import { PhysMemory } from '@addrspace/page-table'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { wasmMemory } from './support/wasm.ts'

const GIB = 1n << 30n
const BASE = pa(0x8000_0000)
const SIZE = 0x4_0000n

const wasm = wasmMemory({ initial: 8, maximum: 16 })
const STORES: readonly (readonly [string, () => PhysMemory])[] = [
  ['sparse', () => new PhysMemory({ base: BASE, size: SIZE })],
  ['ArrayBuffer', () => new PhysMemory({ base: BASE, size: SIZE, source: new ArrayBuffer(Number(SIZE)) })],
  ['ArrayBuffer with an offset', () => new PhysMemory({ base: BASE, size: SIZE, source: new ArrayBuffer(Number(SIZE) + 24), offset: 24 })],
  ['SharedArrayBuffer', () => new PhysMemory({ base: BASE, size: SIZE, source: new SharedArrayBuffer(Number(SIZE)) })],
  ['WebAssembly.Memory', () => new PhysMemory({ base: BASE, size: SIZE, source: (new Uint8Array(wasm.buffer).fill(0), wasm), offset: 65536 })],
]

describe.each(STORES)('memory as %s', (_name, make) => {
  it('is zero at first', () => {
    const memory = make()
    expect(memory.readWord(BASE)).toBe(0n)
    expect(memory.readWord(pa(BASE + SIZE - 8n))).toBe(0n)
    expect([...memory.nonZeroFrames()]).toEqual([])
  })
  it('keeps words, little-endian', () => {
    const memory = make()
    memory.writeWord(pa(BASE + 8n), 0x8877_6655_4433_2211n)
    memory.writeWord(pa(BASE + SIZE - 8n), 2n ** 64n - 1n)
    const bytes = new Uint8Array(10)
    memory.read(pa(BASE + 7n), bytes)
    expect([...bytes]).toEqual([0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0])
    expect(memory.readWord(pa(BASE + SIZE - 8n))).toBe(2n ** 64n - 1n)
    expect([...memory.nonZeroFrames()]).toEqual([0x80000, 0x8003f])
  })
  it('keeps bytes across frames and chunks', () => {
    const memory = make()
    const bytes = Uint8Array.from({ length: 3 * 65536 }, (_, i) => (i * 7 + 1) % 251)
    memory.write(pa(BASE + 5n), bytes)
    const back = new Uint8Array(bytes.length)
    memory.read(pa(BASE + 5n), back)
    expect(Buffer.compare(bytes, back)).toBe(0)
    memory.write(pa(BASE + 1n), new Uint8Array(0))
    memory.read(pa(BASE + SIZE - 1n), new Uint8Array(1))
  })
  it('refuses what does not lie in it, and does nothing then', () => {
    const memory = make()
    for (const paddr of [0n, BASE - 8n, BASE + SIZE, 2n ** 64n - 8n]) {
      expect(() => memory.readWord(pa(paddr))).toThrow(RangeError)
      expect(() => memory.writeWord(pa(paddr), 0n)).toThrow(RangeError)
      expect(() => memory.read(pa(paddr), new Uint8Array(1))).toThrow(RangeError)
    }
    expect(() => memory.readWord(pa(BASE + 4n))).toThrow(RangeError)
    expect(() => memory.writeWord(BASE, 2n ** 64n)).toThrow(RangeError)
    expect(() => memory.writeWord(BASE, -1n)).toThrow(RangeError)
    // @ts-expect-error: no bigint
    expect(() => memory.writeWord(BASE, 1)).toThrow(TypeError)
    // @ts-expect-error: no bigint
    expect(() => memory.readWord(0)).toThrow(TypeError)
    expect(() => memory.write(pa(BASE + SIZE - 1n), new Uint8Array(2).fill(1))).toThrow(RangeError)
    expect([...memory.nonZeroFrames()]).toEqual([])
  })
  it('agrees with an array of bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(Number(SIZE) - 1), fc.uint8Array({ maxLength: 200 })), { maxLength: 20 }), (writes) => {
        const memory = make()
        const dense = new Uint8Array(Number(SIZE))
        for (const [at, bytes] of writes) {
          const fitting = bytes.subarray(0, Number(SIZE) - at)
          memory.write(pa(BASE + BigInt(at)), fitting)
          dense.set(fitting, at)
        }
        const all = new Uint8Array(Number(SIZE))
        memory.read(BASE, all)
        expect(Buffer.compare(all, dense)).toBe(0)
        const view = new DataView(dense.buffer)
        for (const [at] of writes) expect(memory.readWord(pa(BASE + BigInt(at & ~7)))).toBe(view.getBigUint64(at & ~7, true))
        memory.write(BASE, new Uint8Array(Number(SIZE)))
      }),
      { numRuns: 30 },
    )
  })
})

describe('the bounds of a memory', () => {
  it('hold ranges that lie in it with all bytes', () => {
    const memory = new PhysMemory({ base: BASE, size: SIZE })
    expect(memory.contains(BASE)).toBe(true)
    expect(memory.contains(BASE, SIZE)).toBe(true)
    expect(memory.contains(BASE, SIZE + 1n)).toBe(false)
    expect(memory.contains(BASE - 1n)).toBe(false)
    expect(memory.contains(BASE + SIZE)).toBe(false)
    expect([memory.firstFrame, memory.frameCount]).toEqual([0x80000, 64])
  })
  it('may reach to a multiple of 2^43, and not across it', () => {
    for (const end of [2n ** 43n, 3n * 2n ** 43n, 2n ** 64n]) {
      const memory = new PhysMemory({ base: pa(end - 4096n), size: 4096n })
      memory.writeWord(pa(end - 8n), 7n)
      expect(memory.readWord(pa(end - 8n))).toBe(7n)
      expect(memory.indexOf(Number(end >> 12n))).toBe(-1)
    }
    expect(new PhysMemory({ base: pa(2n ** 43n), size: 4096n }).readWord(pa(2n ** 43n))).toBe(0n)
    expect(new PhysMemory({ base: pa(2n ** 43n), size: 0n }).frameCount).toBe(0)
    expect(() => new PhysMemory({ base: pa(2n ** 43n - 4096n), size: 8192n })).toThrow('"base" and "size" must not reach across a multiple of 2^43, got [0x7fffffff000, 0x80000001000)')
  })
  it('may hold nothing', () => {
    const memory = new PhysMemory({ size: 0n })
    expect(memory.indexOf(0)).toBe(-1)
    expect(() => memory.readWord(pa(0))).toThrow(RangeError)
    expect(new PhysMemory({ size: 0n, source: new ArrayBuffer(0) }).indexOf(0)).toBe(-1)
  })
  it('are refused if they are none', () => {
    const source = new ArrayBuffer(8192)
    const wrong: readonly (readonly [unknown, typeof RangeError | typeof TypeError])[] = [
      [{ size: 4095n }, RangeError],
      [{ size: -4096n }, RangeError],
      [{ size: 4096 }, TypeError],
      [{ base: 1n, size: 4096n }, RangeError],
      [{ base: 2n ** 64n - 4096n, size: 8192n }, RangeError],
      [{ size: 4096n, source, offset: 4 }, RangeError],
      [{ size: 4096n, source, offset: -8 }, RangeError],
      [{ size: 4096n, source, offset: 0.5 }, RangeError],
      [{ size: 4096n, source, offset: NaN }, RangeError],
      [{ size: 8192n, source, offset: 8 }, RangeError],
      [{ size: 12288n, source }, RangeError],
      [{ size: 2n ** 33n + 4096n, source }, RangeError],
      [{ size: 4096n, source: null }, TypeError],
      [{ size: 4096n, source: 4096 }, TypeError],
      [{ size: 4096n, source: {} }, TypeError],
      [{ size: 4096n, source: new Uint8Array(4096) }, TypeError],
      [{ size: 4096n, source: new DataView(source) }, TypeError],
    ]
    for (const [options, error] of wrong) expect(() => new PhysMemory(options as never), String(Object.values(options as object))).toThrow(error)
  })
})

describe('a window', () => {
  it('shows what its owner writes, and the other way round', () => {
    const source = new ArrayBuffer(8192)
    const memory = new PhysMemory({ size: 4096n, source, offset: 4096 })
    new DataView(source).setBigUint64(4096 + 16, 42n, true)
    expect(memory.readWord(pa(16))).toBe(42n)
    memory.writeWord(pa(8), 1n)
    expect(new Uint8Array(source)[4096 + 8]).toBe(1)
    expect(memory.allocatedBytes).toBe(0)
  })
  it('goes on when its WebAssembly.Memory grows', () => {
    const source = wasmMemory({ initial: 1, maximum: 4 })
    const memory = new PhysMemory({ size: 65536n, source })
    memory.writeWord(pa(8), 5n)
    source.grow(2)
    expect(memory.readWord(pa(8))).toBe(5n)
    memory.writeWord(pa(16), 6n)
    expect(new DataView(source.buffer).getBigUint64(16, true)).toBe(6n)
    const bytes = new Uint8Array(4)
    source.grow(1)
    memory.read(pa(16), bytes)
    expect([...bytes]).toEqual([6, 0, 0, 0])
  })
  it('goes on when a shared WebAssembly.Memory grows', () => {
    const source = wasmMemory({ initial: 1, maximum: 4, shared: true })
    const memory = new PhysMemory({ size: 65536n, source })
    memory.writeWord(pa(8), 5n)
    source.grow(2)
    memory.writeWord(pa(16), 6n)
    expect(new DataView(source.buffer).getBigUint64(16, true)).toBe(6n)
  })
  it('says so if its source has become too small', () => {
    const source = new ArrayBuffer(8192, { maxByteLength: 8192 })
    const memory = new PhysMemory({ size: 8192n, source })
    source.resize(4096)
    expect(() => memory.readWord(pa(0))).toThrow(RangeError)
    source.resize(8192)
    expect(memory.readWord(pa(0))).toBe(0n)
  })
})

describe('the sparse store', () => {
  it('of 64 GiB costs what is touched: 64 KiB for the first byte', () => {
    const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
    const memory = new PhysMemory({ size: 64n * GIB })
    expect(memory.allocatedBytes).toBe(0)
    expect(memory.readWord(pa(63n * GIB))).toBe(0n)
    expect(memory.allocatedBytes).toBe(0)
    for (let i = 0n; i < 64n; i++) memory.writeWord(pa(i * GIB + 8n), i + 1n)
    expect(memory.allocatedBytes).toBe(64 * 65536)
    expect([...memory.nonZeroFrames()]).toEqual(Array.from({ length: 64 }, (_, i) => i * 2 ** 18))
    // 64 groups of 64 KiB are 4 MiB, with room to grow 6 MiB; the table of groups has 2^20 places of 4 bytes.
    const after = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
    expect(after - before).toBeLessThan(32 * 2 ** 20)
  })
  it('keeps everything when it grows, and leaves nothing in the array it had before', () => {
    const memory = new PhysMemory({ size: GIB })
    memory.writeWord(pa(8n), 1n)
    const before = memory.words
    for (let i = 1n; i < 100n; i++) memory.writeWord(pa(i * 65536n + 8n), i + 1n)
    expect(before.length).toBe(0)
    for (let i = 0n; i < 100n; i++) expect(memory.readWord(pa(i * 65536n + 8n))).toBe(i + 1n)
    expect(memory.readWord(pa(100n * 65536n))).toBe(0n)
  })
  it('of more than 64 GiB has larger groups of frames, so that its table stays small', () => {
    const memory = new PhysMemory({ size: 1024n * GIB })
    memory.writeWord(pa(1023n * GIB + 8n), 7n)
    expect(memory.allocatedBytes).toBe(2 ** 20)
    expect(memory.readWord(pa(1023n * GIB + 8n))).toBe(7n)
    expect([...memory.nonZeroFrames()]).toEqual([1023 * 2 ** 18])
    expect(memory.groups.firstAt.length).toBe(2 ** 20)
  })
  it('does not allocate for reading, nor where nothing was', () => {
    const memory = new PhysMemory({ size: 64n * GIB })
    memory.read(pa(5n * GIB), new Uint8Array(1 << 20))
    for (let frame = 0; frame < 2 ** 24; frame += 2 ** 14) expect(memory.words[memory.indexOf(frame)]).toBe(0)
    expect(memory.allocatedBytes).toBe(0)
  })
})

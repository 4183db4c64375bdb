// The words of a sparse store, in one array that grows: at first one of JavaScript's own, and from a size on a memory
// of WebAssembly, so that its kernel reaches them, which also grows in its place. Where there is none, or
// no more of it is to be had, the array stays what it was, or becomes one of JavaScript's again.
import type { WordKernel } from '../phys-memory.ts'
import { kernelOver, newWasmMemory, WASM_PAGE } from './word-kernel.ts'
import type { WasmMemory } from './word-kernel.ts'

/** From 1 MiB on: making a memory and its kernel costs as much as some hundred tables save. */
const LEAST_KERNEL_BYTES = 2 ** 20
const MOST_KERNEL_BYTES = 2 ** 32

export class GrowingWords {
  words: Int32Array
  /** Loops over the words, where there is a kernel. */
  kernel: WordKernel | undefined = undefined
  #memory: WasmMemory | undefined = undefined

  constructor(length: number) {
    this.words = new Int32Array(length)
  }

  /**
   * Makes room for so many words. The old array is left without length: whoever kept it finds nothing in it, rather
   * than what once was.
   *
   * @throws RangeError if there is no such room, and everything is as it was
   */
  growTo(length: number): void {
    const bytes = 4 * length
    if (this.#memory === undefined ? bytes >= LEAST_KERNEL_BYTES && this.#moveToMemory(bytes) : this.#growMemory(this.#memory, bytes)) return
    const { buffer } = this.words
    if (this.#memory === undefined) {
      this.words = new Int32Array((buffer as ArrayBuffer).transfer(bytes))
      return
    }
    const words = new Int32Array(length)
    words.set(this.words)
    this.#memory.grow(0) // leaves the old array without length
    this.words = words
    this.kernel = undefined
    this.#memory = undefined
  }

  #moveToMemory(bytes: number): boolean {
    if (bytes > MOST_KERNEL_BYTES) return false
    const memory = newWasmMemory(bytes)
    const kernel = memory === undefined ? undefined : kernelOver(memory)
    if (memory === undefined || kernel === undefined) return false
    const words = new Int32Array(memory.buffer)
    words.set(this.words)
    ;(this.words.buffer as ArrayBuffer).transfer(0)
    this.words = words
    this.kernel = kernel
    this.#memory = memory
    return true
  }

  #growMemory(memory: WasmMemory, bytes: number): boolean {
    if (bytes > MOST_KERNEL_BYTES) return false
    try {
      memory.grow(Math.ceil(bytes / WASM_PAGE) - memory.buffer.byteLength / WASM_PAGE)
    } catch {
      return false
    }
    this.words = new Int32Array(memory.buffer)
    return true
  }
}

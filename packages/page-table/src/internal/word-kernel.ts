// The loops of word-kernel.wat, for memories that WebAssembly can reach: some three times as fast as what the engine
// makes of loops over typed arrays, which look at every index. Where there is no WebAssembly, or none with vectors,
// or it may not be compiled, there is no kernel, and loops of words.ts and longs.ts do the same.
import type { WordKernel } from '../phys-memory.ts'

/** What is used of WebAssembly, whose types belong to a platform's library. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike
  grow(pages: number): number
}

interface Wasm {
  readonly Memory: new (descriptor: { readonly initial: number }) => WasmMemory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

const { WebAssembly } = globalThis as { WebAssembly?: Wasm }
// Its words have the low half first, on every host.
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
/** Of a memory of WebAssembly. */
export const WASM_PAGE: number = 65_536

// What word-kernel.wat assembles to; a test holds one against the other.
const CODE =
  '0061736d0100000001140260067f7f7f7f7f7f0060067f7f7f7f7f7f017f020801016d016d020000030403000100071a030466696c6c000005616c69' +
  '6b650001077265777269746500020ae20303d70103027e017f027b2002ad2003ad4220868421062004ad2005ad4220868421072006fd12200620077c' +
  'fd1e0121092007420186fd12210a200020014178714103746a2108024020002008460d00034020002009fd0b040020002009200afdce012209fd0b04' +
  '1020002009200afdce012209fd0b042020002009200afdce012209fd0b04302009200afdce012109200041c0006a22002008470d000b0b2009fd1d00' +
  '2106200820014107714103746a2108024020002008460d00034020002006370300200620077c2106200041086a22002008470d000b0b0b8b0102027b' +
  '027f2002ad2003ad42208684fd1221062004ad2005ad42208684fd12210720002108200020014178714103746a2109024020002009460d0003402007' +
  '2000fd0004002006fd512000fd0004102006fd51fd502000fd0004202006fd512000fd0004302006fd51fd50fd50fd4efd530d01200041c0006a2200' +
  '2009470d000b0b200020086b4103760b7a02027b017f2002ad2003ad42208684fd1221062004ad2005ad42208684fd12210720002001417e71410374' +
  '6a2108024020002008460d00034020002000fd0004002006fd4e2007fd50fd0b0400200041106a22002008470d000b0b200141017104402000200029' +
  '03002006fd1d00832007fd1d00843703000b0b'

let module: object | undefined
let isCompiled = false

/** The bytes of the kernel's module. */
export function kernelCode(): Uint8Array {
  return Uint8Array.from(CODE.match(/../g)!, (byte) => Number(`0x${byte}`))
}

/** The kernel compiled, the first time it is asked for. */
function kernelModule(): object | undefined {
  if (isCompiled) return module
  isCompiled = true
  if (WebAssembly === undefined || !IS_LITTLE_ENDIAN) return undefined
  try {
    module = new WebAssembly.Module(kernelCode())
  } catch {
    // Policies of pages may forbid it.
  }
  return module
}

/** The kernel over a memory; undefined where there is none, for instance over one that threads share. */
export function kernelOver(memory: WasmMemory): WordKernel | undefined {
  const code = kernelModule()
  if (code === undefined) return undefined
  try {
    return new WebAssembly!.Instance(code, { m: { m: memory } }).exports as WordKernel
  } catch {
    return undefined
  }
}

/** A new memory of at least so many bytes, all zero, for a kernel; undefined where there is none to be had. */
export function newWasmMemory(bytes: number): WasmMemory | undefined {
  if (kernelModule() === undefined) return undefined
  try {
    return new WebAssembly!.Memory({ initial: Math.ceil(bytes / WASM_PAGE) })
  } catch {
    return undefined
  }
}

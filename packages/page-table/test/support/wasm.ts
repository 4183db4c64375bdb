// WebAssembly.Memory, of which no types are loaded for tests.

interface WasmMemory {
  readonly buffer: ArrayBufferLike
  grow(pages: number): number
}

/** Pages are of 64 KiB. */
export function wasmMemory(descriptor: { readonly initial: number; readonly maximum: number; readonly shared?: boolean }): WasmMemory {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { Memory: new (options: typeof descriptor) => WasmMemory } }
  return new WebAssembly.Memory(descriptor)
}

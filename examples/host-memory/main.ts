// A WebAssembly guest that asks its host for a page, writes into it, and has it printed; then asks for what is not mapped.
import { MemorySet, unwrap } from '@addrspace/memory-set'
import { HostBackend, HostMemory, READ } from './host-memory.ts'

const memory = new HostMemory(new WebAssembly.Memory({ initial: 1 }))
const set = new MemorySet({ pageTable: memory })
const backend = new HostBackend()

const host = {
  memory: memory.wasm,
  /** Gives the guest `size` bytes with rights somewhere, or 0 if there is no room. */
  map(size: number, rights: number): number {
    const start = set.findFreeArea(BigInt(size), { hint: 0x1000n, limit: { start: 0x1000n, end: BigInt(memory.wasm.buffer.byteLength) }, align: backend.granule })
    if (start === undefined) return 0
    unwrap(set.map(start, BigInt(size), rights, backend))
    return Number(start)
  },
  print(addr: number, size: number): void {
    const bytes = memory.view(addr, size, READ)
    console.log(bytes === undefined ? `EFAULT at 0x${addr.toString(16)}` : new TextDecoder().decode(bytes))
  },
}

// (module
//   (import "host" "memory" (memory 1))
//   (import "host" "map" (func $map (param i32 i32) (result i32)))
//   (import "host" "print" (func $print (param i32 i32)))
//   (func (export "run") (local $page i32)
//     (i32.store (local.tee $page (call $map (i32.const 4096) (i32.const 3))) (i32.const 0x216968)) ;; "hi!"
//     (call $print (local.get $page) (i32.const 3))
//     (call $print (i32.add (local.get $page) (i32.const 4096)) (i32.const 3))))
const guest = Uint8Array.from(
  [
    '0061736d01000000 010f0360027f7f017f60027f7f00600000 022803 04686f7374066d656d6f7279020001 04686f7374036d61700000 04686f7374057072696e740001',
    '03020102 0707010372756e0002 0a2701 25 01017f 418020 4103 1000 2200 41e8d28501 360200 2000 4103 1001 2000 418020 6a 4103 1001 0b',
  ].join('').replaceAll(' ', '').match(/../g)!,
  (byte) => parseInt(byte, 16),
)
const { instance } = await WebAssembly.instantiate(guest, { host })
const run = instance.exports['run'] as () => void
run()
console.log(`areas: ${Array.from(set, String).join(', ')}`)

// What a loader and an allocator would ask of a kernel; the areas are those of /proc/self/maps.
import { AddressSpace, MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_PRIVATE, PROT_EXEC, PROT_READ, PROT_WRITE } from './linux.ts'

/** The simplest lawful backend: it notes what it was asked for. A page table, or a guest's memory, would stand here. */
const calls: string[] = []
const note = (verb: string) => (start: bigint, size: bigint) => calls.push(`${verb} 0x${start.toString(16)}+0x${size.toString(16)}`) > 0
const backend = { granule: 4096n, map: note('map'), unmap: note('unmap'), protect: note('protect'), formatFlags: letters }
const linux = new AddressSpace(null, backend)

function letters(prot: number): string {
  return ['r', 'w', 'x'].map((letter, bit) => (((prot >> bit) & 1) === 1 ? letter : '-')).join('')
}

function told(answer: bigint): string {
  return answer < 0n ? `errno ${String(-answer)}` : `0x${answer.toString(16)}`
}

const anonymous = MAP_PRIVATE | MAP_ANONYMOUS
const text = linux.mmap(0x40_0000n, 0x2345n, PROT_READ | PROT_EXEC, anonymous | MAP_FIXED_NOREPLACE)
console.log(`text: ${told(text)}`)
console.log(`there once more: ${told(linux.mmap(text, 0x1000n, PROT_READ, anonymous | MAP_FIXED_NOREPLACE))}`)
const heap = linux.mmap(0n, 0x1_0000n, PROT_READ | PROT_WRITE, anonymous)
console.log(`heap: ${told(heap)}`)
console.log(`a guard page in it: ${told(linux.mprotect(heap + 0x8000n, 1n, 0))}`)
console.log(`its end for something else: ${told(linux.mmap(heap + 0xf000n, 0x1000n, PROT_READ, anonymous | MAP_FIXED))}`)
console.log(`protect beyond the text: ${told(linux.mprotect(text, 0x4000n, PROT_READ))}`)
console.log(`unmap between pages: ${told(linux.munmap(text + 1n, 0x1000n))}`)
console.log(Array.from(linux.set, String).join('\n'))
console.log(`the backend was asked ${String(calls.length)} times, last to ${calls.at(-1) ?? ''}`)

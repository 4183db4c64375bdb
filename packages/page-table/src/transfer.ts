// Reading and writing bytes at virtual addresses, as a program on the machine would.
import { checkWord } from '@addrspace/memory-addr'
import type { VirtAddr } from '@addrspace/memory-addr'

import { checkBytes } from './phys-memory.ts'
import type { PhysMemory } from './phys-memory.ts'
import type { Fault, Translation } from './walk.ts'

/** How far a read or write got, and what stopped it. */
export interface Transfer {
  /** Bytes done. */
  readonly done: number
  /** What stopped it; undefined if all bytes were done. */
  readonly fault: Fault | undefined
}

/** Moves bytes page by page until all are done or an access faults. Behind the last address comes address 0, as for hardware. */
export function transfer(
  memory: PhysMemory,
  vaddr: VirtAddr,
  bytes: Uint8Array,
  access: 'read' | 'write',
  translate: (vaddr: VirtAddr) => Translation,
): Transfer {
  checkWord(vaddr, 'vaddr')
  checkBytes(bytes, access === 'read' ? 'target' : 'source')
  for (let done = 0; done < bytes.length; ) {
    const translation = translate(BigInt.asUintN(64, vaddr + BigInt(done)) as VirtAddr)
    if (translation.kind === 'fault') return { done, fault: translation }
    const { paddr, size, level } = translation
    // As far as the leaf reaches, and the memory.
    const leafEnd = (paddr & ~(size - 1n)) + size
    const memoryEnd = memory.base + memory.size
    const room = (leafEnd < memoryEnd ? leafEnd : memoryEnd) - paddr
    if (!memory.contains(paddr)) return { done, fault: { kind: 'fault', reason: 'memory', level, bit: '' } }
    const left = bytes.length - done
    const piece = bytes.subarray(done, done + (room < BigInt(left) ? Number(room) : left))
    if (access === 'read') memory.read(paddr, piece)
    else memory.write(paddr, piece)
    done += piece.length
  }
  return { done: bytes.length, fault: undefined }
}

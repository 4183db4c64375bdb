// A made-up log of a program that maps, protects and unmaps without end, for the replay of a long one. Memory
// is a row of slots: each free, mapped, or mapped with a hole, so that every call is one that the kernel allows.
import { Random } from './workload.ts'

const SLOTS = 2000
const SLOT_PAGES = 64
const FIRST_SLOT = 0x7f00_0000_0000
const SLOT_SIZE = 0x10_0000
const PROTECTIONS = ['PROT_NONE', 'PROT_READ', 'PROT_READ|PROT_WRITE', 'PROT_READ|PROT_EXEC']
const TASK = 4711

export interface Trace {
  /** As `/proc/PID/maps`, right after the start. */
  readonly start: string
  /** As strace writes it. */
  readonly log: string
}

interface Slot {
  readonly address: number
  state: 'free' | 'mapped' | 'holed'
}

/** A log of so many lines. */
export function makeTrace(lines: number, seed: number): Trace {
  const random = new Random(seed)
  const slots = Array.from({ length: SLOTS }, (_, i): Slot => ({ address: FIRST_SLOT + i * SLOT_SIZE, state: 'free' }))
  const calls = Array.from({ length: lines - 2 }, () => nextCall(slots[random.below(SLOTS)]!, random))
  const all = ['execve("/bin/program", ["program"], 0x7ffe00000000 /* 0 vars */) = 0', ...calls, 'exit_group(0) = ?']
  return {
    start: '555555554000-555555558000 r-xp 00000000 fe:00 42 /bin/program\n7ffff0000000-7ffff0021000 rw-p 00000000 00:00 0 [stack]\n',
    log: all.map((call) => `${String(TASK)} ${call}\n`).join(''),
  }
}

function nextCall(slot: Slot, random: Random): string {
  const first = random.below(SLOT_PAGES - 1)
  const part = `${hex(slot.address + first * 4096)}, ${String((1 + random.below(SLOT_PAGES - 1 - first)) * 4096)}`
  const protection = PROTECTIONS[random.below(PROTECTIONS.length)]!
  if (slot.state === 'free') {
    slot.state = 'mapped'
    return `mmap(NULL, ${String(SLOT_PAGES * 4096)}, ${protection}, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = ${hex(slot.address)}`
  }
  if (slot.state === 'holed') {
    slot.state = 'free'
    return `munmap(${hex(slot.address)}, ${String(SLOT_PAGES * 4096)}) = 0`
  }
  const choice = random.below(8)
  if (choice === 0) {
    slot.state = 'holed'
    return `munmap(${part}) = 0`
  }
  if (choice === 1) return `mmap(${part}, ${protection}, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = ${part.split(',')[0]!}`
  return `mprotect(${part}, ${protection}) = 0`
}

function hex(address: number): string {
  return `0x${address.toString(16)}`
}

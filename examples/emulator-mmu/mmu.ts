// The MMU of an emulated RISC-V computer, and the little of a kernel that answers its page faults. The guest's RAM is a
// WebAssembly.Memory; its page tables lie in it, as they would in hardware, and so do its pages. Nothing is cached: every
// access walks the tables, so that nobody has to be told what is stale.
import { add, formatHex, pa, va, type PhysAddr, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, type MappingError } from '@addrspace/memory-set'
import { BitmapAllocator, PageTable, permits, PhysMemory, type Access, type MappingFlags } from '@addrspace/page-table'
import { riscvSv39, type RiscvControls } from '@addrspace/backend-riscv-sv39'

const RAM_START = pa(0x8000_0000)
const PAGE = 4096n

/** An access that the kernel answers with a signal instead of a page. */
export class GuestFault extends Error {
  readonly vaddr: VirtAddr
  readonly access: Access
  /** `no-area` and `access-denied` are the guest's fault; others, such as `backend-refused`, that there is no memory left. */
  readonly reason: MappingError['reason']

  constructor(vaddr: VirtAddr, access: Access, error: MappingError) {
    super(`${access} at ${formatHex(vaddr)}: ${error.message}`, { cause: error })
    this.vaddr = vaddr
    this.access = access
    this.reason = error.reason
  }
}

export class Mmu {
  readonly ram: WebAssembly.Memory
  readonly table: PageTable<RiscvControls>
  readonly set: MemorySet<MappingFlags, PageTable<RiscvControls>>
  /** Told of each page that a fault has brought. */
  onPage: (vaddr: VirtAddr, access: Access) => void = () => {}
  #view: DataView

  constructor(ram: WebAssembly.Memory) {
    const size = BigInt(ram.buffer.byteLength)
    const memory = new PhysMemory({ base: RAM_START, size, source: ram })
    const frames = new BitmapAllocator({ start: RAM_START, end: RAM_START + size })
    this.ram = ram
    this.table = new PageTable({ memory, frames, format: riscvSv39, invalidations: () => {} })
    this.set = new MemorySet({ pageTable: this.table, permits })
    this.#view = new DataView(ram.buffer)
  }

  /** Loads 64 bits. @throws GuestFault */
  load(vaddr: VirtAddr): bigint {
    return this.#view.getBigUint64(this.#ramOffset(vaddr, 8n, 'read'), true)
  }

  /** Stores 64 bits. @throws GuestFault */
  store(vaddr: VirtAddr, value: bigint): void {
    this.#view.setBigUint64(this.#ramOffset(vaddr, 8n, 'write'), value, true)
  }

  /** Fetches an instruction of 32 bits. @throws GuestFault */
  fetch(vaddr: VirtAddr): number {
    return this.#view.getUint32(this.#ramOffset(vaddr, 4n, 'exec'), true)
  }

  /** Where the bytes lie in the guest's RAM. Accesses are aligned, as this CPU wants them, so that none crosses a page. */
  #ramOffset(vaddr: VirtAddr, size: bigint, access: Access): number {
    if (vaddr % size !== 0n) throw new RangeError(`misaligned ${access} at ${formatHex(vaddr)}`)
    return Number(this.#translate(vaddr, access) - RAM_START)
  }

  /** Translates, and lets the kernel bring the page in if it is not there: the loop that hardware and a kernel make together. */
  #translate(vaddr: VirtAddr, access: Access): PhysAddr {
    for (let faults = 0; faults < 2; faults += 1) {
      const paddr = this.table.paddrOf(vaddr, access, 'user')
      if (paddr !== undefined) return paddr
      const answer = this.set.fault(vaddr, access)
      if (!answer.ok) throw new GuestFault(vaddr, access, answer.error)
      if (answer.value === 'installed') this.onPage(vaddr, access)
    }
    throw new Error(`${access} at ${formatHex(vaddr)} faults although its page is there: ${JSON.stringify(this.table.translate(vaddr, access, 'user'))}`)
  }

  /** Copies bytes into pages that user mode may write, page by page; for a loader. @throws GuestFault */
  copyIn(vaddr: VirtAddr, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const at = add(vaddr, BigInt(done))
      const part = bytes.subarray(done, done + Number(PAGE - (at % PAGE)))
      new Uint8Array(this.ram.buffer).set(part, Number(this.#translate(va(at), 'write') - RAM_START))
      done += part.length
    }
  }
}

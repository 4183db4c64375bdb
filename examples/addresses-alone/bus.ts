// What answers at which bus address. A bus address is not a CPU's physical one: a bridge adds an offset, so the two are
// two types, and only the bridge has one in and the other out.
import { add, addrRangeFromSize, defineAddr, subAddr, type Addr, type AddrRange, type PhysAddr } from '@addrspace/memory-addr'

export type BusAddr = Addr<'bus'>
export const busAddr = defineAddr('bus', 'BUS')

export interface Device {
  readonly name: string
  readonly range: AddrRange<BusAddr>
}

export class Bus {
  readonly #devices: Device[] = []

  /**
   * Lets a device answer in [start, start + size), which may end at 2^64.
   *
   * @throws RangeError if the range leaves the 64-bit space, or another device answers in it
   */
  attach(name: string, start: BusAddr, size: bigint): void {
    const range = addrRangeFromSize(start, size)
    const other = this.#devices.find((device) => device.range.overlaps(range))
    if (other !== undefined) throw new RangeError(`${name} at ${range.toString(busAddr.format)} overlaps ${other.name} at ${other.range.toString(busAddr.format)}`)
    this.#devices.push({ name, range })
  }

  /** The device that answers at an address, and how far into it that is. */
  find(addr: BusAddr): { readonly device: Device; readonly offset: bigint } | undefined {
    const device = this.#devices.find(({ range }) => range.contains(addr))
    return device && { device, offset: subAddr(addr, device.range.start) }
  }
}

/** A bridge shows the CPU a part of the bus, in a window of its physical addresses. */
export class Bridge {
  readonly window: AddrRange<PhysAddr>
  readonly #busStart: BusAddr

  /** @throws RangeError if either side leaves the 64-bit space */
  constructor(window: AddrRange<PhysAddr>, busStart: BusAddr) {
    addrRangeFromSize(busStart, window.size)
    this.window = window
    this.#busStart = busStart
  }

  /** The bus address behind a physical one, or undefined outside of the window. */
  toBus(paddr: PhysAddr): BusAddr | undefined {
    return this.window.contains(paddr) ? add(this.#busStart, subAddr(paddr, this.window.start)) : undefined
  }
}

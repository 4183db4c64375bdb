// Three devices on a bus, the last of them at the very end of the space, and a CPU that sees them through a bridge.
import { addrRangeFromSize, alignDown4K, formatPhysAddr, pa, PAGE_SIZE_2M } from '@addrspace/memory-addr'
import { Bridge, Bus, busAddr } from './bus.ts'

const bus = new Bus()
bus.attach('uart', busAddr.from(0x1000), 0x100n)
bus.attach('disk', busAddr.from(0x10_0000), 0x4000n)
bus.attach('boot ROM', busAddr.from(0xffff_ffff_ffff_0000n), 0x1_0000n)

const bridge = new Bridge(addrRangeFromSize(pa(0x4000_0000), PAGE_SIZE_2M), busAddr.from(0))
for (const paddr of [0x4000_1004, 0x4010_3fff, 0x4010_4000, 0x4020_0000].map(pa)) {
  const addr = bridge.toBus(paddr)
  const found = addr === undefined ? undefined : bus.find(addr)
  const what = found === undefined ? 'nobody' : `${found.device.name}, byte 0x${found.offset.toString(16)}`
  console.log(`${formatPhysAddr(paddr)} in the page at ${formatPhysAddr(alignDown4K(paddr))}: ${addr === undefined ? 'beyond the bridge' : busAddr.format(addr)}, ${what}`)
}

const last = bus.find(busAddr.from(0xffff_ffff_ffff_ffffn))
console.log(`the last byte of all: ${last?.device.name ?? 'nobody'}`)
try {
  bus.attach('timer', busAddr.from(0x10ff), 1n)
} catch (error) {
  console.log(String(error))
}

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addrRangeFromSize, pa, va } from '@addrspace/memory-addr'
import { Bridge, Bus, busAddr } from './bus.ts'

describe('bus', () => {
  it('finds a device by its first and its last byte, and nobody next to it', () => {
    const bus = new Bus()
    bus.attach('uart', busAddr.from(0x1000), 0x100n)
    assert.equal(bus.find(busAddr.from(0x1000))?.offset, 0n)
    assert.equal(bus.find(busAddr.from(0x10ff))?.offset, 0xffn)
    assert.equal(bus.find(busAddr.from(0xfff)), undefined)
    assert.equal(bus.find(busAddr.from(0x1100)), undefined)
  })

  it('lets a device end where the space does, and none beyond', () => {
    const bus = new Bus()
    bus.attach('boot ROM', busAddr.from(2n ** 64n - 1n), 1n)
    assert.equal(bus.find(busAddr.from(2n ** 64n - 1n))?.device.name, 'boot ROM')
    assert.throws(() => bus.attach('too far', busAddr.from(2n ** 64n - 1n), 2n), RangeError)
  })

  it('refuses a device where another one answers, and takes one right behind', () => {
    const bus = new Bus()
    bus.attach('disk', busAddr.from(0x1000), 0x1000n)
    assert.throws(() => bus.attach('timer', busAddr.from(0x1fff), 1n), /timer at BUS:0x1fff..BUS:0x2000 overlaps disk at BUS:0x1000..BUS:0x2000/)
    bus.attach('timer', busAddr.from(0x2000), 1n)
    assert.equal(bus.find(busAddr.from(0x2000))?.device.name, 'timer')
  })
})

describe('bridge', () => {
  it('moves addresses of its window, and no others', () => {
    const bridge = new Bridge(addrRangeFromSize(pa(0x4000_0000), 0x1000n), busAddr.from(0x8000))
    assert.equal(bridge.toBus(pa(0x4000_0fff)), 0x8fffn)
    assert.equal(bridge.toBus(pa(0x4000_1000)), undefined)
    assert.equal(bridge.toBus(pa(0x3fff_ffff)), undefined)
  })

  it('does not take one kind of address for another: the compiler refuses', () => {
    const bridge = new Bridge(addrRangeFromSize(pa(0), 0x1000n), busAddr.from(0))
    // @ts-expect-error a virtual address is not a physical one
    bridge.toBus(va(0))
    // @ts-expect-error a physical address is not one of the bus
    new Bus().find(pa(0))
  })
})

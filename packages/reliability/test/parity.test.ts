// What the kernel decided in the bundled traces; and that a set which finds another free range, or merges otherwise, is
// noticed by it. How many addresses were chosen in the traces of one task was counted in their logs.
import { MemorySet } from '@addrspace/memory-set'
import { AreaBackend } from '@addrspace/linux-trace'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { measureTraces } from '../run/traces.ts'

const findFreeArea = Reflect.get(MemorySet.prototype, 'findFreeArea') as MemorySet<unknown, unknown>['findFreeArea']

afterEach(() => {
  vi.restoreAllMocks()
})

/** Sets that answer a search with `spoil` of what is right. */
function spoilSearches(spoil: (start: bigint) => bigint): void {
  vi.spyOn(MemorySet.prototype, 'findFreeArea').mockImplementation(function (this: MemorySet<unknown, unknown>, ...request) {
    const start = findFreeArea.apply(this, request)
    return start === undefined ? undefined : (spoil(start) as typeof start)
  })
}

describe('the traces', () => {
  it('of one task are predicted to the last address, and all have the kernel\'s areas', async () => {
    const figures = await measureTraces()
    expect(figures).toMatchObject({
      'cat-maps': { addresses: 18, predicted: 18, areas: 37, kernelAreas: 37 },
      'gcc-build': { addresses: 7, predicted: 7, areas: 28, kernelAreas: 28 },
      'hammer': { addresses: 424, predicted: 424, areas: 401, kernelAreas: 401 },
      'node-gc': { mispredicted: 0, withoutRule: 0, areas: 75, kernelAreas: 75 },
      'python-threads': { mispredicted: 0, withoutRule: 0, areas: 86, kernelAreas: 86 },
    })
    for (const { addresses, predicted, unordered } of Object.values(figures)) expect(predicted + unordered).toBe(addresses)
  })

  it('show a set that finds a range one page too low', async () => {
    spoilSearches((start) => start - 0x1000n)
    await expect(measureTraces()).rejects.toThrow('cat-maps, line 3: the kernel chose 0x7ffff7fc0000, not 0x7ffff7fbf000')
  })

  it('show a set that is wrong about one range in a hundred', async () => {
    let searches = 0
    spoilSearches((start) => (++searches % 100 === 0 ? start - 0x1000n : start))
    await expect(measureTraces()).rejects.toThrow(/: the kernel chose 0x/)
  })

  it('show a set that does not merge what its backends allow', async () => {
    vi.spyOn(AreaBackend.prototype, 'canMerge').mockReturnValue(false)
    const { hammer } = await measureTraces()
    expect(hammer!.areas).toBeGreaterThan(hammer!.kernelAreas)
  })
})

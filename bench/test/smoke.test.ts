import { describe, expect, it } from 'vitest'

import { buildNative } from '../run/native.ts'
import { measureReplay } from '../run/replay.ts'
import { measureSizes } from '../run/sizes.ts'
import { smoke } from '../run/smoke.ts'

const native = buildNative()

describe('the benchmark', () => {
  it('gets the same answers from everybody in JavaScript', { timeout: 300_000 }, async () => {
    // Four npm containers, ours, and ours again in mixed company.
    expect(await smoke(undefined)).toBeGreaterThan(50)
  })

  it.skipIf(native === undefined)('gets the same answers from the Rust originals (needs cargo)', { timeout: 600_000 }, async () => {
    expect(await smoke(native, 'ours and Rust')).toBeGreaterThan(50)
  })

  it('replays the log that it makes without a violation', { timeout: 120_000 }, () => {
    const [time, memory] = measureReplay(500, 1, 7)
    expect(time!.median).toBeGreaterThan(0)
    expect(memory!.median).toBeGreaterThan(10)
  })

  it('weighs a package together with what it imports', () => {
    const sizes = new Map(measureSizes().map(({ subject, median }) => [subject, median]))
    expect(sizes.get('memory-set')).toBeGreaterThan(sizes.get('memory-addr')!)
  })
})

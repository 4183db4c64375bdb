import { describe, expect, it } from 'vitest'

import { JUDGES } from '../run/judges.ts'

const ACCESSES = 10_000
/** Five levels instead of four, or three, are the same code with another number. */
const ACCESSES_OF_VARIANTS = 3000
const VARIANTS = new Set(['riscv-sv48', 'riscv-sv57', 'x86-64-la57'])
const SEED = 20_260

describe.each(JUDGES)('$name', ({ name, program, isInstalled, judge }) => {
  const isThere = isInstalled()
  const accesses = VARIANTS.has(name) ? ACCESSES_OF_VARIANTS : ACCESSES

  it.skipIf(!isThere)(`does what translate says, in ${String(accesses)} accesses (needs ${program})`, { timeout: 600_000 }, async () => {
    const { differences, verdicts } = await judge(SEED, accesses)
    // A few say enough; all of them may be thousands of lines.
    expect({ count: differences.length, first: differences.slice(0, 3) }).toEqual({ count: 0, first: [] })
    // A judge that only ever sees faults, or none, says little.
    expect(verdicts['mapped']).toBeGreaterThan(accesses / 10)
    expect(verdicts['permission']).toBeGreaterThan(accesses / 50)
    expect(verdicts['not-present']).toBeGreaterThan(accesses / 50)
  })
})

import { describe, expect, it } from 'vitest'
import { formatFlags } from '@addrspace/page-table'
import { MAIR_EL1, MEMORY_ATTRIBUTES } from '@addrspace/backend-aarch64'

describe('memory attributes', () => {
  it('make the value of MAIR_EL1, attribute 0 in the lowest byte', () => {
    // DDI 0487, MAIR_EL1: 0xff Normal Write-Back RA WA, 0x44 Normal Non-cacheable, 0x04 Device-nGnRE, 0x00 Device-nGnRnE
    expect(MAIR_EL1).toBe(0x0000_0000_0004_44ffn)
  })
  it('have an encoding for each of the eight indices, and flags that tell the type', () => {
    expect(MEMORY_ATTRIBUTES.map(({ encoding, flags }) => [encoding, formatFlags(flags)])).toEqual([[0xff, ''], [0x44, 'n'], [0x04, 'd'], [0, 'd'], [0, 'd'], [0, 'd'], [0, 'd'], [0, 'd']])
  })
})

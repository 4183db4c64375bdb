import { describe, expect, it } from 'vitest'
import { aarch64 } from '@addrspace/backend-aarch64'

// DDI 0487 (M.a.a), Using break-before-make when updating translation table entries.
const PAGE = 0x0060_0000_4000_0f43n
const BLOCK = 0x0060_0000_4020_0f41n
const TABLE = 0x0000_0000_8000_1003n

describe('needsBreak', () => {
  it.each([
    ['another output address', PAGE, 0x0060_0000_4000_1f43n, 0],
    ['an output address that differs at the top', PAGE, 0x0060_8000_4000_0f43n, 0],
    ['Normal memory that becomes uncached', PAGE, 0x0060_0000_4000_0f47n, 0],
    ['Normal memory that becomes device memory', PAGE, 0x0060_0000_4000_0f4bn, 0],
    ['device memory that becomes Normal', 0x0060_0000_4000_0f4bn, PAGE, 0],
    ['another shareability', PAGE, 0x0060_0000_4000_0e43n, 0],
    ['an entry that becomes global', PAGE, 0x0060_0000_4000_0743n, 0],
    ['an entry that becomes one of sixteen contiguous ones', PAGE, 0x0070_0000_4000_0f43n, 0],
    ['one of sixteen that becomes single', 0x0070_0000_4000_0f43n, PAGE, 0],
    ['a block that becomes a table', BLOCK, TABLE, 1],
    ['a table that becomes a block', TABLE, BLOCK, 1],
    ['a pointer to another table', TABLE, 0x0000_0000_8000_2003n, 1],
    ['a 1 GiB block that becomes a table', 0x0060_0000_4000_0f41n, TABLE, 2],
  ])('is true of %s', (_, before, after, level) => {
    expect(aarch64.needsBreak!(before, after, level)).toBe(true)
  })
  it.each([
    ['nothing', PAGE, PAGE, 0],
    ['a page made read-only', PAGE, 0x0060_0000_4000_0fc3n, 0],
    ['a page made writable', 0x0060_0000_4000_0fc3n, PAGE, 0],
    ['a page taken from user mode', PAGE, 0x0060_0000_4000_0f03n, 0],
    ['a page made executable for user mode', PAGE, 0x0020_0000_4000_0f43n, 0],
    ['a page made executable for the kernel', PAGE, 0x0040_0000_4000_0f43n, 0],
    ['accessed, set or cleared', PAGE, 0x0060_0000_4000_0b43n, 0],
    ['an entry that ceases to be global', 0x0060_0000_4000_0743n, PAGE, 0],
    ['bits that hardware ignores', PAGE, 0xfbe8_0000_4000_0f63n, 0],
    ['permissions of a block', BLOCK, 0x0020_0000_4020_0f81n, 1],
    ['ignored bits of a pointer', TABLE, 0xfff8_0000_8000_1fffn, 1],
    ['a leaf that is hidden: that is the break', PAGE, 0x0460_0000_4000_0f82n, 0],
    ['a leaf that goes', PAGE, 0n, 0],
    ['an entry made where none was valid', 0n, PAGE, 0],
    ['a hidden leaf that is shown, even elsewhere', 0x0460_0000_4000_0f82n, 0x0060_0000_4000_1f4bn, 0],
    ['a hidden block that becomes a table', 0x0460_0000_4020_0f80n, TABLE, 1],
  ])('is false of %s', (_, before, after, level) => {
    expect(aarch64.needsBreak!(before, after, level)).toBe(false)
  })
})

/** The scenario that the page begins with: short, with a request that every machine answers differently. */

export const EXAMPLE_NAME = 'one request, every machine'

export const EXAMPLE = `{"scenario":1,"name":"${EXAMPLE_NAME}","backend":"mock"}
{"op":"map","start":"0x400000","size":"0x4000","flags":"rwu"}
{"op":"map","start":"0x600000","size":"0x200000","flags":"rxu","backing":{"linear":"0x80200000"}}
{"op":"unmap","start":"0x401000","size":"0x1000"}
{"op":"protect","start":"0x402000","size":"0x1000","flags":"w"}
{"op":"map","start":"0x10000000","size":"0x1000","flags":"rwd"}
{"op":"map","start":"0x8000000000","size":"0x1000","flags":"ru"}
`

/** Addresses worth a look in it, and why. */
export const EXAMPLE_ADDRESSES: readonly (readonly [vaddr: bigint, why: string])[] = [
  [0x40_0123n, 'a page of 4 KiB'],
  [0x61_2345n, 'inside of 2 MiB'],
  [0x40_2000n, 'write-only, says the request'],
  [0x1000_0000n, 'a device'],
  [0x80_0000_0000n, 'too far for Sv39'],
  [0x40_1000n, 'unmapped'],
]

/** The scenario that the page begins with: short, with a request that every machine answers differently. */

export const EXAMPLE = `{"scenario":1,"name":"one request, every machine","backend":"mock"}
{"op":"map","start":"0x400000","size":"0x4000","flags":"rwu"}
{"op":"map","start":"0x600000","size":"0x200000","flags":"rxu","backing":{"linear":"0x80200000"}}
{"op":"unmap","start":"0x401000","size":"0x1000"}
{"op":"protect","start":"0x402000","size":"0x1000","flags":"w"}
{"op":"map","start":"0x10000000","size":"0x1000","flags":"rwd"}
{"op":"map","start":"0x8000000000","size":"0x1000","flags":"ru"}
`

/** Scenarios in which something fails half way, for a first look. */

interface BreakExample {
  readonly title: string
  readonly text: string
}

export const BREAK_EXAMPLES: readonly BreakExample[] = [
  {
    title: 'a replacement, refused at its last call',
    text: `{"scenario":1,"name":"a replacement, refused at its last call","backend":"mock","fail":{"call":7}}
{"op":"map","start":"0x400000","size":"0x2000","flags":"rw"}
{"op":"map","start":"0x402000","size":"0x2000","flags":"r"}
{"op":"map","start":"0x406000","size":"0x1000","flags":"rw"}
{"op":"map","start":"0x401000","size":"0x6000","flags":"rx","onOverlap":"replace"}
`,
  },
  {
    title: 'eight pages, and frames for five',
    text: `{"scenario":1,"name":"eight pages, and frames for five","backend":"mock","fail":{"frame":6}}
{"op":"map","start":"0x400000","size":"0x8000","flags":"rw"}
`,
  },
  {
    title: 'a change of flags, thrown out of half way',
    text: `{"scenario":1,"name":"a change of flags, thrown out of half way","backend":"mock","fail":{"callback":2}}
{"op":"map","start":"0x400000","size":"0x2000","flags":"rw"}
{"op":"map","start":"0x402000","size":"0x2000","flags":"rwx"}
{"op":"map","start":"0x404000","size":"0x2000","flags":"r"}
{"op":"protect","start":"0x401000","size":"0x4000","flags":"r"}
`,
  },
]

import { describe, expect, it } from 'vitest'
import { formatFlagLetters, formatScenarios, flagBits, parseScenarios, toJson, tryFlagBits } from '@addrspace/conformance'
import type { Scenario } from '@addrspace/conformance'

/** Every field there is, in the order in which it is written. */
const TEXT = `{"scenario":1,"name":"all","backend":"riscv-sv39","memory":{"base":"0x80000000","size":"0x1000"},"merge":true,"ad":"hardware","fail":{"call":1,"frame":2,"callback":3},"id":"a","machines":["riscv-sv39","aarch64"],"catches":["B5"],"agreed":"manual","notes":"n"}
{"op":"map","start":"0x0","size":"0x10000000000000000","flags":"rwxudng","backing":{"linear":"0x80000000"},"onOverlap":"replace","expect":"ok"}
{"op":"protect","start":"0xffffffffffffffff","size":"0x1","flags":255,"mask":1,"holes":"refuse"}
{"op":"findFree","size":"0x1000","hint":"0x2000","limit":["0x0","0x10000000000000000"],"align":"0x1000","direction":"down","gap":{"below":"0x1","above":"0x2"}}
{"op":"translate","addr":"0x1","access":"read","mode":"user","controls":{"sum":true,"ad":"svadu"},"expect":{"fault":"not-present","level":0}}
{"op":"begin"}
{"op":"query","addr":"0x1","expect":null}
{"op":"commit"}
{"scenario":1,"backend":"mock"}
{"op":"fault","addr":"0x1","access":"write","expect":"present"}
`

function withoutLines(scenarios: readonly Scenario[]): unknown {
  return scenarios.map(({ header, ops }) => ({ header, ops }))
}

describe('formatScenarios', () => {
  it('writes what the parser reads, byte by byte', () => {
    expect(formatScenarios(parseScenarios(TEXT))).toBe(TEXT)
  })

  it('writes small integers and upper-case digits as the same numbers', () => {
    const read = parseScenarios('{"backend":"mock","scenario":1}\n{"size":4096,"op":"unmap","start":"0xABC000"}')
    const written = formatScenarios(read)
    expect(written).toBe('{"scenario":1,"backend":"mock"}\n{"op":"unmap","start":"0xabc000","size":"0x1000"}\n')
    expect(withoutLines(parseScenarios(written))).toEqual(withoutLines(read))
  })
})

describe('toJson', () => {
  it('writes bigints as 0x strings at any depth and leaves undefined fields out', () => {
    expect(toJson({ a: 16n, b: [0n, { c: 2n ** 64n }], d: undefined, e: null })).toEqual({ a: '0x10', b: ['0x0', { c: '0x10000000000000000' }], e: null })
  })
})

describe('flags', () => {
  it('are written in the order rwxudng, whatever order they are read in', () => {
    expect(flagBits('gd')).toBe(80)
    expect(formatFlagLetters(flagBits(['g', 'n', 'd', 'u', 'x', 'w', 'r'].join('')))).toBe('rwxudng')
    expect(formatFlagLetters(0)).toBe('')
  })

  it('have one bit per letter', () => {
    expect(['r', 'w', 'x', 'u', 'd', 'n', 'g'].map((letter) => flagBits(letter))).toEqual([1, 2, 4, 8, 16, 32, 64])
  })

  it('are refused where they are neither letters nor a number 0 to 255', () => {
    expect([tryFlagBits('rr'), tryFlagBits('q'), tryFlagBits(256), tryFlagBits(1.5), tryFlagBits(true)]).toEqual([undefined, undefined, undefined, undefined, undefined])
    expect(() => flagBits('q')).toThrow(RangeError)
    expect(() => formatFlagLetters(128)).toThrow('"bits" must be an integer below 128, got 128')
  })
})

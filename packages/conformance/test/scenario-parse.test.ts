import { describe, expect, it } from 'vitest'
import { parseScenarios, ScenarioError } from '@addrspace/conformance'
import type { Scenario } from '@addrspace/conformance'

const HEADER = '{"scenario":1,"name":"t","backend":"mock"}'

/** The example of the format's description, typed from it. */
const EXAMPLE = `
{"scenario":1,"name":"split in the middle","backend":"x86-64","memory":{"base":"0x80000000","size":"0x4000000"}}
{"op":"map","start":"0x400000","size":"0x4000","flags":"rwu","backing":"alloc"}
{"op":"map","start":"0x800000","size":"0x200000","flags":"rx","backing":{"linear":"0x80200000"},"onOverlap":"replace"}
{"op":"unmap","start":"0x401000","size":"0x1000","expect":"ok"}
{"op":"protect","start":"0x400000","size":"0x1000","flags":"ru"}
{"op":"find","addr":"0x400123","expect":{"start":"0x400000","end":"0x401000","flags":"ru"}}
{"op":"overlaps","start":"0x401000","size":"0x1000","expect":false}
{"op":"findFree","hint":"0x400000","size":"0x1000","limit":["0x0","0x800000000000"],"align":"0x1000"}
{"op":"translate","addr":"0x402008","access":"write","mode":"user"}
{"op":"query","addr":"0x402008"}
{"op":"areas"}
{"op":"clear"}
`

function only(text: string): Scenario {
  const [scenario, second] = parseScenarios(text)
  if (scenario === undefined || second !== undefined) throw new Error('expected one scenario')
  return scenario
}

/** The message of the error, which must name line and field. */
function problemOf(...lines: string[]): { line: number; field: string | undefined; message: string } {
  try {
    parseScenarios(lines.join('\n'))
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    expect(error.message).not.toContain('\n')
    return { line: error.line, field: error.field, message: error.message }
  }
  throw new Error('expected a ScenarioError')
}

describe('parseScenarios', () => {
  it('reads the example of the format', () => {
    const { header, ops, lines } = only(EXAMPLE)
    expect(header).toEqual({ name: 'split in the middle', backend: 'x86-64', memory: { base: 0x80000000n, size: 0x4000000n } })
    expect(ops).toEqual([
      { op: 'map', start: 0x400000n, size: 0x4000n, flags: 'rwu', backing: 'alloc' },
      { op: 'map', start: 0x800000n, size: 0x200000n, flags: 'rx', backing: { linear: 0x80200000n }, onOverlap: 'replace' },
      { op: 'unmap', start: 0x401000n, size: 0x1000n, expect: 'ok' },
      { op: 'protect', start: 0x400000n, size: 0x1000n, flags: 'ru' },
      { op: 'find', addr: 0x400123n, expect: { start: '0x400000', end: '0x401000', flags: 'ru' } },
      { op: 'overlaps', start: 0x401000n, size: 0x1000n, expect: false },
      { op: 'findFree', hint: 0x400000n, size: 0x1000n, limit: [0n, 0x800000000000n], align: 0x1000n },
      { op: 'translate', addr: 0x402008n, access: 'write', mode: 'user' },
      { op: 'query', addr: 0x402008n },
      { op: 'areas' },
      { op: 'clear' },
    ])
    expect(lines).toEqual({ header: 2, ops: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13] })
  })

  it('reads every field of a header', () => {
    const { header } = only('{"scenario":1,"backend":"aarch64","merge":true,"ad":"hardware","fail":{"call":1,"frame":2,"callback":3},"id":"a/b","machines":["aarch64","x86-64"],"catches":["B5"],"agreed":"manual","notes":["one","two"]}')
    expect(header).toEqual({
      backend: 'aarch64', merge: true, ad: 'hardware', fail: { call: 1, frame: 2, callback: 3 }, id: 'a/b', machines: ['aarch64', 'x86-64'], catches: ['B5'], agreed: 'manual', notes: ['one', 'two'],
    })
  })

  it('reads every field of the operations that the example leaves out', () => {
    const { ops } = only([
      HEADER,
      '{"op":"protect","start":0,"size":1,"flags":7,"mask":"w","holes":"refuse"}',
      '{"op":"findFree","size":1,"direction":"down","gap":{"below":"0x10","above":2}}',
      '{"op":"findFree","size":1,"gap":"0x10"}',
      '{"op":"translate","addr":0,"access":"exec","mode":"kernel","controls":{"wp":true,"nxe":false,"smep":true,"smap":false,"sum":true,"mxr":false,"pan":true,"ad":"svadu"}}',
      '{"op":"fault","addr":"0x1","access":"read"}',
      '{"op":"map","start":0,"size":1,"flags":"","backing":"demand"}',
    ].join('\n'))
    expect(ops).toEqual([
      { op: 'protect', start: 0n, size: 1n, flags: 7, mask: 'w', holes: 'refuse' },
      { op: 'findFree', size: 1n, direction: 'down', gap: { below: 0x10n, above: 2n } },
      { op: 'findFree', size: 1n, gap: 0x10n },
      { op: 'translate', addr: 0n, access: 'exec', mode: 'kernel', controls: { wp: true, nxe: false, smep: true, smap: false, sum: true, mxr: false, pan: true, ad: 'svadu' } },
      { op: 'fault', addr: 1n, access: 'read' },
      { op: 'map', start: 0n, size: 1n, flags: '', backing: 'demand' },
    ])
  })

  it('starts a fresh scenario at every header, and skips blank lines, comments and a byte order mark', () => {
    const scenarios = parseScenarios(`\uFEFF# first\r\n${HEADER}\r\n\r\n{"op":"areas"}\r\n   # between\n${HEADER}\n  \n{"op":"clear"}\n{"op":"areas"}`)
    expect(scenarios.map(({ ops }) => ops.map(({ op }) => op))).toEqual([['areas'], ['clear', 'areas']])
    expect(scenarios.map(({ lines }) => lines?.header)).toEqual([2, 6])
  })

  it('takes addresses up to 2^64 - 1, sizes and ends up to 2^64', () => {
    const { ops } = only(`${HEADER}\n{"op":"overlaps","start":"0xFFFFFFFFFFFFFFFF","size":"0x10000000000000000"}\n{"op":"findFree","size":1,"limit":[0,"0x10000000000000000"]}`)
    expect(ops[0]).toEqual({ op: 'overlaps', start: 2n ** 64n - 1n, size: 2n ** 64n })
    expect(ops[1]).toMatchObject({ limit: [0n, 2n ** 64n] })
  })

  it('takes null, lists and objects as expectations', () => {
    const { ops } = only(`${HEADER}\n{"op":"areas","expect":[]}\n{"op":"find","addr":0,"expect":null}`)
    expect(ops.map(({ expect: expected }) => expected)).toEqual([[], null])
  })

  it.each([
    ['not JSON', '{"op":', undefined],
    ['a list', '[1]', undefined],
    ['a number', '7', undefined],
    ['neither header nor operation', '{"name":"x"}', undefined],
    ['an unknown operation', '{"op":"mmap"}', 'op'],
    ['an operation that is no string', '{"op":1}', 'op'],
    ['an unknown field', '{"op":"areas","addr":"0x0"}', 'addr'],
    ['a field named like a prototype', '{"op":"areas","__proto__":1}', '__proto__'],
    ['a missing field', '{"op":"unmap","start":"0x0"}', 'size'],
    ['missing flags', '{"op":"map","start":"0x0","size":"0x1"}', 'flags'],
    ['a missing access', '{"op":"fault","addr":"0x0"}', 'access'],
    ['a missing mode', '{"op":"translate","addr":"0x0","access":"read"}', 'mode'],
    ['an address of 2^64', '{"op":"query","addr":"0x10000000000000000"}', 'addr'],
    ['a negative address', '{"op":"query","addr":-1}', 'addr'],
    ['a negative string', '{"op":"query","addr":"-0x1"}', 'addr'],
    ['an address that is not hexadecimal', '{"op":"query","addr":"0xg"}', 'addr'],
    ['a decimal string', '{"op":"query","addr":"16"}', 'addr'],
    ['an empty string for an address', '{"op":"query","addr":""}', 'addr'],
    ['a fraction', '{"op":"query","addr":1.5}', 'addr'],
    ['a number above 2^53', '{"op":"query","addr":9007199254740993}', 'addr'],
    ['null for an address', '{"op":"query","addr":null}', 'addr'],
    ['a size above 2^64', '{"op":"unmap","start":"0x0","size":"0x10000000000000001"}', 'size'],
    ['an unknown letter', '{"op":"map","start":0,"size":1,"flags":"rz"}', 'flags'],
    ['a letter twice', '{"op":"map","start":0,"size":1,"flags":"rr"}', 'flags'],
    ['flags above 255', '{"op":"map","start":0,"size":1,"flags":256}', 'flags'],
    ['negative flags', '{"op":"map","start":0,"size":1,"flags":-1}', 'flags'],
    ['hexadecimal flags', '{"op":"map","start":0,"size":1,"flags":"0x7"}', 'flags'],
    ['a wrong mask', '{"op":"protect","start":0,"size":1,"flags":1,"mask":true}', 'mask'],
    ['an unknown backing', '{"op":"map","start":0,"size":1,"flags":1,"backing":"file"}', 'backing'],
    ['a list as a backing', '{"op":"map","start":0,"size":1,"flags":1,"backing":[1]}', 'backing'],
    ['a linear backing out of range', '{"op":"map","start":0,"size":1,"flags":1,"backing":{"linear":"0x10000000000000000"}}', 'backing.linear'],
    ['an unknown field in a backing', '{"op":"map","start":0,"size":1,"flags":1,"backing":{"linear":"0x0","size":1}}', 'backing.size'],
    ['an unknown overlap policy', '{"op":"map","start":0,"size":1,"flags":1,"onOverlap":"merge"}', 'onOverlap'],
    ['an unknown holes policy', '{"op":"protect","start":0,"size":1,"flags":1,"holes":true}', 'holes'],
    ['an alignment that is no power of two', '{"op":"findFree","size":1,"align":"0x3"}', 'align'],
    ['an alignment of 0', '{"op":"findFree","size":1,"align":0}', 'align'],
    ['a limit of one number', '{"op":"findFree","size":1,"limit":["0x0"]}', 'limit'],
    ['a limit that is no list', '{"op":"findFree","size":1,"limit":"0x1000"}', 'limit'],
    ['a limit with a wrong end', '{"op":"findFree","size":1,"limit":["0x0","x"]}', 'limit[1]'],
    ['a reversed limit', '{"op":"findFree","size":1,"limit":["0x2","0x1"]}', 'limit'],
    ['an unknown direction', '{"op":"findFree","size":1,"direction":"left"}', 'direction'],
    ['an unknown field in a gap', '{"op":"findFree","size":1,"gap":{"left":1}}', 'gap.left'],
    ['a wrong gap', '{"op":"findFree","size":1,"gap":true}', 'gap'],
    ['an unknown access', '{"op":"fault","addr":0,"access":"rw"}', 'access'],
    ['an unknown control', '{"op":"translate","addr":0,"access":"read","mode":"user","controls":{"cr0":true}}', 'controls.cr0'],
    ['a control of the wrong type', '{"op":"translate","addr":0,"access":"read","mode":"user","controls":{"wp":1}}', 'controls.wp'],
    ['controls that are no object', '{"op":"translate","addr":0,"access":"read","mode":"user","controls":true}', 'controls'],
    ['a commit without a begin', '{"op":"commit"}', 'op'],
    ['a rollback without a begin', '{"op":"rollback"}', 'op'],
    ['a begin that is never closed', '{"op":"begin"}', 'op'],
  ])('refuses %s, naming line and field', (_what, line, field) => {
    const problem = problemOf('# comment', HEADER, '{"op":"areas"}', line)
    expect([problem.line, problem.field]).toEqual([4, field])
    expect(problem.message).toMatch(/^line 4: /)
    if (field !== undefined) expect(problem.message).toContain(`"${field}"`)
  })

  it.each([
    ['an unknown version', '{"scenario":2,"backend":"mock"}', 'scenario'],
    ['no backend', '{"scenario":1,"name":"x"}', 'backend'],
    ['an unknown backend', '{"scenario":1,"backend":"sparc"}', 'backend'],
    ['an unknown field', '{"scenario":1,"backend":"mock","op":"areas"}', 'op'],
    ['a name that is no string', '{"scenario":1,"backend":"mock","name":1}', 'name'],
    ['an unknown field in memory', '{"scenario":1,"backend":"mock","memory":{"end":1}}', 'memory.end'],
    ['memory of no size', '{"scenario":1,"backend":"mock","memory":{"size":"0x0"}}', 'memory.size'],
    ['memory beyond 2^64', '{"scenario":1,"backend":"mock","memory":{"base":"0xfffffffffffff000"}}', 'memory.size'],
    ['a merge that is no boolean', '{"scenario":1,"backend":"mock","merge":"yes"}', 'merge'],
    ['an unknown ad', '{"scenario":1,"backend":"mock","ad":"software"}', 'ad'],
    ['an empty fail', '{"scenario":1,"backend":"mock","fail":{}}', 'fail.call'],
    ['a fail that counts from 0', '{"scenario":1,"backend":"mock","fail":{"call":0}}', 'fail.call'],
    ['an unknown fail', '{"scenario":1,"backend":"mock","fail":{"byte":1}}', 'fail.byte'],
    ['machines that are none', '{"scenario":1,"backend":"mock","machines":["z80"]}', 'machines'],
    ['a machine twice', '{"scenario":1,"backend":"mock","machines":["mock","mock"]}', 'machines'],
    ['no machines', '{"scenario":1,"backend":"mock","machines":[]}', 'machines'],
    ['catches of numbers', '{"scenario":1,"backend":"mock","catches":[5]}', 'catches'],
  ])('refuses a header with %s', (_what, line, field) => {
    expect(problemOf(line)).toMatchObject({ line: 1, field })
  })

  it('refuses an operation before the first header, and a file without any scenario', () => {
    expect(problemOf('', '{"op":"areas"}')).toMatchObject({ line: 2, field: 'op' })
    expect(problemOf('# nothing')).toMatchObject({ line: 0, field: undefined })
  })

  it('names the begin that is open at the next header or the end, and one nested too deep', () => {
    expect(problemOf(HEADER, '{"op":"begin"}', HEADER, '{"op":"commit"}').line).toBe(2)
    expect(problemOf(HEADER, '{"op":"begin"}', '{"op":"begin"}', '{"op":"commit"}').line).toBe(2)
    expect(problemOf(HEADER, ...Array.from({ length: 101 }, () => '{"op":"begin"}')).line).toBe(102)
  })

  it('shows no more than the start of a value it refuses', () => {
    expect(problemOf(HEADER, `{"op":"query","addr":"${'y'.repeat(500)}"}`).message.length).toBeLessThan(200)
  })
})

describe('values that cannot be shown', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const header = '{"scenario":1,"backend":"mock"}\n'

  it('are told to be nested too deep, instead of overflowing the stack', () => {
    expect(() => parseScenarios(`${header}{"op":"find","addr":${deep}}`)).toThrow('line 2: "addr": must be a "0x…" string or a small integer below 2^64, got a list that is nested too deep to be shown')
    expect(() => parseScenarios(`${header}{"op":${deep}}`)).toThrow('line 2: "op": unknown operation a list that is nested too deep to be shown; known are map,')
    expect(() => parseScenarios(`{"scenario":1,"backend":{"a":${deep}}}`)).toThrow('got an object that is nested too deep to be shown')
  })

  it('throw a TypeError if the text is none', () => {
    expect(() => parseScenarios(new Uint8Array(4) as unknown as string)).toThrow(new TypeError('"text" must be a string, got object'))
  })
})

import { describe, expect, it } from 'vitest'
import { formatOpResult, formatSummary, matchesExpectation, parseScenarios, ScenarioError, scenarioRunner } from '@addrspace/conformance'
import type { Scenario, ScenarioRunner } from '@addrspace/conformance'
import { MemorySet, type MappingBackend } from '@addrspace/memory-set'
import { mock, nothing, results, toy } from './fixtures/scenario-backends.ts'

const HEADER = '{"scenario":1,"name":"t","backend":"mock"}'

function only(...lines: string[]): Scenario {
  const [scenario] = parseScenarios(lines.join('\n'))
  if (scenario === undefined) throw new Error('expected a scenario')
  return scenario
}

/** The lines that --json prints for the operations. */
function jsonLines(runner: ScenarioRunner, ...lines: string[]): string[] {
  return results(runner, only(...lines)).map(formatOpResult)
}

describe('a run on the mock', () => {
  it('answers every operation in the shape of the format', () => {
    expect(jsonLines(mock, HEADER,
      '{"op":"map","start":"0x1000","size":"0x4000","flags":"rw"}',
      '{"op":"unmap","start":"0x2000","size":"0x1000"}',
      '{"op":"protect","start":"0x1000","size":"0x800","flags":0}',
      '{"op":"areas"}',
      '{"op":"find","addr":"0x17ff"}',
      '{"op":"find","addr":"0x2000"}',
      '{"op":"overlaps","start":"0x2000","size":"0x1000"}',
      '{"op":"overlaps","start":"0x2000","size":"0x1001"}',
      '{"op":"findFree","size":"0x1000","hint":"0x1000"}',
      '{"op":"findFree","size":"0x1001","limit":["0x1000","0x3000"]}',
      '{"op":"translate","addr":"0x1000","access":"read","mode":"user"}',
      '{"op":"query","addr":"0x1000"}',
      '{"op":"clear"}',
      '{"op":"areas"}',
    )).toEqual([
      '{"op":0,"result":"ok"}',
      '{"op":1,"result":"ok"}',
      '{"op":2,"result":"ok"}',
      '{"op":3,"result":[{"start":"0x1000","end":"0x1800","flags":0},{"start":"0x1800","end":"0x2000","flags":3},{"start":"0x3000","end":"0x5000","flags":3}]}',
      '{"op":4,"result":{"start":"0x1000","end":"0x1800","flags":0}}',
      '{"op":5,"result":null}',
      '{"op":6,"result":false}',
      '{"op":7,"result":true}',
      '{"op":8,"result":"0x2000"}',
      '{"op":9,"result":null}',
      '{"op":10,"result":null,"reason":"no-table"}',
      '{"op":11,"result":null,"reason":"no-table"}',
      '{"op":12,"result":"ok"}',
      '{"op":13,"result":[]}',
    ])
  })

  it('tells the code and the reason of a refusal, which alone is no mismatch', () => {
    const lines = [HEADER,
      '{"op":"map","start":0,"size":0,"flags":1}',
      '{"op":"map","start":"0xffffffffffffffff","size":2,"flags":1}',
      '{"op":"map","start":0,"size":4,"flags":1}',
      '{"op":"map","start":3,"size":1,"flags":1}',
      '{"op":"protect","start":0,"size":5,"flags":1,"holes":"refuse"}',
      '{"op":"overlaps","start":"0xffffffffffffffff","size":2}',
    ]
    expect(jsonLines(mock, ...lines)).toEqual([
      '{"op":0,"result":"InvalidParam","reason":"empty-range"}',
      '{"op":1,"result":"InvalidParam","reason":"out-of-range"}',
      '{"op":2,"result":"ok"}',
      '{"op":3,"result":"AlreadyExists","reason":"overlap"}',
      '{"op":4,"result":"InvalidParam","reason":"hole"}',
      '{"op":5,"result":"InvalidParam","reason":"out-of-range"}',
    ])
    expect(formatSummary(mock.run(only(...lines)))).toBe('{"name":"t","areas":1,"mismatches":0}')
  })

  it('marks what was expected otherwise, and counts it', () => {
    const lines = [HEADER,
      '{"op":"map","start":0,"size":4,"flags":3,"expect":"ok"}',
      '{"op":"find","addr":0,"expect":{"flags":"wr","end":4}}',
      '{"op":"find","addr":0,"expect":{"flags":"r"}}',
      '{"op":"unmap","start":0,"size":1,"expect":"BadState"}',
      '{"op":"map","start":1,"size":1,"flags":0,"expect":"AlreadyExists"}',
    ]
    expect(jsonLines(mock, ...lines)).toEqual([
      '{"op":0,"result":"ok"}',
      '{"op":1,"result":{"start":"0x0","end":"0x4","flags":3}}',
      '{"op":2,"result":{"start":"0x0","end":"0x4","flags":3},"mismatch":true}',
      '{"op":3,"result":"ok","mismatch":true}',
      '{"op":4,"result":"AlreadyExists","reason":"overlap"}',
    ])
    expect(mock.run(only(...lines)).mismatches).toBe(2)
  })

  it('replaces, changes masked bits only, and searches with direction, alignment and gap', () => {
    expect(jsonLines(mock, HEADER,
      '{"op":"map","start":0,"size":16,"flags":"rw"}',
      '{"op":"map","start":4,"size":4,"flags":"rx","onOverlap":"replace"}',
      '{"op":"protect","start":0,"size":16,"flags":"uw","mask":"w"}',
      '{"op":"areas"}',
      '{"op":"findFree","size":16,"align":16,"limit":[0,64],"direction":"down"}',
      '{"op":"findFree","size":4,"limit":[0,64],"gap":{"below":3}}',
      '{"op":"findFree","size":4,"limit":[0,64],"gap":1}',
    )).toEqual([
      '{"op":0,"result":"ok"}',
      '{"op":1,"result":"ok"}',
      '{"op":2,"result":"ok"}',
      '{"op":3,"result":[{"start":"0x0","end":"0x4","flags":3},{"start":"0x4","end":"0x8","flags":7},{"start":"0x8","end":"0x10","flags":3}]}',
      '{"op":4,"result":"0x30"}',
      '{"op":5,"result":"0x13"}',
      '{"op":6,"result":"0x11"}',
    ])
  })

  it('leaves an area whole whose masked bits are equal already', () => {
    const lines = ['{"op":"map","start":0,"size":16,"flags":"rw"}', '{"op":"protect","start":4,"size":4,"flags":"w","mask":"w"}', '{"op":"areas"}']
    expect(jsonLines(mock, HEADER, ...lines).at(-1)).toBe('{"op":2,"result":[{"start":"0x0","end":"0x10","flags":3}]}')
  })

  it('merges where the header says so', () => {
    const ops = ['{"op":"map","start":0,"size":4,"flags":1}', '{"op":"map","start":4,"size":4,"flags":1}', '{"op":"areas"}']
    expect(mock.run(only(HEADER, ...ops)).areas).toBe(2)
    expect(mock.run(only('{"scenario":1,"backend":"mock","merge":true}', ...ops)).areas).toBe(1)
  })

  it('answers a fault with present where the flags permit it, otherwise with a code', () => {
    expect(jsonLines(mock, HEADER,
      '{"op":"map","start":0,"size":4,"flags":"r"}',
      '{"op":"fault","addr":3,"access":"read"}',
      '{"op":"fault","addr":3,"access":"write"}',
      '{"op":"fault","addr":4,"access":"read"}',
    )).toEqual([
      '{"op":0,"result":"ok"}',
      '{"op":1,"result":"present"}',
      '{"op":2,"result":"BadState","reason":"access-denied"}',
      '{"op":3,"result":"BadState","reason":"no-area"}',
    ])
  })

  it('works up to the end of the space', () => {
    expect(jsonLines(mock, HEADER,
      '{"op":"map","start":"0xfffffffffffff000","size":"0x1000","flags":1}',
      '{"op":"find","addr":"0xffffffffffffffff"}',
    )[1]).toBe('{"op":1,"result":{"start":"0xfffffffffffff000","end":"0x10000000000000000","flags":1}}')
  })
})

describe('a transaction in a scenario', () => {
  const MAP = '{"op":"map","start":0,"size":4,"flags":1}'
  const AREAS = '{"op":"areas"}'
  const areasOf = (runner: ScenarioRunner, ...lines: string[]): number => runner.run(only(HEADER, ...lines)).areas

  it('keeps what was done at commit, and undoes it at rollback', () => {
    expect(jsonLines(mock, HEADER, '{"op":"begin"}', MAP, '{"op":"commit"}', '{"op":"begin"}', '{"op":"clear"}', AREAS, '{"op":"rollback"}', AREAS)).toEqual([
      '{"op":0,"result":"ok"}', '{"op":1,"result":"ok"}', '{"op":2,"result":"ok"}', '{"op":3,"result":"ok"}', '{"op":4,"result":"ok"}',
      '{"op":5,"result":[]}', '{"op":6,"result":"ok"}', '{"op":7,"result":[{"start":"0x0","end":"0x4","flags":1}]}',
    ])
  })

  it('nests', () => {
    const inner = ['{"op":"begin"}', '{"op":"map","start":8,"size":4,"flags":1}']
    expect(areasOf(mock, '{"op":"begin"}', MAP, ...inner, '{"op":"rollback"}', '{"op":"commit"}')).toBe(1)
    expect(areasOf(mock, '{"op":"begin"}', MAP, ...inner, '{"op":"commit"}', '{"op":"commit"}')).toBe(2)
    expect(areasOf(mock, '{"op":"begin"}', MAP, ...inner, '{"op":"commit"}', '{"op":"rollback"}')).toBe(0)
  })

  it('goes on after a refused operation inside', () => {
    expect(areasOf(mock, '{"op":"begin"}', MAP, MAP, '{"op":"map","start":8,"size":4,"flags":1}', '{"op":"commit"}')).toBe(2)
  })

  it('reports its operations while it runs, in order', () => {
    const seen: number[] = []
    mock.run(only(HEADER, '{"op":"begin"}', '{"op":"begin"}', MAP, '{"op":"commit"}', '{"op":"rollback"}', AREAS), ({ index }) => seen.push(index))
    expect(seen).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('lets what the listener throws through, with the brackets closed', () => {
    const stop = new Error('stop')
    expect(() => mock.run(only(HEADER, '{"op":"begin"}', MAP, '{"op":"commit"}'), ({ index }) => { if (index === 1) throw stop })).toThrow(stop)
  })

  it('is checked for its brackets also where no parser did', () => {
    expect(() => mock.run({ header: { backend: 'mock' }, ops: [{ op: 'begin' }] })).toThrow(ScenarioError)
  })
})

describe('failures of a header', () => {
  it('refuses a rollback whose undoing fails, and what touches the range afterwards', () => {
    // The third call is the one that takes the protection back; that which would take the page back succeeds.
    expect(jsonLines(mock, '{"scenario":1,"backend":"mock","fail":{"call":3}}',
      '{"op":"begin"}',
      '{"op":"map","start":"0x1000","size":"0x1000","flags":"r"}',
      '{"op":"protect","start":"0x1000","size":"0x1000","flags":"rw"}',
      '{"op":"rollback"}',
      '{"op":"map","start":"0x1000","size":"0x1000","flags":"r"}',
      '{"op":"map","start":"0x3000","size":"0x1000","flags":"r"}',
    )).toEqual([
      '{"op":0,"result":"ok"}',
      '{"op":1,"result":"ok"}',
      '{"op":2,"result":"ok"}',
      '{"op":3,"result":"BadState","reason":"undo-refused"}',
      '{"op":4,"result":"BadState","reason":"untrusted"}',
      '{"op":5,"result":"ok"}',
    ])
  })

  const OPS = [
    '{"op":"map","start":0,"size":4,"flags":1}', '{"op":"map","start":4,"size":4,"flags":2}', '{"op":"protect","start":0,"size":8,"flags":4}', '{"op":"areas"}',
  ]
  const withFail = (fail: string): string[] => jsonLines(mock, `{"scenario":1,"backend":"mock","fail":${fail}}`, ...OPS)
  const BEFORE = '{"op":3,"result":[{"start":"0x0","end":"0x4","flags":1},{"start":"0x4","end":"0x8","flags":2}]}'

  it('refuse the n-th backend call of the whole scenario, and that one only', () => {
    expect(withFail('{"call":2}')[1]).toBe('{"op":1,"result":"BadState","reason":"backend-refused"}')
    expect(withFail('{"call":4}').slice(2)).toEqual(['{"op":2,"result":"BadState","reason":"backend-refused"}', BEFORE])
    expect(withFail('{"call":5}')[2]).toBe('{"op":2,"result":"ok"}')
  })

  it('tell the backend\'s own reason where it gives one, of an operation and of a fault', () => {
    const backend: MappingBackend<number, null> = {
      map: (start) => (start === 0n ? true : { reason: 'out-of-frames', cause: new Error('none is left') }),
      unmap: () => ({ reason: 'not-mapped' }),
      protect: () => false,
      fault: () => ({ reason: 'out-of-frames' }),
    }
    const stubborn = scenarioRunner<number, null>({
      name: 'stubborn', flagStyle: 'number', toFlags: (bits) => bits, toBits: (flags) => flags,
      open: () => ({ set: new MemorySet<number, null>({ pageTable: null }), findFree: { align: 1n, limit: { start: 0n, end: 16n } }, backendFor: () => backend }),
    })
    expect(jsonLines(stubborn, HEADER, '{"op":"map","start":0,"size":4,"flags":1}', '{"op":"map","start":4,"size":4,"flags":1,"expect":"ok"}', '{"op":"unmap","start":0,"size":4}',
      '{"op":"protect","start":0,"size":4,"flags":2}', '{"op":"fault","addr":0,"access":"read"}')).toEqual([
      '{"op":0,"result":"ok"}',
      '{"op":1,"result":"BadState","reason":"backend-refused","refusal":"out-of-frames","mismatch":true}',
      '{"op":2,"result":"BadState","reason":"backend-refused","refusal":"not-mapped"}',
      '{"op":3,"result":"BadState","reason":"backend-refused"}',
      '{"op":4,"result":"BadState","reason":"backend-refused","refusal":"out-of-frames"}',
    ])
  })

  it('throw from the n-th call of a flags callback', () => {
    expect(withFail('{"callback":2}').slice(2)).toEqual(['{"op":2,"result":"BadState","reason":"callback-threw"}', BEFORE])
    expect(withFail('{"callback":3}')[2]).toBe('{"op":2,"result":"ok"}')
  })

  it('leave neighbours mergeable', () => {
    const merging = only('{"scenario":1,"backend":"mock","merge":true,"fail":{"call":9}}', '{"op":"map","start":0,"size":4,"flags":1}', '{"op":"map","start":4,"size":4,"flags":1}')
    expect(mock.run(merging).areas).toBe(1)
  })
})

describe('a run on the null backend', () => {
  it('answers as the set alone does', () => {
    const lines = ['{"op":"map","start":0,"size":"0x10000000000000000","flags":200}', '{"op":"find","addr":5}', '{"op":"query","addr":5}', '{"op":"fault","addr":5,"access":"read"}']
    expect(jsonLines(nothing, HEADER, ...lines)).toEqual([
      '{"op":0,"result":"ok"}',
      '{"op":1,"result":{"start":"0x0","end":"0x10000000000000000","flags":200}}',
      '{"op":2,"result":null,"reason":"no-table"}',
      '{"op":3,"result":"BadState","reason":"access-denied"}',
    ])
  })
})

describe('a run on a machine', () => {
  const MACHINE = '{"scenario":1,"name":"m","backend":"riscv-sv39","memory":{"size":"0x10000"},"ad":"hardware","fail":{"frame":7}}'

  it('shows flags as letters and fills in the defaults of header and operations', () => {
    const { runner, log } = toy()
    const lines = [MACHINE,
      '{"op":"map","start":"0x1000","size":"0x2000","flags":"uwr","backing":{"linear":"0x80200000"}}',
      '{"op":"map","start":"0x4000","size":"0x1000","flags":"x"}',
      '{"op":"areas"}',
      '{"op":"query","addr":"0x4000"}',
      '{"op":"query","addr":"0x7000"}',
      '{"op":"findFree","size":"0x1000"}',
      '{"op":"findFree","size":"0x8000"}',
      '{"op":"translate","addr":"0x1008","access":"write","mode":"user","controls":{"sum":true}}',
      '{"op":"translate","addr":"0x7000","access":"read","mode":"kernel","expect":{"fault":"not-present"}}',
      '{"op":"fault","addr":"0x1000","access":"read"}',
    ]
    expect(jsonLines(runner, ...lines)).toEqual([
      '{"op":0,"result":"ok"}',
      '{"op":1,"result":"ok"}',
      '{"op":2,"result":[{"start":"0x1000","end":"0x3000","flags":"rwu"},{"start":"0x4000","end":"0x5000","flags":"x"}]}',
      '{"op":3,"result":{"paddr":"0x4000","size":"0x1000","flags":"rx"}}',
      '{"op":4,"result":null}',
      '{"op":5,"result":"0x0"}',
      '{"op":6,"result":null}',
      '{"op":7,"result":{"paddr":"0x1008","updates":[{"paddr":"0x80000010","word":"0xcf"}]}}',
      '{"op":8,"result":{"fault":"not-present","level":2,"bit":"V"}}',
      '{"op":9,"result":"installed"}',
    ])
    expect(log.opened).toEqual([{ memory: { base: 0x80000000n, size: 0x10000n }, merge: 'never', ad: 'hardware', failingFrame: 7 }])
    expect(log.backed).toEqual([[{ linear: 0x80200000n }, 0x1000n], ['alloc', 0x4000n]])
    expect(log.translated[0]).toEqual({ addr: 0x1008n, access: 'write', mode: 'user', controls: { sum: true } })
  })

  it('sums up with roots and frames, in that order', () => {
    expect(formatSummary(toy().runner.run(only(MACHINE)))).toBe('{"name":"m","areas":0,"root":"0x80000000","root1":"0x80001000","frames":2,"mismatches":0}')
  })

  it('refuses flags written as a number before anything runs, naming line and field', () => {
    const { runner, log } = toy()
    const flags = only(HEADER, '{"op":"areas"}', '{"op":"map","start":0,"size":"0x1000","flags":3}')
    expect(() => runner.run(flags)).toThrow('line 3: "flags": must be letters on toy; numbers are for mock and null')
    const mask = only(HEADER, '{"op":"protect","start":0,"size":"0x1000","flags":"r","mask":3}')
    expect(() => runner.check(mask)).toThrow('line 2: "mask": must be letters on toy; numbers are for mock and null')
    expect(log.opened).toEqual([])
  })
})

describe('matchesExpectation', () => {
  it.each([
    ['ok', 'ok', true],
    ['ok', 'BadState', false],
    [null, null, true],
    [null, {}, false],
    [{}, null, false],
    [false, false, true],
    ['0x1000', '0x1000', true],
    ['0x01000', '0x1000', true],
    [4096, '0x1000', true],
    ['0xABC', '0xabc', true],
    [{ start: 0 }, { start: '0x0', end: '0x1', flags: 3 }, true],
    [{ missing: null }, { start: '0x0' }, false],
    [{ toString: null }, { start: '0x0' }, false],
    [{ flags: 'wr' }, { flags: 3 }, true],
    [{ flags: 3 }, { flags: 'rw' }, true],
    [{ flags: '' }, { flags: 0 }, true],
    [{ flags: 'r' }, { flags: 3 }, false],
    [{ flags: 'zz' }, { flags: 'zz' }, false],
    [[], [], true],
    [[{ flags: 'r' }], [{ start: '0x0', end: '0x1', flags: 1 }], true],
    [[], [{ start: '0x0', end: '0x1', flags: 1 }], false],
    [[{}, {}], [{ start: '0x0' }], false],
    [{ level: 0 }, { fault: 'not-present', level: 0, bit: 'V' }, true],
    ['r', 1, false],
  ])('of %j with the result %j is %s', (expected, result, isMatch) => {
    expect(matchesExpectation(expected, result)).toBe(isMatch)
  })
})

import { describe, expect, it } from 'vitest'
import { oneLine, printable } from '../src/cli/failure.ts'
import { describeOp, describeResult } from '../src/cli/op-table.ts'
import { alignColumns, wrapWords } from '../src/cli/table.ts'

describe('oneLine', () => {
  it('joins lines, escapes control characters and cuts what is long', () => {
    expect(oneLine('a\n   b\r\nc')).toBe('a b c')
    expect(oneLine('\u001b[31m\u009b')).toBe('\\u001b[31m\\u009b')
    expect(oneLine('x'.repeat(501))).toBe(`${'x'.repeat(500)}…`)
  })
})

describe('printable', () => {
  it('leaves ordinary text of any language alone', () => {
    expect(printable('/tmp/Käse 日本 (deleted)')).toBe('/tmp/Käse 日本 (deleted)')
  })
})

describe('alignColumns', () => {
  it('pads to the widest cell, numbers to the right, colours not counted, and leaves no space at the end', () => {
    expect(alignColumns([['count'], ['7']])).toEqual(['count', '    7'])
    expect(alignColumns([['a', 'bb', 'c'], ['\u001b[31mccc\u001b[39m', 'd']])).toEqual(['a    bb  c', '\u001b[31mccc\u001b[39m  d'])
  })
})

describe('wrapWords', () => {
  it('fills lines up to the width, and leaves words whole', () => {
    expect(wrapWords(['ab', 'cd', 'ef'], 6)).toEqual(['ab  cd', 'ef'])
    expect(wrapWords(['ab', 'cd', 'ef'], 5)).toEqual(['ab', 'cd', 'ef'])
    expect(wrapWords(['long word', 'ab', '\u001b[31mcd\u001b[39m'], 6)).toEqual(['long word', 'ab  \u001b[31mcd\u001b[39m'])
    expect(wrapWords([], 6)).toEqual([])
  })
})

describe('describeOp', () => {
  it('says each operation with what was given', () => {
    expect(describeOp({ op: 'map', start: 0x1000n, size: 0x2000n, flags: 'r' })).toBe('map 0x1000 +0x2000 r')
    expect(describeOp({ op: 'map', start: 0n, size: 1n, flags: 0, backing: { linear: 0x80n }, onOverlap: 'replace' })).toBe(
      'map 0x0 +0x1 no access linear 0x80 replace',
    )
    expect(describeOp({ op: 'protect', start: 0n, size: 1n, flags: 3, mask: 'w', holes: 'refuse' })).toBe('protect 0x0 +0x1 rw mask w no holes')
    expect(describeOp({ op: 'protect', start: 0n, size: 1n, flags: '', mask: '' })).toBe('protect 0x0 +0x1 no access mask none')
    expect(describeOp({ op: 'findFree', size: 1n, direction: 'down', limit: [0n, 16n], gap: { below: 1n, above: 2n } })).toBe(
      'findFree 0x1 down in 0x0-0x10 gap below 0x1 above 0x2',
    )
    expect(describeOp({ op: 'translate', addr: 8n, access: 'write', mode: 'user', controls: { smep: true } })).toBe(
      'translate 0x8 write user {"smep":true}',
    )
    expect(describeOp({ op: 'fault', addr: 8n, access: 'exec' })).toBe('fault 0x8 exec')
    expect(describeOp({ op: 'rollback' })).toBe('rollback')
  })
})

describe('describeResult', () => {
  it('writes areas as ranges, flags as letters as far as there are any', () => {
    expect(describeResult({ start: '0x0', end: '0x1000', flags: 127 })).toBe('0x0-0x1000 rwxudng')
    expect(describeResult({ start: '0x0', end: '0x1000', flags: 128 })).toBe('0x0-0x1000 128')
    expect(describeResult({ start: '0x0', end: '0x1000', flags: '' })).toBe('0x0-0x1000 no access')
    expect(describeResult({ paddr: '0x80', size: '0x1000', flags: 'ru' })).toBe('paddr 0x80, size 0x1000, flags ru')
    expect(describeResult({ paddr: '0x80', size: '0x1000', flags: '' })).toBe('paddr 0x80, size 0x1000, no access')
    expect(describeResult({ fault: 'not-present', level: 2, bit: 'P' })).toBe('fault not-present, level 2, bit P')
    expect(describeResult({ fault: 'non-canonical', level: 3, bit: '' })).toBe('fault non-canonical, level 3')
  })

  it('writes the rest as it is', () => {
    expect([null, false, 'ok', 7, []].map((value) => describeResult(value))).toEqual(['null', 'false', 'ok', '7', 'none'])
  })

  it('leaves out what is nested deeper than any result, since an expectation can be anything', () => {
    expect(describeResult([[[[['x']]]]])).toBe('…')
    expect(describeResult([[['x']]])).toBe('x')
    expect(describeResult({ start: '0x0', end: '0x1', flags: [[['x']]] })).toBe('0x0-0x1 …')
  })

  it('cuts long lists', () => {
    expect(describeResult(['1', '2', '3', '4', '5', '6', '7', '8'])).toBe('1, 2, 3, 4, 5, 6 and 2 more')
  })
})

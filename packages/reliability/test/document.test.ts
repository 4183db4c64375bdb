// RELIABILITY.md says what figures/ says, and there is nothing in either that is not in the other.
import { describe, expect, it } from 'vitest'

import { blocksOf, renderFigures, withFigures } from '../run/document.ts'
import { readDocument, readFigures } from '../run/document-files.ts'
import { PARTS } from '../run/parts.ts'

describe('RELIABILITY.md', () => {
  it('has the figures of the last run', () => {
    const document = readDocument()
    expect(document).toBe(withFigures(document, readFigures()))
  })

  it('has a block for every part that is run, and for every file of figures', () => {
    const blocks = blocksOf(readDocument())
    expect(new Set(blocks).size).toBe(blocks.length)
    expect([...readFigures().keys()].sort()).toEqual([...blocks].sort())
    expect(blocks).toEqual(expect.arrayContaining(PARTS.map(({ name }) => name)))
  })
})

describe('the figures of a part', () => {
  const of = (figures: object): string => renderFigures({ part: 'any', figures, seconds: 12, seed: 3 })

  it('are a line each, in words', () => {
    expect(of({ runs: 10_000, refusedCalls: 3, perArea: 0.125 })).toBe([
      '|  |  |', '| --- | ---: |', '| runs | 10,000 |', '| refused calls | 3 |', '| per area | 0.125 |', '', 'Seed 3, 12 s.',
    ].join('\n'))
  })

  it('are columns where several things have the same', () => {
    expect(of({ 'mock': { done: 1, refused: 2 }, 'x86-64': { done: 3, refused: 4 } })).toBe([
      '|  | mock | x86-64 |', '| --- | ---: | ---: |', '| done | 1 | 3 |', '| refused | 2 | 4 |', '', 'Seed 3, 12 s.',
    ].join('\n'))
  })

  it('are tables of their own where they are of another kind, or further in', () => {
    expect(of({ all: 5, start: { areas: 1 }, ratios: { map: { words: 2 }, unmap: { words: 3 } } })).toBe([
      '|  |  |', '| --- | ---: |', '| all | 5 |', '', '|  | start |', '| --- | ---: |', '| areas | 1 |', '',
      'Ratios:', '', '|  | map | unmap |', '| --- | ---: | ---: |', '| words | 2 | 3 |', '', 'Seed 3, 12 s.',
    ].join('\n'))
  })
})

describe('a document', () => {
  const figures = new Map([['one', { part: 'one', figures: { n: 7 }, seconds: 1, seed: 0 }]])
  const block = (inner: string): string => `before\n<!-- figures: one -->\n${inner}<!-- end of figures -->\nafter\n`

  it('keeps its text, and gets new figures', () => {
    const written = withFigures(block('old\n'), figures)
    expect(written).toBe(block('|  |  |\n| --- | ---: |\n| n | 7 |\n\n1 s.\n'))
    expect(withFigures(written, figures)).toBe(written)
  })

  it('keeps a block for which there are no figures', () => {
    const other = block('old\n').replace('figures: one', 'figures: two')
    expect(withFigures(other, figures)).toBe(other)
  })
})

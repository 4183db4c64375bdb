import { describe, expect, it } from 'vitest'

import { figuresFor, newestResult, writtenFigures } from '../run/document.ts'

describe('BENCHMARKS.md', () => {
  it('tells the figures of the newest result that is kept', () => {
    expect(writtenFigures()).toBe(figuresFor(newestResult()))
  })
})

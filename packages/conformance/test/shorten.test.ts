import { describe, expect, it } from 'vitest'
import { shorten } from '../src/model/shorten.ts'

const HUNDRED = Array.from({ length: 100 }, (_, i) => i)

describe('shorten', () => {
  it('keeps exactly what is needed, in its order', () => {
    expect(shorten(HUNDRED, (items) => [97, 3, 50].every((item) => items.includes(item)))).toEqual([3, 50, 97])
  })

  it('leaves out what can go only after something before it has gone', () => {
    const needs = (items: readonly string[], item: string, other: string): boolean => !items.includes(item) || items.includes(other)
    expect(shorten(['first', 'second', '!'], (items) => items.includes('!') && needs(items, 'first', 'second'))).toEqual(['!'])
  })

  it('takes far fewer tries than one per pair where little is needed', () => {
    let tries = 0
    shorten(HUNDRED, (items) => ++tries > 0 && items.includes(42))
    expect(tries).toBeLessThan(250)
  })

  it('gives back a list from which nothing can go', () => {
    expect(shorten([1, 2], (items) => items.length === 2)).toEqual([1, 2])
    expect(shorten([], () => true)).toEqual([])
  })
})

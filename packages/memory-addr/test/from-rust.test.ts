/** Holds docs/from-rust.md against what is exported: a name in the table that does not exist helps nobody. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as memoryAddr from '@addrspace/memory-addr'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

/** Cells of the rows below the heading `## name`: original, ours, difference. */
function rowsOf(section: string): string[][] {
  const text = read('../../../docs/from-rust.md').split(/^## /m).find((part) => part.startsWith(`${section}\n`))
  return (text ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
}
const codeIn = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '')

const ROWS = rowsOf('memory_addr')
const NAMES = [...new Set(ROWS.flatMap(([, ours]) => codeIn(ours)))]
const BARREL = read('../src/index.ts')

describe('the table of memory_addr', () => {
  it('has three cells in each row, and one row for each item', () => {
    // 11 functions and constants, 26 of the trait, 25 of the address types, 26 of ranges, 9 of page iteration.
    expect(ROWS.length).toBe(97)
    expect(ROWS.filter((row) => row.length !== 3)).toEqual([])
    const originals = ROWS.map(([original]) => original)
    expect(originals.filter((name, index) => originals.indexOf(name) !== index)).toEqual([])
  })

  it.each(NAMES)('names %s, which is exported', (name) => {
    const [head, member] = name.split('.')
    expect(BARREL).toMatch(new RegExp(`\\b${String(head)}\\b`))
    if (member === undefined) return
    const range = memoryAddr.addrRange(memoryAddr.va(0), 0n)
    expect(head).toBe('AddrRange')
    expect(member in range).toBe(true)
  })

  it('leaves out no function of the package that computes with addresses', () => {
    const ownAdditions = new Set([
      ...['checkAlign', 'checkObject', 'checkOffset', 'checkRange', 'checkSize', 'checkWord', 'isPowerOfTwo', 'isSize', 'isWord', 'wrapWord'],
      ...['MAX_WORD', 'WORD_SPACE', 'formatHex', 'formatSize'],
    ])
    expect(Object.keys(memoryAddr).filter((name) => !NAMES.includes(name) && !ownAdditions.has(name))).toEqual([])
  })
})

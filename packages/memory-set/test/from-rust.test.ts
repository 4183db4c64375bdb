/** Holds the part of docs/from-rust.md about memory_set against what is exported: a name that does not exist helps nobody. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { va } from '@addrspace/memory-addr'
import { MappingError, MemorySet, unwrap } from '@addrspace/memory-set'

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

const TABLES = read('../../../docs/from-rust.md').split('\n## memory_set\n')[1] ?? ''
const ROWS = TABLES.split('\n').filter((line) => line.startsWith('| `')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
const codeIn = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '')
/** What the second cell names, and members of our classes that the third one does. */
const NAMES = [...new Set(ROWS.flatMap(([, ours, note]) => [...codeIn(ours), ...codeIn(note).filter((code) => /^(MemorySet|MemoryArea|MappingError)\.\w+$/.test(code))]))]

const backend = { map: () => true, unmap: () => true, protect: () => true }
const set = new MemorySet<number, null>({ pageTable: null })
unwrap(set.map(va(0x1000), 0x1000n, 1, backend))
const INSTANCES: Readonly<Record<string, object>> = { MemorySet: set, MemoryArea: set.find(va(0x1000))!, MappingError: new MappingError('hole', '') }

describe('the table of memory_set', () => {
  it('has three cells in each row, and one row for each item', () => {
    // 9 of areas, 8 of backends, 14 of sets, 8 of errors.
    expect(ROWS.length).toBe(39)
    expect(ROWS.filter((row) => row.length !== 3)).toEqual([])
    const originals = ROWS.map(([original]) => original)
    expect(originals.filter((name, index) => originals.indexOf(name) !== index)).toEqual([])
  })

  it.each(NAMES)('names %s, which is exported', (name) => {
    const [, head = '', member] = /^(\w+)(?:\.(\w+)|\[Symbol\.iterator\])?$/.exec(name) ?? []
    if (head !== 'va') expect(read('../src/index.ts')).toMatch(new RegExp(`\\b${head}\\b`))
    if (name.endsWith('[Symbol.iterator]')) expect(Symbol.iterator in INSTANCES[head]!).toBe(true)
    else if (head === 'MappingBackend' && member !== undefined) expect(read('../src/backend.ts')).toMatch(new RegExp(`^  (readonly )?${member}\\??[(:]`, 'm'))
    else if (member !== undefined) expect(member in INSTANCES[head]!).toBe(true)
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { conformanceCases, pageTableCases } from '@addrspace/conformance'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Where codes are written. */
const SOURCES = ['packages/conformance/src', 'packages/conformance-mutants/src', 'apps/playground/src']

interface Entry {
  readonly code: string
  readonly text: string
}

/** The entries of the list, in its order. */
function entries(): Entry[] {
  const [, ...parts] = readFileSync(join(ROOT, 'docs/bugs.md'), 'utf8').split(/^### /m)
  return parts.map((part) => {
    const [code = '', ...lines] = part.split('\n')
    return { code, text: lines.join('\n').split(/^## /m)[0]!.trim() }
  })
}

/** The cases that an entry names, or undefined if it does not say. What follows the first full stop is prose. */
function noticedBy({ text }: Entry): string[] | undefined {
  const said = /^Noticed by: ([^.]+)\./m.exec(text)?.[1]?.replace(/\s+/g, ' ')
  if (said === 'no case') return []
  return said !== undefined && /^`[\w/-]+`(, `[\w/-]+`)*$/.test(said) ? said.split(', ').map((id) => id.slice(1, -1)) : undefined
}

function codesIn(text: string): string[] {
  return text.match(/\bB\d{1,2}\b/g) ?? []
}

/** The code of each use, by file. */
function codesInSources(): Map<string, string> {
  const uses = new Map<string, string>()
  for (const folder of SOURCES) {
    for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name))) {
      for (const code of codesIn(readFileSync(join(ROOT, folder, file), 'utf8'))) uses.set(code, `${folder}/${file}`)
    }
  }
  return uses
}

describe('docs/bugs.md', () => {
  const list = entries()
  const cases = [...conformanceCases(), ...pageTableCases()]

  it('has each code once, in ascending order', () => {
    const numbers = list.map(({ code }) => Number(/^B([1-9]\d*)$/.exec(code)?.[1]))
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    expect(numbers).not.toContain(Number.NaN)
  })

  it('has an entry for every code in the sources', () => {
    const uses = codesInSources()
    expect([...uses.keys()], 'codes are found at all').toEqual(expect.arrayContaining(['B1', 'B13', 'B29']))
    const known = new Set(list.map(({ code }) => code))
    expect([...uses].filter(([code]) => !known.has(code))).toEqual([])
  })

  it.each(list.map((entry) => [entry.code, entry] as const))('tells of %s what happened, and names exactly the cases that say they catch it', (code, entry) => {
    expect(entry.text.split('\n')[0]).not.toMatch(/^(Noticed by|$)/)
    const said = noticedBy(entry)
    expect(said, '"Noticed by: " and ids in backticks, or "no case", and a full stop').toBeDefined()
    expect(said).toEqual([...new Set(said)])
    expect([...said!].sort()).toEqual(cases.filter(({ catches = [] }) => codesIn(catches.join('\n')).includes(code)).map(({ id }) => id).sort())
  })
})

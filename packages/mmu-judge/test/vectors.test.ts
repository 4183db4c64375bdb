// The walk vectors that are shipped: that those which QEMU answers are made from what is here, and, by a sample of
// each file, that the CPU still says what they say. All of them are asked by `run/write-vectors.ts`.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

import { isInstalled } from '../run/qemu.ts'
import { versionOf, whyNotAgreed } from '../run/ask-vectors.ts'
import { parseWalkFile, formatWalkFile, VECTOR_MACHINES, type WalkFile, type WalkVector } from '../src/index.ts'

const FOLDER = new URL('../../conformance/vectors/walk/', import.meta.url)
const textOf = (name: string): string => readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')
const SAMPLE = 5
const QUERIES_OF_SAMPLE = 32

/** Some, evenly. */
function sampleOf<T>(all: readonly T[], count: number): T[] {
  return all.filter((_, i) => Math.floor((i * count) / all.length) !== Math.floor(((i - 1) * count) / all.length))
}

describe.each(VECTOR_MACHINES)('vectors of $name', (machine) => {
  const { name, words } = machine
  const typed = parseWalkFile(textOf(name))
  const asked = parseWalkFile(textOf(`${name}-qemu`))

  it('are written as they are read', () => {
    for (const file of [name, `${name}-qemu`]) expect(formatWalkFile(parseWalkFile(textOf(file)))).toBe(textOf(file))
  })

  it('that QEMU answers ask what the themes ask', () => {
    const withoutAnswers = ({ queries, agreed: _agreed, ...vector }: WalkVector): object => ({ ...vector, queries: queries.map(({ answer: _answer, ...question }) => question) })
    const themes = machine.themes().map(({ name: theme, catches, notes, tables, questions }) => ({
      id: `walk/${name}/qemu-${theme}`, catches, notes, roots: tables.roots, ram: tables.ram, words: new Map([...tables.words].sort(([a], [b]) => (a < b ? -1 : 1))), queries: questions,
    }))
    expect(asked.vectors.map((vector) => withoutAnswers(vector))).toEqual(themes)
    expect({ notes: asked.notes, controls: asked.controls }).toEqual({ notes: words.notes, controls: words.controls })
  })

  it('tell both of accesses that go through and of faults', () => {
    for (const { id, queries } of asked.vectors) {
      const mapped = queries.filter(({ answer }) => 'paddr' in answer).length
      expect([id, mapped > queries.length / 40 && mapped < queries.length]).toEqual([id, true])
    }
  })

  const program = machine.use((cpu) => cpu.program)
  it.skipIf(!isInstalled(program))(`are agreed by the CPU where they say so (needs ${program})`, { timeout: 600_000 }, async () => {
    await machine.use(async (cpu) => {
      const disagreed: string[] = []
      const ask = async (file: WalkFile, vector: WalkVector): Promise<void> => {
        const why = await whyNotAgreed(cpu, { ...vector, queries: sampleOf(vector.queries, QUERIES_OF_SAMPLE) }, file.controls)
        if (why !== undefined) disagreed.push(`${vector.id}: ${why}`)
      }
      for (const vector of sampleOf(typed.vectors.filter(({ agreed }) => agreed.some((who) => who.startsWith('QEMU '))), SAMPLE)) await ask(typed, vector)
      for (const vector of sampleOf(asked.vectors, 2)) await ask(asked, vector)
      expect(disagreed).toEqual([])
    })
  })

  it.skipIf(!isInstalled(program))(`are not agreed by the CPU if an answer is wrong (needs ${program})`, { timeout: 600_000 }, async () => {
    expect(versionOf(program)).toMatch(/^QEMU \d+\.\d+\.\d+$/)
    const vector = typed.vectors.find(({ queries }) => queries.some(({ answer }) => 'paddr' in answer && !('updates' in answer)))!
    const queries = vector.queries.filter(({ answer }) => 'paddr' in answer && !('updates' in answer)).slice(0, 1)
    const wrong = queries.map((query) => ({ ...query, answer: { paddr: ('paddr' in query.answer ? query.answer.paddr : 0n) + 0x1000n } }))
    await machine.use(async (cpu) => {
      expect(await whyNotAgreed(cpu, { ...vector, queries }, typed.controls)).toBeUndefined()
      expect(await whyNotAgreed(cpu, { ...vector, queries: wrong }, typed.controls)).toMatch(/^user \w+ of 0x/)
    })
  })
})

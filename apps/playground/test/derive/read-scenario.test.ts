/** Long files are read in pieces, and are whole again after that. */

import { parseScenarios } from '@addrspace/conformance'
import { describe, expect, it } from 'vitest'
import { PiecedOps, readScenario, type ReadOps } from '../../src/web/derive/read-scenario.ts'
import { initialState, reduce } from '../../src/web/state.ts'

const MANY = `# long\n{"scenario":1,"name":"long","backend":"mock"}\n${Array.from({ length: 12_001 }, (_, index) => `{"op":"find","addr":"0x${index.toString(16)}"}\n`).join('')}`

async function told(text: string): Promise<{ readonly read: Awaited<ReturnType<typeof readScenario>>; readonly pieces: readonly ReadOps[] }> {
  const pieces: ReadOps[] = []
  const read = await readScenario(text, (piece) => pieces.push(piece), () => Promise.resolve())
  return { read, pieces }
}

describe('a long file', () => {
  it('comes in pieces that make up the whole, also when it is begun anew', async () => {
    const { read, pieces } = await told(MANY)
    const whole = new PiecedOps()
    for (const piece of [pieces[0]!, pieces[1]!, ...pieces]) whole.add(piece)
    expect(pieces.length).toBeGreaterThan(1)
    expect(whole.whole(read)).toEqual({ kind: 'scenario', scenario: parseScenarios(MANY)[0], others: 0 })
  })

  it('is opened, and can be taken back', async () => {
    const { read, pieces } = await told(`${MANY}{"scenario":1,"backend":"null"}`)
    const whole = new PiecedOps()
    for (const piece of pieces) whole.add(piece)
    const before = initialState()
    const state = reduce(before, { kind: 'scenario-read', read: whole.whole(read), name: 'long.jsonl' })
    expect(state.count).toBe(12_001)
    expect(state.scenario.header.name).toBe('long')
    expect(state.messages.at(-1)?.text).toBe('long.jsonl is open; undo brings back what was there before. The file holds 2 scenarios; this is the first.')
    expect(reduce(state, { kind: 'undone' }).scenario).toBe(before.scenario)
  })

  it('that is wrong is told of, and changes nothing', async () => {
    const { read } = await told(`${MANY}{"op":"mop"}`)
    const before = initialState()
    const state = reduce(before, { kind: 'scenario-read', read: new PiecedOps().whole(read), name: 'long.jsonl' })
    expect(state.scenario).toBe(before.scenario)
    expect(state.messages).toMatchObject([{ tone: 'error', text: expect.stringMatching(/^long\.jsonl: line 12004: "op": unknown .* The page is as it was\.$/) as string }])
  })
})

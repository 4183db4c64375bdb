/** The page as a link, and back. */

import { formatScenarios, parseScenarios } from '@addrspace/conformance'
import { describe, expect, it } from 'vitest'
import { formatPermalink, placeOf, readPermalink, type LinkForm } from '../../src/web/permalink.ts'
import { initialState, reduce, type Action, type State } from '../../src/web/state.ts'

const ACTIONS: readonly Action[] = [
  { kind: 'scenario-opened', text: '{"scenario":1,"name":"π ≠ 3 & 100 % #1","backend":"null","merge":true}\n{"op":"map","start":"0x1000","size":"0x2000","flags":"rw"}\n{"op":"areas"}\n' },
  { kind: 'time-moved', count: 1 },
  { kind: 'backends-chosen', backends: ['aarch64', 'riscv-sv57'] },
  { kind: 'backend-chosen', backend: 'riscv-sv57' },
  { kind: 'walk-asked', walk: { vaddr: 0xffff_8000_0000_0000n, access: 'exec', mode: 'kernel', controls: { aarch64: { pan: true }, 'riscv-sv57': { ad: 'svadu' } } } },
  { kind: 'focused', focus: { kind: 'entry', entryAddress: 0x8000_0008n, vaddr: 2n ** 64n - 1n } },
  { kind: 'mutant-chosen', mutant: 'set/zero-protect' },
  { kind: 'trace-changed', trace: { id: 'hammer', title: 'hammer', position: 12 } },
  { kind: 'view-opened', view: 'suite' },
]

const STATE = ACTIONS.reduce(reduce, initialState())
const LINK = { ...placeOf(STATE), scenario: formatScenarios([STATE.scenario]) }

describe('a permalink', () => {
  for (const form of ['compressed', 'readable'] satisfies LinkForm[]) {
    it(`brings everything back, ${form}`, async () => {
      const fragment = await formatPermalink(LINK, form)
      expect(fragment).toMatch(/^#v=1&[A-Za-z0-9=&%:,._~!'()*[\]{}/-]+$/)
      const read = await readPermalink(fragment)
      expect(read.problems).toEqual([])
      expect(read.link).toEqual(LINK)
      const { scenario, count, backends, backend, focus, walk, mutant, view, trace } = initialState(read)
      expect(formatScenarios([scenario])).toBe(formatScenarios([STATE.scenario]))
      expect({ count, backends, backend, focus, walk, mutant, view }).toEqual({
        count: 1,
        backends: ['aarch64', 'riscv-sv57'],
        backend: 'riscv-sv57',
        focus: { kind: 'entry', entryAddress: 0x8000_0008n, vaddr: 2n ** 64n - 1n },
        walk: STATE.walk,
        mutant: 'set/zero-protect',
        view: 'suite',
      })
      expect(trace).toMatchObject({ id: 'hammer', position: 12 })
    })
  }

  it('is short where the scenario repeats itself', async () => {
    const lines = Array.from({ length: 200 }, (_, page) => `{"op":"map","start":"0x${(page * 4096).toString(16)}","size":"0x1000","flags":"rwu"}`)
    const [scenario] = parseScenarios(['{"scenario":1,"backend":"mock"}', ...lines].join('\n'))
    const link = { scenario: formatScenarios([scenario!]) }
    const [compressed, readable] = [await formatPermalink(link), await formatPermalink(link, 'readable')]
    expect(compressed.length * 5).toBeLessThan(readable.length)
  })

  it('that was written by hand needs no more than the scenario', async () => {
    const { link, problems } = await readPermalink('#scenario={"scenario":1,"backend":"mock"}%0A{"op":"areas"}&at=0')
    expect(problems).toEqual([])
    expect(initialState({ link, problems })).toMatchObject({ count: 0, view: 'compare', scenario: { ops: [{ op: 'areas' }] } })
  })

  it('is not every fragment', async () => {
    for (const fragment of ['', '#', '#view', '#view=memory']) expect(await readPermalink(fragment)).toEqual({ link: undefined, problems: [] })
  })
})

describe('a damaged permalink', () => {
  const opened = async (fragment: string): Promise<State> => initialState(await readPermalink(fragment))
  const first = initialState()

  it('that was cut off says so, and opens nothing', async () => {
    const whole = await formatPermalink(LINK)
    for (const fragment of [whole.slice(0, -8), `${whole}!`, whole.replace(/z=.{4}/, 'z=AAAA')]) {
      const state = await opened(fragment)
      expect(state.messages).toMatchObject([{ tone: 'error', text: expect.stringContaining('damaged') as string }])
      expect({ ...state, messages: [] }).toEqual(first)
    }
  })

  it('of a later version is told as such', async () => {
    expect((await opened('#v=2&z=AAAA')).messages[0]!.text).toContain('version "2"')
  })

  it('whose scenario is wrong is not opened', async () => {
    const state = await opened('#v=1&view=share&scenario={"scenario":1,"backend":"vax"}')
    expect(state.messages[0]!.text).toMatch(/line 1: "backend"/)
    expect(state.view).toBe('compare')
  })

  it('with one part that cannot be read is opened without that part', async () => {
    const state = await opened('#v=1&view=memo&at=-1&focus=page:0x1ffffffffffffffff&walk=0x1,peek,user&controls=[]&on=mock,vax&trace=../x,1&scenario={"scenario":1,"name":"kept","backend":"mock"}')
    expect(state.scenario.header.name).toBe('kept')
    for (const part of ['view', 'at', 'focus', 'walk', 'controls', 'on', 'trace']) expect(state.messages[0]!.text).toContain(`"${part}"`)
  })

  it('that unpacks to more than anybody writes is refused', async () => {
    const text = `{"scenario":1,"backend":"mock"}\n${' '.repeat(17 * 1024 * 1024)}`
    const { link, problems } = await readPermalink(await formatPermalink({ scenario: text }))
    expect(link).toBeUndefined()
    expect(problems).toHaveLength(1)
  })

  it('opened on a page that is in use leaves its work to be brought back', async () => {
    const working = reduce(first, { kind: 'op-added', line: '{"op":"clear"}' })
    const state = reduce(working, { kind: 'link-opened', read: await readPermalink('#scenario={"scenario":1,"backend":"mock"}') })
    expect(reduce(state, { kind: 'undone' }).scenario).toBe(working.scenario)
  })
})

/** The state of the page: what each action makes of it. */

import { describe, expect, it } from 'vitest'
import { initialState, reduce, type Action, type State } from '../../src/web/state.ts'

function after(...actions: readonly Action[]): State {
  return actions.reduce(reduce, initialState())
}

const opsOf = ({ scenario }: State): readonly string[] => scenario.ops.map(({ op }) => op)

describe('the state', () => {
  it('puts an operation in after the place looked at, and goes there', () => {
    const state = after({ kind: 'ops-cleared' }, { kind: 'op-added', line: '{"op":"areas"}' }, { kind: 'time-moved', count: 0 }, { kind: 'op-added', line: '{"op":"clear"}' })
    expect(opsOf(state)).toEqual(['clear', 'areas'])
    expect(state.count).toBe(1)
  })

  it('closes a transaction that is begun, and takes both brackets out together', () => {
    const begun = after({ kind: 'ops-cleared' }, { kind: 'op-added', line: '{"op":"begin"}' }, { kind: 'op-added', line: '{"op":"areas"}' })
    expect(opsOf(begun)).toEqual(['begin', 'areas', 'commit'])
    const removed = reduce(begun, { kind: 'op-removed', index: 0 })
    expect(opsOf(removed)).toEqual(['areas'])
    expect(removed.count).toBe(1)
  })

  it('tells what is wrong with a file, and loses nothing', () => {
    const before = initialState()
    const state = reduce(before, { kind: 'scenario-opened', text: '{"scenario":1,"backend":"mock"}\n{"op":"mop"}' })
    expect(state.scenario).toBe(before.scenario)
    expect(state.messages).toMatchObject([{ tone: 'error', text: expect.stringContaining('line 2') as string }])
  })

  it('goes back to the scenario before, and forth again', () => {
    const cleared = after({ kind: 'ops-cleared' })
    const undone = reduce(cleared, { kind: 'undone' })
    expect(undone.scenario).toEqual(initialState().scenario)
    expect(reduce(undone, { kind: 'redone' }).scenario.ops).toEqual([])
  })

  it('keeps at least one backend, and looks at one of them in detail', () => {
    expect(after({ kind: 'backends-chosen', backends: [] }).backends).not.toEqual([])
    expect(after({ kind: 'backends-chosen', backends: ['aarch64'] }).backend).toBe('aarch64')
  })

  it('takes a failure into the header and out again', () => {
    const failing = after({ kind: 'failure-chosen', fail: { frame: 2 } })
    expect(failing.scenario.header.fail).toEqual({ frame: 2 })
    expect(reduce(failing, { kind: 'failure-chosen', fail: undefined }).scenario.header).not.toHaveProperty('fail')
  })

  it('walks to what is chosen, and chooses what is walked to', () => {
    expect(after({ kind: 'focused', focus: { kind: 'page', vaddr: 0x5000n } }).walk.vaddr).toBe(0x5000n)
    expect(after({ kind: 'walk-asked', walk: { vaddr: 0x6000n } }).focus).toEqual({ kind: 'page', vaddr: 0x6000n })
    expect(after({ kind: 'focused', focus: { kind: 'page', vaddr: 0x5000n } }, { kind: 'walk-asked', walk: { access: 'write' } })).toMatchObject({ focus: { vaddr: 0x5000n }, walk: { vaddr: 0x5000n, access: 'write' } })
    expect(after({ kind: 'focused', focus: { kind: 'frame', paddr: 0x5000n } }).walk.vaddr).toBe(0x40_0000n)
  })
})

/** The suite as the page shows it, and cases as scenarios. */

import { conformanceCases, pageTableCases, parseScenarios } from '@addrspace/conformance'
import { describe, expect, it } from 'vitest'
import { areaAt } from '../../src/web/derive/columns.ts'
import { opText } from '../../src/web/derive/op-line.ts'
import { Session } from '../../src/web/derive/session.ts'
import { scenariosOfCase } from '../../src/web/derive/case-scenarios.ts'
import { runSuite, suiteCases, type SuiteProgress } from '../../src/web/derive/suite.ts'

describe('a run', () => {
  it('tells every verdict once, and how far it is', async () => {
    const told: SuiteProgress[] = []
    await runSuite({ ids: ['set/wrap', 'map/alias'], backends: ['null', 'riscv-sv39'] }, (progress) => told.push(progress), () => Promise.resolve())
    const verdicts = told.flatMap((progress) => progress.verdicts).map(({ id, backend, status }) => [id, backend, status])
    expect(verdicts).toEqual([
      ['set/wrap', 'null', 'pass'],
      ['set/wrap', 'riscv-sv39', 'pass'],
      // Without a page table, there is nothing to ask about one.
      ['map/alias', 'null', 'unsupported'],
      ['map/alias', 'riscv-sv39', 'pass'],
    ])
    expect(told.at(-1)).toMatchObject({ done: 4, total: 4 })
  })

  it('is over as soon as nobody wants it', async () => {
    const ids = suiteCases().map(({ id }) => id)
    await expect(runSuite({ ids, backends: ['mock'] }, () => undefined, () => Promise.reject(new Error('not wanted')))).rejects.toThrow('not wanted')
  })
})

describe('the list of cases', () => {
  it('has all of them, with the faults that each must notice', () => {
    const cases = suiteCases()
    expect(cases).toHaveLength(conformanceCases().length + pageTableCases().length)
    expect(cases.every(({ mutants }) => mutants.length > 0)).toBe(true)
    expect(cases.find(({ id }) => id === 'set/unmap-holes')!.catches[0]).toContain('coconut-svsm')
  })
})

describe('a case as a scenario', () => {
  it('does what the case does: nine ways to unmap from one area', () => {
    const scenarios = scenariosOfCase('set/unmap-pieces')
    expect(scenarios).toHaveLength(9)
    const [head] = parseScenarios(scenarios[0]!.text)
    // Granules 0 to 12 of pages of 4 KiB; the first request takes 0 to 4 of them.
    expect(head!.ops.map((op) => /\+(\w+)/.exec(opText(op))![1])).toEqual(['0xc000', '0x4000'])
    const areas = new Session().whole(head!, 'riscv-sv39').areas()
    expect(areas.count).toBe(1)
    const { start, end } = areaAt(areas, 0)
    expect(end - start).toBe(0x8000n)
  })

  it('of a page table maps to the frames that the case names', () => {
    const [scenario] = scenariosOfCase('map/alias')
    const backings = parseScenarios(scenario!.text)[0]!.ops.flatMap((op) => (op.op === 'map' ? [op.backing] : []))
    // An alias: two addresses, one frame.
    expect(backings.length).toBeGreaterThan(1)
    expect(new Set(backings.map((backing) => JSON.stringify(backing, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))).size).toBe(1)
  })

  it('keeps transactions in their brackets', () => {
    const ops = scenariosOfCase('set/transaction-refused').flatMap(({ text }) => parseScenarios(text)[0]!.ops.map(({ op }) => op))
    expect(ops.indexOf('begin')).toBeGreaterThan(0)
    expect(ops.indexOf('rollback')).toBeGreaterThan(ops.indexOf('begin'))
  })

  it('is not there where a scenario cannot say what the case does', () => {
    for (const id of ['pte/total', 'walk/self-map', 'set/random-model', 'set/protect-callback-scope']) expect(scenariosOfCase(id)).toEqual([])
  })

  it('is a scenario that runs, whichever case it is', () => {
    const session = new Session()
    for (const { id } of suiteCases().filter(({ id }) => /^(law|set\/[f-z]|map|unmap)/.test(id) && !/random|model/.test(id))) {
      for (const { text } of scenariosOfCase(id).slice(0, 2)) {
        const [scenario] = parseScenarios(text)
        expect(session.whole(scenario!, 'null').steps).toHaveLength(scenario!.ops.length)
      }
    }
  })
})

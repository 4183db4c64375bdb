import { describe, expect, it } from 'vitest'
import { conformanceCases, pageTableCases, runConformance } from '@addrspace/conformance'
import { LAWFUL, mutantMatrix, MUTANTS } from '@addrspace/conformance-mutants'

describe('a lawful subject', () => {
  it.each(LAWFUL.map((subject) => [subject.name, subject] as const))('passes every case: %s', (_name, subject) => {
    expect(runConformance(subject).filter(({ status }) => status !== 'pass' && status !== 'unsupported')).toEqual([])
  })
})

describe('a mutant', () => {
  it('has a name of its own and names a case of the suite', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
    const ids = [...conformanceCases(), ...pageTableCases()].map(({ id }) => id)
    expect(MUTANTS.filter(({ meant }) => !ids.includes(meant))).toEqual([])
  })

  it('is there for every case', () => {
    const meant = new Set(MUTANTS.map((mutant) => mutant.meant))
    expect([...conformanceCases(), ...pageTableCases()].map(({ id }) => id).filter((id) => !meant.has(id))).toEqual([])
  })

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('is noticed by the case meant for it: %s', (_name, mutant) => {
    const [row] = mutantMatrix('meant', [mutant])
    expect(row?.killedBy).toEqual([mutant.meant])
    expect(row?.found).not.toBe('')
  })
})

describe('mutantMatrix', () => {
  it('tells of each mutant what the meant case found, and on request every case that notices', () => {
    const mutant = MUTANTS.find(({ name }) => name === 'set/hides-refused-undo')
    if (mutant === undefined) throw new Error('the mutant is gone')
    expect(mutantMatrix('all', [mutant])).toEqual([{
      mutant: 'set/hides-refused-undo',
      fault: 'an unmap that could not be undone is told as an ordinary refusal',
      repeats: 'B2 memory_set (pages stay mapped that no area owns)',
      meant: 'set/undo-refused',
      found: 'unmap with every call from 2 on refused: expected ["BadState", "undo-refused"], got ["BadState", "backend-refused"]',
      killedBy: ['set/undo-refused', 'set/undo-refused-remembered', 'set/undo-refused-not-offered', 'set/undo-refused-trusted-again'],
    }])
  })
})

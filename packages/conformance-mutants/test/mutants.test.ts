import { describe, expect, it } from 'vitest'
import { conformanceCases, runConformance } from '@addrspace/conformance'
import { LAWFUL, mutantMatrix, MUTANTS } from '@addrspace/conformance-mutants'

describe('a lawful subject', () => {
  it.each(LAWFUL.map((subject) => [subject.name, subject] as const))('passes every case: %s', (_name, subject) => {
    expect(runConformance(subject).filter(({ status }) => status !== 'pass' && status !== 'unsupported')).toEqual([])
  })
})

describe('a mutant', () => {
  it('has a name of its own and names a case of the suite', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
    const ids = conformanceCases().map(({ id }) => id)
    expect(MUTANTS.filter(({ meant }) => !ids.includes(meant))).toEqual([])
  })

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('is noticed by the case meant for it: %s', (_name, mutant) => {
    const [row] = mutantMatrix('meant', [mutant])
    expect(row?.killedBy).toEqual([mutant.meant])
    expect(row?.found).not.toBe('')
  })
})

/**
 * Mutants: lawful backends, sets and page tables with one seeded fault each, and which cases of the suite notice it.
 * Loaded only when somebody asks.
 */

import { conformanceCases, pageTableCases, type CaseStatus } from '@addrspace/conformance'
import { MUTANTS } from '@addrspace/conformance-mutants'
import type { Pacer } from './failures.ts'

/** What is told of a mutant. */
export interface MutantInfo {
  /** What is broken, a slash, and a name: `set/zero-protect-loses-right`. */
  readonly name: string
  /** What it does wrong, in a sentence. */
  readonly fault: string
  /** The real bug it repeats, if there is one: `B5 memory_set`, by its code in `docs/bugs.md`. */
  readonly repeats: string | undefined
  /** The case meant to notice it. */
  readonly meant: string
}

export interface MutantRequest {
  /** Of the mutant. */
  readonly name: string
}

/** A case that a mutant was held against. */
export interface MutantCase {
  readonly id: string
  readonly status: CaseStatus
}

/** A case that noticed it. */
export interface MutantCatch {
  readonly id: string
  /** What must hold. */
  readonly title: string
  /** What promises it. */
  readonly law: string
  /** What it saw. */
  readonly detail: string
  readonly isMeant: boolean
}

export interface MutantProgress {
  /** In the order in which they ran: the case meant first. */
  readonly cases: readonly MutantCase[]
  readonly total: number
  readonly caught: readonly MutantCatch[]
}

/** All of what became of it. */
export type MutantReport = MutantProgress

const TELL_MS = 60

/** All mutants, in the order of the suite's own matrix. */
export function mutantList(): readonly MutantInfo[] {
  return MUTANTS.map(({ name, fault, repeats, meant }) => ({ name, fault, repeats, meant }))
}

/**
 * Holds a mutant against every case of its part of the suite.
 *
 * @throws RangeError if there is no such mutant
 */
export async function reportOf({ name }: MutantRequest, { tell, pause }: Pacer<MutantProgress>): Promise<MutantReport> {
  const mutant = MUTANTS.find((candidate) => candidate.name === name)
  if (mutant === undefined) throw new RangeError(`"name" must be that of a mutant, got ${name}`)
  const [ofSets, ofTables] = [conformanceCases(), pageTableCases()]
  const known = new Map([...ofSets, ...ofTables].map((one) => [one.id, one]))
  const part = ofTables.some(({ id }) => id === mutant.meant) ? ofTables : ofSets
  const ids = [mutant.meant, ...part.map(({ id }) => id).filter((id) => id !== mutant.meant)]
  const cases: MutantCase[] = []
  const caught: MutantCatch[] = []
  let told = 0
  for (const id of ids) {
    await pause()
    for (const { status, detail } of mutant.report((other) => other === id)) {
      cases.push({ id, status })
      const { title, law } = known.get(id)!
      if (status === 'fail') caught.push({ id, title, law, detail, isMeant: id === mutant.meant })
    }
    if (performance.now() - told < TELL_MS) continue
    told = performance.now()
    tell({ cases: [...cases], total: ids.length, caught: [...caught] })
  }
  return { cases, total: cases.length, caught }
}

/** The suite as the page shows it: its cases with what each guards against, and a run of them on some backends. */

import { conformanceCases, pageTableCases, type CaseReport } from '@addrspace/conformance'
import { MUTANTS } from '@addrspace/conformance-mutants'
import { mockSubject, nullSubject, type ConformanceSubject } from '../../adapters/conformance-subjects.ts'
import { machineSubject } from '../../adapters/machine-subjects.ts'
import { machineOf, type BackendName } from './backends.ts'

/** A case. */
export interface SuiteCase {
  readonly id: string
  readonly title: string
  /** What promises it. */
  readonly law: string
  /** Real bugs, of real systems, that it would have caught. */
  readonly catches: readonly string[]
  /** Seeded faults that this case is meant to notice. */
  readonly mutants: readonly { readonly name: string; readonly fault: string; readonly repeats: string | undefined }[]
}

/** What is asked: these cases, each on these backends. */
export interface SuiteRequest {
  readonly ids: readonly string[]
  readonly backends: readonly BackendName[]
}

/** What one backend made of one case. */
export interface SuiteVerdict extends CaseReport {
  readonly backend: BackendName
}

/** How far a run is. */
export interface SuiteProgress {
  readonly done: number
  readonly total: number
  /** Since what was told last. */
  readonly verdicts: readonly SuiteVerdict[]
}

/** All cases, in the order of reports. */
export function suiteCases(): readonly SuiteCase[] {
  return [...conformanceCases(), ...pageTableCases()].map(({ id, title, law, catches = [] }) => ({
    id,
    title,
    law,
    catches,
    mutants: MUTANTS.filter(({ meant }) => meant === id).map(({ name, fault, repeats }) => ({ name, fault, repeats })),
  }))
}

/** Between two of these, in milliseconds, verdicts are gathered. */
const TELL_AFTER = 100

/** Runs cases, one after the other on all backends; `pause` is awaited after each. */
export async function runSuite({ ids, backends }: SuiteRequest, tell: (progress: SuiteProgress) => void, pause: () => Promise<void>): Promise<void> {
  const subjects = backends.map((backend) => ({ backend, subject: subjectOf(backend) }))
  const total = ids.length * subjects.length
  let done = 0
  let verdicts: SuiteVerdict[] = []
  let told = performance.now()
  for (const id of ids) {
    for (const { backend, subject } of subjects) {
      verdicts.push({ backend, ...subject.run(id) })
      done += 1
      if (done < total && performance.now() - told < TELL_AFTER) continue
      tell({ done, total, verdicts })
      verdicts = []
      await pause()
      told = performance.now()
    }
  }
}

const subjects = new Map<BackendName, ConformanceSubject>([['mock', mockSubject], ['null', nullSubject]])

function subjectOf(backend: BackendName): ConformanceSubject {
  const known = subjects.get(backend) ?? machineOf(backend)!.use(machineSubject)
  subjects.set(backend, known)
  return known
}

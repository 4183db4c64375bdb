/** What is taken away of a page: its link, its scenario's file, and files in which the results are what is expected. */

import type { Scenario } from '@addrspace/conformance'
import { formatPermalink, type LinkForm, type PageLink } from '../permalink.ts'
import type { BackendName } from './backends.ts'
import { scenarioLines, testSource, textOf, vectorLines, type TestRunner } from './export-text.ts'
import { problemOf, type RunProblem } from './live-space.ts'
import type { Session } from './session.ts'

export interface TextRequest {
  readonly scenario: Scenario
}

export interface LinkRequest {
  readonly scenario: Scenario
  /** All that a link says besides the scenario. */
  readonly place: PageLink
  readonly form: LinkForm
}

export interface ChecksRequest {
  readonly scenario: Scenario
  readonly backend: BackendName
  readonly runner: TestRunner
}

/** Texts in which the results of a backend are what is expected; empty where the backend refuses the scenario. */
export interface Checks {
  readonly problem?: RunProblem
  readonly vector: string
  readonly source: string
}

/** The scenario as a file. */
export function fileOf({ scenario }: TextRequest, pause: () => Promise<void>): Promise<string> {
  return textOf(scenarioLines(scenario), pause)
}

/** The fragment of the link to a page. */
export async function linkTo({ scenario, place, form }: LinkRequest, pause: () => Promise<void>): Promise<string> {
  return formatPermalink({ ...place, scenario: await textOf(scenarioLines(scenario), pause) }, form)
}

/** Runs the scenario, if it has not been. */
export async function checksOf(session: Session, { scenario, backend, runner }: ChecksRequest, pause: () => Promise<void>): Promise<Checks> {
  try {
    const { steps } = session.whole(scenario, backend)
    const vector = await textOf(vectorLines(scenario, backend, steps.map(({ result }) => result)), pause)
    return { vector, source: testSource(vector, scenario, backend, runner) }
  } catch (error) {
    const problem = problemOf(error, scenario)
    if (problem === undefined) throw error
    return { problem, vector: '', source: '' }
  }
}

/**
 * Who is held against the suite: backends by name, and subjects of one's own at the other end of a pipe. Backends run in
 * threads, one subject after the other afterwards, so that nobody else keeps its time short.
 */

import { ExecContender } from '../exec/exec-contender.ts'
import type { BackendEntry } from './backends.ts'
import { InputError } from './failure.ts'
import { Progress } from './progress.ts'
import { timeReport, type TimedReport } from './timed-report.ts'

/** What one backend or subject made of one case. */
export interface Verdict extends TimedReport {
  readonly backend: string
}

/** Whom to ask. */
export interface Contest {
  readonly backends: readonly BackendEntry[]
  /** Command lines of subjects. */
  readonly commands: readonly string[]
  /** For each answer of a subject. */
  readonly milliseconds: number
}

/** The names in the order of reports, and all verdicts. */
export interface Standings {
  readonly names: readonly string[]
  readonly verdicts: readonly Verdict[]
}

/**
 * Runs the cases on all of them.
 *
 * @throws InputError if a subject cannot introduce itself, or two have the same name; before any case runs.
 */
export async function holdContest({ backends, commands, milliseconds }: Contest, ids: readonly string[]): Promise<Standings> {
  const progress = new Progress()
  const subjects: ExecContender[] = []
  try {
    for (const command of commands) subjects.push(await ExecContender.open({ command, milliseconds }))
    const names = [...backends.map(({ name }) => name), ...subjects.map(({ name }) => name)]
    const twice = names.find((name, at) => names.indexOf(name) !== at)
    if (twice !== undefined) throw new InputError(`two subjects are called ${JSON.stringify(twice)}`)
    const verdicts = await backendVerdicts(backends, ids, progress)
    for (const subject of subjects) {
      const { name: backend } = subject
      const reports = await subject.run(ids, ({ id }) => progress.report(() => `${backend}: ${id}`))
      verdicts.push(...reports.map((report) => ({ backend, ...report })))
    }
    return { names, verdicts }
  } finally {
    progress.done()
    for (const subject of subjects) await subject.close()
  }
}

/** Runs the cases: those of one backend here, those of several in threads, which take a moment to start. */
async function backendVerdicts(backends: readonly BackendEntry[], ids: readonly string[], progress: Progress): Promise<Verdict[]> {
  const [only, ...others] = backends
  if (only === undefined) return []
  if (others.length === 0) {
    const subject = await only.loadSubject()
    return ids.map((id) => {
      progress.report(() => `${only.name}: ${id}`)
      return { backend: only.name, ...timeReport(() => subject.run(id)) }
    })
  }
  const { runInThreads } = await import('./conform-pool.ts')
  const reports = await runInThreads(backends.map(({ name }) => name), ids, (backend, { id }) => progress.report(() => `${backend}: ${id}`))
  return Array.from(reports, ([backend, own]) => own.map((report) => ({ backend, ...report }))).flat()
}

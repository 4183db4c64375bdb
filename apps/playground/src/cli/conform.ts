/**
 * `addrspace conform`: holds backends, and subjects in any language, against the conformance suite, and prints the matrix
 * of cases and backends.
 */

import { conformanceCases, pageTableCases, type CaseStatus } from '@addrspace/conformance'
import { ALL_BACKENDS, selectBackends } from './backends.ts'
import { groupOf, NONE } from './case-groups.ts'
import { holdContest, type Verdict } from './contenders.ts'
import { EXIT_CHECK_FAILED, EXIT_OK, InputError, printable } from './failure.ts'
import type { Output, Paint, Tone } from './output.ts'
import type { SuiteCase } from '../report/report.ts'
import { alignColumns } from './table.ts'

export interface ConformOptions {
  /** A backend or `all`, the default where no subject is named. */
  readonly backend?: string
  /** Command lines of subjects that speak the exec protocol. */
  readonly exec?: readonly string[]
  /** In seconds, as it was typed: how long a subject may take for an answer. */
  readonly timeout?: string
  /** Only the cases whose ids contain this. */
  readonly filter?: string
  /** A row per case instead of one per group. */
  readonly verbose?: boolean
  readonly json?: boolean
  /** A folder for a report. */
  readonly report?: string
}

/** In seconds. */
const DEFAULT_TIMEOUT = '10'
const LONGEST_TIMEOUT = 86_400

/**
 * Runs the suite and gives the exit code: 1 if a case failed that is not known to.
 *
 * @throws InputError if there is no such backend, no such case, a subject that cannot introduce itself, or no way to
 * write the report.
 */
export async function conform(options: ConformOptions, output: Output): Promise<number> {
  const commands = options.exec ?? []
  if (commands.some((command) => command.trim() === '')) throw new InputError('--exec must name a program')
  const backends = options.backend === undefined && commands.length > 0 ? [] : selectBackends(options.backend ?? ALL_BACKENDS)
  const milliseconds = 1000 * secondsOf(options.timeout ?? DEFAULT_TIMEOUT)
  const cases: readonly SuiteCase[] = [...conformanceCases(options.filter), ...pageTableCases(options.filter)]
  if (cases.length === 0) throw new InputError(`no case has ${JSON.stringify(options.filter)} in its id; conform --verbose lists all`)
  const folder = options.report === undefined ? undefined : (await import('../report/folder.ts')).openReport(options.report)
  const { names, verdicts } = await holdContest({ backends, commands, milliseconds }, cases.map(({ id }) => id))

  if (options.json === true) {
    output.json({ cases: verdicts.map(({ id, backend, status, detail }) => ({ id, backend, status, detail })) })
  } else {
    const hasRowPerCase = options.verbose ?? options.filter !== undefined
    const rows = (hasRowPerCase ? caseRows : groupRows)(cases, names, verdicts, output.paint)
    for (const line of alignColumns(rows)) output.line(line)
    if (!hasRowPerCase) output.line(output.paint('dim', 'Cases passed; where these are fewer, the others do not apply. --verbose has a row for each.'))
    printDetails(cases, verdicts, output)
  }
  if (folder !== undefined) {
    const { judgeMutants } = await import('./mutants.ts')
    const ids = new Set(cases.map(({ id }) => id))
    folder.write({ names, verdicts, cases, mutants: judgeMutants((id) => ids.has(id)) }, options, output)
  }
  return verdicts.some(({ status }) => status === 'fail') ? EXIT_CHECK_FAILED : EXIT_OK
}

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (!/^[0-9.]+$/.test(text) || !(seconds > 0 && seconds <= LONGEST_TIMEOUT)) {
    throw new InputError(`--timeout must be a number of seconds, above 0 and at most ${LONGEST_TIMEOUT}, got ${JSON.stringify(text)}`)
  }
  return seconds
}

const TONES: Readonly<Record<CaseStatus, Tone>> = { pass: 'good', fail: 'bad', unsupported: 'dim', known: 'execute' }

/** A row per case, a column per backend. */
function caseRows(cases: readonly SuiteCase[], names: readonly string[], verdicts: readonly Verdict[], paint: Paint): string[][] {
  const statusOf = new Map(verdicts.map(({ id, backend, status }) => [`${backend} ${id}`, status]))
  const rows = cases.map(({ id }) => {
    const cells = names.map((name) => statusOf.get(`${name} ${id}`)).map((status) => (status === undefined ? '' : paint(TONES[status], status)))
    return [id, ...cells]
  })
  return [['', ...names.map((name) => paint('bold', name))], ...rows]
}

/** A row per backend, a column per group: how many cases passed. */
function groupRows(cases: readonly SuiteCase[], names: readonly string[], verdicts: readonly Verdict[], paint: Paint): string[][] {
  const groups: readonly { readonly title: string; readonly isIn: (id: string) => boolean }[] = [
    ...[...new Set(cases.map(({ id }) => groupOf(id)))].map((group) => ({ title: group, isIn: (id: string) => groupOf(id) === group })),
    { title: 'all', isIn: () => true },
  ]
  const rows = names.map((name) => {
    const own = verdicts.filter(({ backend }) => backend === name)
    return [paint('bold', name), ...groups.map(({ isIn }) => countStatuses(own.filter(({ id }) => isIn(id)), paint))]
  })
  return [
    ['', ...groups.map(({ title }) => title)],
    ['cases', ...groups.map(({ isIn }) => String(cases.filter(({ id }) => isIn(id)).length))].map((cell) => paint('dim', cell)),
    ...rows,
  ]
}

/** How many passed; what failed is told, what does not apply is left out. */
function countStatuses(verdicts: readonly Verdict[], paint: Paint): string {
  const count = (status: CaseStatus): number => verdicts.filter((verdict) => verdict.status === status).length
  const others = (['fail', 'known'] as const).filter((status) => count(status) > 0).map((status) => paint(TONES[status], `${count(status)} ${status}`))
  const passed = count('pass')
  if (others.length > 0) return [passed, ...others].join(', ')
  return passed === 0 ? paint('dim', NONE) : paint('good', String(passed))
}

/** Tells of every failure in full, and of every known one why it is; once for all backends where it is the same. */
function printDetails(cases: readonly SuiteCase[], verdicts: readonly Verdict[], output: Output): void {
  const titles = new Map(cases.map(({ id, title, law }) => [id, `${title} (${law})`]))
  const told = verdicts.filter(({ status }) => status === 'fail' || status === 'known')
  const alike = Map.groupBy(told, ({ id, status, detail }) => JSON.stringify([id, status, detail]))
  for (const group of alike.values()) {
    const { id, status, detail } = group[0]!
    const names = group.map(({ backend }) => backend).join(', ')
    output.line()
    output.line(`${output.paint(TONES[status], status.toUpperCase())} ${id} on ${names}: ${titles.get(id) ?? ''}`)
    for (const line of detail.split('\n')) output.line(`  ${printable(line)}`)
  }
}

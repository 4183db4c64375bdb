/**
 * `addrspace conform --mutants`: holds seeded faults against the suite, tells what each does wrong and which case notices
 * it, and prints the matrix of what is broken and groups of cases.
 */

import { mutantMatrix, MUTANTS, type MatrixRow } from '@addrspace/conformance-mutants'
import { openReport } from '../report/folder.ts'
import type { MutantVerdict } from '../report/report.ts'
import { groupOf, NONE } from './case-groups.ts'
import { EXIT_CHECK_FAILED, EXIT_OK } from './failure.ts'
import type { Output, Paint } from './output.ts'
import { Progress } from './progress.ts'
import { alignColumns } from './table.ts'

export interface MutantsOptions {
  readonly json?: boolean
  /** A folder for a report. */
  readonly report?: string
}

/** Holds the mutants that are meant for some cases against these. */
export function judgeMutants(isMeant: (id: string) => boolean = () => true): readonly MutantVerdict[] {
  const progress = new Progress()
  const verdicts = MUTANTS.filter(({ meant }) => isMeant(meant)).map((candidate) => {
    progress.report(() => `seeded faults: ${candidate.name}`)
    const began = performance.now()
    const [{ mutant, fault, repeats, meant, found }] = mutantMatrix('meant', [candidate]) as [MatrixRow]
    return { mutant, fault, repeats, meant, isNoticed: found !== undefined, milliseconds: performance.now() - began }
  })
  progress.done()
  return verdicts
}

/**
 * Tells of every mutant, and gives the exit code: 1 if one is not noticed by the case meant for it.
 *
 * @throws InputError if the report cannot be written.
 */
export function mutants(options: MutantsOptions, output: Output): number {
  const folder = options.report === undefined ? undefined : openReport(options.report)
  const rows = judgeMutants()
  const survivors = rows.filter(({ isNoticed }) => !isNoticed)
  if (options.json === true) {
    output.json({ mutants: rows.map(({ mutant, fault, meant, isNoticed }) => ({ mutant, fault, case: meant, noticed: isNoticed })) })
  } else {
    printRows(rows, output)
    output.line()
    for (const line of alignColumns(matrixOf(rows, output.paint))) output.line(line)
    output.line(`${rows.length} mutants, ${survivors.length === 0 ? 'all noticed' : `${survivors.length} not noticed`}`)
  }
  folder?.write({ names: [], verdicts: [], cases: [], mutants: rows }, options, output)
  return survivors.length > 0 ? EXIT_CHECK_FAILED : EXIT_OK
}

/** Two lines for each: the case, and what it does wrong. */
function printRows(rows: readonly MutantVerdict[], output: Output): void {
  const { paint } = output
  const cells = rows.map(({ mutant, meant, isNoticed }) => [mutant, meant, isNoticed ? paint('good', 'noticed') : paint('bad', 'SURVIVES')])
  const [head = '', ...lines] = alignColumns([['mutant', 'case meant for it', ''].map((title) => paint('dim', title)), ...cells])
  output.line(head)
  for (const [index, line] of lines.entries()) {
    output.line(line)
    output.line(`  ${paint('dim', rows[index]!.fault)}`)
  }
}

/** A row per part that is broken, a column per group of cases: how many mutants are noticed, and of how many where not all. */
function matrixOf(rows: readonly MutantVerdict[], paint: Paint): string[][] {
  const groups = [...new Set(rows.map(({ meant }) => groupOf(meant)))]
  const parts = [...new Set(rows.map(({ mutant }) => groupOf(mutant)))]
  const rowOf = (title: string, own: readonly MutantVerdict[]): string[] =>
    [paint('bold', title), ...groups.map((group) => countNoticed(own.filter(({ meant }) => groupOf(meant) === group), paint)), countNoticed(own, paint)]
  return [
    ['mutants of', ...groups, 'all'].map((title) => paint('dim', title)),
    ...parts.map((part) => rowOf(part, rows.filter(({ mutant }) => groupOf(mutant) === part))),
    rowOf('all', rows),
  ]
}

function countNoticed(verdicts: readonly MutantVerdict[], paint: Paint): string {
  const noticed = verdicts.filter(({ isNoticed }) => isNoticed).length
  if (verdicts.length === 0) return paint('dim', NONE)
  return noticed === verdicts.length ? paint('good', String(noticed)) : paint('bad', `${noticed} of ${verdicts.length}`)
}

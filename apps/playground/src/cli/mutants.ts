/**
 * `addrspace conform --mutants`: holds seeded faults against the suite, tells what each does wrong and which case notices
 * it, and prints the matrix of what is broken and groups of cases.
 */

import { mutantMatrix } from '@addrspace/conformance-mutants'
import { groupOf, NONE } from './case-groups.ts'
import { EXIT_CHECK_FAILED, EXIT_OK } from './failure.ts'
import type { Output, Paint } from './output.ts'
import { alignColumns } from './table.ts'

export interface MutantsOptions {
  readonly json?: boolean
}

/** Tells of every mutant, and gives the exit code: 1 if one is not noticed by the case meant for it. */
export function mutants(options: MutantsOptions, output: Output): number {
  const rows = mutantMatrix('meant').map(({ mutant, fault, meant, found }) => ({ mutant, fault, meant, isNoticed: found !== undefined }))
  const survivors = rows.filter(({ isNoticed }) => !isNoticed)
  if (options.json === true) {
    output.json({ mutants: rows.map(({ mutant, fault, meant, isNoticed }) => ({ mutant, fault, case: meant, noticed: isNoticed })) })
  } else {
    printRows(rows, output)
    output.line()
    for (const line of alignColumns(matrixOf(rows, output.paint))) output.line(line)
    output.line(`${rows.length} mutants, ${survivors.length === 0 ? 'all noticed' : `${survivors.length} not noticed`}`)
  }
  return survivors.length > 0 ? EXIT_CHECK_FAILED : EXIT_OK
}

/** What became of one mutant. */
interface Verdict {
  readonly mutant: string
  readonly fault: string
  /** The case meant for it. */
  readonly meant: string
  readonly isNoticed: boolean
}

/** Two lines for each: the case, and what it does wrong. */
function printRows(rows: readonly Verdict[], output: Output): void {
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
function matrixOf(rows: readonly Verdict[], paint: Paint): string[][] {
  const groups = [...new Set(rows.map(({ meant }) => groupOf(meant)))]
  const parts = [...new Set(rows.map(({ mutant }) => groupOf(mutant)))]
  const rowOf = (title: string, own: readonly Verdict[]): string[] =>
    [paint('bold', title), ...groups.map((group) => countNoticed(own.filter(({ meant }) => groupOf(meant) === group), paint)), countNoticed(own, paint)]
  return [
    ['mutants of', ...groups, 'all'].map((title) => paint('dim', title)),
    ...parts.map((part) => rowOf(part, rows.filter(({ mutant }) => groupOf(mutant) === part))),
    rowOf('all', rows),
  ]
}

function countNoticed(verdicts: readonly Verdict[], paint: Paint): string {
  const noticed = verdicts.filter(({ isNoticed }) => isNoticed).length
  if (verdicts.length === 0) return paint('dim', NONE)
  return noticed === verdicts.length ? paint('good', String(noticed)) : paint('bad', `${noticed} of ${verdicts.length}`)
}

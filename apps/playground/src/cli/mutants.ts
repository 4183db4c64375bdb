/**
 * `addrspace conform --mutants`: holds seeded faults against the suite, and tells which case notices each.
 */

import { mutantMatrix } from '@addrspace/conformance-mutants'
import { EXIT_CHECK_FAILED, EXIT_OK } from './failure.ts'
import type { Output } from './output.ts'
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
    const { paint } = output
    const cells = rows.map(({ mutant, meant, isNoticed }) => [mutant, meant, isNoticed ? paint('good', 'noticed') : paint('bad', 'SURVIVES')])
    for (const line of alignColumns([['mutant', 'case meant for it', ''].map((title) => paint('dim', title)), ...cells])) output.line(line)
    for (const { mutant, fault } of survivors) output.line(`${paint('bad', mutant)}: ${fault}`)
    output.line(`${rows.length} mutants, ${survivors.length === 0 ? 'all noticed' : `${survivors.length} not noticed`}`)
  }
  return survivors.length > 0 ? EXIT_CHECK_FAILED : EXIT_OK
}

/**
 * Reasons for which a subject cannot be asked; shared by the cases.
 */

import type { Capabilities } from '../subject.ts'

type Need = (capabilities: Capabilities) => string | undefined

/** The table must be visible. */
export const needsTable: Need = ({ hasTable }) => (hasTable ? undefined : 'there is no table to look into')

/** What was mapped must be in the table at once. */
export const needsEagerTable: Need = (capabilities) =>
  needsTable(capabilities) ?? (capabilities.isLazy ? 'pages are absent until they are touched' : undefined)

/** Unlawful calls must be refused, at once. */
export const needsRefusals: Need = ({ canRefuse, isLazy }) =>
  !canRefuse ? 'it accepts everything' : isLazy ? 'an untouched page is as good as mapped' : undefined

/** Both: refusals, and a table in which their traces would show. */
export const needsRefusalsAndTable: Need = (capabilities) => needsRefusals(capabilities) ?? needsTable(capabilities)

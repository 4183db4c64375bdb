/** The areas of a set at a position. */

import type { AreaColumns } from './columns.ts'
import type { Position } from './position.ts'
import type { Session } from './session.ts'

/** @throws ScenarioError if the backend refuses the scenario. */
export function areasAt(session: Session, { scenario, backend, count }: Position): AreaColumns {
  return session.at(scenario, backend, count).areas()
}

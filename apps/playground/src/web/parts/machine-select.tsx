/** Chooses the one backend that is looked at in detail. */

import { usePage } from '../context.ts'
import { BACKEND_NAMES, backendTitle, machineOf, type BackendName } from '../derive/backends.ts'

interface MachineSelectProps {
  /** tables: only those with page tables in memory. */
  readonly among: 'all' | 'tables'
  readonly value: BackendName
}

export function MachineSelect({ among, value }: MachineSelectProps) {
  const { dispatch } = usePage()
  const names = BACKEND_NAMES.filter((name) => among === 'all' || machineOf(name) !== undefined)
  return (
    <label class="field">
      <span>Machine</span>
      <select value={value} onChange={(event) => dispatch({ kind: 'backend-chosen', backend: event.currentTarget.value as BackendName })}>
        {names.map((name) => <option key={name} value={name}>{backendTitle(name)}</option>)}
      </select>
    </label>
  )
}

// Work in a folder of the system's temporary place: outside of the workspace, and gone afterwards.

import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes an empty folder, hands its path to `work`, and removes it whatever happens. */
export function withTempFolder<T>(name: string, work: (folder: string) => T): T {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), `${name}-`))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

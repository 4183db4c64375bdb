// The next version of a workspace, from its changesets.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupChanges } from './changelog.ts'
import { runTool } from './run-tool.ts'
import { listPackages } from './workspace.ts'

/** A public package with its new version and what its changelog says about it; empty without a changelog. */
export interface VersionedPackage {
  readonly name: string
  readonly version: string
  readonly changelog: string
}

/** Uses up the changesets below `root`: writes versions into manifests, and changelogs in the groups Added, Changed and Fixed. */
export function versionPackages(root: string): VersionedPackage[] {
  runTool('changeset', ['version'], { cwd: root })
  return listPackages(root).filter(({ manifest }) => manifest.private !== true).map(({ folder, manifest: { name, version } }) => {
    const file = join(root, folder, 'CHANGELOG.md')
    if (!existsSync(file)) return { name, version, changelog: '' }
    const changelog = groupChanges(readFileSync(file, 'utf8'), version)
    writeFileSync(file, changelog)
    return { name, version, changelog }
  })
}

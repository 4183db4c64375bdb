// The next version of a workspace, from its changesets.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupChanges, joinChangelogs } from './changelog.ts'
import { runTool } from './run-tool.ts'
import { listPackages } from './workspace.ts'

/** A public package with its new version and what its changelog says about it; empty without a changelog. */
export interface VersionedPackage {
  readonly name: string
  readonly version: string
  readonly changelog: string
}

/**
 * Uses up the changesets below `root`: writes versions into manifests, and changelogs in the groups Added, Changed and Fixed, one
 * for each and one for all. What is private has no changelog, but the version of the others: the command line tells it.
 */
export function versionPackages(root: string): VersionedPackage[] {
  runTool('changeset', ['version'], { cwd: root })
  const packages = listPackages(root)
  const version = packages.find(({ manifest }) => manifest.private !== true)?.manifest.version
  if (version !== undefined) for (const { folder, manifest } of packages) if (manifest.private === true) writeVersion(join(root, folder, 'package.json'), version)
  const versioned = packages.filter(({ manifest }) => manifest.private !== true).map(({ folder, manifest: { name, version: own } }): VersionedPackage => {
    const file = join(root, folder, 'CHANGELOG.md')
    if (!existsSync(file)) return { name, version: own, changelog: '' }
    const changelog = groupChanges(readFileSync(file, 'utf8'), own)
    writeFileSync(file, changelog)
    return { name, version: own, changelog }
  })
  const all = join(root, 'CHANGELOG.md')
  if (version !== undefined) writeFileSync(all, joinChangelogs(existsSync(all) ? readFileSync(all, 'utf8') : '', version, versioned))
  return versioned
}

/** Changes one line of a manifest. */
function writeVersion(file: string, version: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^( {2}"version": )"[^"]*"/m, `$1"${version}"`))
}

// The tarballs that would be published.

import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './run-tool.ts'
import { listPackages, root, type WorkspacePackage } from './workspace.ts'

/** The packages that users get. */
export function listPublicPackages(): WorkspacePackage[] {
  return listPackages().filter(({ manifest }) => manifest.private !== true)
}

/** Builds packages, as far as they are not built. */
export function buildPackages(packages: readonly WorkspacePackage[]): void {
  runTool('turbo', ['run', 'build', '--output-logs=errors-only', ...packages.map(({ manifest }) => `--filter=${manifest.name}`)])
}

/** Packs a built package as it would be published, and gives the tarball's path. */
export function packPackage({ folder, label }: WorkspacePackage, into: string): string {
  const place = join(into, label)
  mkdirSync(place, { recursive: true })
  runTool('pnpm', ['pack', '--pack-destination', place], { cwd: join(root, folder) })
  return join(place, readdirSync(place).find((name) => name.endsWith('.tgz'))!)
}

// The tarballs that would be published.

import { existsSync, globSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './run-tool.ts'
import { listPackages, root, type WorkspacePackage } from './workspace.ts'

/** The packages that users get. */
export function listPublicPackages(): WorkspacePackage[] {
  return listPackages().filter(({ manifest }) => manifest.private !== true)
}

/** Builds packages, as far as they are not built, and leaves nothing in their dist that is not built any more. */
export function buildPackages(packages: readonly WorkspacePackage[]): void {
  runTool('turbo', ['run', 'build', '--output-logs=errors-only', ...packages.map(({ manifest }) => `--filter=${manifest.name}`)])
  for (const { folder } of packages) removeStale(join(root, folder))
}

/** Removes what was built of sources that are no more: the compiler leaves it, and it would be packed. */
function removeStale(folder: string): void {
  for (const file of globSync('dist/**/*.{js,d.ts,js.map,d.ts.map}', { cwd: folder })) {
    const source = file.replace(/^dist/, 'src').replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts')
    if (!existsSync(join(folder, source))) rmSync(join(folder, file))
  }
}

/** Packs a built package as it would be published, and gives the tarball's path. */
export function packPackage({ folder, label }: WorkspacePackage, into: string): string {
  const place = join(into, label)
  mkdirSync(place, { recursive: true })
  runTool('pnpm', ['pack', '--pack-destination', place], { cwd: join(root, folder) })
  return join(place, readdirSync(place).find((name) => name.endsWith('.tgz'))!)
}

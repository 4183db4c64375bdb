// What is in this workspace: its root, and its packages with their manifests. The only place that
// knows that packages live in packages/*, apps/* and bench.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root, absolute. */
export const root: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** The part of a package.json that the scripts read. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** One package of the workspace. */
export interface WorkspacePackage {
  /** Name without the scope, as ARCHITECTURE.md writes it: `memory-set`, and the folder for what is no library, `apps/playground`. */
  readonly label: string
  /** Folder relative to the root, with forward slashes. */
  readonly folder: string
  readonly manifest: Manifest
}

/** Lists the packages below `from`, libraries first, each group by name. */
export function listPackages(from: string = root): WorkspacePackage[] {
  const folders = [...['packages', 'apps'].flatMap((group) => foldersIn(join(from, group)).map((name) => `${group}/${name}`)), 'bench']
  return folders.flatMap((folder): WorkspacePackage[] => {
    const file = join(from, folder, 'package.json')
    if (!existsSync(file)) return []
    return [{ label: folder.replace(/^packages\//, ''), folder, manifest: readJson<Manifest>(file) }]
  })
}

/** Reads a JSON file; the caller vouches for its shape. */
export function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T
}

function foldersIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

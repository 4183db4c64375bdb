// The doors of a package: the subpaths that its manifest exports, and the files behind them.

import { join } from 'node:path'
import { root, type WorkspacePackage } from './workspace.ts'

/** One subpath that a package exports code under. */
export interface EntryPoint {
  /** What a user imports: `@addrspace/conformance/vitest`. */
  readonly specifier: string
  /** `index` for the package itself, the subpath's name otherwise. */
  readonly name: string
  /** The built declarations, absolute. */
  readonly declarations: string
  /** The built module, absolute. */
  readonly module: string
}

/** Lists the entry points of a package in the order of its manifest; subpaths that are plain files (`./package.json`) are none. */
export function entryPointsOf({ folder, manifest }: WorkspacePackage): EntryPoint[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return []
    const { types, default: module } = target
    if (types === undefined || module === undefined) throw new Error(`${manifest.name}: the export "${subpath}" lacks types or default`)
    return [{
      specifier: manifest.name + subpath.slice(1),
      name: subpath === '.' ? 'index' : subpath.slice(2),
      declarations: join(root, folder, types),
      module: join(root, folder, module),
    }]
  })
}

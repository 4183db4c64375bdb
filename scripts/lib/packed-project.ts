// Projects outside of the workspace that have nothing but packed packages: what a user gets who installs them.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { QUIET_NPM_INSTALL, runTool } from './run-tool.ts'

/** Paths of tarballs by the names of their packages. */
export type Tarballs = ReadonlyMap<string, string>

/** Makes a project that depends on `wanted`, and installs it without a network: whatever else is needed comes from the tarballs. */
export function makeProject(folder: string, wanted: readonly string[], tarballs: Tarballs): void {
  mkdirSync(folder, { recursive: true })
  const file = (name: string): string => `file:${tarballs.get(name)!}`
  const dependencies = Object.fromEntries(wanted.map((name) => [name, file(name)]))
  // The packages want each other by version; none is published yet.
  const overrides = Object.fromEntries([...tarballs.keys()].map((name) => [name, wanted.includes(name) ? `$${name}` : file(name)]))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies, overrides }, null, 2))
  runTool('npm', [...QUIET_NPM_INSTALL, '--offline'], { cwd: folder })
}

/** The names of all packages that are installed in a project, in order. */
export function installedIn(folder: string): string[] {
  const modules = join(folder, 'node_modules')
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'))
  return names.flatMap((name) => (name.startsWith('@') ? readdirSync(join(modules, name)).map((part) => `${name}/${part}`) : [name])).sort()
}

// The layers of the workspace: what ARCHITECTURE.md's table allows, what manifests, project references
// and import statements do, and where the two differ. Printing is scripts/check-layers.ts.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import ts from 'typescript'
import { listPackages, type WorkspacePackage } from './workspace.ts'

/** One row of the table. */
export interface LayerRow {
  /** Packages that sources may import, and manifests may depend on. */
  readonly sources: ReadonlySet<string>
  /** What tests may import on top of that. */
  readonly tests: ReadonlySet<string>
}

const HEADER = ['package', 'may import', 'its tests also']

/**
 * Reads the table whose header is `package | may import | its tests also`, in its order.
 *
 * @throws Error if there is no such table, or a row is listed twice or has not three cells.
 */
export function parseLayerTable(markdown: string): Map<string, LayerRow> {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => cellsOf(line).join('|') === HEADER.join('|'))
  if (start === -1) throw new Error(`ARCHITECTURE.md has no table with the header ${HEADER.join(' | ')}`)
  const rows = new Map<string, LayerRow>()
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break
    const [name, sources, tests, ...others] = cellsOf(line)
    if (name === undefined || sources === undefined || tests === undefined || others.length > 0) {
      throw new Error(`a row of the layer table must have three cells: ${line}`)
    }
    if (rows.has(name)) throw new Error(`the layer table lists ${name} twice`)
    rows.set(name, { sources: namesIn(sources), tests: namesIn(tests) })
  }
  return rows
}

function cellsOf(line: string): string[] {
  return line.startsWith('|') ? line.split('|').slice(1, -1).map((cell) => cell.replaceAll('`', '').trim()) : []
}

function namesIn(cell: string): Set<string> {
  return new Set(cell.split(',').map((name) => name.trim()).filter((name) => name !== '' && name !== '–'))
}

/** Lists every way in which the workspace below `root` departs from the table; empty if none. */
export function findLayerViolations(root: string): string[] {
  const rows = parseLayerTable(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'))
  const packages = listPackages(root)
  return [
    ...checkTable(rows, packages),
    ...checkRootReferences(root, packages),
    ...packages.flatMap((item) => {
      const row = rows.get(item.label)
      if (row === undefined) return []
      const context = { root, item, row, packages }
      return [...checkManifest(context), ...checkReferences(context), ...checkImports(context, 'src'), ...checkImports(context, 'test')]
    }),
  ]
}

interface Context {
  readonly root: string
  readonly item: WorkspacePackage
  readonly row: LayerRow
  readonly packages: readonly WorkspacePackage[]
}

/** The table lists what exists, and every arrow points upwards. */
function checkTable(rows: ReadonlyMap<string, LayerRow>, packages: readonly WorkspacePackage[]): string[] {
  const labels = new Set(packages.map(({ label }) => label))
  const above = new Set<string>()
  const problems = [...labels].filter((label) => !rows.has(label)).map((label) => `ARCHITECTURE.md: the layer table has no row for ${label}`)
  for (const [label, { sources }] of rows) {
    if (!labels.has(label)) problems.push(`ARCHITECTURE.md: the layer table lists ${label}, which does not exist`)
    for (const name of sources) {
      if (!above.has(name)) problems.push(`ARCHITECTURE.md: ${label} may import ${name}, which is not a row above it`)
    }
    above.add(label)
  }
  return problems
}

function checkManifest({ item, row, packages }: Context): string[] {
  const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = item.manifest
  const allowedInTests = new Set([...row.sources, ...row.tests])
  const refuse = (kind: string, names: object, allowed: ReadonlySet<string>): string[] =>
    labelsOf(Object.keys(names), packages)
      .filter((label) => !allowed.has(label))
      .map((label) => `${item.folder}/package.json: ${kind} has ${label}, which ARCHITECTURE.md does not allow ${item.label}`)
  const foreign = item.folder.startsWith('packages/') ? Object.keys(dependencies).filter((name) => !isOurs(name, packages)) : []
  return [
    ...refuse('dependencies', dependencies, row.sources),
    ...refuse('peerDependencies', peerDependencies, row.sources),
    ...refuse('devDependencies', devDependencies, allowedInTests),
    ...foreign.map((name) => `${item.folder}/package.json: dependencies has ${name}, but library packages have no foreign dependencies`),
  ]
}

/** Project references are the dependencies and peers, no more and no less: a missing one builds in the wrong order. */
function checkReferences({ root, item, packages }: Context): string[] {
  const referenced = readReferences(root, item.folder)
  const needed = labelsOf(Object.keys({ ...item.manifest.dependencies, ...item.manifest.peerDependencies }), packages).map((label) => packages.find((other) => other.label === label)!.folder)
  return [
    ...referenced.filter((folder) => !needed.includes(folder)).map((folder) => `${item.folder}/tsconfig.json: references ${folder}, which is not among the dependencies`),
    ...needed.filter((folder) => !referenced.includes(folder)).map((folder) => `${item.folder}/tsconfig.json: does not reference ${folder}, a dependency`),
  ]
}

function checkRootReferences(root: string, packages: readonly WorkspacePackage[]): string[] {
  const referenced = readReferences(root, '.')
  return packages.filter(({ folder }) => !referenced.includes(folder)).map(({ folder }) => `tsconfig.json: does not reference ${folder}`)
}

function readReferences(root: string, folder: string): string[] {
  const file = join(root, folder, 'tsconfig.json')
  if (!existsSync(file)) return []
  const { config } = ts.readConfigFile(file, (path) => readFileSync(path, 'utf8')) as { config?: { references?: { path: string }[] } }
  return (config?.references ?? []).map(({ path }) => normalize(join(folder, path)).replaceAll('\\', '/'))
}

function checkImports(context: Context, part: 'src' | 'test'): string[] {
  const { root, item } = context
  return globSync(`${item.folder}/${part}/**/*.{ts,tsx}`, { cwd: root }).sort().flatMap((path) => {
    const file = path.replaceAll('\\', '/')
    const text = readFileSync(join(root, file), 'utf8')
    return ts.preProcessFile(text).importedFiles.flatMap(({ fileName, pos }) => {
      const problem = judgeImport(context, part, file, fileName)
      return problem === undefined ? [] : [`${file}:${String(text.slice(0, pos).split('\n').length)}: imports ${fileName}, ${problem}`]
    })
  })
}

/** Says what is wrong with one import, if anything is. */
function judgeImport({ item, row, packages }: Context, part: 'src' | 'test', file: string, specifier: string): string | undefined {
  const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = item.manifest
  const home = part === 'src' ? `${item.folder}/src/` : `${item.folder}/`
  if (specifier.startsWith('.')) {
    const target = normalize(join(dirname(file), specifier)).replaceAll('\\', '/')
    return target.startsWith(home) ? undefined : `which lies outside of ${home}`
  }
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
  if (name === item.manifest.name) return part === 'src' ? 'its own package, by name' : undefined
  const [label] = labelsOf([name], packages)
  if (label !== undefined) {
    const isAllowed = row.sources.has(label) || (part === 'test' && row.tests.has(label))
    if (!isAllowed) return `which ARCHITECTURE.md does not allow ${part === 'src' ? item.label : `the tests of ${item.label}`}`
  }
  const declared = { ...dependencies, ...peerDependencies, ...(part === 'test' ? devDependencies : {}) }
  // Test tools belong to the root, and Node's own modules to nobody; the linter keeps the latter out of library sources.
  if (name in declared || isBuiltin(specifier) || (part === 'test' && label === undefined)) return undefined
  return 'which package.json does not declare'
}

function labelsOf(names: readonly string[], packages: readonly WorkspacePackage[]): string[] {
  return names.flatMap((name) => packages.filter(({ manifest }) => manifest.name === name).map(({ label }) => label))
}

function isOurs(name: string, packages: readonly WorkspacePackage[]): boolean {
  return packages.some(({ manifest }) => manifest.name === name)
}

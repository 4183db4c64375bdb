// Checks what users will get. Packs every public package, checks the tarballs (their files, publint,
// are-the-types-wrong), installs them into an empty project outside of the workspace, compiles the
// READMEs' examples there under both module resolutions and runs them, and measures the two smallest layers.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledSize } from './lib/bundle-size.ts'
import { extractFromMarkdown } from './lib/doc-extract.ts'
import { transformExample } from './lib/doc-transform.ts'
import { findMetadataProblems, type Metadata } from './lib/manifest-metadata.ts'
import { QUIET_NPM_INSTALL, runTool } from './lib/run-tool.ts'
import { withTempFolder } from './lib/temp-folder.ts'
import { listPackages, readJson, root, type WorkspacePackage } from './lib/workspace.ts'

/** What a tarball may hold beside package.json, README.md, CHANGELOG.md and LICENSE. */
const CODE = ['dist', 'src']
const DATA: Readonly<Record<string, readonly string[]>> = {
  conformance: ['vectors', 'schemas', 'INTERPRETING.md'],
  'linux-trace': ['traces'],
}

/** Bytes after minifying and gzip, everything that is imported included. */
const SIZE_LIMITS: Readonly<Record<string, number>> = { 'memory-addr': 2560, 'memory-set': 16_384 }

const publicPackages = listPackages().filter(({ manifest }) => manifest.private !== true)
const rootManifest = readJson<Metadata>(join(root, 'package.json'))
const problems: string[] = publicPackages.flatMap(({ folder }) => findMetadataProblems(folder, readJson<Metadata>(join(root, folder, 'package.json')), rootManifest))

runTool('turbo', ['run', 'build', '--output-logs=errors-only', ...publicPackages.map(({ manifest }) => `--filter=${manifest.name}`)])
withTempFolder('packing', (folder) => {
  const tarballs = new Map(publicPackages.map((item) => [item.manifest.name, pack(item, folder)]))
  for (const item of publicPackages) attempt(`${item.label}: files`, () => { checkFiles(item, tarballs.get(item.manifest.name)!) })
  for (const [name, tarball] of tarballs) {
    attempt(`${name}: publint`, () => runTool('publint', ['run', tarball, '--strict']))
    attempt(`${name}: types`, () => runTool('attw', [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color']))
  }
  attempt('an empty project', () => { tryInProject(tarballs, join(folder, 'project')) })
})
for (const [label, limit] of Object.entries(SIZE_LIMITS)) attempt(`${label}: size`, () => { checkSize(label, limit) })

for (const problem of problems) console.error(problem)
console.log(`${String(publicPackages.length)} packages packed, ${String(problems.length)} problems`)
process.exitCode = problems.length > 0 ? 1 : 0

function attempt(what: string, check: () => unknown): void {
  try {
    check()
  } catch (error) {
    problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}\n`)
  }
}

/** Packs one package as it would be published, and gives the tarball's path. */
function pack({ folder, label }: WorkspacePackage, into: string): string {
  const place = join(into, label)
  mkdirSync(place, { recursive: true })
  runTool('pnpm', ['pack', '--pack-destination', place], { cwd: join(root, folder) })
  return join(place, readdirSync(place).find((name) => name.endsWith('.tgz'))!)
}

function checkFiles({ label, folder }: WorkspacePackage, tarball: string): void {
  const files = runTool('tar', ['-tzf', tarball]).trim().split('\n').map((file) => file.replace(/^package\//, ''))
  const allowed = new Set(['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', ...CODE, ...(DATA[label] ?? [])])
  const strange = files.filter((file) => !allowed.has(file.split('/')[0]!) || file.includes('tsbuildinfo') || /\.(test|test-d)\./.test(file))
  if (strange.length > 0) throw new Error(`holds what users do not need: ${strange.join(', ')}`)
  const written = existsSync(join(root, folder, 'CHANGELOG.md')) ? ['CHANGELOG.md'] : [] // changesets writes it with the first release
  const missing = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts', ...written].filter((file) => !files.includes(file))
  if (missing.length > 0) throw new Error(`lacks ${missing.join(', ')}`)
}

/** Installs the tarballs where nothing of the workspace can be found, compiles the examples, runs them. */
function tryInProject(tarballs: ReadonlyMap<string, string>, project: string): void {
  mkdirSync(project)
  const dependencies = Object.fromEntries([...tarballs].map(([name, tarball]) => [name, `file:${tarball}`]))
  // The packages want each other by version; none is published yet.
  const overrides = Object.fromEntries([...tarballs.keys()].map((name) => [name, `$${name}`]))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies, overrides }, null, 2))
  runTool('npm', [...QUIET_NPM_INSTALL, '--offline'], { cwd: project })

  const programs = writePrograms([...tarballs.keys()], project)
  const compilerOptions = { target: 'es2023', lib: ['es2024'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')], strict: true, allowImportingTsExtensions: true, noEmit: true }
  const resolutions = { nodenext: { module: 'nodenext' }, bundler: { module: 'preserve', moduleResolution: 'bundler' } }
  for (const [name, resolution] of Object.entries(resolutions)) {
    const config = join(project, `tsconfig.${name}.json`)
    writeFileSync(config, JSON.stringify({ compilerOptions: { ...compilerOptions, ...resolution }, files: programs }))
    attempt(`an empty project, resolution ${name}`, () => runTool('tsc', ['-p', config]))
  }
  for (const program of programs) attempt(`an empty project, ${program}`, () => runTool(process.execPath, [program], { cwd: project }))
}

/** One program that imports everything, one per example of a README, and the smoke test. */
function writePrograms(names: readonly string[], project: string): string[] {
  const everything = names.map((name, index) => `import * as package${String(index)} from '${name}'\nif (Object.keys(package${String(index)}).length === 0) throw new Error('${name} exports nothing')\n`)
  const readmes = ['README.md', ...publicPackages.map(({ folder }) => `${folder}/README.md`)].filter((file) => existsSync(join(root, file)))
  const examples = readmes.flatMap((file) => extractFromMarkdown(file, readFileSync(join(root, file), 'utf8')))
  copyFileSync(join(root, 'scripts/lib/doc-assert.ts'), join(project, 'doc-assert.mts'))
  const assertions = "import { is as __is, throws as __throws } from './doc-assert.mts'; "
  const programs = [everything.join(''), ...examples.map(({ code, line }) => assertions + transformExample(code, line))]
  const files = programs.map((text, index) => {
    const origin = examples[index - 1]
    const name = origin === undefined ? 'everything.ts' : `${origin.file.replaceAll('/', '-').replace('.md', '')}-${String(origin.line)}.ts`
    writeFileSync(join(project, name), `${text}\nexport {}\n`)
    return name
  })
  copyFileSync(join(root, 'scripts/smoke-built.mjs'), join(project, 'smoke-built.mjs'))
  attempt('an empty project, smoke-built.mjs', () => runTool(process.execPath, ['smoke-built.mjs'], { cwd: project }))
  return files
}

function checkSize(label: string, limit: number): void {
  const size = bundledSize(`export * from './index.js'`, join(root, 'packages', label, 'dist'))
  console.log(`${label}: ${String(size)} bytes minified and compressed, at most ${String(limit)}`)
  if (size > limit) throw new Error(`${String(size)} bytes are more than ${String(limit)}`)
}

// Checks what users will get. Packs every public package, checks the tarballs (their files, publint, are-the-types-wrong), installs
// each alone and all together into empty projects outside of the workspace, compiles the READMEs' examples there under both module
// resolutions and runs them, runs all packages in a bundle for browsers, and measures how large each is.

import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleForBrowser, CHROMIUM, hasChromium, runInChromium, runWithoutPlatform } from './lib/browser-bundle.ts'
import { bundledSize } from './lib/bundle-size.ts'
import { extractFromMarkdown } from './lib/doc-extract.ts'
import { transformExample } from './lib/doc-transform.ts'
import { entryPointsOf } from './lib/entry-points.ts'
import { findMetadataProblems, type Metadata } from './lib/manifest-metadata.ts'
import { buildPackages, listPublicPackages, packPackage } from './lib/pack.ts'
import { installedIn, makeProject, type Tarballs } from './lib/packed-project.ts'
import { runTool } from './lib/run-tool.ts'
import { filesOf, findFileProblems, findMapProblems } from './lib/tarball.ts'
import { withTempFolder } from './lib/temp-folder.ts'
import { readJson, root, type WorkspacePackage } from './lib/workspace.ts'

/** What packages have besides code. */
const DATA: Readonly<Record<string, readonly string[]>> = {
  conformance: ['vectors', 'schemas', 'runners', 'INTERPRETING.md'],
  'linux-trace': ['traces'],
}

/** Bytes after minifying and gzip, everything that is imported included. */
const SIZE_LIMITS: Readonly<Record<string, number>> = {
  'memory-addr': 2560,
  'memory-set': 14_080,
  'page-table': 24_576,
  'backend-mock': 2560,
  'backend-paging': 4096,
  'backend-x86-64': 6144,
  'backend-riscv-sv39': 6144,
  'backend-aarch64': 6144,
  conformance: 73_728,
  'linux-trace': 36_864,
}

/** Bytes of a tarball, sources and data included. */
const TARBALL_LIMIT = 512 * 1024

/** Bindings to the runners of tests, which are Node's. */
const NOT_FOR_BROWSERS = /\/(vitest|node-test)$/

const publicPackages = listPublicPackages()
const problems: string[] = []

buildPackages(publicPackages)
withTempFolder('packing', (folder) => {
  const tarballs = new Map(publicPackages.map((item) => [item.manifest.name, packPackage(item, join(folder, 'tarballs'))]))
  for (const item of publicPackages) checkTarball(item, tarballs.get(item.manifest.name)!)
  for (const item of publicPackages) attempt(`${item.label}: installed alone`, () => { installAlone(item, tarballs, join(folder, 'alone', item.label)) })
  attempt('all packages together', () => { tryTogether(tarballs, join(folder, 'together')) })
})
for (const { label } of publicPackages) attempt(`${label}: size`, () => { checkSize(label) })

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

function checkTarball({ label, folder }: WorkspacePackage, tarball: string): void {
  const files = filesOf(tarball)
  const { size } = statSync(tarball)
  if (size > TARBALL_LIMIT) problems.push(`${label}: the tarball has ${String(size)} bytes, at most ${String(TARBALL_LIMIT)}`)
  const needed = existsSync(join(root, folder, 'CHANGELOG.md')) ? ['CHANGELOG.md'] : [] // written with the first release
  problems.push(
    ...findMetadataProblems(folder, readJson<Metadata>(join(root, folder, 'package.json')), readJson<Metadata>(join(root, 'package.json'))),
    ...findFileProblems(files, DATA[label] ?? [], needed).map((problem) => `${label}: ${problem}`),
    ...findMapProblems(files, (file) => readFileSync(join(root, folder, file), 'utf8')).map((problem) => `${label}: ${problem}`),
  )
  attempt(`${label}: publint`, () => runTool('publint', ['run', tarball, '--strict']))
  attempt(`${label}: types`, () => runTool('attw', [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color']))
}

/** Installs a package by itself: it brings what its manifest asks for and nothing else, and can be imported. */
function installAlone(item: WorkspacePackage, tarballs: Tarballs, project: string): void {
  makeProject(project, [item.manifest.name], tarballs)
  const expected = [...neededBy(item.manifest.name)].sort()
  const installed = installedIn(project)
  if (installed.join() !== expected.join()) throw new Error(`brings ${installed.join(', ')}, expected ${expected.join(', ')}`)
  writeFileSync(join(project, 'import.js'), `import '${item.manifest.name}'\n`)
  runTool(process.execPath, ['import.js'], { cwd: project })
}

/** A package and all that it depends on, directly or not. */
function neededBy(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found
  found.add(name)
  for (const other of Object.keys(publicPackages.find(({ manifest }) => manifest.name === name)?.manifest.dependencies ?? {})) neededBy(other, found)
  return found
}

/** Installs all packages where nothing of the workspace can be found, compiles the examples, runs them, and bundles for browsers. */
function tryTogether(tarballs: Tarballs, project: string): void {
  makeProject(project, [...tarballs.keys()], tarballs)
  const programs = writePrograms(project)
  const compilerOptions = { target: 'es2023', lib: ['es2024'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')], strict: true, allowImportingTsExtensions: true, noEmit: true }
  const resolutions = { nodenext: { module: 'nodenext' }, bundler: { module: 'preserve', moduleResolution: 'bundler' } }
  for (const [name, resolution] of Object.entries(resolutions)) {
    const config = join(project, `tsconfig.${name}.json`)
    writeFileSync(config, JSON.stringify({ compilerOptions: { ...compilerOptions, ...resolution }, files: programs }))
    attempt(`all packages together, resolution ${name}`, () => runTool('tsc', ['-p', config]))
  }
  // Whoever targets neither Node nor browsers, and lets the compiler look into declarations, gets no errors either.
  const lean = join(project, 'tsconfig.lean.json')
  writeFileSync(lean, JSON.stringify({ compilerOptions: { ...compilerOptions, module: 'nodenext', lib: ['es2023'], types: [], skipLibCheck: false }, files: programs.slice(0, 1) }))
  attempt('all packages together, the language alone', () => runTool('tsc', ['-p', lean]))
  // One of the bindings that browsers lack; the other needs Vitest, and is looked at by are-the-types-wrong.
  writeFileSync(join(project, 'node-test.js'), "import { conformanceTests } from '@addrspace/conformance/node-test'\nif (typeof conformanceTests !== 'function') throw new Error('no tests')\n")
  for (const program of [...programs, 'smoke-built.mjs', 'node-test.js']) attempt(`all packages together, ${program}`, () => runTool(process.execPath, [program], { cwd: project }))
  attempt('a bundle for browsers', () => { tryInBrowser(project) })
}

/** Writes one program that imports everything that browsers have too, one per example of a README, and the smoke test. */
function writePrograms(project: string): string[] {
  const specifiers = publicPackages.flatMap(entryPointsOf).map(({ specifier }) => specifier).filter((specifier) => !NOT_FOR_BROWSERS.test(specifier))
  const everything = specifiers.map((name, index) => `import * as package${String(index)} from '${name}'\nif (Object.keys(package${String(index)}).length === 0) throw new Error('${name} exports nothing')\n`)
  const readmes = ['README.md', 'docs/tutorial.md', 'docs/new-backend.md', ...publicPackages.map(({ folder }) => `${folder}/README.md`)].filter((file) => existsSync(join(root, file)))
  const examples = readmes.flatMap((file) => extractFromMarkdown(file, readFileSync(join(root, file), 'utf8')))
  copyFileSync(join(root, 'scripts/lib/doc-assert.ts'), join(project, 'doc-assert.mts'))
  copyFileSync(join(root, 'scripts/smoke-built.mjs'), join(project, 'smoke-built.mjs'))
  const assertions = "import { is as __is, throws as __throws } from './doc-assert.mts'; "
  const programs = [everything.join(''), ...examples.map(({ code, line }) => assertions + transformExample(code, line))]
  return programs.map((text, index) => {
    const origin = examples[index - 1]
    const name = origin === undefined ? 'everything.ts' : `${origin.file.replaceAll('/', '-').replace('.md', '')}-${String(origin.line)}.ts`
    writeFileSync(join(project, name), `${text}\nexport {}\n`)
    return name
  })
}

/** Runs everything that can be imported, and the smoke test, without a platform and in a browser. */
function tryInBrowser(project: string): void {
  writeFileSync(join(project, 'browser.mjs'), "import './everything.ts'\nimport './smoke-built.mjs'\n")
  const script = bundleForBrowser(join(project, 'browser.mjs'))
  console.log(runWithoutPlatform(script))
  if (hasChromium) console.log(runInChromium(script, join(project, 'browser')))
  else if (process.env['CI'] === 'true') throw new Error(`${CHROMIUM} is not there`)
  else console.log('not run in a browser (needs chromium)')
}

function checkSize(label: string): void {
  const limit = SIZE_LIMITS[label]
  if (limit === undefined) throw new Error('has no limit in scripts/check-packing.ts')
  const size = bundledSize(`export * from './index.js'`, join(root, 'packages', label, 'dist'))
  console.log(`${label}: ${String(size)} bytes minified and compressed, at most ${String(limit)}`)
  if (size > limit) throw new Error(`${String(size)} bytes are more than ${String(limit)}`)
}

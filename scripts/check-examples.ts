// Checks that each example works for people outside: packs the packages, copies the example to an empty folder out of
// the workspace, installs the tarballs of what it declares and nothing else, type-checks it there with the declarations
// in the tarballs, and runs what its README says. So are the walks through in docs/ tried: their blocks, pasted one after
// the other, with what they tell to install. Names of examples may be given.

import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { extractFromMarkdown } from './lib/doc-extract.ts'
import { commandsOf, type ExamplePackage, listExamples, type ReadmeCommand, tryCommand } from './lib/examples.ts'
import { buildPackages, listPublicPackages, packPackage } from './lib/pack.ts'
import { installedIn, makeProject, type Tarballs } from './lib/packed-project.ts'
import { QUIET_NPM_INSTALL, runTool } from './lib/run-tool.ts'
import { withTempFolder } from './lib/temp-folder.ts'
import { readJson, root } from './lib/workspace.ts'

/** Documents in docs/ that walk a reader from an empty folder to something that works. */
const WALKS = ['tutorial', 'new-backend']

const chosen = process.argv.slice(2)
const isChosen = (name: string): boolean => chosen.length === 0 || chosen.includes(name)
const examples = listExamples().filter(({ name }) => isChosen(name))
const walks = WALKS.filter(isChosen).map(readWalk)
const packages = listPublicPackages()
const problems: string[] = []

buildPackages(packages)
withTempFolder('examples', (outside) => {
  const wanted = closureOf([...examples, ...walks].flatMap(({ needs }) => needs))
  const tarballs = new Map(packages.filter(({ manifest }) => wanted.has(manifest.name)).map((item) => [item.manifest.name, packPackage(item, join(outside, 'tarballs'))]))
  const home = join(outside, 'examples')
  for (const example of examples) attempt(example.name, () => { install(example, join(home, example.name), tarballs) })
  for (const walk of walks) attempt(walk.name, () => { paste(walk, join(home, walk.name), tarballs) })
  attempt('types', () => { checkTypes(home) })
  for (const { name, commands, needs } of [...examples, ...walks]) {
    const tried = commands.filter(({ text }) => !text.startsWith('npm install')).map((command) => tryCommand(command, join(home, name)))
    problems.push(...tried.filter((problem) => problem !== undefined).map((problem) => `${name}: ${problem}\n`))
    console.log(`${name}: with ${[...closureOf(needs)].join(', ')}`)
  }
})
for (const problem of problems) console.error(problem)
console.log(`${String(examples.length)} examples, ${String(walks.length)} walks through, ${String(problems.length)} problems`)
process.exitCode = problems.length > 0 || examples.length + walks.length === 0 ? 1 : 0

/** The packages and all that they depend on; what is an optional peer has to be asked for. */
function closureOf(names: readonly string[]): Set<string> {
  const all = new Set(names)
  for (const name of all) for (const next of Object.keys(packages.find(({ manifest }) => manifest.name === name)?.manifest.dependencies ?? {})) all.add(next)
  return all
}

function attempt(what: string, check: () => void): void {
  try {
    check()
  } catch (error) {
    problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}\n`)
  }
}

/** A document as a reader takes it: what it says to install, and its blocks, each run of them a file. */
interface Walk {
  readonly name: string
  readonly needs: readonly string[]
  readonly files: readonly string[]
  readonly commands: readonly ReadmeCommand[]
}

function readWalk(name: string): Walk {
  const text = readFileSync(join(root, 'docs', `${name}.md`), 'utf8')
  const installs = commandsOf(text).filter((command) => command.text.startsWith('npm install'))
  const needs = installs.flatMap((command) => command.text.match(/@addrspace\/[\w-]+/g) ?? [])
  const files = extractFromMarkdown(name, text).map(({ code }) => code)
  return { name, needs, files, commands: files.map((_, index) => ({ text: `node ${String(index)}.ts` })) }
}

/** Makes a project with what is to be installed, and nothing else, and the files in it. */
function paste({ needs, files }: Walk, folder: string, tarballs: Tarballs): void {
  makeProject(folder, needs, tarballs)
  for (const [index, code] of files.entries()) writeFileSync(join(folder, `${String(index)}.ts`), `${code}\nexport {}\n`)
}

/** An example declares what it imports, and nothing else. */
function judgeImports({ folder, needs }: ExamplePackage): string[] {
  const text = globSync('*.ts', { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
  const imported = new Set(Array.from(text.matchAll(/from '(@addrspace\/[\w-]+)[\w/-]*'/g), ([, name]) => name!))
  return [
    ...[...imported].filter((name) => !needs.includes(name)).map((name) => `imports ${name}, which its package.json does not declare`),
    ...needs.filter((name) => !imported.has(name)).map((name) => `declares ${name}, which it does not import`),
  ]
}

/** Copies an example and installs it without a network; the packages want each other by version, and none of these versions is published. */
function install(example: ExamplePackage, folder: string, tarballs: Tarballs): void {
  const { needs } = example
  cpSync(example.folder, folder, { recursive: true, filter: (source) => basename(source) !== 'node_modules' })
  const manifest = readJson<{ dependencies?: Record<string, string>; devDependencies?: Record<string, string> }>(join(folder, 'package.json'))
  const byTarball = (names: object = {}): Record<string, string> => Object.fromEntries(Object.keys(names).map((name) => [name, `file:${tarballs.get(name) ?? ''}`]))
  const expected = closureOf(needs)
  const overrides = Object.fromEntries([...expected].map((name) => [name, needs.includes(name) ? `$${name}` : `file:${tarballs.get(name) ?? ''}`]))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies: byTarball(manifest.dependencies), devDependencies: byTarball(manifest.devDependencies), overrides }, null, 2))
  runTool('npm', [...QUIET_NPM_INSTALL, '--offline'], { cwd: folder })
  const strange = installedIn(folder).filter((name) => !expected.has(name))
  if (strange.length > 0) throw new Error(`brings ${strange.join(', ')}, which it does not need`)
  const undeclared = judgeImports(example)
  if (undeclared.length > 0) throw new Error(undeclared.join('; '))
}

/** As strictly as can be asked, with the language, Node, and the DOM's library for WebAssembly. */
function checkTypes(home: string): void {
  const compilerOptions = {
    target: 'es2023', lib: ['es2023', 'dom'], module: 'nodenext', types: ['node'], typeRoots: [join(root, 'node_modules/@types')],
    strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, erasableSyntaxOnly: true, verbatimModuleSyntax: true,
    allowImportingTsExtensions: true, noEmit: true,
  }
  const config = join(home, 'tsconfig.json')
  writeFileSync(config, JSON.stringify({ compilerOptions, include: ['*/*.ts'] }))
  runTool('tsc', ['-p', config])
}

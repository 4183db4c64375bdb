// Runs every example of the documentation: ```ts blocks in Markdown at the root, in docs/, in packages' READMEs and docs/, and
// @example in packages/*/src. Each becomes a module of its own whose `// => value` comments are assertions;
// it is type-checked as strictly as a test, then run on the packages' sources. Leaves a report that
// `npm test` counts. An argument names another root (for the tests of this script).

import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { ExampleMismatch } from './lib/doc-assert.ts'
import { type Example, extractFromComments, extractFromMarkdown } from './lib/doc-extract.ts'
import { importsFor, relativeSpecifier } from './lib/doc-scope.ts'
import { ExampleSyntaxError, freeNames, transformExample } from './lib/doc-transform.ts'
import { type FileReport, writeReport } from './lib/test-report.ts'
import { listPackages, root as repository } from './lib/workspace.ts'

const SOURCE_CONDITION = '@addrspace/source'
const root = resolve(process.argv[2] ?? repository)
const packages = listPackages(root)
const folder = join(root, '.cache', 'doc-examples')

/** An example, the module made of it, and what is wrong with it if anything is. */
interface Case {
  readonly example: Example
  readonly module: string
  failure?: { readonly line: number; readonly message: string }
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const cases = findExamples().map(writeModule)
checkTypes()
resolvePackagesBySource()
for (const item of cases) if (item.failure === undefined) await run(item)

for (const { example, failure } of cases) {
  if (failure !== undefined) console.error(`${example.file}:${String(failure.line)}: ${failure.message}\n${quote(example.file, failure.line)}`)
}
const failed = cases.filter(({ failure }) => failure !== undefined).length
console.log(`${String(cases.length)} examples, ${String(failed)} failed`)
writeReport(root, 'doc-examples', [...new Set(cases.map(({ example }) => example.file))].map(reportOf))
process.exitCode = failed > 0 ? 1 : 0

function findExamples(): Example[] {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8')
  const find = (pattern: string): string[] => globSync(pattern, { cwd: root }).map((file) => file.replaceAll('\\', '/')).sort()
  const documents = ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'packages/*/docs/*.md'].flatMap(find)
  return [
    ...documents.flatMap((file) => extractFromMarkdown(file, read(file))),
    ...find('packages/*/src/**/*.ts').flatMap((file) => extractFromComments(file, read(file))),
  ]
}

/** Writes the module; its line numbers are those of the documentation, which makes every message right by itself. */
function writeModule(example: Example, index: number): Case {
  const module = join(folder, `${String(index).padStart(3, '0')}-${example.file.replaceAll('/', '-').replace(/\.\w+$/, '')}.mts`)
  try {
    const assertions = relativeSpecifier(dirname(module), join(repository, 'scripts/lib/doc-assert.ts'))
    const imports = example.source === 'comment' ? importsFor(freeNames(example.code), example.file, { root, folder, packages }) : ''
    const preamble = `import { is as __is, throws as __throws } from '${assertions}'; ${imports}`
    writeFileSync(module, preamble + '\n'.repeat(example.line - 1) + transformExample(example.code, example.line))
    return { example, module }
  } catch (error) {
    if (!(error instanceof ExampleSyntaxError)) throw error
    return { example, module, failure: { line: example.line + error.line, message: error.message } }
  }
}

/** Type-checks all modules at once. */
function checkTypes(): void {
  const byFile = new Map(cases.filter(({ failure }) => failure === undefined).map((item) => [item.module, item]))
  const config = ts.getParsedCommandLineOfConfigFile(join(repository, 'tsconfig.test.json'), { noEmit: true, paths: sourcePaths() }, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
    },
  })
  const program = ts.createProgram([...byFile.keys()], { ...config?.options, typeRoots: [join(repository, 'node_modules/@types')] })
  for (const [module, item] of byFile) {
    const source = program.getSourceFile(module)
    const [first] = source === undefined ? [] : ts.getPreEmitDiagnostics(program, source)
    if (first === undefined) continue
    const line = source === undefined || first.start === undefined ? 0 : source.getLineAndCharacterOfPosition(first.start).line
    item.failure = { line: line + 1, message: `does not compile: ${ts.flattenDiagnosticMessageText(first.messageText, '\n')}` }
  }
}

/** Where the compiler finds each export of each package: its source. */
function sourcePaths(): Record<string, string[]> {
  const paths: Record<string, string[]> = {}
  for (const { folder: place, manifest } of packages) {
    for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
      const source = typeof target === 'string' ? undefined : target[SOURCE_CONDITION]
      if (source !== undefined) paths[`${manifest.name}${subpath.slice(1)}`] = [join(root, place, source)]
    }
  }
  return paths
}

/** A module of the cache folder has no node_modules that link to the packages: each package is asked to resolve its own name. */
function resolvePackagesBySource(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const owner = packages.find(({ manifest }) => specifier === manifest.name || specifier.startsWith(`${manifest.name}/`))
      if (owner === undefined) return next(specifier, context)
      const parentURL = pathToFileURL(join(root, owner.folder, 'package.json')).href
      return next(specifier, { ...context, conditions: [...context.conditions, SOURCE_CONDITION], parentURL })
    },
  })
}

async function run(item: Case): Promise<void> {
  try {
    await import(pathToFileURL(item.module).href)
  } catch (error) {
    const line = error instanceof ExampleMismatch ? error.line : lineInStack(error, item.module)
    item.failure = { line: line ?? item.example.line, message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

function lineInStack(error: unknown, module: string): number | undefined {
  const frame = error instanceof Error ? error.stack?.split('\n').find((line) => line.includes(pathToFileURL(module).href)) : undefined
  const line = /:(\d+):\d+\)?$/.exec(frame ?? '')?.[1]
  return line === undefined ? undefined : Number(line)
}

function quote(file: string, line: number): string {
  return `    ${readFileSync(join(root, file), 'utf8').split('\n')[line - 1]?.trim() ?? ''}\n`
}

/** One file of the report per file of documentation, one test per example. */
function reportOf(file: string): FileReport {
  const own = cases.filter(({ example }) => example.file === file)
  return {
    name: file,
    status: own.some(({ failure }) => failure !== undefined) ? 'failed' : 'passed',
    assertionResults: own.map(({ example, failure }) => ({
      fullName: `${file}:${String(example.line)}`,
      status: failure === undefined ? 'passed' : 'failed',
    })),
  }
}

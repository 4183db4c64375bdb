// Holds the public surface of every public package against the reports in its etc/ folder, so that a change of it is seen in
// review. `--update` writes the reports anew. A report is made of the built declarations, by API Extractor.

import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { type EntryPoint, entryPointsOf } from './lib/entry-points.ts'
import { buildPackages, listPublicPackages } from './lib/pack.ts'
import { runTool, ToolError } from './lib/run-tool.ts'
import { withTempFolder } from './lib/temp-folder.ts'
import { readJson, root, type WorkspacePackage } from './lib/workspace.ts'

const isUpdate = process.argv.includes('--update')
const publicPackages = listPublicPackages()
const problems: string[] = []

buildPackages(publicPackages)
withTempFolder('api-reports', (folder) => {
  for (const item of publicPackages) {
    const reports = new Map(entryPointsOf(item).map((entry) => [nameOf(item, entry), reportOf(item, entry, folder)]))
    compare(join(root, item.folder, 'etc'), reports, folder)
  }
})
for (const problem of problems) console.error(problem)
console.log(isUpdate ? 'the reports are written anew' : `${String(publicPackages.length)} public surfaces, ${String(problems.length)} differ from their reports`)
if (problems.length > 0) console.error('If the surface is meant to change: npm run api -- --update')
process.exitCode = problems.length > 0 ? 1 : 0

/** `memory-set.api.md`, and `conformance-vitest.api.md` for a subpath. */
function nameOf({ label }: WorkspacePackage, { name }: EntryPoint): string {
  return `${name === 'index' ? label : `${label}-${name}`}.api.md`
}

/** Makes the report of one entry point. */
function reportOf({ folder, label }: WorkspacePackage, { name, declarations }: EntryPoint, temp: string): string {
  const base = readJson<{ compilerOptions: object }>(join(root, 'tsconfig.base.json')).compilerOptions
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, folder, 'package.json'),
    configObject: {
      projectFolder: join(root, folder),
      mainEntryPointFilePath: declarations,
      newlineKind: 'lf',
      // Without the condition of the sources: the other packages are seen as built, too.
      compiler: { overrideTsconfig: { compilerOptions: { ...base, customConditions: [] }, files: [declarations] } },
      apiReport: { enabled: true, reportFileName: `${label}-${name}`, reportVariants: ['public'], reportFolder: temp, reportTempFolder: join(temp, 'temp') },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } }, // TypeDoc tells what is not exported, too
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } }, // and judges comments
      },
    },
  })
  mkdirSync(join(temp, 'temp'), { recursive: true })
  const { succeeded } = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(`${label}: ${message.formatMessageWithLocation(root)}`)
    },
  })
  if (!succeeded && problems.length === 0) problems.push(`${label}: the report of ${name} could not be made`)
  const report = readFileSync(join(temp, `${label}-${name}.public.api.md`), 'utf8')
  return report.replace(/^ *\/\/ \(undocumented\)\n/gm, '').replaceAll(' (undocumented)', '')
}

/** Compares the reports of one package with its folder, or writes them there. */
function compare(etc: string, reports: ReadonlyMap<string, string>, temp: string): void {
  const stale = globSync(join(etc, '*.api.md')).filter((file) => !reports.has(basename(file)))
  if (isUpdate) for (const file of stale) rmSync(file)
  else problems.push(...stale.map((file) => `${file}: is the report of nothing`))
  for (const [name, report] of reports) {
    const file = join(etc, name)
    if (isUpdate) {
      mkdirSync(etc, { recursive: true })
      writeFileSync(file, report)
    } else if (!existsSync(file)) problems.push(`${file}: is missing`)
    else if (readFileSync(file, 'utf8') !== report) problems.push(difference(file, report, temp))
  }
}

function difference(file: string, report: string, temp: string): string {
  const current = join(temp, basename(file))
  writeFileSync(current, report)
  try {
    return runTool('git', ['diff', '--no-index', '--no-color', file, current])
  } catch (error) {
    if (!(error instanceof ToolError)) throw error // git diff ends with 1 where there is a difference
    return error.message
  }
}

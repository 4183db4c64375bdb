import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
for (const p of ['memory-addr','memory-set','conformance','page-table']) {
  const folder = process.cwd() + '/packages/' + p
  const t=Date.now()
  const config = ExtractorConfig.prepare({
    configObject: {
      mainEntryPointFilePath: folder + '/dist/index.d.ts', projectFolder: folder, 
      compiler: { tsconfigFilePath: folder + '/tsconfig.json' },
      apiReport: { enabled: true, reportFileName: p + '.api.md', reportFolder: '/tmp/ae', reportTempFolder: '/tmp/ae/tmp' , includeForgottenExports: true},
      docModel: { enabled: false }, dtsRollup: { enabled: false }, tsdocMetadata: { enabled: false },
      messages: { extractorMessageReporting: { default: { logLevel: 'none' }}, tsdocMessageReporting: {default:{logLevel:'none'}}, compilerMessageReporting: {default: {logLevel:'warning'}} },
    }, configObjectFullPath: undefined, packageJsonFullPath: folder + '/package.json' })
  const r = Extractor.invoke(config, { localBuild: true, showVerboseMessages: false })
  console.log(p, r.succeeded, r.errorCount, r.warningCount, r.apiReportChanged, Date.now()-t)
}

// Builds the API documentation of all public packages with TypeDoc, into dist/api-docs (which is not committed). A warning is a
// failure: a public symbol without a comment, a link that leads nowhere, a type of a signature that is not exported.

import { join } from 'node:path'
import { Application } from 'typedoc'
import { buildPackages, listPublicPackages } from './lib/pack.ts'
import { membersWithoutNeedOfComment } from './lib/undocumented.ts'
import { root } from './lib/workspace.ts'

const OUTPUT = 'dist/api-docs'
const publicPackages = listPublicPackages()

buildPackages(publicPackages) // a project of TypeScript sees the built declarations of those that it refers to
const app = await Application.bootstrap({
  name: 'addrspace',
  readme: join(root, 'README.md'),
  entryPointStrategy: 'packages',
  entryPoints: publicPackages.map(({ folder }) => join(root, folder)),
  packagesRequiringDocumentation: publicPackages.map(({ manifest }) => manifest.name),
  requiredToBeDocumented: ['Class', 'Interface', 'TypeAlias', 'Variable', 'Function', 'Constructor', 'Property', 'Method', 'Accessor'],
  validation: { notExported: false, invalidLink: true, invalidPath: true, notDocumented: true, rewrittenLink: true, unusedMergeModuleWith: true },
  disableSources: true,
  logLevel: 'Warn',
  packageOptions: {
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    sort: ['source-order'],
    validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: false, rewrittenLink: true, unusedMergeModuleWith: true },
  },
})

const project = await app.convert()
if (project !== undefined) {
  app.options.setValue('intentionallyNotDocumented', membersWithoutNeedOfComment(project))
  app.validate(project)
  await app.generateDocs(project, join(root, OUTPUT))
}
const problems = app.logger.errorCount + app.logger.warningCount
console.log(`${String(publicPackages.length)} packages documented in ${OUTPUT}, ${String(problems)} problems`)
process.exitCode = problems > 0 ? 1 : 0

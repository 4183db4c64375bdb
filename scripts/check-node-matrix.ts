// Runs the packed packages under every major version of Node that they support. Each Node comes from npm, and is called by its
// path; the packages are installed from their tarballs, outside of the workspace. Versions may be named: `check-node-matrix.ts 22`.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPackages, listPublicPackages, packPackage } from './lib/pack.ts'
import { makeProject } from './lib/packed-project.ts'
import { QUIET_NPM_INSTALL, runTool, ToolError } from './lib/run-tool.ts'
import { withTempFolder } from './lib/temp-folder.ts'
import { root } from './lib/workspace.ts'

const MAJORS = ['22', '24', '26']
const majors = process.argv.length > 2 ? process.argv.slice(2) : MAJORS
const packages = listPublicPackages()

let failed = 0
buildPackages(packages)
withTempFolder('node-matrix', (folder) => {
  const [nodes, project] = [join(folder, 'nodes'), join(folder, 'project')]
  mkdirSync(nodes)
  writeFileSync(join(nodes, 'package.json'), '{ "private": true }')
  runTool('npm', [...QUIET_NPM_INSTALL, ...majors.map((major) => `node${major}@npm:node@${major}`)], { cwd: nodes })
  const tarballs = new Map(packages.map((item) => [item.manifest.name, packPackage(item, join(folder, 'tarballs'))]))
  makeProject(project, [...tarballs.keys()], tarballs)
  copyFileSync(join(root, 'scripts/smoke-built.mjs'), join(project, 'smoke-built.mjs'))
  for (const major of majors) {
    try {
      console.log(runTool(join(nodes, 'node_modules', `node${major}`, 'bin', 'node'), ['smoke-built.mjs'], { cwd: project }).trim())
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
      failed += 1
      console.error(error.message)
    }
  }
})
console.log(`${String(majors.length - failed)} of ${String(majors.length)} versions of Node run the packed packages`)
process.exitCode = failed > 0 ? 1 : 0

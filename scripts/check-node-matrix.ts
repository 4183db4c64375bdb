// Runs the built packages under every major version of Node that they support. Each Node comes from npm, into
// a folder outside of the workspace, and is called by its path. Versions may be named: `check-node-matrix.ts 22`.

import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { QUIET_NPM_INSTALL, runTool, ToolError } from './lib/run-tool.ts'
import { withTempFolder } from './lib/temp-folder.ts'
import { listPackages, root } from './lib/workspace.ts'

const MAJORS = ['22', '24', '26']
const majors = process.argv.length > 2 ? process.argv.slice(2) : MAJORS

let failed = 0
runTool('turbo', ['run', 'build', '--output-logs=errors-only'])
withTempFolder('node-matrix', (folder) => {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  runTool('npm', [...QUIET_NPM_INSTALL, ...majors.map((major) => `node${major}@npm:node@${major}`)], { cwd: folder })
  copyFileSync(join(root, 'scripts/smoke-built.mjs'), join(folder, 'smoke-built.mjs'))
  mkdirSync(join(folder, 'node_modules/@addrspace'))
  for (const { manifest, folder: home } of listPackages()) symlinkSync(join(root, home), join(folder, 'node_modules', manifest.name))
  for (const major of majors) {
    try {
      const node = join(folder, 'node_modules', `node${major}`, 'bin', 'node')
      console.log(runTool(node, ['smoke-built.mjs'], { cwd: folder }).trim())
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
      failed += 1
      console.error(error.message)
    }
  }
})
console.log(`${String(majors.length - failed)} of ${String(majors.length)} versions of Node run the built packages`)
process.exitCode = failed > 0 ? 1 : 0

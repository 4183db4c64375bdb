// Runs what the READMEs of examples/ say, in the workspace and on the packages' sources; that it works outside too, with
// what the packages' tarballs hold, is scripts/check-examples.ts. Leaves a report that `npm test` counts.

import { join } from 'node:path'
import { listExamples, tryCommand } from './lib/examples.ts'
import { type FileReport, writeReport } from './lib/test-report.ts'
import { root } from './lib/workspace.ts'

const fromSources = { NODE_OPTIONS: '--conditions=@addrspace/source' }

const files = listExamples().map(({ name, folder, commands }): FileReport => {
  const results = commands.filter(({ text }) => !text.startsWith('npm install')).map((command) => {
    const problem = tryCommand(command, folder, fromSources)
    if (problem !== undefined) console.error(`examples/${name}: ${problem}`)
    return { fullName: `examples/${name}: ${command.text}`, status: problem === undefined ? 'passed' : 'failed' }
  })
  return { name: join('examples', name), status: results.some(({ status }) => status === 'failed') ? 'failed' : 'passed', assertionResults: results }
})

const results = files.flatMap(({ assertionResults }) => assertionResults)
const failed = results.filter(({ status }) => status === 'failed').length
console.log(`${String(files.length)} examples, ${String(results.length)} commands, ${String(failed)} failed`)
writeReport(root, 'examples', files)
process.exitCode = failed > 0 ? 1 : 0

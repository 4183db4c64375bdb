// Does what the READMEs of examples/subjects/ say, from the root of the repository as a reader would: builds each subject and
// holds it against the conformance suite. Their reports are printed. Exit code 1 if a command fails.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandsOf } from './lib/examples.ts'
import { root } from './lib/workspace.ts'

const home = join(root, 'examples', 'subjects')
const subjects = readdirSync(home).filter((name) => existsSync(join(home, name, 'README.md')))
const failed = subjects.flatMap((name) => commandsOf(readFileSync(join(home, name, 'README.md'), 'utf8'))).filter(({ text }) => {
  console.log(`$ ${text}`)
  return spawnSync(text, { cwd: root, shell: true, stdio: 'inherit', env: { ...process.env, INIT_CWD: root } }).status !== 0
})
for (const { text } of failed) console.error(`failed: ${text}`)
console.log(`${String(subjects.length)} subjects, ${String(failed.length)} problems`)
process.exitCode = failed.length > 0 || subjects.length === 0 ? 1 : 0

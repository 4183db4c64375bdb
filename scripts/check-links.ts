// Checks what the Markdown files of the repository say of it: every link between them, and that the npm scripts and files that
// they name exist. Exit code 1 if anything does not.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFalseClaims } from './lib/markdown-claims.ts'
import { findDeadLinks } from './lib/markdown-links.ts'
import { readJson, root, type Manifest } from './lib/workspace.ts'

const find = (patterns: readonly string[]): string[] =>
  globSync([...patterns], { cwd: root, exclude: (path) => /(^|\/)(node_modules|reports|dist|target)(\/|$)/.test(path) }).sort()

const documents = find(['*.md', 'docs/**/*.md', '.changeset/*.md', '{packages,apps}/*/*.md', '{packages,apps}/*/{docs,traces,vectors,examples,test}/**/*.md', '{bench,examples}/**/*.md'])
const repository = {
  scripts: new Set(Object.keys(readJson<Manifest>(join(root, 'package.json')).scripts ?? {})),
  files: find(['*.*', '{packages,apps,examples,bench,scripts,docs,.github,.changeset}/**/*.*']),
}
const problems = documents.flatMap((file) => {
  const wasSoAtItsTime = /^\.changeset\/|\bCHANGELOG\.md$/.test(file)
  const claims = wasSoAtItsTime ? [] : findFalseClaims(file, readFileSync(join(root, file), 'utf8'), repository)
  return [...findDeadLinks(root, file), ...claims]
})
for (const problem of problems) console.error(problem)
console.log(`${String(documents.length)} Markdown files, ${String(problems.length)} links or names that lead nowhere`)
process.exitCode = problems.length > 0 ? 1 : 0

// Checks that the changesets can be read and name packages that exist. (Whether a change needs one is for
// reviewers: the tool's own check compares with a branch that a shallow clone does not have.)

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listPackages, root } from './lib/workspace.ts'

const names = new Set(listPackages().filter(({ manifest }) => manifest.private !== true).map(({ manifest }) => manifest.name))
const files = globSync('.changeset/*.md', { cwd: root }).filter((file) => !file.endsWith('README.md'))
const problems = files.flatMap((file) => judge(file, readFileSync(join(root, file), 'utf8')))
for (const problem of problems) console.error(problem)
console.log(`${String(files.length)} changesets, ${String(problems.length)} problems`)
process.exitCode = problems.length > 0 ? 1 : 0

function judge(file: string, text: string): string[] {
  const [, head, body] = /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(text) ?? []
  if (head === undefined || body === undefined) return [`${file}: has no head between two lines of ---`]
  const lines = head.trim().split('\n').map((line) => /^['"]?([^'":]+)['"]?: (major|minor|patch)$/.exec(line)?.[1] ?? line)
  return [
    ...lines.filter((name) => !names.has(name)).map((name) => `${file}: ${name} is no public package of this workspace`),
    ...(/^(Added|Changed|Fixed)\b/.test(body.trim()) ? [] : [`${file}: must begin with Added, Changed or Fixed`]),
  ]
}

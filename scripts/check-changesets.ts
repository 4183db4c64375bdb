// Checks the changesets: that they can be read, name packages that exist, and tell their group; and, in a copy of the manifests,
// what they lead to: one version for all public packages, the first being 0.1.0, with a changelog each. (Whether a change needs
// one is for reviewers: the tool's own check compares with a branch that a shallow clone does not have.)
// `--show` prints the changelogs that the next version would have.

import { cpSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { judgeChanges } from './lib/changelog.ts'
import { listPublicPackages } from './lib/pack.ts'
import { runTool } from './lib/run-tool.ts'
import { withTempFolder } from './lib/temp-folder.ts'
import { versionPackages } from './lib/version-packages.ts'
import { root } from './lib/workspace.ts'

const publicPackages = listPublicPackages()
const names = new Set(publicPackages.map(({ manifest }) => manifest.name))
const files = globSync('.changeset/*.md', { cwd: root }).filter((file) => !file.endsWith('README.md'))
const problems = files.flatMap((file) => judge(file, readFileSync(join(root, file), 'utf8')))
if (problems.length === 0 && files.length > 0) problems.push(...rehearse())

for (const problem of problems) console.error(problem)
console.log(`${String(files.length)} changesets, ${String(problems.length)} problems`)
process.exitCode = problems.length > 0 ? 1 : 0

function judge(file: string, text: string): string[] {
  const [, head, body] = /^---\n([\s\S]*?)---\n([\s\S]*)$/.exec(text) ?? []
  if (head === undefined || body === undefined) return [`${file}: has no head between two lines of ---`]
  const lines = head.trim().split('\n').map((line) => /^['"]?([^'":]+)['"]?: (major|minor|patch)$/.exec(line)?.[1] ?? line)
  const problem = judgeChanges(body)
  return [
    ...lines.filter((name) => !names.has(name)).map((name) => `${file}: ${name} is no public package of this workspace`),
    ...(problem === undefined ? [] : [`${file}: ${problem}`]),
  ]
}

/** Makes the next version in a copy of what that reads and writes, and judges it. */
function rehearse(): string[] {
  return withTempFolder('next-version', (folder) => {
    const parts = ['package.json', 'pnpm-workspace.yaml', '.changeset', '{packages,apps}/*/{package.json,CHANGELOG.md}', 'bench/package.json']
    for (const file of parts.flatMap((part) => globSync(part, { cwd: root }))) cpSync(join(root, file), join(folder, file), { recursive: true })
    runTool('git', ['init', '--quiet'], { cwd: folder }) // changesets looks for a repository
    const versioned = versionPackages(folder)
    if (process.argv.includes('--show')) for (const { changelog } of versioned) console.log(changelog)
    const [first] = versioned
    console.log(`the next version is ${first!.version}`)
    const isFirst = publicPackages.every(({ manifest }) => manifest.version === '0.0.0')
    return versioned.flatMap(({ name, version, changelog }) => [
      ...(version === first!.version ? [] : [`${name}: would be ${version}, while ${first!.name} would be ${first!.version}`]),
      ...(isFirst && version !== '0.1.0' ? [`${name}: the first version is 0.1.0, not ${version}`] : []),
      ...(isFirst && !changelog.includes('\n### Added\n') ? [`${name}: no changeset tells what its first version has`] : []),
    ])
  })
}

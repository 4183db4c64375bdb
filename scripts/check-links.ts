// Checks every link between the Markdown files of the repository. Exit code 1 if one leads nowhere.

import { globSync } from 'node:fs'
import { findDeadLinks } from './lib/markdown-links.ts'
import { root } from './lib/workspace.ts'

const patterns = ['*.md', 'docs/**/*.md', '.changeset/*.md', 'examples/*.md', 'examples/*/*.md', 'examples/subjects/*/*.md', '{packages,apps}/*/*.md', '{packages,apps}/*/{docs,traces,vectors,examples}/**/*.md']
const files = globSync(patterns, { cwd: root }).sort()
const dead = files.flatMap((file) => findDeadLinks(root, file))
for (const link of dead) console.error(link)
console.log(`${String(files.length)} Markdown files, ${String(dead.length)} dead links`)
process.exitCode = dead.length > 0 ? 1 : 0

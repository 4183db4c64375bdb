// Prints what CHANGELOG.md says about a version: `release-notes.ts 0.1.0`.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sectionOf } from './lib/changelog.ts'
import { root } from './lib/workspace.ts'

const version = process.argv[2] ?? ''
const notes = sectionOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version)
if (notes === undefined) {
  console.error(`CHANGELOG.md says nothing about "${version}"`)
  process.exitCode = 1
} else console.log(notes)

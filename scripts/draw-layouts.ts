// Draws the bit tables of the machines into their READMEs, between the marks `layouts:begin` and `layouts:end`. The packages' tests
// compare; this is how a change gets there: `npm run exec -- node --conditions=@addrspace/source scripts/draw-layouts.ts`.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aarch64 } from '../packages/backend-aarch64/src/index.ts'
import { riscvSv39, riscvSv48, riscvSv57 } from '../packages/backend-riscv-sv39/src/index.ts'
import { x8664La57 } from '../packages/backend-x86-64/src/index.ts'
import { drawLayout, type EntryLayout } from '../packages/page-table/src/index.ts'
import { root } from './lib/workspace.ts'

/** By package, the formats drawn in its README, by the name behind `layouts:begin`, if there is one. */
const DRAWINGS: Readonly<Record<string, Readonly<Record<string, { readonly layouts: readonly EntryLayout[] }>>>> = {
  'backend-x86-64': { '': x8664La57 },
  'backend-riscv-sv39': { 'riscv-sv39': riscvSv39, 'riscv-sv48': riscvSv48, 'riscv-sv57': riscvSv57 },
  'backend-aarch64': { '': aarch64 },
}

for (const [label, formats] of Object.entries(DRAWINGS)) {
  const file = join(root, 'packages', label, 'README.md')
  let text = readFileSync(file, 'utf8')
  for (const [name, { layouts }] of Object.entries(formats)) {
    const mark = name === '' ? '' : `${name} `
    const begin = `<!-- layouts:begin ${mark}-->\n\`\`\`text\n`
    const end = `\n\`\`\`\n<!-- layouts:end ${mark}-->`
    const [before, after] = [text.indexOf(begin), text.indexOf(end)]
    if (before < 0 || after < before) throw new Error(`${label}/README.md has no place for the layouts ${name}`)
    text = text.slice(0, before + begin.length) + layouts.map(drawLayout).join('\n\n') + text.slice(after)
  }
  writeFileSync(file, text)
}

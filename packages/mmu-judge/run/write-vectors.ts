// Makes the walk vectors that QEMU answers, and writes beside those that were typed from the manuals whether QEMU
// agrees:
//   pnpm --filter @addrspace/mmu-judge write-vectors
// What the files hold afterwards is what the CPU did; translate is not asked.
import { readFileSync, writeFileSync } from 'node:fs'

import { formatWalkFile, parseWalkFile, VECTOR_MACHINES, type VectorMachine, type WalkFile, type WalkVector } from '../src/index.ts'
import { askVectors, versionOf, whyNotAgreed } from './ask-vectors.ts'

const FOLDER = new URL('../../conformance/vectors/walk/', import.meta.url)

for (const machine of VECTOR_MACHINES) {
  await machine.use(async (cpu) => {
    const agreed = `${versionOf(cpu.program)}: ${machine.tells}`
    writeFileSync(fileOf(`${machine.name}-qemu`), formatWalkFile(await askedFile(machine, agreed)))
    const typed = parseWalkFile(readFileSync(fileOf(machine.name), 'utf8'))
    const vectors: WalkVector[] = []
    for (const vector of typed.vectors) {
      const others = vector.agreed.filter((who) => !who.startsWith('QEMU '))
      const why = await whyNotAgreed(cpu, vector, typed.controls)
      if (why !== undefined) console.log(`${vector.id}: not agreed: ${why}`)
      const marks = vector.queries.some(({ answer }) => 'updates' in answer) ? ', and what is written back' : ''
      vectors.push({ ...vector, agreed: why === undefined ? [...others, `${agreed}${marks}`] : others })
    }
    writeFileSync(fileOf(machine.name), formatWalkFile({ ...typed, vectors }))
    console.log(`${machine.name}: ${vectors.filter((vector) => vector.agreed.some((who) => who.startsWith('QEMU '))).length} of ${vectors.length} typed vectors are agreed`)
  })
}

function fileOf(name: string): URL {
  return new URL(`${name}.json`, FOLDER)
}

async function askedFile(machine: VectorMachine, agreed: string): Promise<WalkFile> {
  const { name, words } = machine
  const vectors: WalkVector[] = []
  for (const { name: theme, catches, notes, tables, questions } of machine.themes()) {
    const told = await machine.use((cpu) => askVectors(cpu, tables, words.controls, questions))
    const queries = questions.map((question, i) => ({ ...question, answer: told[i]!.answer }))
    vectors.push({ id: `walk/${name}/qemu-${theme}`, catches, agreed: [agreed], notes, roots: tables.roots, ram: tables.ram, words: tables.words, queries })
  }
  return { machine: name, notes: words.notes, controls: words.controls, vectors }
}

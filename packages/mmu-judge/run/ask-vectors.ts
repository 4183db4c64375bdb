// Puts the questions of vectors to QEMU.
import { spawnSync } from 'node:child_process'

import { agrees, makeVectorBoot, MOST_PER_BOOT, readChangedWords, readVectorAnswers, type Controls, type Machine, type Told, type VectorQuery, type VectorQuestion, type VectorTables, type WalkVector } from '../src/index.ts'
import { boot } from './qemu.ts'

interface Asked {
  readonly told: readonly Told[]
  /** Words of the tables that are other ones afterwards. */
  readonly changed: ReadonlyMap<bigint, bigint>
}

/**
 * What the CPU does with each question, which sees the tables as they are given: at most accessed and dirty change.
 *
 * @throws Error if the emulator fails, or the CPU does what no access does.
 */
export async function askVectors<C>(machine: Machine<C>, tables: VectorTables, controls: Controls, questions: readonly VectorQuestion[]): Promise<Told[]> {
  const told: Told[] = []
  for (let at = 0; at < questions.length; at += MOST_PER_BOOT) told.push(...(await ask(machine, tables, controls, questions.slice(at, at + MOST_PER_BOOT))).told)
  return told
}

async function ask<C>(machine: Machine<C>, tables: VectorTables, controls: Controls, questions: readonly VectorQuestion[]): Promise<Asked> {
  const one = makeVectorBoot(machine, tables, controls, questions)
  const { value, trouble } = await boot(machine, one.image, (readAfter) => ({ told: readVectorAnswers(one, readAfter), changed: readChangedWords(tables, readAfter) }))
  if (trouble !== undefined) throw new Error(`${machine.name}: ${trouble}`)
  return value
}

/**
 * Why the CPU does not agree with a vector, or cannot be asked; undefined if it does.
 *
 * Where the vector says what is written back, each question has a boot of its own.
 */
export async function whyNotAgreed<C>(machine: Machine<C>, vector: WalkVector, controls: Controls): Promise<string | undefined> {
  const isMarking = vector.queries.some(({ answer }) => 'updates' in answer)
  const groups = isMarking ? vector.queries.map((query) => [query]) : groupsOf(vector.queries)
  for (const queries of groups) {
    try {
      const { told, changed } = await ask(machine, vector, controls, queries)
      for (const [index, { answer, vaddr, access, mode }] of queries.entries()) {
        const theirs = told[index]!
        if (!agrees(answer, theirs.answer)) return `${mode} ${access} of 0x${vaddr.toString(16)}: ${theirs.text}`
        if (!('updates' in answer)) continue
        const expected = new Map((answer.updates ?? []).map(({ paddr, word }) => [paddr, word]))
        if (changed.size !== expected.size || [...changed].some(([paddr, word]) => expected.get(paddr) !== word)) return `${mode} ${access} of 0x${vaddr.toString(16)}: other words are written back`
      }
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
  return undefined
}

function groupsOf(queries: readonly VectorQuery[]): VectorQuery[][] {
  return Array.from({ length: Math.ceil(queries.length / MOST_PER_BOOT) }, (_, i) => queries.slice(i * MOST_PER_BOOT, (i + 1) * MOST_PER_BOOT))
}

/** As `QEMU 7.2.22`. */
export function versionOf(program: string): string {
  const version = /version (\d+\.\d+\.\d+)/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout)?.[1]
  if (version === undefined) throw new Error(`${program} does not tell its version`)
  return `QEMU ${version}`
}

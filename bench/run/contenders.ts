// Who is asked what: the cells of the table that a run fills.
import { join } from 'node:path'

import { GOALS, MEMSET, MIXED, OURS, PEER_NAMES, RUST, WITHOUT_LOG, type Goal } from '../src/goals.ts'
import { MACHINES } from '../src/machines.ts'
import type { Question } from '../src/question.ts'
import { QUESTIONS } from '../src/questions.ts'
import type { Command } from './contender-process.ts'
import { BENCH } from './native.ts'

/** One question about one subject at one size, and everybody who answers it. */
export interface Cell {
  readonly question: Question
  readonly subject: string
  readonly size: number
  readonly contenders: ReadonlyMap<string, Command>
}

/** Those that are asked about all containers; the others only about us and the original. */
const ASKED_OF_PEERS = new Set(['find-random', 'map-unmap', 'unmap-split'])
const SIZES_FOR_PEERS = new Set([16, 1000, 100_000])

/** Asked about AArch64, too, of which nobody else has page tables that run here. */
const ASKED_OF_AARCH64 = new Set(['page-map', 'page-protect', 'page-unmap', 'translate'])

const IN_NODE = ['--conditions=@addrspace/source', '--expose-gc', '--no-warnings']
const CHILD = join(BENCH, 'run/child.ts')
const NO_LOG = ['--import', join(BENCH, 'run/no-undo-log.ts')]

const node = (subject: string, ...more: string[]): Command => ({ file: process.execPath, args: [...IN_NODE, CHILD, subject, ...more] })

/** All cells; without a native program, without the originals. */
export function listCells(native: string | undefined, sizesOf: (question: Question) => readonly number[] = ({ sizes }) => sizes): Cell[] {
  return QUESTIONS.flatMap((question) =>
    sizesOf(question).flatMap((size) => subjectsOf(question).map((subject) => ({ question, subject, size, contenders: contendersOf(question, subject, size, native) }))),
  )
}

function subjectsOf({ of, name }: Question): string[] {
  if (of !== 'page-table') return ['set']
  if (name === 'page-fill') return ['x86-64']
  return Object.keys(MACHINES).filter((machine) => machine !== 'aarch64' || ASKED_OF_AARCH64.has(name))
}

function contendersOf(question: Question, subject: string, size: number, native: string | undefined): Map<string, Command> {
  const { name, of } = question
  const contenders = new Map([[OURS, node(subject)]])
  if (native !== undefined && of !== 'memory-set' && subject !== 'aarch64') {
    contenders.set(name === 'page-fill' ? MEMSET : RUST, { file: native, args: [subject] })
  }
  if (name === 'page-fill') for (const limit of ['loop of halves', 'typed fill', 'kernel alone']) contenders.set(limit, node(limit))
  if (ASKED_OF_PEERS.has(name) && SIZES_FOR_PEERS.has(size)) for (const peer of PEER_NAMES) contenders.set(peer, node(peer))
  const isInGoals = (contender: string): boolean => GOALS.some((goal) => goal.question === name && goal.subject === subject && (goal.size === size || of === 'page-table') && contendersIn(goal).includes(contender))
  if (isInGoals(MIXED)) contenders.set(MIXED, node(subject, 'mixed'))
  if (isInGoals(WITHOUT_LOG)) contenders.set(WITHOUT_LOG, { file: process.execPath, args: [...IN_NODE, ...NO_LOG, CHILD, subject] })
  return contenders
}

function contendersIn({ contender, against }: Goal): string[] {
  return against !== 'itself' && 'contender' in against ? [contender, against.contender] : [contender]
}

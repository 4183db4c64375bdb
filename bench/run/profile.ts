// Where the time of an operation goes: the engine's samples of our own contender while the clock runs, by function. What
// is mended off the clock does not count. Functions that are compiled into others are told apart all the same.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

import { OURS } from '../src/goals.ts'
import type { Cell } from './contenders.ts'
import { ContenderProcess } from './contender-process.ts'
import { alignRows } from './table.ts'

const WARM_UP = 1000
const TIME = 3000
const MICROSECONDS_BETWEEN_SAMPLES = 100
/** Functions with less than this share are added up. */
const LEAST_SHARE = 0.02

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string }
  readonly children?: readonly number[]
}

interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Shares of our contender's time in a cell, as lines; none for a figure that is no time. */
export async function profileCell({ question, subject, size, contenders }: Cell, seed: number): Promise<string> {
  const command = contenders.get(OURS)
  if (command === undefined) return ''
  const folder = mkdtempSync(join(tmpdir(), 'addrspace-profile-'))
  try {
    const options = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${String(MICROSECONDS_BETWEEN_SAMPLES)}`]
    const contender = new ContenderProcess({ file: command.file, args: [...options, ...command.args] })
    const answer = await contender.ask(question.name, size, seed, WARM_UP)
    if ('samples' in answer) await contender.ask(question.name, size, seed, TIME)
    await contender.close()
    const [file] = readdirSync(folder)
    if (!('samples' in answer) || file === undefined) return ''
    const shares = sharesIn(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile)
    const rows = shares.map(([name, share]) => [`${(100 * share).toFixed(0)} %`, name])
    return `${question.name} of ${subject} at ${size.toLocaleString('en')}\n${alignRows(rows)}\n`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** By function, the largest share first, of the time within `timed`. */
function sharesIn({ nodes, samples, timeDeltas }: Profile): [name: string, share: number][] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const timed = new Set<number>()
  const collect = (node: ProfileNode): void => {
    timed.add(node.id)
    for (const child of node.children ?? []) collect(byId.get(child)!)
  }
  for (const node of nodes) if (node.callFrame.functionName === 'timed' && !timed.has(node.id)) collect(node)
  const times = new Map<string, number>()
  let total = 0
  samples.forEach((id, i) => {
    if (!timed.has(id)) return
    const { functionName, url } = byId.get(id)!.callFrame
    const name = url === '' || url.startsWith('node:') ? functionName : `${functionName || '(a function without a name)'}, ${basename(url)}`
    times.set(name, (times.get(name) ?? 0) + timeDeltas[i]!)
    total += timeDeltas[i]!
  })
  const all = [...times].map(([name, time]): [string, number] => [name, time / total]).sort(([, a], [, b]) => b - a)
  const large = all.filter(([, share]) => share >= LEAST_SHARE)
  const rest = 1 - large.reduce((sum, [, share]) => sum + share, 0)
  return all.length > large.length ? [...large, [`${String(all.length - large.length)} others`, rest]] : large
}

// The thread in which bad input is tried: says before each input which one it is, and at the end what came of all.
import { parentPort, workerData } from 'node:worker_threads'

import { runBadInput } from '../src/index.ts'
import type { BadInputAnswer, BadInputTask } from './bad-input.ts'

const { bounds, texts, progress, fault } = workerData as BadInputTask
const kinds = Object.keys(bounds.inputs)

function answer(): BadInputAnswer {
  try {
    return {
      figures: runBadInput(bounds, texts, (kind, seed) => {
        progress[1] = kinds.indexOf(kind)
        progress[2] = seed
        progress[0] = progress[0]! + 1
        if (progress[0] === FAULT_AT) misbehave()
      }),
    }
  } catch (thrown) {
    return { problem: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

const FAULT_AT = 10

function misbehave(): void {
  const kept: number[][] = []
  while (fault !== undefined) {
    if (fault === 'memory') kept.push(new Array<number>(100_000).fill(kept.length))
  }
}

parentPort?.postMessage(answer())

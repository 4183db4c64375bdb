// The limits: loops that store the bytes of as many entries and nothing else, in JavaScript and in the kernel of page-table.
import { PhysMemory } from '@addrspace/page-table'

import { timed, type Task } from '../task.ts'

const FRAME_WORDS = 512

/** Two stores of 32 bits per entry, frame by frame, each entry a page behind the one before. */
export function fillWithHalves(entries: number): Task {
  const words = new Int32Array(entries * 2)
  const low = 0x4000_0067
  return fillTask(entries, (turn) => {
    for (let frame = 0; frame < words.length; frame += 2 * FRAME_WORDS) storeHalves(words, frame, low + turn)
  })
}

function storeHalves(words: Int32Array, first: number, low: number): void {
  for (let i = first; i < first + 2 * FRAME_WORDS; i += 2) {
    words[i] = low + ((i - first) << 11)
    words[i + 1] = 1
  }
}

/** The engine's own fill. */
export function fillWhole(entries: number): Task {
  const words = new Float64Array(entries)
  return fillTask(entries, (turn) => void words.fill(turn))
}

/** Entries of as many leaf tables by the kernel of page-table's memory alone: no table is taken or looked at, nothing is noted. */
export function fillWithKernel(entries: number): Task {
  // Of 2 MiB at least: smaller ones have no kernel.
  const memory = new PhysMemory({ size: BigInt(Math.max(entries, 2 ** 18)) * 8n })
  for (let frame = 0; frame < memory.frameCount; frame++) memory.writableIndexOf(frame)
  const { kernel } = memory
  if (kernel === undefined) throw new Error('there is no kernel on this machine')
  const first = 4 * memory.indexOf(0)
  return fillTask(entries, (turn) => {
    for (let at = 0; at < entries * 8; at += FRAME_WORDS * 8) kernel.fill(first + at, FRAME_WORDS, 0x4000_0067 + turn, 1, 0x1000, 0)
  })
}

function fillTask(entries: number, fill: (turn: number) => void): Task {
  let turn = 0
  return {
    items: entries,
    most: Infinity,
    check: (sum) => sum.word(entries * 8),
    run: (operations) =>
      timed(() => {
        for (let i = 0; i < operations; i++) fill(turn++)
      }),
  }
}

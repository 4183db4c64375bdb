// The limit of JavaScript: plain loops that store the bytes of as many entries, and know no page table.
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

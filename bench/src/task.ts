// What a question asks of a contender, and how it is timed; native/src/task.rs does the same. mitata and
// tinybench time one function in one process to the end: here every contender has a process of its own,
// takes turns with the others in slices, and mends off the clock what it has done on it.
import type { Checksum } from './checksum.ts'
import { waited } from './waiting.ts'

/** One question at one size, ready to be run again and again: the state after a run is that before it. */
export interface Task {
  /** Runs some operations, and hashes what they answer. */
  check(sum: Checksum): void
  /** Runs `count` operations, and gives the milliseconds that they alone took. */
  run(count: number): number
  /** Things done in one operation, for instance pages mapped: the figures are per thing. */
  readonly items: number
  /** The most operations that one run takes. */
  readonly most: number
}

/** Milliseconds of a sample: shorter than a turn of the scheduler, so that on a busy machine most samples are whole. */
const TARGET = 1

/** Milliseconds that `work` takes. */
export function timed(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

/**
 * Samples of nanoseconds per thing, taken for about the time given in milliseconds, what is off the clock included
 * and waiting for a processor not. What was interrupted does not count, unless everything was.
 */
export function sample(task: Task, time: number): number[] {
  const start = performance.now()
  const waitedBefore = waited()
  const whole: number[] = []
  const interrupted: number[] = []
  let wait = 0
  let count = 1
  const isOver = (): boolean => performance.now() - start - wait >= time
  while (!isOver() || whole.length + interrupted.length === 0) {
    const sampleStart = performance.now()
    let spent = 0
    let done = 0
    while (done === 0 || (spent < TARGET && !isOver())) {
      const latest = task.run(count)
      spent += latest
      done += count
      if (latest * 2 < TARGET) count = Math.min(count * 2, task.most)
    }
    const waitedNow = waited() - waitedBefore - wait
    wait += waitedNow
    const running = 1 - Math.min(1, waitedNow / (performance.now() - sampleStart))
    ;(waitedNow === 0 ? whole : interrupted).push((spent * running * 1e6) / (done * task.items))
  }
  return whole.length > 0 ? whole : interrupted
}

/** Keeps what a loop computed alive, so that the loop is not left out. */
export function keep(value: number): void {
  if (value === kept) kept = value + 1
}

let kept = 0.5

// How long this thread has waited for a processor, as Linux counts it; native/src/waiting.rs does the same. On a
// busy machine that is most of the time that passes, and none of it is the contender's.
import { openSync, readSync } from 'node:fs'

const buffer = new Uint8Array(128)
const file = openStatistics()

function openStatistics(): number | undefined {
  try {
    return openSync('/proc/thread-self/schedstat', 'r')
  } catch {
    return undefined
  }
}

/** Milliseconds since the thread began; 0 where the system does not tell. */
export function waited(): number {
  if (file === undefined) return 0
  const length = readSync(file, buffer, 0, buffer.length, 0)
  // Nanoseconds run, nanoseconds waited, turns.
  const [, wait] = String.fromCharCode(...buffer.subarray(0, length)).split(' ')
  return Number(wait) / 1e6
}

/** A recorded run on one backend, pages touched and the page table looked through at the end, as `addrspace replay` does. */

import { machineReplay } from '../../adapters/machine-replays.ts'
import { mockReplay, nullReplay, type BackendReport, type ReplayBackend } from '../../adapters/replay-backends.ts'
import { machineOf, type BackendName } from './backends.ts'
import type { TraceFiles } from './trace-files.ts'
import { listsOf, piecesOf } from './trace.ts'

/** What came of it. */
export type TraceRun =
  /** Not run: addresses of the trace have more bits than the backend's, the sign among them. */
  | { readonly kind: 'too-wide'; readonly backend: BackendName; readonly has: number; readonly needs: number }
  | { readonly kind: 'ran'; readonly backend: BackendName; readonly report: BackendReport }

/** What is asked. */
export interface TraceRunRequest {
  readonly files: TraceFiles
  readonly backend: BackendName
  /** That of the timeline. */
  readonly addressBits: number
}

/**
 * Replays a trace on a backend. `pause` is awaited now and then with how much has been read.
 *
 * @throws TraceInputError naming file and line.
 */
export async function runTrace({ files, backend, addressBits }: TraceRunRequest, pause: (done: number, total: number) => Promise<void>): Promise<TraceRun> {
  const replay = replayOf(backend)
  if (replay.addressBits < addressBits) return { kind: 'too-wide', backend, has: replay.addressBits, needs: addressBits }
  async function* log(): AsyncGenerator<string, undefined> {
    for (const { text, done, total } of piecesOf(files)) {
      yield text
      await pause(done, total)
    }
    return undefined
  }
  const { report } = await replay.replay({ ...listsOf(files), log: log(), logFile: 'strace.txt' })
  return { kind: 'ran', backend, report }
}

function replayOf(backend: BackendName): ReplayBackend {
  if (backend === 'mock') return mockReplay
  if (backend === 'null') return nullReplay
  return machineOf(backend)!.use(machineReplay)
}

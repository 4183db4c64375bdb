/**
 * `addrspace replay`: replays the recorded run of a program on the backends, and tells what differs from the kernel.
 */

import { measureParity, TraceInputError, type ParityReport, type Trace } from '@addrspace/linux-trace'
import type { ReplayOutcome } from '../adapters/replay-backends.ts'
import { ALL_BACKENDS, NULL_BACKEND, requireBackend, selectBackends, type BackendEntry } from './backends.ts'
import { EXIT_CHECK_FAILED, EXIT_OK, InputError } from './failure.ts'
import type { TextStream } from './files.ts'
import type { Output } from './output.ts'
import { roughSize } from './picture.ts'
import { Progress } from './progress.ts'
import { printReplays } from './replay-report.ts'
import { readTrace, type TraceFiles } from './trace-files.ts'

export interface ReplayOptions {
  /** A backend or `all`, the default. */
  readonly backend?: string
  /** File with the areas at the start. */
  readonly start?: string
  /** File with the areas at the end. */
  readonly end?: string
  /** False leaves the picture out. */
  readonly picture?: boolean
  /** Tells how many of the kernel's addresses are predicted. */
  readonly predict?: boolean
  /** Tells how many areas there are when they merge as the kernel's do. */
  readonly merge?: boolean
  readonly json?: boolean
}

/**
 * Replays a trace and gives the exit code: 1 if a backend's replay does not match. What the kernel decided otherwise than
 * we would have does not count.
 *
 * @throws InputError if a file or an option is wrong.
 */
export async function replay(trace: string, options: ReplayOptions, output: Output): Promise<number> {
  const entries = selectBackends(options.backend ?? ALL_BACKENDS)
  const { replays, prediction, merge } = await checked(async () => {
    const files = await readTrace(trace, options)
    const modes = await fittingModes(entries, files)
    const done: ReplayOutcome[] = []
    for (const mode of modes) done.push(await replayOn(mode, files))
    const parity = options.predict === true || options.merge === true ? await measured(files) : undefined
    return {
      replays: done,
      prediction: options.predict === true ? parity?.prediction : undefined,
      merge: options.merge === true ? parity?.merge : undefined,
    }
  })
  // What was not asked for is not in the JSON.
  if (options.json === true) output.json({ trace, backends: replays.map(({ report }) => report), prediction, merge })
  else printReplays(trace, replays, { prediction, merge, hasPicture: options.picture !== false }, output)
  return replays.every(({ report }) => report.match) ? EXIT_OK : EXIT_CHECK_FAILED
}

/**
 * The backends themselves, or the smallest larger modes of their machines in which the trace fits; each once. What is
 * too large for all runs on the largest, and is refused there.
 */
async function fittingModes(entries: readonly BackendEntry[], files: TraceFiles): Promise<Set<BackendEntry>> {
  const isDecided = entries.every(({ largerMode }) => largerMode === undefined)
  const neededBits = isDecided ? 0 : await neededAddressBits(files)
  const modes = new Set<BackendEntry>()
  for (const entry of entries) {
    let mode = entry
    while (mode.largerMode !== undefined && (await mode.loadReplay()).addressBits < neededBits) mode = requireBackend(mode.largerMode)
    modes.add(mode)
  }
  return modes
}

/** How wide the addresses of a trace are, found by replaying it where every address fits. */
async function neededAddressBits(files: TraceFiles): Promise<number> {
  const { addressBits } = await replayOn(requireBackend(NULL_BACKEND), files)
  return addressBits
}

async function replayOn({ name, loadReplay }: BackendEntry, files: TraceFiles): Promise<ReplayOutcome> {
  const backend = await loadReplay()
  return withProgress(name, files, (opened) => backend.replay(opened))
}

function measured(files: TraceFiles): Promise<ParityReport> {
  return withProgress("the kernel's choices", files, measureParity)
}

/** Hands the opened trace to `work`, and tells how much of it has been read. */
async function withProgress<T>(name: string, files: TraceFiles, work: (opened: Trace) => Promise<T>): Promise<T> {
  const progress = new Progress()
  try {
    const { start, end, checkpoints, logFile } = files
    const log = watched(files.openLog(), (stream) => progress.report(() => `${name}: ${describePosition(stream)}`))
    return await work({ start, end, checkpoints, logFile, log })
  } finally {
    progress.done()
  }
}

/** Passes a log on, and calls `watch` before each piece of it. */
async function* watched(log: TextStream, watch: (log: TextStream) => void): AsyncIterable<string> {
  for await (const piece of log) {
    watch(log)
    yield piece
  }
}

function describePosition({ position, size }: TextStream): string {
  const read = roughSize(BigInt(position))
  return size === 0 ? read : `${Math.floor((100 * position) / size)} % (${read} of ${roughSize(BigInt(size))})`
}

/** Tells what is wrong in a trace as the input error it is. */
async function checked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TraceInputError)) throw error
    throw new InputError(error.message)
  }
}

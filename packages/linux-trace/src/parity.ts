/**
 * What the kernel decided in a trace beside what the library would have: which addresses it chose, and which neighbours it
 * made one area. One replay on a set of its own, whose areas merge as the kernel's do.
 */
import { cutsOf, onlyIn } from './area-cuts.ts'
import { kernelAreas } from './kernel-areas.ts'
import { Prediction, type PredictionReport } from './prediction.ts'
import { replayTrace, type Trace } from './replay.ts'

/** How many areas there are when neighbours merge as the kernel merges them; plain data, ready for JSON. */
export interface MergeReport {
  /** Areas here at the end. */
  readonly areas: number
  /** Areas in the kernel's list at the end; `null` if there is none. */
  readonly kernelAreas: number | null
  /** Addresses at which only the kernel's list has the end of one area and the start of the next. */
  readonly mergedOnlyHere: readonly string[]
  /** Addresses at which only the set has them. */
  readonly mergedOnlyByKernel: readonly string[]
  /** The same numbers at each checkpoint, with the number of its line. */
  readonly checkpoints: readonly { readonly line: number; readonly areas: number; readonly kernelAreas: number }[]
}

/** What `measureParity` gives. */
export interface ParityReport {
  /** How many addresses are predicted. */
  readonly prediction: PredictionReport
  /** How many areas there are. */
  readonly merge: MergeReport
}

/**
 * Replays a trace for the sake of the kernel's decisions. Whether the replay itself matches is `replayTrace`'s to tell.
 *
 * @throws TraceInputError if the log cannot be understood, naming file, line and what was expected.
 */
export async function measureParity(trace: Trace): Promise<ParityReport> {
  const target = kernelAreas()
  const { set } = target
  const prediction = new Prediction({ set, start: trace.start })
  const checkpoints: { line: number; areas: number; kernelAreas: number }[] = []
  await replayTrace(trace, {
    ...target,
    observer: {
      chosen: (place) => prediction.chosen(place),
      reached: (line) => checkpoints.push({ line, areas: set.size, kernelAreas: trace.checkpoints?.get(line)?.length ?? 0 }),
    },
  })
  const { end } = trace
  const ours = cutsOf(set)
  const kernel = cutsOf(end ?? set)
  return {
    prediction: prediction.report(),
    merge: {
      areas: set.size,
      kernelAreas: end?.length ?? null,
      mergedOnlyHere: onlyIn(kernel, ours),
      mergedOnlyByKernel: onlyIn(ours, kernel),
      checkpoints,
    },
  }
}

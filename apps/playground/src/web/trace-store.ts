/** Traces that have been opened, by id. What is long stays here; the state of the page has the id and the place. */

import { TracePlayer } from './derive/trace-player.ts'
import type { TraceFiles } from './derive/trace-files.ts'
import type { TraceTimeline } from './derive/trace.ts'

/** A trace that has been read. */
export interface OpenTrace {
  readonly id: string
  readonly files: TraceFiles
  readonly timeline: TraceTimeline
  readonly player: TracePlayer
}

const traces = new Map<string, OpenTrace>()

/** More are forgotten, oldest first. */
const MOST_TRACES = 8

export function findTrace(id: string): OpenTrace | undefined {
  return traces.get(id)
}

/** Keeps a trace; one that was given by a person gets an id that says so. */
export function keepTrace(files: TraceFiles, timeline: TraceTimeline, id = `given-${traces.size + 1}`): OpenTrace {
  const trace = { id, files, timeline, player: new TracePlayer(timeline) }
  traces.delete(id)
  traces.set(id, trace)
  if (traces.size > MOST_TRACES) traces.delete(traces.keys().next().value!)
  return trace
}

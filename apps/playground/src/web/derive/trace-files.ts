/** The recorded run of a program as the texts of its files, from wherever they come. */

/** Texts by their files' names in a trace's folder. */
export interface TraceFiles {
  /** What the page calls it. */
  readonly title: string
  /** `strace.txt`; undefined where there is only a list of areas, that of a process at one moment. */
  readonly log: string | undefined
  /** `start.maps`, or the list alone. */
  readonly start: string
  /** `end.maps`. */
  readonly end: string | undefined
  /** `mid-NNNNN.maps` by line. */
  readonly checkpoints: readonly (readonly [line: number, text: string])[]
}

/** The traces that come with the page, smallest first, and what each shows. */
export const BUNDLED_TRACES: readonly { readonly id: string; readonly what: string }[] = [
  { id: 'cat-maps', what: 'a small program, one task' },
  { id: 'gcc-build', what: 'a compiler driver: only its own memory counts, not that of its children' },
  { id: 'python-threads', what: 'six threads, files, a stack that grew' },
  { id: 'node-gc', what: 'garbage collection, huge reservations, calls that overlap' },
  { id: 'hammer', what: '4500 random calls, many of which fail, with six checkpoints' },
]

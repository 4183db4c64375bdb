// The figures to reach, and whether a run reaches them. A figure is a ratio of two medians of one run, or
// one median where it stands for itself.
import { PAGES_IN_GIB } from './page-world.ts'
import { medianOf, type Measurement } from './results.ts'

export const OURS = 'addrspace'
export const RUST = 'Rust'
export const MIXED = 'addrspace, mixed'
export const WITHOUT_LOG = 'addrspace, no undo log'
export const MEMSET = 'memset'
export const PEER_NAMES: readonly string[] = ['sorted-btree', '@js-sdsl/ordered-map', 'functional-red-black-tree', '@flatten-js/interval-tree']

/** What a median is divided by, or divides. */
type Against =
  | { readonly contender: string }
  | { readonly bestOf: readonly string[] }
  /** The same contender at another size. */
  | { readonly size: number }
  /** Nothing: the median itself counts. */
  | 'itself'

export interface Goal {
  readonly question: string
  readonly subject: string
  readonly size: number
  readonly contender: string
  readonly against: Against
  /** `ratio`: ours through theirs; `faster`: theirs through ours. */
  readonly kind: 'ratio' | 'faster'
  /** At most for a ratio, at least for times faster. */
  readonly bound: number
  readonly unit?: string
}

const rust: Against = { contender: RUST }

/** A row of the table of goals: sizes with their bounds. */
function goals(question: string, bounds: Readonly<Record<number, number>>, kind: Goal['kind'], against: Against = rust, more: Partial<Goal> = {}): Goal[] {
  return Object.entries(bounds).map(([size, bound]) => ({ question, subject: 'set', size: Number(size), contender: OURS, against, kind, bound, ...more }))
}

function growth(question: string, bound: number): Goal[] {
  return goals(question, { 1_000_000: bound }, 'ratio', { size: 1000 })
}

function pageGoals(question: string, subject: string, bound: number, kind: Goal['kind'], against: Against = rust, more: Partial<Goal> = {}): Goal {
  return { question, subject, size: question.endsWith('-2m') ? 2 ** 14 : PAGES_IN_GIB, contender: OURS, against, kind, bound, ...more }
}

const peers: Against = { bestOf: PEER_NAMES }
const pure: Against = { contender: OURS }
const MACHINES = ['x86-64', 'riscv-sv39']

export const GOALS: readonly Goal[] = [
  ...goals('find-random', { 16: 1.4, 100: 1.4, 1000: 1.15, 10_000: 1.15, 100_000: 1.15, 1_000_000: 1.15 }, 'ratio'),
  ...goals('find-ascending', { 1000: 1.3, 10_000: 1.3, 100_000: 1.3 }, 'ratio'),
  ...goals('overlaps-random', { 100: 1.1, 1000: 1.1, 10_000: 1.1, 100_000: 1.1, 1_000_000: 1.1 }, 'ratio'),
  ...goals('map-unmap', { 16: 1.9, 100: 1 }, 'ratio'),
  ...goals('map-unmap', { 1000: 6, 100_000: 350 }, 'faster'),
  ...goals('unmap-split', { 16: 2.2 }, 'ratio'),
  ...goals('unmap-split', { 1000: 5, 100_000: 350 }, 'faster'),
  ...goals('protect-middle', { 16: 1.7 }, 'ratio'),
  ...goals('protect-middle', { 1000: 5, 100_000: 220 }, 'faster'),
  ...goals('find-free-end', { 16: 1.9 }, 'ratio'),
  ...goals('find-free-end', { 1000: 8, 100_000: 800 }, 'faster'),
  ...goals('unmap-64', { 1000: 1 }, 'ratio'),
  ...goals('unmap-64', { 100_000: 50 }, 'faster'),
  ...growth('find-random', 10),
  ...growth('map-unmap', 6),
  ...growth('unmap-split', 6),
  ...growth('protect-middle', 6),
  ...growth('find-free-end', 6),
  ...goals('find-random', { 1000: 2.5, 100_000: 5 }, 'faster', peers),
  ...goals('map-unmap', { 1000: 4, 100_000: 6 }, 'faster', peers),
  ...goals('iterate', { 1000: 8 }, 'ratio'),
  ...goals('heap', { 1000: 64, 10_000: 64, 100_000: 64, 1_000_000: 64 }, 'ratio', 'itself', { unit: 'bytes' }),
  ...goals('snapshot', { 100_000: 100 }, 'ratio', 'itself', { unit: 'ns' }),
  ...goals('roll-back', { 100_000: 3000 }, 'ratio', 'itself', { unit: 'ns' }),
  pageGoals('page-map', 'x86-64', 7, 'faster'),
  pageGoals('page-map', 'riscv-sv39', 3.5, 'faster'),
  ...MACHINES.flatMap((machine) => [pageGoals('page-protect', machine, 1.5, 'faster'), pageGoals('page-unmap', machine, 2.5, 'faster')]),
  pageGoals('page-map-2m', 'x86-64', 1.6, 'faster'),
  pageGoals('page-unmap-2m', 'x86-64', 1.6, 'faster'),
  pageGoals('page-map-unmap-16', 'x86-64', 1.1, 'ratio'),
  pageGoals('page-map-unmap-1', 'x86-64', 3, 'ratio'),
  pageGoals('page-fill', 'x86-64', 6, 'ratio', { contender: MEMSET }),
  pageGoals('translate', 'x86-64', 4.2, 'ratio'),
  pageGoals('translate-address', 'x86-64', 2.8, 'ratio'),
  ...MACHINES.flatMap((machine) => [
    pageGoals('page-map', machine, 1.1, 'ratio', { contender: WITHOUT_LOG }),
    pageGoals('page-protect', machine, 1.5, 'ratio', { contender: WITHOUT_LOG }),
    pageGoals('page-unmap', machine, 1.4, 'ratio', { contender: WITHOUT_LOG }),
  ]),
  ...['find-random', 'map-unmap', 'protect-middle'].flatMap((question) => goals(question, { 1000: 1.3 }, 'ratio', pure, { contender: MIXED })),
  ...['page-map', 'page-protect', 'page-unmap', 'page-map-unmap-1', 'translate'].flatMap((question) =>
    MACHINES.map((machine) => pageGoals(question, machine, 1.3, 'ratio', pure, { contender: MIXED })),
  ),
  { question: 'size', subject: 'memory-addr', size: 1, contender: OURS, against: 'itself', kind: 'ratio', bound: 2.5, unit: 'KiB' },
  { question: 'size', subject: 'memory-set', size: 1, contender: OURS, against: 'itself', kind: 'ratio', bound: 10, unit: 'KiB' },
  ...['backend-x86-64', 'backend-riscv-sv39', 'backend-aarch64'].map((subject): Goal => ({ question: 'size', subject, size: 1, contender: OURS, against: 'itself', kind: 'ratio', bound: 20, unit: 'KiB' })),
  { question: 'replay-time', subject: 'set', size: 20_000, contender: OURS, against: 'itself', kind: 'ratio', bound: 1.5, unit: 's' },
  { question: 'replay-memory', subject: 'set', size: 20_000, contender: OURS, against: 'itself', kind: 'ratio', bound: 150, unit: 'MB' },
]

/** The figure that a goal is about, or undefined if the run did not measure it. */
export function figureOf(goal: Goal, run: readonly Measurement[]): number | undefined {
  const { question, subject, size, contender, against, kind } = goal
  const own = medianOf(run, question, subject, size, contender)
  if (own === undefined || against === 'itself') return own
  const other = otherMedian(goal, against, run)
  if (other === undefined) return undefined
  return kind === 'ratio' ? own / other : other / own
}

function otherMedian({ question, subject, size, contender }: Goal, against: Exclude<Against, 'itself'>, run: readonly Measurement[]): number | undefined {
  if ('size' in against) return medianOf(run, question, subject, against.size, contender)
  if ('contender' in against) return medianOf(run, question, subject, size, against.contender)
  const medians = against.bestOf.map((name) => medianOf(run, question, subject, size, name)).filter((value) => value !== undefined)
  return medians.length === 0 ? undefined : Math.min(...medians)
}

export function isReached({ kind, bound }: Goal, figure: number): boolean {
  return kind === 'ratio' ? figure <= bound : figure >= bound
}

/** Whom a goal is against, for the reader. */
export function describeAgainst({ against }: Goal): string {
  if (against === 'itself') return '–'
  if ('size' in against) return `at ${against.size.toLocaleString('en')}`
  return 'contender' in against ? against.contender : 'best npm container'
}

// Tables for people: what was measured, and what is reached.
import { describeAgainst, figureOf, GOALS, isReached, type Goal } from '../src/goals.ts'
import { QUESTIONS } from '../src/questions.ts'
import { median, type Measurement } from '../src/results.ts'

type Row = readonly string[]

/** A row per contender, with its ratio to ours. */
export function measurementRows(run: readonly Measurement[]): Row[] {
  return run.map(({ question, subject, size, contender, unit, median: own, low, high }) => {
    const ours = run.find((item) => item.question === question && item.subject === subject && item.size === size)!.median
    return [question, subject, size.toLocaleString('en'), contender, figure(own), unit, `${figure(low)}–${figure(high)}`, `${figure(own / ours)} ×`]
  })
}

export const MEASUREMENT_HEADER: Row = ['question', 'subject', 'size', 'contender', 'median', 'unit', 'slices', 'to the first']
export const GOAL_HEADER: Row = ['question', 'subject', 'size', 'against', 'to reach', 'measured', 'runs', 'reached']

/** A row per goal: the median over the runs counts. What was not measured is left out of a part of the table. */
export function goalRows(runs: readonly (readonly Measurement[])[], isWhole: boolean): Row[] {
  return GOALS.flatMap((goal): Row[] => {
    const figures = runs.map((run) => figureOf(goal, run)).filter((value) => value !== undefined)
    const row = [titleOf(goal), goal.subject, goal.size.toLocaleString('en'), describeAgainst(goal), bound(goal)]
    if (figures.length === 0) return isWhole ? [[...row, 'not measured', '–', 'no']] : []
    const middle = median(figures)
    const spread = figures.length === 1 ? '1' : `${figure(Math.min(...figures))}–${figure(Math.max(...figures))}`
    return [[...row, withUnit(goal, middle), spread, isReached(goal, middle) ? 'yes' : 'no']]
  })
}

function titleOf({ question, contender }: Goal): string {
  const title = QUESTIONS.find(({ name }) => name === question)?.title ?? question
  return contender === 'addrspace' ? title : `${title} (${contender.replace('addrspace, ', '')})`
}

function bound(goal: Goal): string {
  return goal.kind === 'faster' ? `≥ ${figure(goal.bound)} times faster` : `≤ ${withUnit(goal, goal.bound)}`
}

function withUnit({ kind, unit }: Goal, value: number): string {
  return kind === 'faster' ? `${figure(value)} times faster` : `${figure(value)}${unit === undefined ? '' : ` ${unit}`}`
}

/** Three digits, more where they stand before the point. */
function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}

export function alignRows(rows: readonly Row[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()).join('\n')
}

export function markdownRows([header, ...rows]: readonly Row[]): string {
  return [header!, header!.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

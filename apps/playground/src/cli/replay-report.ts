/**
 * What a replay reports, as people read it: what was done, how each backend compares with the kernel, the first of the
 * differences and violations, what the kernel decided beside what we would have, and what the address space looks like at
 * the end.
 */

import type { MergeReport, PredictionReport } from '@addrspace/linux-trace'
import type { BackendReport, ReplayOutcome } from '../adapters/replay-backends.ts'
import { printable } from './failure.ts'
import { printList } from './list.ts'
import type { Output, Paint } from './output.ts'
import { printMerge, printPrediction } from './parity-report.ts'
import { drawPicture } from './picture.ts'
import { alignColumns } from './table.ts'

/** What is printed besides the replays. */
export interface ReportParts {
  readonly prediction: PredictionReport | undefined
  readonly merge: MergeReport | undefined
  readonly hasPicture: boolean
}

/** Prints the replays of one trace. */
export function printReplays(trace: string, replays: readonly ReplayOutcome[], { prediction, merge, hasPicture }: ReportParts, output: Output): void {
  const { paint } = output
  output.line(paint('bold', printable(trace)))
  for (const line of describeOperations(replays, output.columns)) output.line(line)
  output.line()
  for (const line of alignColumns(resultRows(replays, paint))) output.line(line)
  printAllDepartures(replays, output)
  if (prediction !== undefined) printPrediction(prediction, output)
  if (merge !== undefined) printMerge(merge, output)

  // One picture is enough: where all match, all are alike.
  const shown = replays[0]
  if (!hasPicture || shown === undefined) return
  output.line()
  for (const line of drawPicture(shown.areas, { columns: output.columns, paint })) output.line(line)
}

/** The calls that counted, most frequent first. Where a backend was stopped early, those of one that was not. */
function describeOperations(replays: readonly ReplayOutcome[], columns: number): string[] {
  const totals = replays.map(({ report }) => Object.entries(report.operations))
  const operations = totals.toSorted((a, b) => b.length - a.length)[0] ?? []
  const words = operations.toSorted(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`)
  return words.length === 0 ? ['no memory calls'] : wrap(words, columns)
}

function resultRows(replays: readonly ReplayOutcome[], paint: Paint): string[][] {
  const head = ['', 'areas', "kernel's", 'checkpoints', 'differences', 'violations', ''].map((title) => paint('dim', title))
  return [head, ...replays.map(({ report }) => {
    const { name, areas, kernelAreas, checkpoints, differences, violations, match } = report
    const counts = [areas, kernelAreas ?? 'unknown', checkpoints, differences.length, violations.length].map(String)
    return [name, ...counts, match ? paint('good', 'match') : paint('bad', 'NO MATCH')]
  })]
}

/** Backends that depart from the kernel in the same way are told of together. */
function printAllDepartures(replays: readonly ReplayOutcome[], output: Output): void {
  const alike = Map.groupBy(replays, ({ report: { differences, violations } }) => JSON.stringify([differences, violations]))
  for (const group of alike.values()) {
    const { differences, violations } = group[0]!.report
    const names = group.map(({ report }) => report.name).join(', ')
    printList(`${names}: differences from the kernel's list`, differences.map(describeDifference), output)
    printList(`${names}: violations`, violations.map(describeViolation), output)
  }
}

function describeDifference({ range, expected, actual, checkpoint }: BackendReport['differences'][number]): string {
  const when = checkpoint === undefined ? 'at the end' : `after line ${checkpoint}`
  return `${range}: ${expected ?? 'free'} in the kernel, ${actual ?? 'free'} here, ${when}`
}

function describeViolation({ line, rule, detail }: BackendReport['violations'][number]): string {
  return `${line === 0 ? 'at the end' : `line ${line}`}: ${printable(detail)} (${rule})`
}

/** Joins with commas, on as many lines as that takes. */
function wrap(words: readonly string[], columns: number): string[] {
  const lines: string[] = []
  for (const [index, word] of words.entries()) {
    const text = index < words.length - 1 ? `${word},` : word
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + text.length > columns) lines.push(text)
    else lines[lines.length - 1] = `${last} ${text}`
  }
  return lines
}

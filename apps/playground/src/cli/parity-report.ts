/**
 * What the kernel decided beside what we would have, as people read it: addresses predicted, and numbers of areas.
 */

import type { MergeReport, Misprediction, PredictionReport } from '@addrspace/linux-trace'
import type { Output } from './output.ts'
import { printList } from './list.ts'

/** Prints how many addresses were predicted, for how many no prediction is made, and the first wrong ones. */
export function printPrediction(report: PredictionReport, output: Output): void {
  const { base, calls, predicted, mispredicted, unordered, withoutRule, mispredictions } = report
  const judged = predicted + mispredicted
  output.line()
  output.line(`predicted ${predicted} of ${judged} addresses chosen for mmap(NULL, …)${base === null ? '' : `, base ${base}`}`)
  if (unordered > 0) output.line(`  ${unordered} of ${calls} calls left out: another task's call was in progress`)
  if (withoutRule > 0) output.line(`  ${withoutRule} of ${calls} calls left out: ${base === null ? 'the areas at the start do not tell the base' : 'low addresses, at a random place'}`)
  printList('mispredicted', mispredictions.map(describeMisprediction), output)
}

/** Prints the numbers of areas, at the checkpoints and at the end. */
export function printMerge({ areas, kernelAreas, checkpoints, mergedOnlyHere, mergedOnlyByKernel }: MergeReport, output: Output): void {
  output.line()
  output.line(`merged as the kernel merges: ${areas} areas, ${kernelAreas === null ? "the kernel's number is unknown" : `the kernel's ${kernelAreas}`}`)
  for (const { line, areas: ours, kernelAreas: kernels } of checkpoints) output.line(`  after line ${line}: ${ours} areas, the kernel's ${kernels}`)
  printList('merged here alone, at', mergedOnlyHere, output)
  printList('merged by the kernel alone, at', mergedOnlyByKernel, output)
}

function describeMisprediction({ line, size, predicted, chosen }: Misprediction): string {
  return `line ${line}: ${size} bytes at ${chosen} in the kernel, ${predicted ?? 'nowhere'} here`
}

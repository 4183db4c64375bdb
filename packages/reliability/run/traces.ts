// What the kernel decided in the bundled traces beside what the library would have decided.
import { readdirSync, readFileSync } from 'node:fs'
import { measureParity, parseMapsFile, type MapsArea } from '@addrspace/linux-trace'

const TRACES = new URL('./traces/', import.meta.resolve('@addrspace/linux-trace/package.json'))

/** Figures of one trace. */
export interface TraceFigures {
  /** Addresses that the kernel chose, and how many of them were predicted. */
  readonly addresses: number
  readonly predicted: number
  /** Not predicted, since calls of two tasks were in progress, or no rule tells. */
  readonly unordered: number
  readonly withoutRule: number
  readonly mispredicted: number
  readonly areas: number
  readonly kernelAreas: number
}

/** By the name of the trace. @throws Error if an address was mispredicted */
export async function measureTraces(): Promise<Readonly<Record<string, TraceFigures>>> {
  const figures: Record<string, TraceFigures> = {}
  for (const { name } of readdirSync(TRACES, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, TRACES), 'utf8')
    const maps = (file: string): MapsArea[] => parseMapsFile(read(file), file)
    const { prediction, merge } = await measureParity({ log: read('strace.txt'), start: maps('start.maps'), end: maps('end.maps') })
    const [first] = prediction.mispredictions
    if (first !== undefined) throw new Error(`${name}, line ${first.line}: the kernel chose ${first.chosen}, not ${String(first.predicted)}`)
    const { calls, predicted, unordered, withoutRule, mispredicted } = prediction
    figures[name] = { addresses: calls, predicted, unordered, withoutRule, mispredicted, areas: merge.areas, kernelAreas: merge.kernelAreas ?? 0 }
  }
  return figures
}

// Bad input in a thread of its own, with a bounded heap: what never ends can only be noticed, and stopped, from outside.
import { readdirSync, readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

import type { BadInputBounds, BadInputFigures, RightTexts } from '../src/index.ts'

/** What the thread is given: progress is the number of inputs begun, the kind of the last one and its seed. */
export interface BadInputTask {
  readonly bounds: BadInputBounds
  readonly texts: RightTexts
  readonly progress: Int32Array
  /** Stands for a parser that hangs or fills the memory, to see that it is noticed. */
  readonly fault?: 'hang' | 'memory'
}

export type BadInputAnswer = { readonly figures: BadInputFigures } | { readonly problem: string }

export interface WatchOptions {
  /** An input that takes longer is stopped; from outside, since it may never end. */
  readonly milliseconds?: number
  readonly fault?: BadInputTask['fault']
}

const TRACES = new URL('./traces/', import.meta.resolve('@addrspace/linux-trace/package.json'))
const HEAP_MIB = 512
const PATIENCE = 20_000

/** @throws Error if an input is not taken as it should be, takes too long or too much memory */
export async function runWatched(bounds: BadInputBounds, { milliseconds = PATIENCE, fault }: WatchOptions = {}): Promise<BadInputFigures> {
  const progress = new Int32Array(new SharedArrayBuffer(12))
  const kinds = Object.keys(bounds.inputs)
  const describe = (): string => `${kinds[progress[1]!] ?? '?'}, seed ${progress[2]!}`
  const worker = new Worker(new URL('./bad-input-thread.ts', import.meta.url), {
    execArgv: ['--conditions=@addrspace/source'],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    workerData: { bounds, texts: rightTexts(), progress, ...(fault !== undefined && { fault }) } satisfies BadInputTask,
  })
  const { promise, resolve, reject } = Promise.withResolvers<BadInputFigures>()
  worker.on('message', (answer: BadInputAnswer) => {
    if ('figures' in answer) resolve(answer.figures)
    else reject(new Error(answer.problem))
  })
  worker.on('error', (error: Error) => reject(new Error(`${describe()}: ${error.message}`, { cause: error })))
  let seen = -1
  const watch = setInterval(() => {
    if (progress[0] === seen && seen > 0) reject(new Error(`${describe()}: took more than ${milliseconds} ms`))
    seen = progress[0]!
  }, milliseconds)
  try {
    return await promise
  } finally {
    clearInterval(watch)
    await worker.terminate()
  }
}


/** The bundled traces, and a scenario with every operation. */
function rightTexts(): RightTexts {
  const traces = readdirSync(TRACES, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => {
    const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, TRACES), 'utf8')
    return { log: read('strace.txt'), start: read('start.maps'), end: read('end.maps') }
  })
  return { traces, scenarios: [EVERYTHING] }
}

const EVERYTHING = `{"scenario":1,"name":"everything","backend":"x86-64","memory":{"base":"0x80000000","size":"0x4000000"},"merge":true,"ad":"hardware","fail":{"call":3,"frame":2},"notes":["a","b"]}
{"op":"map","start":"0x400000","size":"0x4000","flags":"rwu","backing":"alloc"}
{"op":"map","start":"0x800000","size":"0x200000","flags":"rx","backing":{"linear":"0x80200000"},"onOverlap":"replace"}
{"op":"begin"}
{"op":"unmap","start":"0x401000","size":4096,"expect":"ok"}
{"op":"protect","start":"0x400000","size":"0x1000","flags":"ru","mask":"rw","holes":"refuse"}
{"op":"rollback"}
# a comment

{"op":"find","addr":"0x400123","expect":{"start":"0x400000","end":"0x401000","flags":"ru"}}
{"op":"overlaps","start":"0x401000","size":"0x1000","expect":false}
{"op":"findFree","hint":"0x400000","size":"0x1000","limit":["0x0","0x800000000000"],"align":"0x1000","direction":"down","gap":{"below":"0x1000"}}
{"op":"translate","addr":"0x402008","access":"write","mode":"user","controls":{"smap":true,"ad":"svade"}}
{"op":"query","addr":"0x402008"}
{"op":"fault","addr":"0x402008","access":"read"}
{"op":"areas","expect":[{"start":"0x0"}]}
{"op":"clear"}
`

// A contender in JavaScript. A line `QUESTION SIZE SEED MILLISECONDS` on stdin is answered by one line
// of JSON; native/src/main.rs is the same in Rust. Arguments: the subject, and `mixed` to use
// everything else in the same program before.
import { createInterface } from 'node:readline'

import { Checksum } from '../src/checksum.ts'
import { useEverything } from '../src/mixed.ts'
import { questionNamed } from '../src/questions.ts'
import { prepare } from '../src/subjects.ts'
import { sample, type Task } from '../src/task.ts'

const [subject, way] = process.argv.slice(2)
if (subject === undefined) throw new RangeError('expected a subject')

if (way === 'mixed') useEverything()

/** What was asked last, kept: the same question again goes on where it was. */
let current: { readonly key: string; readonly task: Task; readonly checksum: string } | undefined

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(answer(line)))

function answer(line: string): { figure: number } | { checksum: string; samples: number[] } {
  const [name = '', size, seed, milliseconds] = line.split(' ')
  const key = `${name} ${String(size)} ${String(seed)}`
  if (current?.key !== key) {
    current = undefined
    const task = prepare(subject!, questionNamed(name), Number(size), Number(seed))
    if ('figure' in task) return task
    const sum = new Checksum()
    task.check(sum)
    // What was made for the questions is old from now on, and no longer copied while the clock runs.
    globalThis.gc?.()
    current = { key, task, checksum: sum.toString() }
  }
  return { checksum: current.checksum, samples: sample(current.task, Number(milliseconds)) }
}

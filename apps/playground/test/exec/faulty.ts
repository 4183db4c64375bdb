/**
 * A subject that says hello and goes wrong as its argument says when it is first asked to map something. It imports
 * nothing that takes time to load.
 */

import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

interface Request {
  readonly id: number
  readonly ask: string
}

const FAULTS: Readonly<Record<string, (request: Request) => string>> = {
  exit: () => {
    writeSync(2, 'first line\nlast words\n')
    process.exit(3)
  },
  crash: () => {
    process.kill(process.pid, 'SIGSEGV')
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
  hang: () => {
    writeSync(2, 'thinking\n')
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
  garbage: () => 'ok, done\u001b[31m',
  half: ({ id }) => {
    writeSync(1, `{"id":${id},"o`)
    process.exit(0)
  },
  otherId: ({ id }) => `{"id":${id + 5},"ok":true}`,
  noId: () => '[1]',
  wrongField: ({ id }) => `{"id":${id},"ok":"yes"}`,
  extraField: ({ id }) => `{"id":${id},"ok":true,"note":1}`,
  twice: ({ id }) => `{"id":${id},"ok":true}\n{"id":${id},"ok":true}`,
  error: ({ id }) => `{"id":${id},"error":"not today"}`,
}

const [fault = ''] = process.argv.slice(2)
const grants = Object.fromEntries(['', 'r', 'rw', 'rx', 'rwx', 'ru', 'rwu', 'rxu', 'rwxu'].map((flags) => [flags, flags]))
const manifest = { levels: 3, indexBits: 9, physBits: 40, leafLevels: [0], halves: 'sign-extended', grants }

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line) as Request
  const { id, ask } = request
  if (ask === 'hello') console.log(JSON.stringify({ id, protocol: 1, name: fault, manifest }))
  else if (ask === 'new') console.log(JSON.stringify({ id }))
  else if (ask === 'reset') console.log(JSON.stringify({ id, ok: true }))
  else console.log(FAULTS[fault]!(request))
})

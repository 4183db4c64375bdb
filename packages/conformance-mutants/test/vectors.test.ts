// All vectors against all machines of ours, but those of sets of areas, which the command line runs as scenarios.
import { readdirSync, readFileSync } from 'node:fs'
import { runVectors } from '@addrspace/conformance'
import { describe, expect, it } from 'vitest'

import { VECTOR_SUBJECT } from '../src/index.ts'

const VECTORS = new URL('../../conformance/vectors/', import.meta.url)
const files = readdirSync(VECTORS, { recursive: true, encoding: 'utf8' }).filter((file) => /^(pte|walk|ops)\/.*\.jsonl?$/.test(file)).filter((file) => file !== 'ops/areas.jsonl').sort()

describe.each(files)('%s', (file) => {
  const results = runVectors(readFileSync(new URL(file, VECTORS), 'utf8'), VECTOR_SUBJECT)

  it.each(results)('$id holds on $machine', ({ status, detail, untold }) => {
    expect({ status, detail, untold }).toEqual({ status: 'pass', detail: '', untold: 0 })
  })
})

// How large the packages are for those who load them: minified and gzipped, with all they need.
import { bundledSize } from '../../scripts/lib/bundle-size.ts'
import { OURS } from '../src/goals.ts'
import type { Measurement } from '../src/results.ts'
import { BENCH } from './native.ts'

const MACHINE = ['page-table', 'memory-addr']
const BUNDLES: Readonly<Record<string, readonly string[]>> = {
  'memory-addr': [],
  'memory-set': ['memory-addr'],
  'backend-x86-64': MACHINE,
  'backend-riscv-sv39': MACHINE,
  'backend-aarch64': MACHINE,
}

export function measureSizes(): Measurement[] {
  return Object.entries(BUNDLES).map(([subject, others]): Measurement => {
    const contents = [subject, ...others].map((name) => `export * from '@addrspace/${name}'\n`).join('')
    const size = bundledSize(contents, BENCH, ['@addrspace/source']) / 1024
    return { question: 'size', subject, size: 1, contender: OURS, unit: 'KiB', median: size, low: size, high: size }
  })
}

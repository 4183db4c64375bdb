import { describe, expect, it } from 'vitest'
import { runPageTableConformance } from '@addrspace/conformance'
import { PAGE_TABLE_SUBJECTS } from '@addrspace/conformance-mutants'

/** What does not apply to a machine: the words of others. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'x86-64': ['walk/sum-mxr-matrix', 'walk/write-without-read', 'walk/pointer-with-ad-u', 'walk/ad-svade', 'walk/ad-svadu', 'walk/pointer-at-last-level', 'walk/pan-matrix', 'walk/af', 'walk/hierarchical-off', 'walk/block-by-level'],
  riscv: ['protect/keeps-software-bits', 'pte/bit7-by-level', 'walk/and-along-path', 'walk/smep-smap-wp-matrix', 'walk/nxe', 'walk/ad-hardware', 'walk/pan-matrix', 'walk/af', 'walk/hierarchical-off', 'walk/block-by-level'],
  aarch64: ['pte/bit7-by-level', 'walk/pointer-at-last-level', 'walk/and-along-path', 'walk/smep-smap-wp-matrix', 'walk/nxe', 'walk/ad-hardware', 'walk/sum-mxr-matrix', 'walk/write-without-read', 'walk/pointer-with-ad-u', 'walk/ad-svade', 'walk/ad-svadu'],
}

describe('our page tables', () => {
  it.each(PAGE_TABLE_SUBJECTS.map((subject) => [subject.name, subject] as const))('pass every case that applies: %s', (_name, subject) => {
    const report = runPageTableConformance(subject)
    expect(report.filter(({ status }) => status === 'fail' || status === 'known')).toEqual([])
    const unsupported = report.filter(({ status }) => status === 'unsupported').map(({ id }) => id)
    expect(unsupported.toSorted()).toEqual([...OTHERS[subject.manifest.machine ?? '']!].toSorted())
  })
})

import { describe, expect, it } from 'vitest'
import { runPageTableConformance } from '@addrspace/conformance'
import type { PageTableInstance, PageTableSubject } from '@addrspace/conformance'
import { BACKEND_SUBJECTS, PAGE_TABLE_SUBJECTS } from '@addrspace/conformance-mutants'

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

/** The same table, unable to do one thing more. */
function lacking(name: string, features: Partial<PageTableSubject['manifest']['features']>, change: (table: PageTableInstance) => Partial<PageTableInstance>): readonly [string, PageTableSubject] {
  const [base] = PAGE_TABLE_SUBJECTS
  const subject: PageTableSubject = {
    ...base!, name, manifest: { ...base!.manifest, features: { ...base!.manifest.features, ...features } },
    create(options) {
      const table = base!.create(options)
      const members = new Map<string | symbol, unknown>(Object.entries(change(table)))
      return new Proxy(table, {
        get: (target, key): unknown => {
          const member: unknown = members.has(key) ? members.get(key) : Reflect.get(target, key, target)
          return typeof member === 'function' ? (member.bind(target) as unknown) : member
        },
      })
    },
  }
  return [name, subject]
}

function isCut(table: PageTableInstance, start: bigint, size: bigint): boolean {
  const cuts = (at: bigint): boolean => Array.from(table.leaves(at, at + 1n)).some((run) => (at - run.start) % run.leafSize !== 0n)
  return (start | size) % 0x1000n === 0n && size > 0n && (cuts(start) || (start + size < 1n << 64n && cuts(start + size)))
}

describe('a page table that can do less', () => {
  it.each([
    lacking('does not split', { splits: false }, (table) => ({
      unmap: (start, size, options) => (isCut(table, start, size) ? { ok: false, reason: 'not-expressible' } : table.unmap(start, size, options)),
      protect: (start, size, flags, options) => (isCut(table, start, size) ? { ok: false, reason: 'not-expressible' } : table.protect(start, size, flags, options)),
    })),
    lacking('tells no reasons', { tellsReasons: false }, (table) => ({
      map: (...request) => (table.map(...request).ok ? { ok: true } : { ok: false }),
    })),
    lacking('tells too much', { invalidations: 'covering' }, () => ({})),
  ])('passes the opposite of what it lacks: %s', (_name, subject) => {
    expect(runPageTableConformance(subject).filter(({ status }) => status === 'fail')).toEqual([])
  })
})

describe('our backends over our page tables', () => {
  it.each(BACKEND_SUBJECTS.map((subject) => [subject.name, subject] as const))('pass every case that applies, in the upper half: %s', (_name, subject) => {
    expect(subject.report().filter(({ status }) => status === 'fail' || status === 'known')).toEqual([])
  }, 60_000)
})

// The backend held against the laws of backends, and a set over it against what a set promises; then what the suite
// cannot see: the contents of pages.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { conformanceTests } from '@addrspace/conformance/node-test'
import { va } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'
import { EXEC, HostBackend, HostMemory, READ, WRITE } from './host-memory.ts'

const WASM_PAGES = 128 // of 64 KiB: 2048 of ours

conformanceTests({
  name: 'host memory',
  manifest: {
    granule: 4096n,
    space: { start: 0n, end: BigInt(WASM_PAGES) * 0x1_0000n },
    flags: [READ | WRITE, 0, READ | EXEC, READ],
    hasTable: true, canRefuse: true, isLazy: false, isTransactional: true, canMerge: true, takesWideRanges: false,
  },
  create() {
    const pageTable = new HostMemory(new WebAssembly.Memory({ initial: WASM_PAGES }))
    return { pageTable, backend: new HostBackend(), runs: () => pageTable.runs() }
  },
})

describe('contents', () => {
  const open = () => new MemorySet({ pageTable: new HostMemory(new WebAssembly.Memory({ initial: 1 })) })
  const backend = new HostBackend()

  it('go with a page, so that the next one there is zero', () => {
    const set = open()
    unwrap(set.map(va(0x1000), 0x2000n, READ | WRITE, backend))
    set.pageTable.view(0x1fff, 2, WRITE)!.fill(7)
    unwrap(set.unmap(va(0x1000), 0x1000n))
    unwrap(set.map(va(0x1000), 0x1000n, READ, backend))
    assert.deepEqual(set.pageTable.view(0x1fff, 2, READ), Uint8Array.of(0, 7))
  })

  it('stay if the operation that would have dropped them is taken back', () => {
    const set = open()
    unwrap(set.map(va(0x1000), 0x1000n, READ | WRITE, backend))
    set.pageTable.view(0x1234, 1, WRITE)!.fill(7)
    const result = set.transaction(() => {
      unwrap(set.map(va(0x1000), 0x1000n, READ, backend, { onOverlap: 'replace' }))
      return set.map(va(0xf000), 0x2000n, READ, backend)
    })
    assert.equal(result.ok || result.error.refusal?.reason, 'not-expressible')
    assert.deepEqual(set.pageTable.view(0x1234, 1, WRITE), Uint8Array.of(7))
  })

  it('are out of reach without the rights, across pages, and behind the end', () => {
    const set = open()
    unwrap(set.map(va(0xe000), 0x1000n, READ | WRITE, backend))
    unwrap(set.map(va(0xf000), 0x1000n, READ, backend))
    assert.equal(set.pageTable.view(0xefff, 2, READ)?.length, 2)
    assert.equal(set.pageTable.view(0xefff, 2, WRITE), undefined)
    assert.equal(set.pageTable.view(0xffff, 2, READ), undefined)
    assert.equal(set.pageTable.view(0x1000, 1, 0), undefined)
  })
})

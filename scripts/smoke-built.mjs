// Uses each published package, as its users get it: by name, from dist, in plain JavaScript. Runs under every Node that the
// packages support and in a browser, so it uses nothing that one of them lacks. Prints one line if all is well, or throws.

import { AARCH64_GEOMETRY, aarch64 } from '@addrspace/backend-aarch64'
import { FailingBackend, FailPlan, MockBackend, MockPageTable, NullBackend, RecordingBackend } from '@addrspace/backend-mock'
import { FrameBackend, LinearBackend } from '@addrspace/backend-paging'
import { riscvSv39, riscvSv48, riscvSv57 } from '@addrspace/backend-riscv-sv39'
import { x8664, x8664La57 } from '@addrspace/backend-x86-64'
import { parseScenarios, runConformance } from '@addrspace/conformance'
import { Random } from '@addrspace/conformance/model'
import { parseMapsFile, parseStraceLine } from '@addrspace/linux-trace'
import { addrRange, alignUp, pa, va } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'
import { BitmapAllocator, PageTable, parseFlags, permits, PhysMemory } from '@addrspace/page-table'

/** Compares by value; bigints and objects are written as text first. */
function same(actual, expected, what) {
  const text = (value) => JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}n` : part)) ?? 'undefined'
  if (text(actual) !== text(expected)) throw new Error(`${what}: expected ${text(expected)}, got ${text(actual)}`)
}

same(alignUp(va(0x1001), 0x1000n), 0x2000n, 'memory-addr')
same(addrRange(va(0xffff_ffff_ffff_f000n), 2n ** 64n).size, 0x1000n, 'memory-addr, the last page')

const set = new MemorySet({ pageTable: new MockPageTable() })
const recorder = new RecordingBackend(new MockBackend())
unwrap(set.map(va(0x1000), 0x3000n, 3, recorder))
unwrap(set.protect(va(0x2000), 0x1000n, () => 1))
unwrap(set.unmap(va(0x3000), 0x1000n))
same(Array.from(set, ({ start, end, flags }) => [start, end, flags]), [[0x1000n, 0x2000n, 3], [0x2000n, 0x3000n, 1]], 'memory-set')
same(recorder.takeCalls().map(({ verb }) => verb), ['map', 'protect', 'unmap'], 'backend-mock, the recorder')
same([set.pageTable.flagsAt(0x2000n), set.pageTable.flagsAt(0x3000n)], [1, undefined], 'backend-mock')
same(set.map(va(0x1000), 0x1000n, 3, new NullBackend()).error?.code, 'AlreadyExists', 'memory-set, a refusal')
const failing = new FailingBackend(new MockBackend(), new FailPlan({ call: 1 }))
same(set.map(va(0x8000), 0x1000n, 3, failing).error?.refusal, { reason: 'out-of-frames' }, 'backend-mock, the plan of failures')

for (const format of [x8664, x8664La57, riscvSv39, riscvSv48, riscvSv57, aarch64]) {
  const memory = new PhysMemory({ base: pa(0x8000_0000n), size: 0x100_0000n })
  const frames = new BitmapAllocator({ start: pa(0x8000_0000n), end: 0x8100_0000n })
  const pageTable = new PageTable({ memory, frames, format, invalidations: () => {} })
  const space = new MemorySet({ pageTable, permits })
  unwrap(space.map(va(0x40_0000), 0x4000n, parseFlags('rwu'), new FrameBackend({ when: 'demand' })))
  unwrap(space.map(va(0x4000_0000), 0x20_0000n, parseFlags('rx'), new LinearBackend(va(0x4000_0000), pa(0x20_0000))))
  same(unwrap(space.fault(va(0x40_1234), 'write')), 'installed', `${format.name}, a fault`)
  same(pageTable.write(va(0x40_1ffe), new Uint8Array([1, 2, 3]), 'user').done, 2, `${format.name}, up to the next page`)
  same(pageTable.query(va(0x4010_0008))?.paddr, 0x30_0008n, `${format.name}, a huge leaf`)
  same(pageTable.translate(va(0x4010_0008), 'exec', 'user').reason, 'permission', `${format.name}, a page of the kernel`)
}
same(AARCH64_GEOMETRY.levels, 4, 'backend-aarch64')

const report = runConformance({
  name: 'null',
  create: () => ({ pageTable: undefined, backend: new NullBackend() }),
  manifest: {
    granule: 1n, space: { start: 0n, end: 2n ** 64n }, flags: [0, 1],
    hasTable: false, canRefuse: false, isLazy: false, isTransactional: false, canMerge: true, takesWideRanges: true,
  },
})
same(report.filter(({ status }) => status === 'fail'), [], 'conformance')
same(report.some(({ status }) => status === 'pass'), true, 'conformance, something ran')
same(parseScenarios('{"scenario":1,"backend":"mock"}\n{"op":"areas"}').length, 1, 'conformance, scenarios')
same(new Random(1).below(1), 0, 'conformance, the model')
same(Array.from(parseMapsFile('00400000-00401000 r-xp 00000000 fe:00 339380 /bin/true\n', 'start.maps')).length, 1, 'linux-trace')
same(parseStraceLine('1 brk(NULL) = 0x1000', { file: 'log', line: 1 }).kind, 'call', 'linux-trace, a line')

console.log(`${globalThis.process?.version ?? globalThis.navigator?.userAgent ?? 'without a platform'}: all packages work`)

// Uses each published package once, as its users get it: by name, from dist, in plain JavaScript. Runs under
// every Node that the packages support, so it uses nothing newer than the oldest of them.

import assert from 'node:assert/strict'
import { MockBackend, MockPageTable } from '@addrspace/backend-mock'
import { parseScenarios } from '@addrspace/conformance'
import { parseMapsFile } from '@addrspace/linux-trace'
import { addrRange, alignUp, va } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'

assert.equal(alignUp(va(0x1001), 0x1000n), 0x2000n)
assert.equal(addrRange(va(0xffff_ffff_ffff_f000n), 2n ** 64n).size, 0x1000n)

const set = new MemorySet({ pageTable: new MockPageTable() })
unwrap(set.map(va(0x1000), 0x3000n, 3, new MockBackend()))
unwrap(set.protect(va(0x2000), 0x1000n, () => 1))
unwrap(set.unmap(va(0x3000), 0x1000n))
assert.deepEqual(Array.from(set, ({ start, end, flags }) => [start, end, flags]), [[0x1000n, 0x2000n, 3], [0x2000n, 0x3000n, 1]])
assert.equal(set.pageTable.flagsAt(0x2000n), 1)
assert.equal(set.pageTable.flagsAt(0x3000n), undefined)
assert.equal(set.map(va(0x1000), 0x1000n, 3, new MockBackend()).ok, false)

assert.equal(parseScenarios('{"scenario":1,"backend":"mock"}\n{"op":"areas"}').length, 1)
assert.equal(Array.from(parseMapsFile('00400000-00401000 r-xp 00000000 fe:00 339380 /bin/true\n', 'start.maps')).length, 1)

console.log(`${process.version}: all packages work`)

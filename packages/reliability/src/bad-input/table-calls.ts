/**
 * The methods of page tables, of their memory and of allocators as calls with right arguments, on a table with a few
 * leaves.
 */

import { aarch64 } from '@addrspace/backend-aarch64'
import { riscvSv39 } from '@addrspace/backend-riscv-sv39'
import { x8664 } from '@addrspace/backend-x86-64'
import { pa, type PhysAddr } from '@addrspace/memory-addr'
import { BitmapAllocator, formatFlags, Geometry, nameBits, PageTable, parseFlags, PhysMemory, READ, USER, unionOf } from '@addrspace/page-table'
import { parametersOf, type Prepared, type PublicCall } from './calls.ts'
import { smallTable, tableState, type SmallTable } from './small-table.ts'
import { BIGINT, BYTES, choiceOf, countIn, FLAGS, FUNCTION, OBJECT, optional, RANGE, SIZE, WORD, type ParameterKind } from './wrong-values.ts'

type Kinds = Readonly<Record<string, ParameterKind>>

function onTable(name: string, kinds: Kinds, args: readonly unknown[], call: (small: SmallTable, ...given: readonly never[]) => unknown, isAsking = false): PublicCall {
  return {
    name,
    parameters: parametersOf(kinds),
    isAsking,
    prepare(): Prepared {
      const small = smallTable()
      return { args, call: (...given) => call(small, ...(given as never[])), state: () => tableState(small) }
    },
  }
}

const HOLES = { '2 options': OBJECT, '2.holes holes': choiceOf('refuse', 'skip') }
const MODES = choiceOf('user', 'kernel')
const ACCESSES: ParameterKind = { ...choiceOf('read', 'write', 'exec'), isRight: (value) => value === 'read' || value === 'write' || value === 'exec' }
const RW = parseFlags('rw')
const NOTHING: ParameterKind = { values: [], isRight: () => false }
/** Every number of frames that can be asked for at once. */
const RUN: ParameterKind = { values: [3, 2 ** 19, 2 ** 31, 2 ** 32, 2 ** 40], isRight: (value) => typeof value === 'number' && value >= 1 && value <= 2 ** 18 && Number.isInteger(Math.log2(value)) }

export const TABLE_CALLS: readonly PublicCall[] = [
  onTable(
    'PageTable.map',
    { '0 vaddr': WORD, '1 size': SIZE, '2 paddr': WORD, '3 flags': FLAGS, '4 options': OBJECT, '4.maxLeafLevel maxLeafLevel': optional(countIn(0, 2 ** 53 - 1)) },
    [0x9000n, 0x1000n, 0x9000n, RW, { maxLeafLevel: 1 }],
    ({ table }, vaddr: never, size: never, paddr: never, flags: never, options: never) => table.map(vaddr, size, paddr, flags, options),
  ),
  onTable('PageTable.unmap', { '0 vaddr': WORD, '1 size': SIZE, ...HOLES }, [0x1000n, 0x1000n, { holes: 'skip' }], ({ table }, vaddr: never, size: never, options: never) => table.unmap(vaddr, size, options)),
  onTable(
    'PageTable.protect',
    { '0 vaddr': WORD, '1 size': SIZE, '2 flags': FLAGS, '3 options': OBJECT, '3.holes holes': choiceOf('refuse', 'skip') },
    [0x1000n, 0x1000n, READ, { holes: 'skip' }],
    ({ table }, vaddr: never, size: never, flags: never, options: never) => table.protect(vaddr, size, flags, options),
  ),
  onTable('PageTable.remap', { '0 vaddr': WORD, '1 paddr': WORD }, [0x1000n, 0x7000n], ({ table }, vaddr: never, paddr: never) => table.remap(vaddr, paddr)),
  onTable('PageTable.query', { '0 vaddr': WORD }, [0x1000n], ({ table }, vaddr: never) => table.query(vaddr) ?? 'nothing'),
  onTable('PageTable.walk', { '0 vaddr': WORD }, [0x1000n], ({ table }, vaddr: never) => table.walk(vaddr)),
  onTable(
    'PageTable.translate',
    { '0 vaddr': WORD, '1 access': ACCESSES, '2 mode': { ...MODES, isRight: (value) => value === 'user' || value === 'kernel' }, '3 controls': OBJECT },
    [0x1000n, 'read', 'user', undefined],
    ({ table }, vaddr: never, access: never, mode: never, controls: never) => ({ translation: table.translate(vaddr, access, mode, controls) }),
  ),
  onTable('PageTable.read', { '0 vaddr': WORD, '1 target': BYTES, '2 mode': MODES }, [0x1000n, new Uint8Array(64), 'user'], ({ table }, vaddr: never, target: never, mode: never) => table.read(vaddr, target, mode)),
  onTable('PageTable.write', { '0 vaddr': WORD, '1 source': BYTES, '2 mode': MODES }, [0x1000n, new Uint8Array(64), 'user'], ({ table }, vaddr: never, source: never, mode: never) => table.write(vaddr, source, mode)),
  onTable('PageTable.leaves', { '0 range': RANGE, '0.start range': WORD, '0.end range': SIZE, '1 options': OBJECT, '1.tables tables': choiceOf('all', 'own') }, [{ start: 0n, end: 0x10000n }, {}], ({ table }, range: never, options: never) => [...table.leaves(range, options)]),
  onTable('PageTable.pagesOf', { '0 paddr': WORD }, [0x1000n], ({ table }, paddr: never) => [...table.pagesOf(paddr)]),
  onTable('PageTable.allocateFrames', { '0 frames': RUN }, [1], ({ table }, count: never) => table.allocateFrames(count), true),
  onTable('PageTable.hasFrames', { '0 frame': WORD, '1 count': countIn(1, 2 ** 31) }, [0x1000n, 1], ({ table }, frame: never, count: never) => table.hasFrames(frame, count), true),
  onTable('PageTable.freeFrames', { '0 frame': WORD, '1 count': countIn(1, 2 ** 53 - 1) }, [0n, 1], (small, frame: never, count: never) => small.table.freeFrames(frame === 0n ? small.page : frame, count)),
  {
    name: 'new PageTable',
    parameters: parametersOf({
      '0 options': { values: [], isRight: () => false }, '0.memory memory': NOTHING, '0.frames frames': NOTHING, '0.format format': NOTHING, '0.invalidations invalidations': FUNCTION,
      '0.upperHalfOf upperHalfOf': optional(NOTHING), '0.accessedDirty accessedDirty': choiceOf('preset', 'hardware'),
    }),
    prepare() {
      const { memory, frames } = smallTable()
      const args = [{ memory, frames, format: x8664, invalidations: () => undefined }]
      return { args, call: (options) => new PageTable(options as never), state: () => String(frames.freeFrames) }
    },
  },
  ...memoryCalls(),
  ...allocatorCalls(),
  {
    name: 'new Geometry',
    parameters: parametersOf({
      '0 numbers': NOTHING, '0.levels levels': countIn(1, 5), '0.indexBits indexBits': countIn(1, 9), '0.physBits physBits': countIn(13, 56), '0.leafLevels leafLevels': { values: [[1], [0, 4], [1, 0], [0, 0], ['0'], [0.5]], isRight: () => false },
      '0.halves halves': { ...choiceOf('sign-extended', 'two-roots'), isRight: (value) => value === 'sign-extended' || value === 'two-roots' },
    }),
    prepare: () => ({ args: [{ levels: 4, indexBits: 9, physBits: 52, leafLevels: [0, 1, 2], halves: 'sign-extended' }], call: (numbers) => new Geometry(numbers as never) }),
  },
  pure('parseFlags', { '0 letters': { values: ['rr', 'q', 'R'], isRight: (value) => value === '' || value === 'x' } }, ['rw'], parseFlags),
  pure('formatFlags', { '0 flags': FLAGS }, [RW], formatFlags),
  pure('nameBits', { '1 word': WORD }, [x8664.layouts[0], 1n], nameBits),
  ...[x8664, riscvSv39, aarch64].flatMap((format) => [
    pure(`${format.name}.decode`, { '0 word': WORD }, [1n, 0], (word: never, level: never) => format.decode(word, level)),
    pure(`${format.name}.grant`, { '0 flags': FLAGS }, [unionOf(READ, USER)], (flags: never) => format.grant(flags)),
  ]),
]

function pure(name: string, kinds: Kinds, args: readonly unknown[], call: (...given: readonly never[]) => unknown): PublicCall {
  return { name, parameters: parametersOf(kinds), prepare: () => ({ args, call: call as (...given: readonly unknown[]) => unknown }) }
}

function memoryCalls(): PublicCall[] {
  const on = (name: string, kinds: Kinds, args: readonly unknown[], call: (memory: PhysMemory, ...given: readonly never[]) => unknown): PublicCall => ({
    name: `PhysMemory.${name}`,
    parameters: parametersOf(kinds),
    prepare() {
      const memory = new PhysMemory({ base: pa(0x1000), size: 0x4000n })
      memory.writeWord(pa(0x2000), 0xabcn)
      const bytes = new Uint8Array(0x4000)
      const state = (): string => {
        memory.read(pa(0x1000), bytes)
        return `${memory.allocatedBytes} ${bytes.reduce((sum, byte, index) => (sum * 31 + byte * (index + 1)) >>> 0, 0)}`
      }
      return { args, call: (...given) => call(memory, ...(given as never[])), state }
    },
  })
  return [
    on('readWord', { '0 paddr': WORD }, [0x2000n], (memory, paddr: never) => memory.readWord(paddr)),
    on('writeWord', { '0 paddr': WORD, '1 word': WORD }, [0x2000n, 1n], (memory, paddr: never, word: never) => memory.writeWord(paddr, word)),
    on('read', { '0 paddr': WORD, '1 target': BYTES }, [0x2000n, new Uint8Array(8)], (memory, paddr: never, target: never) => memory.read(paddr, target)),
    on('write', { '0 paddr': WORD, '1 source': BYTES }, [0x2000n, new Uint8Array(8)], (memory, paddr: never, source: never) => memory.write(paddr, source)),
    on('contains', { '0 paddr': BIGINT, '1 size': optional(BIGINT) }, [0x2000n, 8n], (memory, paddr: never, size: never) => memory.contains(paddr, size) || 'not'),
    {
      name: 'new PhysMemory',
      parameters: parametersOf({
        '0 options': NOTHING, '0.base base': optional(WORD), '0.size size': SIZE, '0.offset offset': optional({ values: [7, -8, 2 ** 53], isRight: (value) => value === 0 || value === -0 }),
        '0.source source': { values: [new Uint8Array(0x2000), new ArrayBuffer(8)], isRight: (value) => value === undefined },
      }),
      prepare: () => ({ args: [{ base: 0x1000n, size: 0x1000n, source: new ArrayBuffer(0x1000), offset: 0 }], call: (options) => new PhysMemory(options as never) }),
    },
  ]
}

function allocatorCalls(): PublicCall[] {
  const on = (name: string, kinds: Kinds, args: readonly unknown[], call: (frames: BitmapAllocator, ...given: readonly never[]) => unknown, isAsking = false): PublicCall => ({
    name: `BitmapAllocator.${name}`,
    parameters: parametersOf(kinds),
    isAsking,
    prepare() {
      const frames = new BitmapAllocator({ start: 0x1000n as PhysAddr, end: 0x9000n })
      frames.allocateRun(2)
      return { args, call: (...given) => call(frames, ...(given as never[])), state: () => `${frames.freeFrames} ${frames.usedFrames}` }
    },
  })
  return [
    on('allocateRun', { '0 frames': RUN }, [1], (frames, count: never) => frames.allocateRun(count), true),
    on('free', { '0 frame': WORD, '1 frame': optional(countIn(1, 2)) }, [0x2000n, 2], (frames, frame: never, count: never) => frames.free(frame, count)),
    {
      name: 'new BitmapAllocator',
      parameters: parametersOf({ '0 range': RANGE, '0.start range': WORD, '0.end range': SIZE }),
      prepare: () => ({ args: [{ start: 0x1000n, end: 0x9000n }], call: (range) => new BitmapAllocator(range as never) }),
    },
  ]
}


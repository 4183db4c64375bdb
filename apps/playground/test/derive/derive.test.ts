/** What the views show, worked out by hand from the formats: indices are nine bits of the address each. */

import { parseScenarios, type Scenario } from '@addrspace/conformance'
import { describe, expect, it } from 'vitest'
import { areaAt } from '../../src/web/derive/columns.ts'
import { differenceAt } from '../../src/web/derive/difference.ts'
import { framesAt, PAGE_USE } from '../../src/web/derive/frames.ts'
import { pathAt } from '../../src/web/derive/path.ts'
import { Session } from '../../src/web/derive/session.ts'
import { stepsOf } from '../../src/web/derive/steps.ts'
import { tablesAt } from '../../src/web/derive/tables.ts'
import { timelineOf } from '../../src/web/derive/timeline.ts'
import { controlsOfBackend, walkAt } from '../../src/web/derive/walk.ts'

const session = new Session()

function scenario(...ops: readonly object[]): Scenario {
  return parseScenarios([{ scenario: 1, backend: 'mock' }, ...ops].map((line) => JSON.stringify(line)).join('\n'))[0]!
}

const MAPPED = scenario(
  { op: 'map', start: '0x400000', size: '0x3000', flags: 'rwu' },
  { op: 'unmap', start: '0x401000', size: '0x1000' },
  { op: 'map', start: '0x9000', size: '0x1000', flags: 'rwu', backing: { linear: '0x12345000' } },
  { op: 'map', start: '0xa000', size: '0x1000', flags: 'r', backing: { linear: '0x12345000' } },
)

describe('a position', () => {
  it('has the areas of its time', () => {
    const areas = (count: number): object[] => {
      const columns = session.at(MAPPED, 'x86-64', count).areas()
      return Array.from({ length: columns.count }, (_, row) => areaAt(columns, row))
    }
    expect(areas(1)).toEqual([{ start: 0x40_0000n, end: 0x40_3000n, flags: 'rwu' }])
    expect(areas(2)).toEqual([{ start: 0x40_0000n, end: 0x40_1000n, flags: 'rwu' }, { start: 0x40_2000n, end: 0x40_3000n, flags: 'rwu' }])
  })

  it('within a transaction shows what has been done so far', () => {
    const open = scenario({ op: 'begin' }, { op: 'map', start: '0x1000', size: '0x1000', flags: 'r' }, { op: 'rollback' })
    expect(session.at(open, 'riscv-sv39', 2).areas().count).toBe(1)
    expect(session.at(open, 'riscv-sv39', 3).areas().count).toBe(0)
  })
})

describe('steps', () => {
  it('tell what is granted beside the request', () => {
    const [x86] = stepsOf(session, { scenario: scenario({ op: 'map', start: '0x1000', size: '0x1000', flags: 'x' }), backends: ['x86-64'], from: 0, to: 1 })
    expect(x86!.steps[0]).toMatchObject({ status: 'done', areas: 1, tables: 4, frames: 5, grant: { kind: 'differs', requested: 'x', granted: 'rx', added: 'r' } })
  })

  it('tell of a scenario that a backend refuses as a whole', () => {
    const numbers = scenario({ op: 'map', start: '0x1000', size: '0x1000', flags: 3 })
    const [mock, aarch64] = stepsOf(session, { scenario: numbers, backends: ['mock', 'aarch64'], from: 0, to: 1 })
    expect(mock!.steps).toHaveLength(1)
    expect(aarch64!).toMatchObject({ problem: { op: 0 }, steps: [] })
  })
})

describe('tables', () => {
  it('are collapsed by runs', () => {
    const [root] = tablesAt(session, { scenario: MAPPED, backend: 'x86-64', count: 1, most: 10 })!
    expect(root!.runs.map(({ first, count, kind }) => ({ first, count, kind }))).toEqual([{ first: 0, count: 1, kind: 'table' }, { first: 1, count: 255, kind: 'absent' }, { first: 256, count: 256, kind: 'absent' }])
    // 0x400000 is index 2 at level 1; its three pages have three frames in a row.
    const leaves = root!.runs[0]!.child!.runs[0]!.child!.runs.find(({ kind }) => kind === 'table')!
    expect(leaves).toMatchObject({ first: 2, vaddr: 0x40_0000n })
    expect(leaves.child!.runs[0]).toMatchObject({ first: 0, count: 3, kind: 'leaf', vaddr: 0x40_0000n, size: 0x3000n, flags: 'rwu' })
  })
})

describe('frames', () => {
  it('are listed by physical address, with every address that reaches them', () => {
    const { runs, used, tables } = framesAt(session, { scenario: MAPPED, backend: 'aarch64', count: 4 })!
    // Two roots; for the lower half two tables, and two of leaves. Two pages are left of the allocated ones.
    expect({ used, tables }).toEqual({ used: 8, tables: 6 })
    const aliases = Array.from({ length: runs.count }, (_, row) => row).filter((row) => runs.paddrs[row] === 0x1234_5000n)
    expect(aliases.map((row) => [runs.vaddrs[row], runs.uses[row]])).toEqual([[0x9000n, PAGE_USE], [0xa000n, PAGE_USE]])
  })
})

describe('a path', () => {
  it('leads from an address to its area, its frame and all aliases', () => {
    const path = pathAt(session, { scenario: MAPPED, backend: 'riscv-sv39', count: 4, vaddr: 0xa123n })
    expect(path).toMatchObject({
      area: { start: 0xa000n, end: 0xb000n, flags: 'r' },
      table: { isCanonical: true, leaf: { paddr: 0x1234_5123n, size: 0x1000n, flags: 'r' }, aliases: [0x9123n, 0xa123n], hasMoreAliases: false },
    })
    expect(path.table!.steps.map(({ level, index }) => [level, index])).toEqual([[2, 0], [1, 0], [0, 10]])
  })
})

describe('a walk', () => {
  it('names the bit at fault, and what would have to change', () => {
    const walk = walkAt(session, { scenario: MAPPED, backend: 'x86-64', count: 4, vaddr: 0xa000n, access: 'write', mode: 'user', controls: {} })!
    expect(walk.outcome).toMatchObject({ kind: 'fault', reason: 'permission', level: 0, what: 'permission at level 0, U/S' })
    expect(walk.steps.at(-1)!.bits.filter(({ isAtFault }) => isAtFault).map(({ name }) => name)).toEqual(['U/S'])
    expect(walk.steps.at(-1)!).toMatchObject({ index: 10, indexBits: { high: 20, low: 12 } })
  })
})

describe('the parts of an address', () => {
  const HUGE = scenario({ op: 'map', start: '0x600000', size: '0x200000', flags: 'r', backing: { linear: '0x80200000' } })
  const partsOf = (backend: 'x86-64' | 'riscv-sv39' | 'aarch64', vaddr: bigint): object[] =>
    walkAt(session, { scenario: HUGE, backend, count: 1, vaddr, access: 'read', mode: 'kernel', controls: {} })!.parts.map(({ role, high, low, held, isUsed }) => [role, high, low, held, isUsed])

  it('are the indices down to the leaf, and an offset of the leaf’s size', () => {
    expect(partsOf('riscv-sv39', 0x61_2345n)).toEqual([['upper', 63, 39, 0n, true], ['index', 38, 30, 0n, true], ['index', 29, 21, 3n, true], ['offset', 20, 0, 0x1_2345n, true]])
  })

  it('are used as far as the walk has come', () => {
    expect(partsOf('x86-64', 0x80_0000_5000n)).toEqual([
      ['upper', 63, 48, 0n, true], ['index', 47, 39, 1n, true], ['index', 38, 30, 0n, false], ['index', 29, 21, 0n, false], ['index', 20, 12, 5n, false], ['offset', 11, 0, 0n, false],
    ])
  })

  it('tell which root an upper half begins at', () => {
    const walk = walkAt(session, { scenario: HUGE, backend: 'aarch64', count: 1, vaddr: 0xffff_8000_0000_0000n, access: 'read', mode: 'kernel', controls: {} })!
    expect(walk).toMatchObject({ rootName: 'TTBR1_EL1', root: walk.roots[1] })
    expect(walk.parts[0]).toMatchObject({ held: 0xffffn, meaning: 'all 1: the walk starts at TTBR1' })
  })
})

describe('the verdicts of a walk', () => {
  it('are those of every access by every mode', () => {
    const { verdicts } = walkAt(session, { scenario: MAPPED, backend: 'x86-64', count: 4, vaddr: 0xa000n, access: 'write', mode: 'user', controls: {} })!
    // The page is the kernel's, read-only: user mode stops at U/S, the kernel's write at R/W, its fetch at XD.
    expect(verdicts.map(({ access, mode, fault }) => `${access} ${mode} ${fault ?? 'yes'}`)).toEqual([
      'read user permission at level 0, U/S', 'read kernel yes',
      'write user permission at level 0, U/S', 'write kernel permission at level 0, R/W',
      'exec user permission at level 0, U/S', 'exec kernel permission at level 0, XD',
    ])
  })
})

describe('controls', () => {
  it('are those of the machine, with their defaults', () => {
    expect(controlsOfBackend('riscv-sv39').map(({ name, initial }) => [name, initial])).toEqual(expect.arrayContaining([['sum', false], ['mxr', false], ['ad', 'svade']]))
    expect(controlsOfBackend('mock')).toEqual([])
  })
})

describe('a difference', () => {
  it('tells areas, entries, frames and what is stale', () => {
    const { areas, tables } = differenceAt(session, { scenario: MAPPED, backend: 'x86-64', count: 2 })
    expect(areas).toMatchObject({ goneCount: 1, addedCount: 2 })
    expect(tables).toMatchObject({ entryCount: 1, frames: { before: 7, after: 6 }, invalidations: [{ ranges: [{ start: 0x40_1000n, size: 0x1000n }] }] })
    expect(tables!.entries).toMatchObject([{ level: 0, index: 1, count: 1, vaddr: 0x40_1000n, size: 0x1000n, before: { kind: 'leaf' }, after: { word: 0n, kind: 'absent', text: 'absent' }, bits: [] }])
  })

  it('puts entries together that change alike, whatever their frames', () => {
    // Sv39: 600 pages from index 10 of a table on fill it up to 511, and 98 entries of the next.
    const filled = scenario({ op: 'map', start: '0xa000', size: '0x258000', flags: 'rw' }, { op: 'protect', start: '0xa000', size: '0x258000', flags: 'r' })
    const first = differenceAt(session, { scenario: filled, backend: 'riscv-sv39', count: 1 }).tables!
    expect(first.entryCount).toBe(600 + 2 + 1)
    expect(first.entries.filter(({ level }) => level === 0).map(({ index, count, vaddr, size }) => [index, count, vaddr, size])).toEqual([[10, 502, 0xa000n, 0x1f_6000n], [0, 98, 0x20_0000n, 0x6_2000n]])
    const second = differenceAt(session, { scenario: filled, backend: 'riscv-sv39', count: 2 }).tables!
    expect(second).toMatchObject({ entryCount: 600, isCut: false })
    expect(second.entries[0]).toMatchObject({ count: 502, bits: [{ name: 'W', before: '1', after: '0' }] })
  })
})

describe('a timeline', () => {
  it('counts after each operation, from before the first on', () => {
    const refused = scenario({ op: 'map', start: '0x1000', size: '0x2000', flags: 'r' }, { op: 'map', start: '0x1000', size: '0x1000', flags: 'r' }, { op: 'unmap', start: '0x1000', size: '0x1000' }, { op: 'clear' })
    const timeline = timelineOf(session, { scenario: refused, backend: 'riscv-sv39' })
    // A root; two tables below it and two pages; one page less; the root alone again.
    expect({ areas: [...timeline.areas], frames: [...timeline.frames!], refused: [...timeline.refused] }).toEqual({ areas: [0, 1, 1, 1, 0], frames: [1, 5, 5, 4, 1], refused: [1] })
    expect(timelineOf(session, { scenario: refused, backend: 'mock' }).frames).toBeUndefined()
  })
})

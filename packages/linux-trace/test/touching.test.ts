// Touching, over real page tables (Sv39), with backends that are wrong in one way each.
import { FrameBackend } from '@addrspace/backend-paging'
import { riscvSv39, type RiscvControls } from '@addrspace/backend-riscv-sv39'
import { pa, va, type VirtAddr } from '@addrspace/memory-addr'
import { MappingError, MemorySet, unwrap, type BackendAnswer, type FaultAnswer, type MappingBackend } from '@addrspace/memory-set'
import { BitmapAllocator, PageTable, parseFlags, PhysMemory, unionOf, USER, type MappingFlags } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'
import { EXECUTE, READ, Touching, WRITE, type Permission } from '../src/index.ts'

type Table = PageTable<RiscvControls>
type Backend = MappingBackend<MappingFlags, Table>

const START = va(0x40_0000)
/** 64 pages. */
const RANGE = { start: START, end: START + 0x4_0000n }

class DemandBackend extends FrameBackend<RiscvControls> {
  constructor(when: 'eager' | 'demand' = 'demand') {
    super({ when })
  }
}

/** A replay reduced to what its observer hears. */
class Bench {
  readonly table: Table
  readonly set: MemorySet<MappingFlags, Table>
  readonly touching: Touching<RiscvControls>
  readonly backend: Backend

  constructor(backend: Backend = new DemandBackend(), options: { seed?: number; frames?: bigint } = {}) {
    const size = 0x1000n * (options.frames ?? 4096n)
    this.table = new PageTable({
      memory: new PhysMemory({ base: pa(0x8000_0000), size }),
      frames: new BitmapAllocator({ start: pa(0x8000_0000), end: 0x8000_0000n + size }),
      format: riscvSv39,
      invalidations: () => undefined,
    })
    this.set = new MemorySet<MappingFlags, Table>({
      pageTable: this.table,
      permits: (flags, access) => (flags & { read: READ, write: WRITE, exec: EXECUTE }[access]) !== 0,
    })
    this.touching = new Touching({ set: this.set, ...(options.seed !== undefined && { seed: options.seed }) })
    this.backend = backend
  }

  map(permission: Permission, range = RANGE): void {
    unwrap(this.set.map(range.start, range.end - range.start, flagsOf(permission), this.backend, { onOverlap: 'replace' }))
    this.touching.mapped(range, permission)
  }

  protect(permission: Permission, range = RANGE): void {
    unwrap(this.set.protect(range.start, range.end - range.start, () => flagsOf(permission)))
    this.touching.protected(range, permission)
  }

  unmap(range = RANGE): void {
    unwrap(this.set.unmap(range.start, range.end - range.start))
    this.touching.unmapped(range)
  }

  /** Addresses of the pages that are present. */
  get present(): bigint[] {
    return [...this.table.leaves({ start: va(0), end: 1n << 64n })].flatMap(({ start, size }) => Array.from({ length: Number(size >> 12n) }, (_, page) => start + (BigInt(page) << 12n)))
  }

  /** The rules that do not hold, each once. */
  get broken(): string[] {
    return [...new Set(this.touching.verify().map(({ rule }) => rule))].sort()
  }
}

function flagsOf(permission: Permission): MappingFlags {
  return unionOf(permission as MappingFlags, USER)
}

describe('touching', () => {
  it('touches the first page, the last, and up to three in between', () => {
    const bench = new Bench()
    bench.map(READ | WRITE)
    const { present } = bench
    expect(present[0]).toBe(0x40_0000n)
    expect(present.at(-1)).toBe(0x43_f000n)
    expect(present.length).toBeGreaterThan(2)
    expect(present.length).toBeLessThanOrEqual(5)
    expect(bench.touching.touchedPages).toBe(present.length)
    expect(bench.touching.verify()).toEqual([])
  })

  it('touches one page of an area of one, two of an area of two, and none without access', () => {
    const bench = new Bench()
    bench.map(READ, { start: START, end: START + 0x1000n })
    expect(bench.present).toEqual([0x40_0000n])
    bench.map(EXECUTE, { start: va(0x50_0000), end: 0x50_2000n })
    expect(bench.present).toEqual([0x40_0000n, 0x50_0000n, 0x50_1000n])
    bench.map(0, { start: va(0x60_0000), end: 0x61_0000n })
    expect(bench.present).toHaveLength(3)
    expect(bench.touching.verify()).toEqual([])
  })

  it('chooses other pages for another seed, and the same for the same', () => {
    const touched = (seed: number): bigint[] => {
      const bench = new Bench(undefined, { seed })
      bench.map(READ, { start: START, end: START + (1n << 36n) })
      return bench.present
    }
    expect(touched(7)).toEqual(touched(7))
    expect(touched(7)).not.toEqual(touched(8))
  })

  it('touches what becomes accessible, but not its holes', () => {
    const bench = new Bench()
    bench.map(0)
    bench.unmap({ start: va(0x41_0000), end: 0x44_0000n })
    expect(bench.present).toEqual([])
    bench.protect(READ)
    expect(bench.present[0]).toBe(0x40_0000n)
    expect(bench.present.every((page) => page < 0x41_0000n)).toBe(true)
    expect(bench.touching.verify()).toEqual([])
  })

  it('follows what is unmapped, replaced and protected', () => {
    const bench = new Bench()
    bench.map(READ | WRITE)
    bench.protect(0)
    bench.protect(WRITE)
    bench.map(READ, { start: va(0x41_0000), end: 0x42_0000n })
    bench.unmap({ start: va(0x41_8000), end: 0x43_0000n })
    expect(bench.touching.verify()).toEqual([])
    bench.unmap({ start: va(0), end: 1n << 38n })
    expect(bench.touching.touchedPages).toBe(0)
    expect(bench.touching.verify()).toEqual([])
  })

  it('throws the refusal of a page for which there is no frame', () => {
    // The root, two tables and one page.
    const bench = new Bench(undefined, { frames: 4n })
    expect(() => bench.map(READ)).toThrow(MappingError)
  })

  it('takes an empty set only', () => {
    const { set } = new Bench()
    unwrap(set.map(START, 0x1000n, parseFlags('ru'), new DemandBackend()))
    expect(() => new Touching({ set })).toThrow(new RangeError('"set" must be empty'))
  })
})

describe('a page table that is wrong', () => {
  it('is found out if pages are there before they are touched', () => {
    const bench = new Bench(new DemandBackend('eager'))
    bench.map(READ)
    expect(bench.broken).toEqual(['frames-in-use', 'touch'])
    expect(bench.touching.verify()[0]?.detail).toMatch(/^page 0x[0-9a-f]+ is there before its first read$/)
  })

  it('is found out if a page is not there after its fault', () => {
    class Idle extends DemandBackend {
      override fault(): FaultAnswer {
        return 'installed'
      }
    }
    const bench = new Bench(new Idle())
    bench.map(READ)
    expect(bench.broken).toEqual(['touch'])
    expect(bench.touching.verify()[0]).toEqual({ rule: 'touch', detail: 'page 0x400000 refuses a permitted read: not-present V' })
  })

  it('is found out if two pages are given one frame', () => {
    class Stingy extends DemandBackend {
      #frame: ReturnType<typeof pa> | undefined
      override fault(addr: VirtAddr, _access: unknown, flags: MappingFlags, table: Table): FaultAnswer {
        this.#frame ??= table.allocateFrames(1)!
        unwrapTable(table.map(va(addr & ~0xfffn), 0x1000n, this.#frame, flags))
        return 'installed'
      }
    }
    const bench = new Bench(new Stingy())
    bench.map(READ)
    expect(bench.broken).toEqual(['frames-in-use', 'touched-frame'])
  })

  it('is found out if an unmap leaves leaves behind', () => {
    class Forgetful extends DemandBackend {
      override unmap(): BackendAnswer {
        return true
      }
    }
    const bench = new Bench(new Forgetful())
    bench.map(READ)
    bench.unmap({ start: va(0x40_0000), end: 0x40_1000n })
    expect(bench.touching.verify()).toEqual([
      { rule: 'leaf-in-area', detail: 'leaves in 0x400000-0x401000 lie in no area' },
      { rule: 'frames-in-use', detail: `${bench.touching.touchedPages + 1} frames are in use besides tables, and ${bench.touching.touchedPages} pages are touched and mapped` },
    ])
  })

  it('is found out if a protect changes nothing, or too little', () => {
    class Lazy extends DemandBackend {
      override protect(): BackendAnswer {
        return true
      }
    }
    const bench = new Bench(new Lazy())
    bench.map(READ | WRITE)
    bench.protect(READ)
    expect(bench.broken).toEqual(['leaf-grants'])
    expect(bench.touching.verify().map(({ detail }) => detail)).toContain('0x400000-0x401000 lets a write through that is not granted')
    const other = new Bench(new Lazy())
    other.map(READ)
    other.protect(READ | WRITE)
    expect(other.touching.verify().map(({ detail }) => detail)).toContain('0x400000-0x401000 refuses a write that is granted')
  })

  it('is found out if a page lies in another frame than it was given', () => {
    const bench = new Bench()
    bench.map(READ)
    unwrapTable(bench.table.remap(START, pa(0x9000_0000)))
    expect(bench.touching.verify()).toEqual([
      { rule: 'touched-frame', detail: expect.stringMatching(/^0x400000-0x401000 was given frame 0x80[0-9a-f]+, and has frame 0x90000000$/) as string },
    ])
  })

  it('is found out if a touched page is gone', () => {
    const bench = new Bench()
    bench.map(READ)
    unwrapTable(bench.table.unmap(START, 0x1000n))
    expect(bench.broken).toEqual(['touched-frame'])
    bench.protect(READ, { start: START, end: START + 0x1000n })
    expect(bench.touching.verify().map(({ detail }) => detail)).toContain('page 0x400000 is not there any more at a later read')
  })

  it('is found out if frames are lost', () => {
    const bench = new Bench()
    bench.map(READ)
    bench.table.allocateFrames(1)
    expect(bench.broken).toEqual(['frames-in-use'])
  })
})

function unwrapTable(result: { readonly ok: boolean }): void {
  expect(result.ok).toBe(true)
}

/** Frames as rows: what is alone, what is long, and what is free. */

import { describe, expect, it } from 'vitest'
import { frameRows, rowOfFrame, runOfFrame } from '../../src/web/derive/frame-rows.ts'
import { PAGE_USE, type FramesView } from '../../src/web/derive/frames.ts'

/** Runs as physical address, size, virtual address and use. */
function view(...runs: readonly (readonly [bigint, bigint, bigint, number])[]): FramesView {
  return {
    runs: {
      count: runs.length,
      paddrs: BigUint64Array.from(runs, ([paddr]) => paddr),
      sizes: BigUint64Array.from(runs, ([, size]) => size),
      vaddrs: BigUint64Array.from(runs, ([, , vaddr]) => vaddr),
      uses: Uint8Array.from(runs, ([, , , use]) => use),
      flags: new Uint8Array(runs.length),
    },
    used: runs.length,
    tables: 0,
    memory: { base: 0x8000_0000n, size: 0x40_0000n },
    isCut: false,
  }
}

const MAPPED = view(
  [0x1000n, 0x1000n, 0x7000n, PAGE_USE],
  [0x1000n, 0x1000n, 0x9000n, PAGE_USE],
  [0x8000_0000n, 0x1000n, 0n, 3],
  [0x8000_1000n, 0x2000n, 0x40_0000n, PAGE_USE],
  [0x8020_0000n, 0x20_0000n, 0x60_0000n, PAGE_USE],
)

describe('rows of frames', () => {
  it('have sixteen frames, a bar for what is long, and say what is free', () => {
    expect(frameRows(MAPPED).map((row) => [row.kind, row.frame, row.kind === 'cells' ? row.cells.filter((cell) => cell !== undefined).length : row.frames])).toEqual([
      ['cells', 0, 1],
      // Up to where frames are handed out from, there is nothing to hand out.
      ['free', 0x10, 0x7_fff0],
      ['cells', 0x8_0000, 3],
      ['free', 0x8_0010, 0x1f0],
      ['bar', 0x8_0200, 0x200],
    ])
  })

  it('count the addresses that reach a frame', () => {
    const [first] = frameRows(MAPPED)
    expect(first?.kind === 'cells' && first.cells[1]).toEqual({ run: 0, uses: 2 })
  })

  it('are found by a frame, and what uses it too', () => {
    const rows = frameRows(MAPPED)
    expect(rowOfFrame(rows, 0x8030_0000n)).toBe(4)
    expect(rowOfFrame(rows, 0x9000_0000n)).toBe(-1)
    expect(runOfFrame(MAPPED.runs, 0x8000_2000n)).toBe(3)
    expect(runOfFrame(MAPPED.runs, 0x8000_0000n)).toBe(2)
    expect(runOfFrame(MAPPED.runs, 0x8000_3000n)).toBeUndefined()
  })
})

// What is refused, hidden leaves, splitting, changing live, and the facts that the walker asks for.
import { describe, expect, it } from 'vitest'
import { pa, physAddr } from '@addrspace/memory-addr'
import { ABSENT, HIDDEN, INVALID, LEAF, NONE, parseFlags, TABLE, type LeafEntry } from '@addrspace/page-table'
import { riscvSv39, riscvSv57 } from '@addrspace/backend-riscv-sv39'
import { allFlags, FORMATS, high, low } from './oracle.ts'

const leaf = (frame: bigint, letters: string): LeafEntry => ({ kind: 'leaf', frame: pa(frame), flags: parseFlags(letters), accessed: false, dirty: false })
const classOf = (word: bigint, level: number): number => riscvSv39.classify(low(word), high(word), level)

describe('facts', () => {
  it('are those of the manual', () => {
    // "Sv39 page table entry": PPN 53:10, V 0, A 6, D 7.
    for (const { format } of FORMATS) {
      expect(format.frameField).toEqual({ high: 53, low: 10 })
      expect(format.tableBits).toBe(0x1n)
      expect(format.accessedBit).toBe(0x40n)
      expect(format.dirtyBit).toBe(0x80n)
      expect(format.presentBitName).toBe('V')
    }
  })

  it('include that no bit of a pointer is set by hardware, since A is reserved there', () => {
    expect(riscvSv39.tableAccessedBit).toBe(0n)
  })

  it('include the names of the modes', () => {
    expect(FORMATS.map(({ format }) => format.name)).toEqual(['riscv-sv39', 'riscv-sv48', 'riscv-sv57'])
  })
})

describe('encode', () => {
  it('gives zero for absent', () => {
    expect(riscvSv39.encode({ kind: 'absent' }, 2)).toBe(0n)
  })

  it('refuses a frame that is not aligned to the leaf\'s size', () => {
    expect(() => riscvSv39.encode(leaf(0x800n, 'r'), 0)).toThrow('"frame" must be a multiple of 0x1000, got 0x800')
    expect(() => riscvSv39.encode(leaf(0x1000n, 'r'), 1)).toThrow('"frame" must be a multiple of 0x200000, got 0x1000')
    expect(() => riscvSv39.encode(leaf(0x20_0000n, 'r'), 2)).toThrow(RangeError)
    expect(() => riscvSv39.encode(leaf(0x1000n, ''), 1)).toThrow(RangeError)
    expect(() => riscvSv39.encode({ kind: 'table', frame: pa(0x10) }, 1)).toThrow(RangeError)
  })

  it('refuses a frame above 56 bits', () => {
    expect(riscvSv39.encode(leaf(2n ** 56n - 4096n, 'r'), 0)).toBe(0x003f_ffff_ffff_fc03n)
    expect(() => riscvSv39.encode(leaf(2n ** 56n, 'r'), 0)).toThrow('"frame" must have 56 bits, got 0x100000000000000')
    expect(() => riscvSv39.encode({ kind: 'table', frame: physAddr(2n ** 56n) }, 2)).toThrow(RangeError)
  })

  it('refuses flags that no word says', () => {
    expect(() => riscvSv39.encode(leaf(0n, 'w'), 0)).toThrow('"flags" must be what a word can say, as rw, got w')
    expect(() => riscvSv39.encode(leaf(0n, 'wx'), 0)).toThrow(RangeError)
    expect(() => riscvSv39.encode(leaf(0n, 'rwd'), 0)).toThrow('no bit says device memory without Svpbmt')
    expect(() => riscvSv39.encode(leaf(0n, 'n'), 0)).toThrow(RangeError)
  })

  it('refuses a table at level 0, and levels that the machine does not have', () => {
    expect(() => riscvSv39.encode({ kind: 'table', frame: pa(0) }, 0)).toThrow(RangeError)
    for (const level of [-1, 3, 0.5]) expect(() => riscvSv39.encode(leaf(0n, 'r'), level)).toThrow(RangeError)
    expect(riscvSv57.encode(leaf(0n, 'r'), 4)).toBe(3n)
  })
})

describe('hidden leaves', () => {
  it('keep frame, size, user, global, accessed and dirty', () => {
    const hidden: LeafEntry = { kind: 'leaf', frame: pa(0x4000_0000), flags: parseFlags('ug'), accessed: true, dirty: false }
    const word = riscvSv39.encode(hidden, 2)
    expect(riscvSv39.decode(word, 2)).toEqual(hidden)
    expect(classOf(word, 2)).toBe(HIDDEN)
  })

  it('are never seen by hardware: V is clear whatever is kept', () => {
    for (const letters of ['', 'u', 'g', 'ug']) {
      for (const accessed of [false, true]) for (const dirty of [false, true]) expect(riscvSv39.encode({ ...leaf(0n, letters), accessed, dirty }, 0) & 1n).toBe(0n)
    }
  })

  it('are never zero, even on frame 0', () => {
    expect(riscvSv39.encode(leaf(0n, ''), 0)).toBe(0x300n)
  })

  it('are known by the marker alone: without one of its bits, with a permission or an upper bit a word is absent', () => {
    expect(classOf(0x300n, 0)).toBe(HIDDEN)
    for (const word of [0x100n, 0x200n, 0x302n, 0x304n, 0x308n, 0x30en, 0x300n | (1n << 54n), 0x300n | (1n << 63n)]) expect(classOf(word, 0)).toBe(ABSENT)
  })

  it('are no leaf if misaligned, but absent as every word that hardware does not see', () => {
    expect(classOf(0x700n, 0)).toBe(HIDDEN)
    expect(classOf(0x700n, 1)).toBe(ABSENT)
    expect(riscvSv39.decode(0x700n, 1)).toEqual({ kind: 'absent' })
  })

  it('are no leaf once V is set: a pointer with our marker stays a pointer', () => {
    expect(classOf(0x301n, 1)).toBe(TABLE)
    expect(classOf(0x301n, 0)).toBe(INVALID)
  })

  it('come and go by replacing the bits of the flags, in words with software bits of others too', () => {
    const mask = riscvSv39.flagMask(0)
    const live = 0x2000_01d7n // V | R | W | U | A | D, bit 8 of some guest
    const hidden = (live & ~mask) | riscvSv39.leafBits(NONE, 0)
    expect(hidden).toBe(0x2000_03c0n)
    expect((hidden & ~mask) | riscvSv39.leafBits(parseFlags('rwu'), 0)).toBe(0x2000_00d7n)
  })
})

describe('splitBits', () => {
  it('keeps everything but the frame', () => {
    // All that a live leaf can have: D, A, G, U, X, W, R, V and RSW of others.
    expect(riscvSv39.splitBits(0x2008_01efn, 1)).toBe(0x1efn)
    expect(riscvSv39.splitBits(0x003f_fff8_0000_03ffn, 1)).toBe(0x3ffn)
    expect(riscvSv39.splitBits(0x2008_03d0n, 1)).toBe(0x3d0n)
  })

  it('makes leaves one level below that say the same', () => {
    for (const { format, levels } of FORMATS) {
      for (let level = 1; level < levels; level++) {
        for (const flags of allFlags()) {
          const grant = format.grant(flags)
          if (grant.kind === 'refused') continue
          const parent: LeafEntry = { kind: 'leaf', frame: pa(format.geometry.span(level)), flags: grant.flags, accessed: true, dirty: false }
          const below = format.splitBits(format.encode(parent, level), level)
          const step = format.geometry.span(level - 1) >> 2n
          expect(format.decode(below | (5n * step), level - 1)).toEqual({ ...parent, frame: 5n * format.geometry.span(level - 1) })
        }
      }
    }
  })
})

describe('needsBreak', () => {
  it('is not there: until the fence hardware uses the old or the new word, and nothing worse', () => {
    // "Supervisor Memory-Management Fence Instruction", note on modified leaves and on pages upgraded to superpages.
    expect('needsBreak' in riscvSv39).toBe(false)
  })
})

describe('classify', () => {
  it('gives one of five numbers', () => {
    expect([0x0n, 0x21fd_9c01n, 0x2008_00efn, 0x2008_0300n, 0x5n].map((word) => classOf(word, 1))).toEqual([ABSENT, TABLE, LEAF, HIDDEN, INVALID])
  })
})

import { describe, expect, it } from 'vitest'
import { drawPicture, roughSize, type DrawnArea } from '../src/cli/picture.ts'

const area = (start: bigint, end: bigint, permission: string): DrawnArea => ({ start, end, permission })

describe('drawPicture', () => {
  it('draws nothing of nothing', () => {
    expect(drawPicture([])).toEqual([])
  })

  it('draws one page as one cell', () => {
    expect(drawPicture([area(0x1000n, 0x2000n, 'rw-p')])).toEqual(['0x1000-0x2000 (4 KiB, 1 cell = 4 KiB)', '  w', 'w read and write'])
  })

  it('draws the last page of the space', () => {
    expect(drawPicture([area(2n ** 64n - 0x1000n, 2n ** 64n, 'r--p')])).toEqual([
      '0xfffffffffffff000-0x10000000000000000 (4 KiB, 1 cell = 4 KiB)',
      '  r',
      'r read',
    ])
  })

  it('draws the whole space in a line', () => {
    expect(drawPicture([area(0n, 2n ** 64n, '---p')])).toEqual([
      '0x0-0x10000000000000000 (16 EiB, 1 cell = 256 PiB)',
      `  ${'-'.repeat(64)}`,
      '- no access',
    ])
  })

  it('draws bytes where bounds are no multiples of a page', () => {
    expect(drawPicture([area(0x11n, 0x14n, 'r'), area(0x14n, 0x16n, 'rwx')])).toEqual([
      '0x11-0x16 (5 B, 2 areas, 1 cell = 1 B)',
      '  rrr##',
      'r read   # read, write and execute',
    ])
  })

  it('has a character for every permission', () => {
    const permissions = ['---', 'r--', '-w-', 'rw-', '--x', 'r-x', '-wx', 'rwx']
    const areas = permissions.map((permission, index) => area(BigInt(index) * 0x1000n, BigInt(index + 1) * 0x1000n, permission))
    expect(drawPicture(areas)).toEqual([
      '0x0-0x8000 (32 KiB, 8 areas, 1 cell = 4 KiB)',
      '  -rowex%#',
      '- no access   r read   o write only   w read and write   e execute only',
      'x read and execute   % write and execute   # read, write and execute',
    ])
  })

  it('keeps narrow gaps in the strip and takes wide ones out', () => {
    //   0x0        0x8000 0x9000   0x12000                    0x112000
    //   |rrrrrrrr| (4 KiB)  |wwwwwwwww|      (1 MiB)           |r|
    const areas = [area(0n, 0x8000n, 'r'), area(0x9000n, 0x12000n, 'rw'), area(0x112000n, 0x113000n, 'r')]
    expect(drawPicture(areas)).toEqual([
      '0x0-0x12000 (72 KiB, 2 areas, 1 cell = 4 KiB)',
      '  rrrrrrrr.wwwwwwwww',
      '    ~ 1 MiB free',
      '0x112000-0x113000 (4 KiB, 1 cell = 4 KiB)',
      '  r',
      'r read   w read and write   . free',
    ])
  })

  it('takes out an area beside which the others would be invisible', () => {
    expect(drawPicture([area(0n, 0x1000n, 'r'), area(0x1000n, 0x4000_0000n, ''), area(0x4000_0000n, 0x4000_2000n, 'rw')])).toEqual([
      '0x0-0x1000 (4 KiB, 1 cell = 4 KiB)',
      '  r',
      '0x1000-0x40000000 (1 GiB, 1 cell = 16 MiB)',
      `  ${'-'.repeat(64)}`,
      '0x40000000-0x40002000 (8 KiB, 1 cell = 4 KiB)',
      '  ww',
      '- no access   r read   w read and write',
    ])
  })

  it('shows in a cell what covers most of it, and never draws mapped memory as free', () => {
    //   page  0  1  2  3 | 4  5  6  7 | 8 … 19
    //         r  r  r  w | .  x  .  . | - … -
    const areas = [area(0n, 0x3000n, 'r'), area(0x3000n, 0x4000n, 'rw'), area(0x5000n, 0x6000n, 'rx'), area(0x8000n, 0x14000n, '')]
    expect(drawPicture(areas, { columns: 10 }).slice(0, 2)).toEqual(['0x0-0x14000 (80 KiB, 4 areas, 1 cell = 16 KiB)', '  rx---'])
  })

  it('gives a strip with many areas more rows', () => {
    const areas = [area(0n, 0x3000n, 'r'), area(0x3000n, 0x4000n, 'rw'), area(0x4000n, 0x5000n, 'rx')]
    expect(drawPicture(areas, { columns: 5 })).toEqual([
      '0x0-0x5000 (20 KiB, 3 areas, 1 cell = 4 KiB)',
      '  rrr',
      '  wx',
      'r read',
      'w read and write',
      'x read and execute',
    ])
  })

  it('fits the columns', () => {
    const wide = [area(0n, 0x40_0000n, 'r'), area(0x40_0000n, 0x80_0000n, 'rw')]
    for (const columns of [40, 80, 160]) {
      const [, strip] = drawPicture(wide, { columns })
      expect(strip!.length).toBeLessThanOrEqual(columns)
      expect(strip!.length).toBeGreaterThan(columns / 2)
    }
  })

  it('has no more than twelve strips', () => {
    const areas = Array.from({ length: 30 }, (_, index) => area(2n ** BigInt(2 * index + 1), 2n ** BigInt(2 * index + 1) + 1n, 'r'))
    expect(drawPicture(areas).filter((line) => line.startsWith('0x'))).toHaveLength(12)
  })

  it('paints runs of cells by what they permit', () => {
    const lines = drawPicture([area(0n, 0x8000n, 'r'), area(0x9000n, 0xa000n, 'rwx')], { paint: (tone, text) => `<${tone} ${text}>` })
    expect(lines[1]).toBe('  <read rrrrrrrr><dim .><danger #>')
  })
})

describe('roughSize', () => {
  it('rounds to three digits in the unit that makes it at least 1', () => {
    expect([0n, 1n, 1023n, 1024n, 1536n, 10_000n, 104_755n, 1_048_575n, 2n ** 47n, 2n ** 64n].map(roughSize)).toEqual([
      '0 B', '1 B', '1023 B', '1 KiB', '1.5 KiB', '9.77 KiB', '102 KiB', '1 MiB', '128 TiB', '16 EiB',
    ])
  })
})

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal, folderWith } from './command-line.ts'

/** One page of the kernel's at address 0, in a frame outside of the memory of tables. */
const scenario = (backend: string): string => `{"scenario":1,"backend":"${backend}"}
{"op":"map","start":"0x0","size":"0x1000","flags":"rw","backing":{"linear":"0x90000000"}}
`

/** The words of a file that are not zero, by offset. */
function wordsOf(file: string): Record<string, string> {
  const bytes = readFileSync(file)
  const words = Array.from({ length: bytes.length / 8 }, (_, index) => [8 * index, bytes.readBigUInt64LE(8 * index)] as const)
  return Object.fromEntries(words.filter(([, word]) => word !== 0n).map(([offset, word]) => [`0x${offset.toString(16)}`, `0x${word.toString(16)}`]))
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

describe('addrspace run --image', () => {
  it('writes the frames that are not zero, and what they are, on x86-64', async () => {
    const cwd = folderWith({})
    const { code, stdout } = await addrspace(['run', '-', '--image', 'out', '--json'], { cwd, stdin: scenario('x86-64') })
    expect(stdout).toContain('"root":"0x80000000","frames":4,')
    expect(code).toBe(0)
    expect(readJson(join(cwd, 'out/image.json'))).toEqual({ arch: 'x86-64', root: '0x80000000', segments: [{ paddr: '0x80000000', file: '0x80000000.bin' }] })
    // Pointers: A, U/S, R/W, P; the leaf: XD, D, A, R/W, P.
    expect(wordsOf(join(cwd, 'out/0x80000000.bin'))).toEqual({ '0x0': '0x80001027', '0x1000': '0x80002027', '0x2000': '0x80003027', '0x3000': '0x8000000090000063' })
    expect(readFileSync(join(cwd, 'out/0x80000000.bin'))).toHaveLength(0x4000)
  })

  it('writes one root on RISC-V', async () => {
    const cwd = folderWith({})
    await addrspace(['run', '-', '--image', 'deep/out', '--backend', 'riscv-sv39'], { cwd, stdin: scenario('x86-64') })
    expect(readJson(join(cwd, 'deep/out/image.json'))).toEqual({ arch: 'riscv-sv39', root: '0x80000000', segments: [{ paddr: '0x80000000', file: '0x80000000.bin' }] })
    // Frame numbers at bit 10; pointers: V; the leaf: D, A, W, R, V.
    expect(wordsOf(join(cwd, 'deep/out/0x80000000.bin'))).toEqual({ '0x0': '0x20000401', '0x1000': '0x20000801', '0x2000': '0x240000c7' })
  })

  it('writes both roots and MAIR_EL1 on AArch64, and no segment for a root that is empty', async () => {
    const cwd = folderWith({})
    await addrspace(['run', '-', '--image', 'out'], { cwd, stdin: scenario('aarch64') })
    // Normal Write-Back 0xff, Normal Non-cacheable 0x44, Device-nGnRE 0x04, from the lowest index on.
    expect(readJson(join(cwd, 'out/image.json'))).toEqual({
      arch: 'aarch64', root: '0x80000000', root1: '0x80001000', mair: '0x444ff',
      segments: [{ paddr: '0x80000000', file: '0x80000000.bin' }, { paddr: '0x80002000', file: '0x80002000.bin' }],
    })
    expect(wordsOf(join(cwd, 'out/0x80000000.bin'))).toEqual({ '0x0': '0x80002003' })
    // UXN and PXN (bits 54 and 53), nG, AF, Inner Shareable, a page: 0x60000000000f03.
    expect(wordsOf(join(cwd, 'out/0x80002000.bin'))).toEqual({ '0x0': '0x80003003', '0x1000': '0x80004003', '0x2000': '0x60000090000f03' })
  })

  it('writes no segment where nothing is mapped, and can be repeated into the same folder', async () => {
    const cwd = folderWith({})
    for (let time = 0; time < 2; time++) {
      const { code } = await addrspace(['run', '-', '--image', 'out'], { cwd, stdin: '{"scenario":1,"backend":"riscv-sv57"}\n' })
      expect(code).toBe(0)
      expect(readJson(join(cwd, 'out/image.json'))).toEqual({ arch: 'riscv-sv57', root: '0x80000000', segments: [] })
    }
    expect(readdirSync(join(cwd, 'out'))).toEqual(['image.json'])
    const walked = await addrspace(['walk', 'out', '0x1000', '--json'], { cwd })
    expect(walked.stdout).toBe(
      '{"steps":[{"level":4,"index":0,"entry":"0x80000000","word":"0x0","bits":[]}],"result":{"fault":"not-present","level":4,"bit":"V"}}\n',
    )
  })

  it('removes the segments of an earlier image from its folder, and nothing else', async () => {
    const cwd = folderWith({ 'out/0x1000.bin': 'not of the image', 'out/notes.txt': 'mine', 'other.bin': 'elsewhere' })
    const run = async (base: string): Promise<number | null> =>
      (await addrspace(['run', '-', '--image', 'out'], { cwd, stdin: scenario('x86-64').replace('"x86-64"', `"x86-64","memory":{"base":"${base}","size":"0x100000"}`) })).code
    expect(await run('0x80000000')).toBe(0)
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['0x1000.bin', '0x80000000.bin', 'image.json', 'notes.txt'])
    expect(await run('0x40000000')).toBe(0)
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['0x1000.bin', '0x40000000.bin', 'image.json', 'notes.txt'])
    // What no run has written stays, whatever an image says.
    const files = ['notes.txt', '../other.bin', '0x40000000.bin', '0x99000.bin', 7, null]
    writeFileSync(join(cwd, 'out/image.json'), JSON.stringify({ arch: 'x86-64', root: '0x0', segments: files.map((file) => ({ paddr: '0x0', file })) }))
    expect(await run('0x60000000')).toBe(0)
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['0x1000.bin', '0x60000000.bin', 'image.json', 'notes.txt'])
    expect(readFileSync(join(cwd, 'other.bin'), 'utf8')).toBe('elsewhere')
    for (const broken of ['{', '[]', '{"segments":5}', '{"segments":[5]}']) {
      writeFileSync(join(cwd, 'out/image.json'), broken)
      expect(await run('0x60000000')).toBe(0)
    }
    expect(readJson(join(cwd, 'out/image.json'))).toMatchObject({ root: '0x60000000' })
  })

  it('writes the image although an expectation was not met, relative to where the user stands', async () => {
    const folder = folderWith({})
    const stdin = `${scenario('x86-64')}{"op":"areas","expect":[]}\n`
    const { code } = await addrspace(['run', '-', '--image', 'out'], { stdin, env: { INIT_CWD: folder } })
    expect(code).toBe(1)
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['0x80000000.bin', 'image.json'])
  })

  it('refuses several scenarios, backends without a table, and folders that cannot be made', async () => {
    const cwd = folderWith({ file: 'x' })
    expectRefusal(await addrspace(['run', '-', '--image', 'out'], { cwd, stdin: scenario('x86-64').repeat(2) }), '--image takes a file with one scenario, got 2')
    expectRefusal(await addrspace(['run', '-', '--image', 'out', '--backend', 'null'], { cwd, stdin: scenario('x86-64') }), '--image needs a backend with page tables, and null has none')
    expectRefusal(await addrspace(['run', '-', '--image', 'file'], { cwd, stdin: scenario('x86-64') }), 'file: is a file, not a folder')
    // Asking Node for the folders above, too, took for ever.
    if (existsSync('/proc/self')) expectRefusal(await addrspace(['run', '-', '--image', '/proc/image'], { cwd, stdin: scenario('x86-64') }), '/proc/image: no such file or folder')
    expectRefusal(await addrspace(['run', '-', '--image', 'file/out'], { cwd, stdin: scenario('x86-64') }), 'file/out: no such file or folder')
    mkdirSync(join(cwd, 'out/image.json'), { recursive: true })
    writeFileSync(join(cwd, 'out/other'), '')
    expectRefusal(await addrspace(['run', '-', '--image', 'out'], { cwd, stdin: scenario('x86-64') }), 'out/image.json: is a folder, not a file')
  })
})

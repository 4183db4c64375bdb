import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal, folderWith } from './command-line.ts'
import { imageFiles } from './image.ts'

const MACHINES = 'x86-64, x86-64-la57, riscv-sv39, riscv-sv48, riscv-sv57, aarch64'

/** Words of four levels, typed from the formats. Addresses 0x0 and up are in the table at 0x80003000. */
const X86 = {
  '0x80000000': 0x8000_1027n, // P, R/W, U/S, A
  '0x80000008': 0x8000_4003n, // a pointer without U/S
  '0x80000010': 0x8000_0027n, // points to itself
  '0x80000018': 0x70_0000_0027n, // points out of the image
  '0x80000020': 0x8000_10a7n, // PS in the root, which is reserved
  '0x80000028': 0x8000_40a7n, // the same, above pointers without U/S
  '0x80000030': 0x70_0000_00a7n, // the same, out of the image
  '0x80001000': 0x8000_2027n,
  '0x80002000': 0x8000_3027n,
  '0x80002008': 0x8000_0000_8010_0087n, // a leaf of 2 MiB at 0x80100000: bit 20 must be zero
  '0x80002010': 0x8020_00e7n, // a leaf of 2 MiB for everybody, for everything, A and D set
  '0x80003000': 0x8000_0000_9000_0067n, // P, R/W, U/S, A, D, XD
  '0x80003008': 0x8000_0000_9000_1021n, // P, A: the kernel reads
  '0x80003010': 0x8000_0000_9000_2007n, // accessed and dirty clear
  '0x80003018': 0x1234_5678_0000_0800n, // not present, and not one of ours
  '0x80004000': 0x8000_5003n,
  '0x80005000': 0x8000_6003n,
  '0x80006000': 0x8000_0000_9000_3001n,
}
const IMAGE = imageFiles({ arch: 'x86-64', root: '0x80000000' }, X86)

interface Walked {
  readonly steps: readonly { readonly level: number; readonly index: number; readonly entry: string; readonly word: string; readonly bits: readonly string[] }[]
  readonly result: unknown
}

async function walkJson(cwd: string, ...args: string[]): Promise<Walked> {
  const { code, stdout, stderr } = await addrspace(['walk', 'image', ...args, '--json'], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as Walked
}

/** The last lines of what people read: the outcome. */
async function outcome(cwd: string, ...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await addrspace(['walk', 'image', ...args], { cwd })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  return lines.slice(lines.findLastIndex((line) => /^(?:level| {9}|0x[0-9a-f]+ {2})/.test(line)) + 1)
}

describe('addrspace walk', () => {
  it('tells every step and its bits as JSON', async () => {
    const cwd = folderWith(IMAGE)
    const pointer = ['A', 'U/S', 'R/W', 'P']
    expect(await walkJson(cwd, '0x8', '--access', 'write')).toEqual({
      steps: [
        { level: 3, index: 0, entry: '0x80000000', word: '0x80001027', bits: ['address=0x80001', ...pointer] },
        { level: 2, index: 0, entry: '0x80001000', word: '0x80002027', bits: ['address=0x80002', ...pointer] },
        { level: 1, index: 0, entry: '0x80002000', word: '0x80003027', bits: ['address=0x80003', ...pointer] },
        { level: 0, index: 0, entry: '0x80003000', word: '0x8000000090000067', bits: ['XD', 'address=0x90000', 'D', 'A', 'U/S', 'R/W', 'P'] },
      ],
      result: { paddr: '0x90000008' },
    })
    const large = await walkJson(cwd, '0x5fffff', '--access', 'exec')
    expect(large.result).toEqual({ paddr: '0x803fffff' })
    expect(large.steps.at(-1)).toEqual({ level: 1, index: 2, entry: '0x80002010', word: '0x802000e7', bits: ['address=0x401', 'PS', 'D', 'A', 'U/S', 'R/W', 'P'] })
  })

  it('tells what the machine would write, which it does not', async () => {
    const cwd = folderWith(IMAGE)
    const updated = { paddr: '0x90002000', updates: [{ entry: '0x80003010', word: '0x8000000090002067' }] }
    expect((await walkJson(cwd, '0x2000', '--access', 'write')).result).toEqual(updated)
    expect((await walkJson(cwd, '0x2000', '--access', 'write')).result).toEqual(updated)
    expect(await outcome(cwd, '0x2000')).toEqual(['0x90002000, in a leaf of 4 KiB that grants rwu', 'the machine would set accessed or dirty: 0x8000000090002027 at 0x80003010'])
  })

  it('prints every step, its bits by the manual\'s names, and why it stops', async () => {
    const { stdout } = await addrspace(['walk', 'image', '4104', '--access', 'write'], { cwd: folderWith(IMAGE) })
    expect(stdout.split('\n')).toEqual([
      '0x1008  write by user on x86-64, root 0x80000000',
      'level 3  [0] at 0x80000000  0x80001027  table 0x80001000',
      '         XD=0  A=1  PCD:PWT=0x0 (WB, write-back)  U/S=1  R/W=1  P=1',
      'level 2  [0] at 0x80001000  0x80002027  table 0x80002000',
      '         XD=0  PS=0  A=1  PCD:PWT=0x0 (WB, write-back)  U/S=1  R/W=1  P=1',
      'level 1  [0] at 0x80002000  0x80003027  table 0x80003000',
      '         XD=0  PS=0  A=1  PCD:PWT=0x0 (WB, write-back)  U/S=1  R/W=1  P=1',
      'level 0  [1] at 0x80003008  0x8000000090001021  leaf 0x90001000',
      '         XD=1  G=0  PAT=0  D=0  A=1  PCD:PWT=0x0 (WB, write-back)  U/S=0  R/W=0',
      '         P=1',
      'fault: permission at level 0, U/S (the access is not permitted)',
      'smallest change: U/S=1 and R/W=1 in the entry at 0x80003008 (level 0)',
      '',
    ])
  })

  it('gives the smallest change wherever on the way it is', async () => {
    const cwd = folderWith(IMAGE)
    // 0x8000000000 is index 1 of the root, whose pointers lack U/S all the way down.
    expect(await outcome(cwd, '0x8000000000', '--mode', 'user')).toEqual([
      'fault: permission at level 0, U/S (the access is not permitted)',
      'smallest change: U/S=1 in the entry at 0x80000008 (level 3), U/S=1 in the entry at 0x80004000 (level 2), U/S=1 in the entry at 0x80005000 (level 1), U/S=1 in the entry at 0x80006000 (level 0)',
    ])
    expect(await outcome(cwd, '0x8000000000', '--mode', 'kernel', '--access', 'write')).toEqual([
      'fault: permission at level 0, R/W (the access is not permitted)',
      'smallest change: R/W=1 in the entry at 0x80006000 (level 0); or a machine with wp=false',
    ])
    expect(await outcome(cwd, '0x0', '--mode', 'kernel', '--controls', '{"smap":true}')).toEqual([
      'fault: permission at level 0, U/S (the access is not permitted)',
      ['smallest change: U/S=0 in the entry at 0x80000000 (level 3)', 'or U/S=0 in the entry at 0x80001000 (level 2)', 'or U/S=0 in the entry at 0x80002000 (level 1)',
        'or U/S=0 in the entry at 0x80003000 (level 0)', 'or 1 more of this size'].join('; '),
    ])
    // Bit 20 of the leaf is the only thing wrong with it; it is in the reserved field 20:13.
    expect(await outcome(cwd, '0x200000')).toEqual([
      'fault: reserved at level 1, 20:13 (the entry is illegal)',
      'smallest change: reserved 20:13=0x0 in the entry at 0x80002008 (level 1)',
    ])
  })

  it('repairs an illegal pointer, and tells what comes next', async () => {
    const cwd = folderWith(IMAGE)
    const fault = 'fault: reserved at level 3, PS (the entry is illegal)'
    const repair = (entry: string): string => `smallest change: PS=0 in the entry at ${entry} (level 3)`
    expect(await outcome(cwd, '0x20000000000', '--access', 'write')).toEqual([fault, repair('0x80000020')])
    expect(await outcome(cwd, '0x28000000000')).toEqual([fault, `${repair('0x80000028')}; after it the fault is permission at level 0, U/S (the access is not permitted)`])
    expect(await outcome(cwd, '0x28000200000')).toEqual([fault, `${repair('0x80000028')}; after it the fault is not-present at level 1, P (nothing is there)`])
    expect(await outcome(cwd, '0x30000000000')).toEqual([fault, `${repair('0x80000030')}; after it the fault is memory at level 2 (the table is not in the memory of the image)`])
    // The memory is as before.
    expect((await walkJson(cwd, '0x20000000000')).steps).toMatchObject([{ word: '0x800010a7' }])
  })

  it('repairs what makes a pointer illegal on RISC-V', async () => {
    // Sv39: frame numbers from bit 10 on; the leaf has D, A, U, W, R and V.
    const pointers = { '0x80000000': 0x2000_0441n, '0x80000008': 0x40_0000_2000_0401n, '0x80000010': 0x2000_0401n, '0x80001000': 0x2000_0801n, '0x80001008': 0x2000_0805n, '0x80002000': 0x2400_00d7n }
    const cwd = folderWith(imageFiles({ arch: 'riscv-sv39', root: '0x80000000' }, pointers))
    expect(await outcome(cwd, '0x0')).toEqual(['fault: reserved at level 2, A (the entry is illegal)', 'smallest change: A=0 in the entry at 0x80000000 (level 2)'])
    expect(await outcome(cwd, '0x40000000')).toEqual(['fault: reserved at level 2, 60:54 (the entry is illegal)', 'smallest change: reserved 60:54=0x0 in the entry at 0x80000008 (level 2)'])
    // W without R looks like a leaf and stays one: as a leaf of 2 MiB its frame is misaligned, not A, and not U.
    const [, change] = await outcome(cwd, '0x80200000')
    expect(change).toContain('PPN[0]=0x0')
    expect(change).toContain('R=1')
  })

  it('repairs what makes a pointer illegal on AArch64, whose levels have other names there', async () => {
    // Under the second root; the page is user mode's, read only, with PXN, UXN, nG, AF and Inner Shareable.
    const words = { '0x80001000': 0x4_0000_8000_2003n, '0x80001008': 0x8000_2001n, '0x80001010': 0x8000_2003n, '0x80002000': 0x8000_3003n, '0x80003000': 0x8000_4003n, '0x80004000': 0x60_0000_9000_0fc3n, '0x80004008': 0x60_0000_9000_0fc1n }
    const cwd = folderWith(imageFiles({ arch: 'aarch64', root: '0x80000000', root1: '0x80001000' }, words))
    expect(await outcome(cwd, '0xffff000000000000')).toEqual([
      "fault: reserved at level 3 (Arm's level 0), 50:48 (the entry is illegal)",
      "smallest change: reserved 50:48=0x0 in the entry at 0x80001000 (level 3, Arm's level 0)",
    ])
    expect(await outcome(cwd, '0xffff008000000000', '--access', 'write')).toEqual([
      "fault: reserved at level 3 (Arm's level 0), 1:0 (the entry is illegal)",
      "smallest change: type=0x3 in the entry at 0x80001008 (level 3, Arm's level 0); after it the fault is permission at level 0 (Arm's level 3), AP[2] (the access is not permitted)",
    ])
    expect(await outcome(cwd, '0xffff010000001000')).toEqual([
      "fault: reserved at level 0 (Arm's level 3), 1:0 (the entry is illegal)",
      "smallest change: type=0x3 in the entry at 0x80004008 (level 0, Arm's level 3)",
    ])
    const { stdout } = await addrspace(['walk', 'image', '0xffff010000000000'], { cwd })
    expect(stdout.split('\n').slice(1)).toEqual([
      "level 3 (Arm's level 0)  [2] at 0x80001010  0x80002003  table 0x80002000",
      '         type=0x3',
      "level 2 (Arm's level 1)  [0] at 0x80002000  0x80003003  table 0x80003000",
      '         type=0x3',
      "level 1 (Arm's level 2)  [0] at 0x80003000  0x80004003  table 0x80004000",
      '         type=0x3',
      "level 0 (Arm's level 3)  [0] at 0x80004000  0x60000090000fc3  leaf 0x90000000",
      '         UXN=1  PXN=1  Contiguous=0  nG=1  AF=1  SH=0x3 (Inner Shareable)',
      '         AP[2]=1  AP[1]=1',
      '         AttrIndx=0x0 (Normal, Inner and Outer Write-Back Non-transient, Read-Allocate, Write-Allocate)',
      '         type=0x3',
      '0x90000000, in a leaf of 4 KiB that grants ru',
      '',
    ])
  })

  it('changes bits and the state of the machine together where that is least', async () => {
    // Sv39: a leaf of 1 GiB with U, R and V.
    const cwd = folderWith(imageFiles({ arch: 'riscv-sv39', root: '0x80000000' }, { '0x80000000': 0x2000_0003n }))
    const [, change] = await outcome(cwd, '0x0')
    expect(change).toBe('smallest change: A=1 and U=1 in the entry at 0x80000000 (level 2); or U=1 in the entry at 0x80000000 (level 2), and with ad=svadu')
  })

  it('names the bits of a word that is not there, which the machine does not look at', async () => {
    const cwd = folderWith(IMAGE)
    const { stdout } = await addrspace(['walk', 'image', '0x3000'], { cwd })
    expect(stdout).toContain('level 0  [3] at 0x80003018  0x1234567800000800  absent\n         P=0  ignored: 62:52=0x123  address=0x4567800000  11:9=0x4\n')
    const { steps } = await walkJson(cwd, '0x3000')
    expect(steps.at(-1)?.bits).toEqual(['ignored 62:52=0x123', 'address=0x4567800000', 'ignored 11:9=0x4'])
    // Nothing is to be said of zero.
    expect((await walkJson(cwd, '0x38000000000')).steps.at(-1)?.bits).toEqual([])
    const zero = await addrspace(['walk', 'image', '0x38000000000'], { cwd })
    expect(zero.stdout).toContain('  0x0  absent\nfault: not-present at level 3, P (nothing is there)\n')
  })

  it('tells what is to be done where no bit helps', async () => {
    const cwd = folderWith(IMAGE)
    expect(await outcome(cwd, '0x3000')).toEqual(['fault: not-present at level 0, P (nothing is there)', 'smallest change: map a page here; the entry at 0x80003018 is not present'])
    expect(await outcome(cwd, '0x800000000000')).toEqual(['fault: non-canonical (the machine does not translate this address)', 'canonical are addresses below 0x800000000000 and from 0xffff800000000000 on'])
    expect(await outcome(cwd, '0x18000000000')).toEqual(['fault: memory at level 2 (the table is not in the memory of the image)', 'the entry at 0x80000018 would have to point to a table in the image'])
  })

  it('ends after the levels of the machine, whatever the tables hold', async () => {
    const cwd = folderWith(IMAGE)
    // 0x10080402000 has index 2 at every level: the root is the table of every level, and its entry 2 the leaf at last.
    const itself = await walkJson(cwd, '0x10080402123')
    expect(itself.steps.map(({ level, entry }) => `${level} ${entry}`)).toEqual(['3 0x80000010', '2 0x80000010', '1 0x80000010', '0 0x80000010'])
    expect(itself.result).toEqual({ paddr: '0x80000123' })
    expect((await walkJson(cwd, '0x18000000000')).result).toEqual({ fault: 'memory', level: 2, bit: '' })
    expect((await walkJson(cwd, '0x20000000000')).result).toEqual({ fault: 'reserved', level: 3, bit: 'PS' })
    expect(await walkJson(cwd, '0xffff7fffffffffff')).toEqual({ steps: [], result: { fault: 'non-canonical', level: 3, bit: '' } })
  })

  it('walks what run --image has written, on every machine', async () => {
    const scenario = `{"scenario":1,"backend":"x86-64"}
{"op":"map","start":"0x400000","size":"0x1000","flags":"rwu","backing":{"linear":"0x12345000"}}
{"op":"map","start":"0xfffffffffffff000","size":"0x1000","flags":"r","backing":{"linear":"0x54321000"}}
{"op":"map","start":"0x401000","size":"0x1000","flags":""}
`
    for (const [backend, levels, user] of [['x86-64', 4, 'U/S'], ['x86-64-la57', 5, 'U/S'], ['riscv-sv39', 3, 'U'], ['riscv-sv48', 4, 'U'], ['riscv-sv57', 5, 'U'], ['aarch64', 4, 'AP[1]']] as const) {
      const cwd = folderWith({ 's.jsonl': scenario })
      await addrspace(['run', 's.jsonl', '--backend', backend, '--image', 'image'], { cwd })
      const low = await walkJson(cwd, '0x400abc', '--access', 'write')
      expect(low.result).toMatchObject({ paddr: '0x12345abc' })
      expect(low.steps.map(({ level }) => level)).toEqual(Array.from({ length: levels }, (_, index) => levels - 1 - index))
      expect((await walkJson(cwd, '0xffffffffffffffff', '--mode', 'kernel')).result).toMatchObject({ paddr: '0x54321fff' })
      expect((await walkJson(cwd, '0xffffffffffffffff')).result).toEqual({ fault: 'permission', level: 0, bit: user })
      const [fault, change] = await outcome(cwd, '0x401000')
      expect(fault).toMatch(/^fault: not-present at level 0.* \(the page is hidden: no access\)$/)
      expect(change).toBe('smallest change: protect the page, which has kept its frame, with flags that permit the read')
    }
  })

  it('walks images larger than memory, since only the tables on the way are read', async () => {
    const cwd = folderWith(imageFiles({ arch: 'x86-64', root: '0x80000000' }, X86))
    // A segment of 64 GiB, of which the file system stores nothing.
    const huge = openSync(join(cwd, 'image/huge.bin'), 'w')
    ftruncateSync(huge, 2 ** 36)
    closeSync(huge)
    const description = JSON.parse(readFileSync(join(cwd, 'image/image.json'), 'utf8')) as { segments: unknown[] }
    description.segments.push({ paddr: '0x100000000', file: 'huge.bin' })
    writeFileSync(join(cwd, 'image/image.json'), JSON.stringify(description))
    expect((await walkJson(cwd, '0x8', '--access', 'write')).result).toEqual({ paddr: '0x90000008' })
  })

  it('walks images anywhere within the physical addresses', async () => {
    const words = { '0xffffffffff000': 0xf_ffff_ffff_f067n }
    const cwd = folderWith(imageFiles({ arch: 'x86-64', root: '0xffffffffff000' }, words))
    // The entry names the table in which it lies.
    expect((await walkJson(cwd, '0x123')).result).toMatchObject({ paddr: '0xffffffffff123' })
  })

  it('takes roots and frames that no segment has for zero, and both roots of AArch64', async () => {
    // A block of 1 GiB at level 2 under the second root; the first root is not in the image.
    const words = { '0x80005ff8': 0x8000_6003n, '0x80006ff8': 0x60_0000_4000_0f01n }
    const cwd = folderWith(imageFiles({ arch: 'aarch64', root: '0x80000000', root1: '0x80005000', mair: '0xff' }, words))
    expect((await walkJson(cwd, '0xffffffffc0012345', '--mode', 'kernel')).result).toEqual({ paddr: '0x40012345' })
    expect((await walkJson(cwd, '0x12345')).result).toEqual({ fault: 'not-present', level: 3, bit: 'valid' })
    expect(await outcome(cwd, '0xffffffffc0012345', '--mode', 'kernel')).toEqual([
      '0x40012345, in a leaf of 1 GiB that grants rw',
      "The image's MAIR_EL1 is 0xff; memory types are told as with 0x444ff.",
    ])
    const same = folderWith(imageFiles({ arch: 'aarch64', root: '0x80005000', root1: '0x80005000' }, words))
    expect((await walkJson(same, '0xffffffffc0012345', '--mode', 'kernel')).result).toEqual({ paddr: '0x40012345' })
    expect((await walkJson(same, '0xffffc0012345', '--mode', 'kernel')).result).toEqual({ paddr: '0x40012345' })
  })

  it('refuses arguments by name', async () => {
    const cwd = folderWith(IMAGE)
    const refused = async (args: readonly string[], message: string): Promise<void> => expectRefusal(await addrspace(['walk', ...args], { cwd }), message)
    const number = 'must be a number below 2^64, hexadecimal with 0x or decimal, got'
    await refused(['image', 'nonsense'], `VA ${number} "nonsense"`)
    await refused(['image', '0x10000000000000000'], `VA ${number} "0x10000000000000000"`)
    await refused(['image', ''], `VA ${number} ""`)
    await refused(['image', '0x0', '--access', 'append'], '--access must be read, write or exec, got "append"')
    await refused(['image', '0x0', '--mode', 'god'], '--mode must be user or kernel, got "god"')
    await refused(['image', '0x0', '--controls', 'smap'], '--controls must be JSON, such as {"smap":true}, got smap')
    await refused(['image', '0x0', '--controls', '[]'], '--controls must be a JSON object, such as {"smap":true}, got []')
    await refused(['image', '0x0', '--controls', '{"sum":true}'], '--controls: "sum" is no control of x86-64; it has wp, nxe, smep, smap')
    await refused(['image', '0x0', '--controls', '{"smap":1}'], '--controls: "smap" must be true or false')
    await refused(['image'], "missing required argument 'VA'; see addrspace walk --help")
    await refused(['missing', '0x0'], 'missing: no such file or folder')
  })

  it('refuses images that are none, by file and field', async () => {
    const good = { arch: 'x86-64', root: '0x80000000' }
    const segment = { paddr: '0x80000000', file: 'a.bin' }
    const refused = async (description: unknown, message: string): Promise<void> => {
      const text = typeof description === 'string' ? description : JSON.stringify(description)
      const cwd = folderWith({ 'image/image.json': text, 'image/a.bin': new Uint8Array(4096), 'image/b.bin': new Uint8Array(4096), 'image/empty.bin': '', 'image/folder/x': '' })
      expectRefusal(await addrspace(['walk', 'image', '0x0'], { cwd }), message)
    }
    const field = 'image/image.json: '
    await refused('{"arch":', `${field}is not JSON: Unexpected end of JSON input`)
    await refused('[]', `${field}must be an object, got []`)
    await refused({ root: '0x0', segments: [] }, `${field}"arch": must be the name of a machine, got nothing`)
    await refused({ arch: 'z80', root: '0x0', segments: [] }, `image: "arch": unknown machine "z80"; known are ${MACHINES}`)
    await refused({ arch: 'mock', root: '0x0', segments: [] }, `image: "arch": unknown machine "mock"; known are ${MACHINES}`)
    await refused({ ...good, root: 5, segments: [] }, `${field}"root": must be a "0x…" string below 2^64, got 5`)
    await refused({ ...good, root: '0x80000008', segments: [] }, `${field}"root": must be a multiple of 0x1000, got "0x80000008"`)
    await refused({ ...good, root: '0x10000000000000', segments: [] }, 'image: "root": must be below 0x10000000000000 on x86-64, got 0x10000000000000')
    await refused({ ...good, root1: '0x0', segments: [] }, 'image: "root1": x86-64 has one root')
    await refused({ ...good, arch: 'aarch64', segments: [] }, 'image: "root1": missing; aarch64 has two roots')
    await refused({ ...good }, `${field}"segments": must be a list, got nothing`)
    // Deeper than can be written out.
    const deep = '['.repeat(5000) + ']'.repeat(5000)
    await refused(deep, `${field}must be an object, got a list that is nested too deep to be shown`)
    await refused(`{"arch":${deep}}`, `${field}"arch": must be the name of a machine, got a list that is nested too deep to be shown`)
    await refused(`{"arch":"x86-64","segments":[],"root":{"a":${deep}}}`, `${field}"root": must be a "0x…" string below 2^64, got an object that is nested too deep to be shown`)
    await refused({ ...good, segments: ['a.bin'] }, `${field}"segments[0]": must be an object, got "a.bin"`)
    await refused({ ...good, segments: [{ ...segment, paddr: '0x80' }] }, `${field}"segments[0].paddr": must be a multiple of 0x1000, got "0x80"`)
    await refused({ ...good, segments: [{ paddr: '0x0' }] }, `${field}"segments[0].file": must name a file in the image's folder, got nothing`)
    await refused({ ...good, segments: [{ ...segment, file: '../x' }] }, `${field}"segments[0].file": must name a file in the image's folder, got "../x"`)
    await refused({ ...good, segments: [{ ...segment, file: '/etc/passwd' }] }, `${field}"segments[0].file": must name a file in the image's folder, got "/etc/passwd"`)
    await refused({ ...good, segments: [{ ...segment, file: 'missing.bin' }] }, 'image/missing.bin: no such file or folder')
    await refused({ ...good, segments: [{ ...segment, file: 'folder' }] }, 'image/folder: is no file')
    await refused({ ...good, segments: [{ ...segment, file: 'empty.bin' }] }, 'image/empty.bin: is empty')
    await refused({ ...good, segments: [segment, { ...segment, file: 'b.bin' }] }, `${field}the segments a.bin and b.bin overlap`)
    await refused({ ...good, segments: [{ ...segment, paddr: '0xffffffffffff000' }] }, 'image: image/a.bin reaches past 0x10000000000000, where the physical addresses of x86-64 end')
    // One memory holds what lies between two multiples of 2^43.
    const across = 'an image must not reach across a multiple of 2^43'
    await refused({ ...good, root: '0x7fffffff000', segments: [{ ...segment, paddr: '0x80000000000' }] }, `image: "root" lies below 0x80000000000 and image/a.bin above: ${across}`)
    await refused({ ...good, arch: 'aarch64', root1: '0x100000000000', segments: [segment] }, `image: "root" lies below 0x80000000000 and "root1" above: ${across}`)
    await refused({ ...good, root: '0xffffffffff000', segments: [segment] }, `image: image/a.bin lies below 0x80000000000 and "root" above: ${across}`)
    expectRefusal(await addrspace(['walk', '.', '0x0'], { cwd: folderWith({ x: '' }) }), 'image.json: no such file or folder')
  })
})

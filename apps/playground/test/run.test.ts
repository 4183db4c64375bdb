import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal, folderWith } from './command-line.ts'

const HEADER = '{"scenario":1,"name":"split","backend":"mock"}'
const BACKENDS = 'mock, null, x86-64, x86-64-la57, riscv-sv39, riscv-sv48, riscv-sv57, aarch64'
const SPLIT = `# an area cut in two
${HEADER}

{"op":"map","start":"0x400000","size":"0x4000","flags":"rwu"}
{"op":"map","start":"0x403000","size":"0x1000","flags":"r"}
{"op":"unmap","start":"0x401000","size":"0x1000","expect":"ok"}
{"op":"find","addr":"0x400fff","expect":{"start":"0x400000","flags":"rwu"}}
{"op":"overlaps","start":"0x401000","size":"0x1000","expect":false}
{"op":"findFree","hint":"0x400000","size":"0x1000","expect":"0x401000"}
{"op":"translate","addr":"0x402008","access":"write","mode":"user"}
{"op":"areas"}
`

describe('addrspace run', () => {
  it('prints a JSON line per operation and one per scenario', async () => {
    const cwd = folderWith({ 'split.jsonl': SPLIT })
    const { code, stdout, stderr } = await addrspace(['run', 'split.jsonl', '--json'], { cwd })
    expect(stdout.split('\n')).toEqual([
      '{"op":0,"result":"ok"}',
      '{"op":1,"result":"AlreadyExists","reason":"overlap"}',
      '{"op":2,"result":"ok"}',
      '{"op":3,"result":{"start":"0x400000","end":"0x401000","flags":11}}',
      '{"op":4,"result":false}',
      '{"op":5,"result":"0x401000"}',
      '{"op":6,"result":null,"reason":"no-table"}',
      '{"op":7,"result":[{"start":"0x400000","end":"0x401000","flags":11},{"start":"0x402000","end":"0x404000","flags":11}]}',
      '{"name":"split","areas":2,"mismatches":0}',
      '',
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('prints a line per operation for people', async () => {
    const { code, stdout } = await addrspace(['run', '-'], { stdin: SPLIT })
    expect(stdout.split('\n')).toEqual([
      'split (mock)',
      '  0  map 0x400000 +0x4000 rwu                      ok',
      '  1  map 0x403000 +0x1000 r                        AlreadyExists ([0x403000, 0x404000) overlaps the area 0x400000-0x404000 11)',
      '  2  unmap 0x401000 +0x1000                        ok',
      '  3  find 0x400fff                                 0x400000-0x401000 rwu',
      '  4  overlaps 0x401000 +0x1000                     false',
      '  5  findFree 0x1000 from 0x400000                 0x401000',
      '  6  translate 0x402008 write user                 null (no-table)',
      '  7  areas                                         0x400000-0x401000 rwu, 0x402000-0x404000 rwu',
      '     2 areas, no mismatch',
      '',
    ])
    expect(code).toBe(0)
  })

  it('calls levels what the manual of the machine calls them, and writes flags in its letters', async () => {
    const stdin = [
      '{"scenario":1,"backend":"aarch64"}',
      '{"op":"map","start":"0x400000","size":"0x4000","flags":"rwu"}',
      '{"op":"map","start":"0x403000","size":"0x1000","flags":"r"}',
      '{"op":"translate","addr":"0x402008","access":"exec","mode":"user","expect":{"fault":"permission","level":2}}',
    ].join('\n')
    const arm = (await addrspace(['run', '-'], { stdin })).stdout.split('\n')
    expect(arm[2]).toContain('overlaps the area 0x400000-0x404000 rwu)')
    expect(arm[3]).toContain("fault permission, level 0 (Arm's level 3), bit UXN  MISMATCH: expected fault permission, level 2 (Arm's level 1)")
    const intel = (await addrspace(['run', '-', '--backend', 'x86-64'], { stdin })).stdout.split('\n')
    expect(intel[3]).toContain('fault permission, level 0, bit XD  MISMATCH: expected fault permission, level 2')
  })

  it('ends with 1 exactly when a result is not the expected one, and marks it', async () => {
    const stdin = `${HEADER}\n{"op":"overlaps","start":"0x0","size":"0x1000","expect":true}\n{"op":"areas","expect":[]}\n`
    const json = await addrspace(['run', '-', '--json'], { stdin })
    expect(json.stdout).toBe('{"op":0,"result":false,"mismatch":true}\n{"op":1,"result":[]}\n{"name":"split","areas":0,"mismatches":1}\n')
    expect(json.code).toBe(1)
    const human = await addrspace(['run', '-'], { stdin })
    expect(human.stdout).toContain('false  MISMATCH: expected true\n')
    expect(human.stdout).toContain('\n     0 areas, 1 mismatch\n')
    expect(human.code).toBe(1)
  })

  it('runs every scenario of a file afresh, on the backend of its header or on the one that is asked for', async () => {
    const cwd = folderWith({ 'two.jsonl': `${SPLIT}{"scenario":1,"name":"second","backend":"null"}\n{"op":"areas"}\n` })
    const { stdout } = await addrspace(['run', 'two.jsonl'], { cwd })
    expect(stdout).toContain('\nsecond (null)\n  0  areas                                         none\n     0 areas, no mismatch\n')
    const overridden = await addrspace(['run', 'two.jsonl', '--backend', 'null'], { cwd })
    expect(overridden.stdout).toMatch(/^split \(null\)\n/)
  })

  it('takes file names relative to INIT_CWD, and gzip', async () => {
    const folder = folderWith({ 'split.jsonl.gz': gzipSync(SPLIT) })
    const { code, stdout } = await addrspace(['run', 'split.jsonl.gz', '--json'], { env: { INIT_CWD: folder } })
    expect(stdout).toMatch(/\{"name":"split","areas":2,"mismatches":0\}\n$/)
    expect(code).toBe(0)
  })

  it('checks the whole file before it runs anything', async () => {
    const cwd = folderWith({ 'bad.jsonl': `${SPLIT}{"op":"find","addr":"0x10000000000000000"}\n` })
    expectRefusal(
      await addrspace(['run', 'bad.jsonl', '--json'], { cwd }),
      'bad.jsonl: line 12: "addr": must be a "0x…" string or a small integer below 2^64, got "0x10000000000000000"',
    )
    const second = `${SPLIT}{"scenario":1,"backend":"riscv-sv39"}\n{"op":"map","start":"0x0","size":"0x1000","flags":3}\n`
    expectRefusal(
      await addrspace(['run', '-'], { stdin: second }),
      'standard input: line 13: "flags": must be letters on riscv-sv39; numbers are for mock and null',
    )
  })

  it('refuses lines that are wrong by line and field', async () => {
    const refused = async (line: string, message: string): Promise<void> => {
      expectRefusal(await addrspace(['run', '-'], { stdin: `${HEADER}\n${line}\n` }), `standard input: line 2: ${message}`)
    }
    await refused('{"op":"unmap","start":"0x0"}', '"size": missing')
    await refused('{"op":"areas","colour":1}', '"colour": unknown field')
    await refused('{"op":"clear"', "is not JSON: Expected ',' or '}' after property value in JSON at position 13 (line 1 column 14)")
  })

  it('refuses files that are none', async () => {
    const garbage = Uint8Array.from({ length: 512 }, (_, index) => (index * 167) % 256)
    const cwd = folderWith({ 'empty.jsonl': '', garbage, 'cut.gz': gzipSync(SPLIT).subarray(0, 60), 'folder/x': '' })
    expectRefusal(await addrspace(['run', 'missing.jsonl'], { cwd }), 'missing.jsonl: no such file or folder')
    expectRefusal(await addrspace(['run', 'folder'], { cwd }), 'folder: is a folder, not a file')
    expectRefusal(await addrspace(['run', 'garbage'], { cwd }), 'garbage: is not a text file')
    expectRefusal(await addrspace(['run', 'cut.gz'], { cwd }), 'cut.gz: is damaged: not all of it could be unpacked')
    expectRefusal(
      await addrspace(['run', 'empty.jsonl'], { cwd }),
      'empty.jsonl: holds no scenario: a header line {"scenario":1,…} is missing',
    )
  })

  it('refuses backends that it does not know, and images of those without page tables', async () => {
    const stdin = SPLIT
    expectRefusal(await addrspace(['run', '-', '--backend', 'nonsense'], { stdin }), 'unknown backend "nonsense"; known are ' + BACKENDS)
    expectRefusal(
      await addrspace(['run', '-', '--image', 'out'], { stdin }),
      '--image needs a backend with page tables, and mock has none',
    )
    expectRefusal(
      await addrspace(['run', '-', '--image', 'out'], { stdin: SPLIT + SPLIT }),
      '--image takes a file with one scenario, got 2',
    )
  })

  it('goes on quietly when nobody reads any more, and tells the truth at the end', async () => {
    const lookups = '{"op":"find","addr":"0x0"}\n'.repeat(20_000)
    const stdin = `${HEADER}\n${lookups}{"op":"find","addr":"0x0","expect":"ok"}\n`
    const { code, stdout, stderr } = await addrspace(['run', '-', '--json'], { stdin, closesEarly: true })
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/^\{"op":0,"result":null\}\n/)
    expect(stdout).not.toContain('"mismatches"')
  })
})

import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal, folderWith } from './command-line.ts'

const LIST = `00400000-00402000 r-xp 00000000 fe:00 12                                 /tmp/a b (deleted)
00402000-00403000 rw-p 00000000 00:00 0                                  [heap]
7ffffffde000-7ffffffff000 ---p 00000000 00:00 0
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`

describe('addrspace maps', () => {
  it('prints areas as JSON: hexadecimal addresses, the letters that are permitted, the name', async () => {
    const cwd = folderWith({ 'end.maps': LIST })
    expect(await addrspace(['maps', 'end.maps', '--json'], { cwd })).toEqual({
      code: 0,
      stdout:
        '{"areas":[{"start":"0x400000","end":"0x402000","flags":"rx","name":"/tmp/a b (deleted)"},' +
        '{"start":"0x402000","end":"0x403000","flags":"rw","name":"[heap]"},' +
        '{"start":"0x7ffffffde000","end":"0x7ffffffff000","flags":"","name":""},' +
        '{"start":"0xffffffffff600000","end":"0xffffffffff601000","flags":"x","name":"[vsyscall]"}]}\n',
      stderr: '',
    })
  })

  it('prints a table and a picture for people', async () => {
    const { code, stdout } = await addrspace(['maps', '-'], { stdin: LIST })
    expect(stdout.split('\n')).toEqual([
      '0x400000-0x402000                      r-xp     8 KiB  /tmp/a b (deleted)',
      '0x402000-0x403000                      rw-p     4 KiB  [heap]',
      '0x7ffffffde000-0x7ffffffff000          ---p   132 KiB',
      '0xffffffffff600000-0xffffffffff601000  --xp     4 KiB  [vsyscall]',
      '4 areas, 148 KiB',
      '',
      '0x400000-0x403000 (12 KiB, 2 areas, 1 cell = 4 KiB)',
      '  xxw',
      '    ~ 128 TiB free',
      '0x7ffffffde000-0x7ffffffff000 (132 KiB, 1 cell = 4 KiB)',
      '  ---------------------------------',
      '    ~ 16 EiB free',
      '0xffffffffff600000-0xffffffffff601000 (4 KiB, 1 cell = 4 KiB)',
      '  e',
      '- no access   w read and write   e execute only   x read and execute',
      '',
    ])
    expect(code).toBe(0)
  })

  it('does not hand control characters of names to the terminal', async () => {
    const { stdout } = await addrspace(['maps', '-'], { stdin: '1000-2000 r--p 00000000 fe:00 1 /tmp/\u001b[2Jx\n' })
    expect(stdout).toMatch(/^0x1000-0x2000 {2}r--p {5}4 KiB {2}\/tmp\/\\u001b\[2Jx\n/)
  })

  it('reads compressed lists', async () => {
    const cwd = folderWith({ 'end.maps.gz': gzipSync(LIST) })
    const { code, stdout } = await addrspace(['maps', 'end.maps.gz', '--json'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain('"name":"[vsyscall]"')
  })

  it('refuses what is no list, by file and line', async () => {
    const cwd = folderWith({ empty: '', 'bad.maps': '1000-2000 r--p 00000000 fe:00 1\n1000-10000000000000001 r--p 00000000 fe:00 1\n' })
    expectRefusal(await addrspace(['maps', 'empty'], { cwd }), 'empty: holds no areas')
    expectRefusal(
      await addrspace(['maps', 'bad.maps', '--json'], { cwd }),
      'bad.maps:2: expected an end above the start, at most 2^64, got "1000-10000000000000001 r--p 00000000 fe:00 1"',
    )
    expectRefusal(await addrspace(['maps', '.'], { cwd }), '.: is a folder, not a file')
    expectRefusal(await addrspace(['maps', '12ab'], { cwd }), '12ab: no such file or folder')
  })

  // Only Linux has these lists of living processes; elsewhere the command says so.
  const hasLists = process.platform === 'linux'

  it('reads the list of a living process', async () => {
    for (const pid of ['self', String(process.pid)]) {
      const { code, stdout, stderr } = await addrspace(['maps', pid, '--json'])
      if (hasLists) {
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        expect(stdout).toContain('"flags":"rw"')
      } else {
        expectRefusal({ code, stdout, stderr }, `process ${pid}: this system has no /proc/PID/maps`)
      }
    }
  })

  it('refuses the number of a process that does not exist', async () => {
    const problem = hasLists ? 'no such process' : 'this system has no /proc/PID/maps'
    expectRefusal(await addrspace(['maps', '4194305']), `process 4194305: ${problem}`) // beyond PID_MAX_LIMIT, 2^22
  })
})

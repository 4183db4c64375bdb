/**
 * Input that is wrong on purpose: too much, without end, nested, elsewhere. Each ends in one line and exit code 2, in
 * bounded time and memory. What can be asked of the program at random is in bad-input-fuzz.test.ts.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, openSync, readFileSync, symlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal, folderWith, type Circumstances, type Ending } from './command-line.ts'

const HEADER = '{"scenario":1,"backend":"mock"}\n'
const AREA = '1000-2000 rw-p 00000000 00:00 0\n'
const PAGE = new Uint8Array(4096).fill(1)
const DEEP = '['.repeat(200_000) + ']'.repeat(200_000)
const TOO_DEEP = 'a list that is nested too deep to be shown'

/** Runs a command whose heap has so many MiB; gives how it ended, and its peak of resident memory in MiB. */
async function measured(args: readonly string[], heap: number, circumstances: Circumstances & { readonly cwd: string }): Promise<Ending & { readonly peak: number }> {
  const tools = folderWith({ 'peak.mjs': "import { writeFileSync } from 'node:fs'\nprocess.on('exit', () => writeFileSync(new URL('peak', import.meta.url), String(process.resourceUsage().maxRSS)))\n" })
  const NODE_OPTIONS = `--max-old-space-size=${heap} --import=file://${join(tools, 'peak.mjs')}`
  const ending = await addrspace(args, { ...circumstances, env: { NODE_OPTIONS } })
  return { ...ending, peak: Number(readFileSync(join(tools, 'peak'), 'utf8')) / 1024 }
}

/** Writes a file of so many pieces without holding it. */
function writePieces(path: string, head: string, piece: string, count: number, tail: string): void {
  const file = openSync(path, 'w')
  writeSync(file, head)
  for (let i = 0; i < count; i++) writeSync(file, piece)
  writeSync(file, tail)
  closeSync(file)
}

function makePipe(folder: string): void {
  execFileSync('mkfifo', [join(folder, 'pipe')])
}

describe('too much', () => {
  it('a log line of 100 MB is refused by its number, in bounded memory', async () => {
    const cwd = folderWith({ 'p/start.maps': AREA })
    writePieces(join(cwd, 'p/strace.txt'), '10 execve("/bin/p", ["p"], 0x7f /* 1 vars */) = 0\n10 munmap(', 'x'.repeat(2 ** 20), 100, ', 1) = 0\n')
    const { code, stdout, stderr, peak } = await measured(['replay', 'p', '--backend', 'null'], 64, { cwd })
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: 'addrspace: p/strace.txt:2: expected a line of at most 1048576 characters\n' })
    expect(peak).toBeLessThan(256)
  })

  it('a list of a million areas is read', async () => {
    const cwd = folderWith({})
    const lines = Array.from({ length: 1_000_000 }, (_, index) => `${(index * 0x2000).toString(16)}-${(index * 0x2000 + 0x1000).toString(16)} rw-p 00000000 00:00 0\n`)
    writePieces(join(cwd, 'many.maps'), lines.join(''), '', 0, '')
    const { code, stderr, stdout, peak } = await measured(['maps', 'many.maps', '--json'], 1024, { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    // 999999 times 0x2000.
    expect(stdout.endsWith('{"start":"0x1e847e000","end":"0x1e847f000","flags":"rw","name":""}]}\n')).toBe(true)
    expect(peak).toBeLessThan(2048)
  })

  it('a text of nothing but line ends takes no memory for each of them', async () => {
    const cwd = folderWith({})
    writePieces(join(cwd, 'lines'), '', '\n'.repeat(2 ** 20), 16, '')
    for (const command of ['run', 'maps']) {
      const { code, stdout, peak } = await measured([command, 'lines'], 64, { cwd })
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(peak).toBeLessThan(512)
    }
  })

  it('standard input without end is refused when it has become too large', () => {
    const script = `yes '# nothing' | "$0" --conditions=@addrspace/source --max-old-space-size=64 "$1" run -`
    const main = new URL('../src/cli/main.ts', import.meta.url).pathname
    expect(() => execFileSync('sh', ['-c', script, process.execPath, main], { stdio: 'pipe', encoding: 'utf8' })).toThrow('addrspace: standard input: too large to be read at once')
  })

  it('a scenario of a million operations is run', async () => {
    const cwd = folderWith({})
    writePieces(join(cwd, 'long.jsonl'), HEADER, '{"op":"find","addr":"0x1000"}\n'.repeat(10_000), 100, '')
    const { code, stderr, stdout } = await measured(['run', 'long.jsonl', '--json'], 1024, { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.endsWith('{"op":999999,"result":null}\n{"name":"","areas":0,"mismatches":0}\n')).toBe(true)
  })

  it('memory that no machine here can have is refused, and frames beyond those there are, before one is taken', async () => {
    const memory = (size: string): string => `{"scenario":1,"backend":"x86-64","memory":{"base":"0x0","size":"${size}"}}\n`
    expectRefusal(await addrspace(['run', '-'], { stdin: memory('0x8000000000000000') }), 'standard input: line 1: "memory.size": must be at most 0x400000000 on x86-64')
    const map = '{"op":"map","start":"0x0","size":"0x100000000000","flags":"rw","expect":"BadState"}\n'
    const { code, stdout } = await addrspace(['run', '-', '--json'], { stdin: memory('0x400000000') + map })
    expect({ code, stdout }).toEqual({
      code: 0, stdout: '{"op":0,"result":"BadState","reason":"backend-refused","refusal":"out-of-frames"}\n{"name":"","areas":0,"root":"0x0","frames":1,"mismatches":0}\n',
    })
  })
})

describe('nested without end', () => {
  it('scenarios', async () => {
    const cwd = folderWith({ op: `${HEADER}{"op":${DEEP}}\n`, addr: `${HEADER}{"op":"find","addr":${DEEP}}\n`, expect: `${HEADER}{"op":"areas","expect":${DEEP}}\n` })
    expect((await addrspace(['run', 'op'], { cwd })).stderr).toMatch(`addrspace: op: line 2: "op": unknown operation ${TOO_DEEP}; known are map,`)
    expectRefusal(await addrspace(['run', 'addr'], { cwd }), `addr: line 2: "addr": must be a "0x…" string or a small integer below 2^64, got ${TOO_DEEP}`)
    expect(await addrspace(['run', 'expect', '--json'], { cwd })).toMatchObject({ code: 1, stderr: '' })
  })

  it('images and controls', async () => {
    const cwd = folderWith({
      'arch/image.json': `{"arch":${DEEP},"root":"0x0","segments":[]}`, 'root/image.json': `{"arch":"x86-64","root":${DEEP},"segments":[]}`,
      'ok/image.json': '{"arch":"x86-64","root":"0x0","segments":[]}',
    })
    expectRefusal(await addrspace(['walk', 'arch', '0'], { cwd }), `arch/image.json: "arch": must be the name of a machine, got ${TOO_DEEP}`)
    expectRefusal(await addrspace(['walk', 'root', '0'], { cwd }), `root/image.json: "root": must be a "0x…" string below 2^64, got ${TOO_DEEP}`)
    expect(await addrspace(['walk', 'ok', '0', '--controls', `{"smap":${'['.repeat(30_000)}${']'.repeat(30_000)}}`], { cwd })).toMatchObject({ code: 2, stdout: '', stderr: 'addrspace: --controls: "smap" must be true or false\n' })
  })
})

describe('what is no file', () => {
  it('folders, devices and pipes to which nobody writes', async () => {
    const cwd = folderWith({ 'p/start.maps': AREA, 'q/strace.txt/x': '' })
    makePipe(cwd)
    expectRefusal(await addrspace(['maps', 'p'], { cwd }), 'p: is a folder, not a file')
    expectRefusal(await addrspace(['maps', '/dev/zero']), '/dev/zero: is not a text file')
    expectRefusal(await addrspace(['run', '/dev/zero']), '/dev/zero: is not a text file')
    expectRefusal(await addrspace(['walk', '/dev/zero', '0']), '/dev/zero: is not a text file')
    expectRefusal(await addrspace(['replay', '/dev/zero', '--start', 'p/start.maps'], { cwd }), '/dev/zero: is no regular file')
    expectRefusal(await addrspace(['maps', 'pipe'], { cwd }), 'pipe: holds no areas')
    expectRefusal(await addrspace(['run', 'pipe'], { cwd }), 'pipe: holds no scenario: a header line {"scenario":1,…} is missing')
    expectRefusal(await addrspace(['replay', 'pipe', '--start', 'p/start.maps'], { cwd }), 'pipe: is no regular file')
    expectRefusal(await addrspace(['replay', 'q', '--start', 'p/start.maps'], { cwd }), 'q/strace.txt: is a folder, not a file')
    expectRefusal(await addrspace(['maps', '-'], { cwd }), 'standard input: holds no areas')
  })

  it('a pipe to which somebody writes is read', () => {
    const cwd = folderWith({ list: AREA })
    makePipe(cwd)
    const main = new URL('../src/cli/main.ts', import.meta.url).pathname
    const script = '(sleep 0.2; cat list; sleep 0.2; echo 3000-4000 r--p 00000000 00:00 0) > pipe & exec "$0" --conditions=@addrspace/source "$1" maps pipe --json'
    const { INIT_CWD: _, ...env } = process.env
    const stdout = execFileSync('sh', ['-c', script, process.execPath, main], { cwd, encoding: 'utf8', env })
    expect(stdout).toBe('{"areas":[{"start":"0x1000","end":"0x2000","flags":"rw","name":""},{"start":"0x3000","end":"0x4000","flags":"r","name":""}]}\n')
  })
})

describe('lists', () => {
  it('that are empty are input errors of a replay too, as of maps', async () => {
    const log = '10 execve("/bin/p", ["p"], 0x7f /* 1 vars */) = 0\n10 exit_group(0) = ?\n'
    const cwd = folderWith({ 'end/strace.txt': log, 'end/start.maps': AREA, 'end/end.maps': '', 'start/strace.txt': log, 'start/start.maps': '\n', 'mid/strace.txt': log, 'mid/start.maps': AREA, 'mid/mid-00001.maps': '' })
    expectRefusal(await addrspace(['replay', 'end'], { cwd }), 'end/end.maps: holds no areas')
    expectRefusal(await addrspace(['replay', 'start'], { cwd }), 'start/start.maps: holds no areas')
    expectRefusal(await addrspace(['replay', 'mid'], { cwd }), 'mid/mid-00001.maps: holds no areas')
  })

  it('that overlap, descend or leave the space are refused by their line', async () => {
    const cwd = folderWith({
      overlap: `${AREA}1800-3000 rw-p 00000000 00:00 0\n`, same: AREA + AREA, down: `5000-6000 rw-p 00000000 00:00 0\n${AREA}`,
      past: '1000-10000000000001000 rw-p 00000000 00:00 0\n', wide: '10000000000000000-10000000000001000 rw-p 00000000 00:00 0\n',
    })
    for (const [name, line] of [['overlap', 2], ['same', 2], ['down', 2], ['past', 1], ['wide', 1]] as const) {
      const { code, stdout, stderr } = await addrspace(['maps', name], { cwd })
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toMatch(new RegExp(`^addrspace: ${name}:${line}: expected [^\n]+\n$`))
    }
  })
})

describe('images', () => {
  const image = (root: string, paddr: string): string => JSON.stringify({ arch: 'x86-64', root, segments: [{ paddr, file: 'a' }] })

  it('whose table points to itself are walked to the last level', async () => {
    const table = new Uint8Array(4096)
    const words = new DataView(table.buffer)
    for (let at = 0; at < 4096; at += 8) words.setBigUint64(at, 0x1027n, true)
    const cwd = folderWith({ 'self/image.json': image('0x1000', '0x1000'), 'self/a': table })
    const { code, stdout } = await addrspace(['walk', 'self', '0x123', '--json'], { cwd })
    expect(code).toBe(0)
    const { steps, result } = JSON.parse(stdout) as { steps: readonly { entry: string }[]; result: unknown }
    expect(steps.map(({ entry }) => entry)).toEqual(['0x1000', '0x1000', '0x1000', '0x1000'])
    expect(result).toEqual({ paddr: '0x1123' })
  })

  it('that no memory can hold are refused', async () => {
    const cwd = folderWith({ 'far/image.json': image('0x0', '0x800000000000'), 'far/a': PAGE, 'root/image.json': image('0x7ffffffffff000', '0x0'), 'root/a': PAGE, 'high/image.json': image('0x80000000000', '0x0'), 'high/a': PAGE })
    expectRefusal(await addrspace(['walk', 'far', '0'], { cwd }), 'far: "root" lies below 0x80000000000 and far/a above: an image must not reach across a multiple of 2^43')
    expectRefusal(await addrspace(['walk', 'high', '0'], { cwd }), 'high: high/a lies below 0x80000000000 and "root" above: an image must not reach across a multiple of 2^43')
    expectRefusal(await addrspace(['walk', 'root', '0'], { cwd }), 'root: "root": must be below 0x10000000000000 on x86-64, got 0x7ffffffffff000')
  })

  it('of 64 GiB are read as far as the walk goes', async () => {
    const cwd = folderWith({ 'big/image.json': image('0x0', '0x0') })
    const file = openSync(join(cwd, 'big/a'), 'w')
    ftruncateSync(file, 2 ** 36)
    writeSync(file, new BigUint64Array([0xf_0000_0027n]), 0, 8, 0)
    closeSync(file)
    const { code, stdout, peak } = await measured(['walk', 'big', '0', '--json'], 64, { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ steps: [{ word: '0xf00000027' }, { entry: '0xf00000000', word: '0x0' }], result: { fault: 'not-present', level: 2 } })
    expect(peak).toBeLessThan(256)
  })

  it('do not lead elsewhere, by name or by link', async () => {
    const cwd = folderWith({ secret: PAGE, 'link/image.json': image('0x0', '0x0'), 'up/image.json': JSON.stringify({ arch: 'x86-64', root: '0x0', segments: [{ paddr: '0x0', file: 'x/../../secret' }] }) })
    symlinkSync('../secret', join(cwd, 'link/a'))
    expectRefusal(await addrspace(['walk', 'link', '0'], { cwd }), `link/image.json: "segments[0].file": must name a file in the image's folder, got "a", a link out of it`)
    expectRefusal(await addrspace(['walk', 'up', '0'], { cwd }), `up/image.json: "segments[0].file": must name a file in the image's folder, got "x/../../secret"`)
  })
})

describe('texts', () => {
  it('with a byte order mark, other line ends, and characters that are none', async () => {
    const cwd = folderWith({ bom: `\uFEFF${HEADER.replace('\n', '\r\n')}{"op":"areas"}\r\n`, binary: new Uint8Array([0xff, 0xfe, 0x80, 0x0a]), nul: `${HEADER}\0`, maps: AREA.replace('\n', '\r\n') })
    expect((await addrspace(['run', 'bom', '--json'], { cwd })).stdout).toBe('{"op":0,"result":[]}\n{"name":"","areas":0,"mismatches":0}\n')
    expect((await addrspace(['maps', 'maps', '--json'], { cwd })).code).toBe(0)
    expectRefusal(await addrspace(['run', 'nul'], { cwd }), 'nul: is not a text file')
    for (const command of ['run', 'maps']) expect(await addrspace([command, 'binary'], { cwd })).toMatchObject({ code: 2, stdout: '' })
  })
})

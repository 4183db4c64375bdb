import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal, folderWith } from './command-line.ts'

const BACKENDS = 'mock, null, x86-64, x86-64-la57, riscv-sv39, riscv-sv48, riscv-sv57, aarch64'

const START = `00400000-00401000 r-xp 00000000 fe:00 7                                  /bin/p
7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
`
const LOG = `10 execve("/bin/p", ["p"], 0x7ffe00000000 /* 3 vars */) = 0
10 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fc0000
10 mprotect(0x7ffff7fc0000, 4096, PROT_READ) = 0
10 exit_group(0)                     = ?
`
const MIDDLE = `00400000-00401000 r-xp 00000000 fe:00 7                                  /bin/p
7ffff7fc0000-7ffff7fc2000 rw-p 00000000 00:00 0
7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
`
const END = `00400000-00401000 r-xp 00000000 fe:00 7                                  /bin/p
7ffff7fc0000-7ffff7fc1000 r--p 00000000 00:00 0
7ffff7fc1000-7ffff7fc2000 rw-p 00000000 00:00 0
7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
`
const TRACE = { 'p/strace.txt': LOG, 'p/start.maps': START, 'p/end.maps': END, 'p/mid-00002.maps': MIDDLE }
const MATCH =
  '"operations":{"mmap":1,"mprotect":1},"areas":4,"kernelAreas":4,"differences":[],"violations":[],"checkpoints":1,"match":true'

/** Those of the machines that the stack of a program fits in, and each once. */
const MODES = ['mock', 'null', 'x86-64', 'x86-64-la57', 'riscv-sv48', 'riscv-sv57', 'aarch64']

describe('addrspace replay', () => {
  it('prints one line of JSON, all backends by default', async () => {
    expect(await addrspace(['replay', 'p', '--json'], { cwd: folderWith(TRACE) })).toEqual({
      code: 0,
      stdout: `{"trace":"p","backends":[${MODES.map((name) => `{"name":"${name}",${MATCH}}`).join(',')}]}\n`,
      stderr: '',
    })
  })

  it('prints operations, a row per backend and a picture for people', async () => {
    const { code, stdout } = await addrspace(['replay', 'p', '--backend', 'mock'], { cwd: folderWith(TRACE) })
    expect(stdout.split('\n')).toEqual([
      'p',
      'mmap 1, mprotect 1',
      '',
      "      areas  kernel's  checkpoints  differences  violations",
      'mock      4         4            1            0           0  match',
      '',
      '0x400000-0x401000 (4 KiB, 1 cell = 4 KiB)',
      '  x',
      '    ~ 128 TiB free',
      '0x7ffff7fc0000-0x7ffff7fc2000 (8 KiB, 2 areas, 1 cell = 4 KiB)',
      '  rw',
      '    ~ 128 MiB free',
      '0x7ffffffde000-0x7ffffffff000 (132 KiB, 1 cell = 4 KiB)',
      '  wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww',
      'r read   w read and write   x read and execute',
      '',
    ])
    expect(code).toBe(0)
  })

  it('takes a bare log with its lists by name, and everything compressed', async () => {
    const cwd = folderWith({ 'log.gz': gzipSync(LOG), a: START, 'b.gz': gzipSync(END) })
    const { code, stdout } = await addrspace(['replay', 'log.gz', '--start', 'a', '--end', 'b.gz', '--json', '--backend', 'null'], { cwd })
    expect(stdout).toBe(`{"trace":"log.gz","backends":[{"name":"null",${MATCH.replace('"checkpoints":1', '"checkpoints":0')}}]}\n`)
    expect(code).toBe(0)
    const withoutEnd = await addrspace(['replay', 'log.gz', '--start', 'a', '--json', '--backend', 'null'], { cwd })
    expect(withoutEnd.stdout).toContain('"kernelAreas":null')
    expect(withoutEnd.code).toBe(0)
  })

  it('ends with 1 where the lists differ, and says where', async () => {
    const cwd = folderWith({ ...TRACE, 'p/end.maps': MIDDLE })
    const json = await addrspace(['replay', 'p', '--json', '--backend', 'mock'], { cwd })
    expect(json.stdout).toContain('"differences":[{"range":"0x7ffff7fc0000-0x7ffff7fc1000","expected":"rw-p","actual":"r--p"}]')
    expect(json.stdout).toContain('"match":false')
    expect(json.code).toBe(1)
    const human = await addrspace(['replay', 'p', '--no-picture'], { cwd })
    expect(human.stdout.split('\n').slice(-4)).toEqual([
      '',
      `${MODES.join(', ')}: differences from the kernel's list`,
      '  0x7ffff7fc0000-0x7ffff7fc1000: rw-p in the kernel, r--p here, at the end',
      '',
    ])
    expect(human.code).toBe(1)
  })

  it('ends with 1 where the outcome of a call contradicts the layout', async () => {
    const call = '10 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fc1000\n'
    const cwd = folderWith({ 'strace.txt': LOG.replace('10 exit_group', `${call}10 exit_group`), 'start.maps': START })
    const { code, stdout } = await addrspace(['replay', '.', '--json', '--backend', 'mock'], { cwd })
    expect(stdout).toContain('"violations":[{"line":4,"rule":"mmap-free",')
    expect(code).toBe(1)
  })

  it('lists the first differences and counts the rest', async () => {
    const many = Array.from({ length: 14 }, (_, index) => `${(0x10000 + index * 0x2000).toString(16)}-${(0x11000 + index * 0x2000).toString(16)} r--p 00000000 00:00 0\n`)
    const cwd = folderWith({ ...TRACE, 'p/end.maps': many.join('') + END })
    const { stdout } = await addrspace(['replay', 'p', '--no-picture', '--backend', 'mock'], { cwd })
    expect(stdout).toContain('  0x22000-0x23000: r--p in the kernel, free here, at the end\n  … and 4 more (--json lists all)\n')
  })

  it('refuses a log that is cut, or garbage, by file and line', async () => {
    const cwd = folderWith({ ...TRACE, 'p/strace.txt': LOG.slice(0, LOG.indexOf('PROT_READ)')), 'g/strace.txt': '\0\u0001', 'g/start.maps': START })
    const cut = await addrspace(['replay', 'p', '--json'], { cwd })
    expect(cut).toMatchObject({ code: 2, stdout: '' })
    expect(cut.stderr).toMatch(/^addrspace: p\/strace\.txt:3: expected [^\n]+\n$/)
    expectRefusal(await addrspace(['replay', 'g'], { cwd }), 'g/strace.txt: is not a text file')
  })

  it('refuses traces of which a part is missing', async () => {
    const cwd = folderWith({ 'a/start.maps': START, 'b/strace.txt': LOG, 'c/strace.txt': '', 'c/start.maps': START })
    expectRefusal(await addrspace(['replay', 'missing'], { cwd }), 'missing: no such file or folder')
    expectRefusal(await addrspace(['replay', 'a'], { cwd }), 'a: there is no strace.txt in this folder')
    expectRefusal(await addrspace(['replay', 'b'], { cwd }), 'b: there is no start.maps in this folder (--start names another file)')
    expectRefusal(await addrspace(['replay', 'b/strace.txt'], { cwd }), 'b/strace.txt: the areas at its start are missing; --start names their file')
    expectRefusal(await addrspace(['replay', 'b', '--start', 'no.maps'], { cwd }), 'no.maps: no such file or folder')
    expectRefusal(await addrspace(['replay', 'c'], { cwd }), 'c/strace.txt:1: expected an execve, got ""')
    expectRefusal(await addrspace(['replay', 'c', '--backend', 'riscv'], { cwd }), `unknown backend "riscv"; known are ${BACKENDS}, all`)
  })

  it('runs on the smallest mode of the machine in which the trace fits, and tells which', async () => {
    const low = (text: string): string => text.replaceAll('7fffff', '3f').replaceAll('7ffff7', '2f')
    const small = Object.fromEntries(Object.entries(TRACE).map(([name, text]) => [name, low(text)]))
    const cwd = folderWith({ ...TRACE, ...Object.fromEntries(Object.entries(small).map(([name, text]) => [name.replace('p/', 'small/'), text])) })
    const modeOf = async (trace: string, backend: string): Promise<string> => {
      const { stdout, code } = await addrspace(['replay', trace, '--backend', backend, '--json'], { cwd })
      expect(code).toBe(0)
      return (JSON.parse(stdout) as { backends: [{ name: string }] }).backends[0].name
    }
    expect(await modeOf('p', 'riscv-sv39')).toBe('riscv-sv48')
    expect(await modeOf('p', 'riscv-sv57')).toBe('riscv-sv57')
    expect(await modeOf('small', 'riscv-sv39')).toBe('riscv-sv39')
    expect(await modeOf('small', 'x86-64')).toBe('x86-64')
  })

  it('goes to five levels for addresses above 47 bits, and refuses them where there is no larger mode', async () => {
    // 2^47 is the first address that Sv48 and four levels do not have; aarch64 has it, and not 2^48.
    const at = (address: string): string => `10 mmap(${address}, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) = ${address}\n10 exit_group(0) = ?\n`
    const execve = LOG.slice(0, LOG.indexOf('\n') + 1)
    const cwd = folderWith({
      'a/strace.txt': execve + at('0x800000000000'), 'a/start.maps': START,
      'b/strace.txt': execve + at('0x1000000000000'), 'b/start.maps': START,
    })
    const names = async (trace: string): Promise<string[]> => {
      const { stdout } = await addrspace(['replay', trace, '--json'], { cwd })
      const { backends } = JSON.parse(stdout) as { backends: { name: string; match: boolean }[] }
      return backends.map(({ name, match }) => `${name}${match ? '' : ' no match'}`)
    }
    expect(await names('a')).toEqual(['mock', 'null', 'x86-64-la57', 'riscv-sv57', 'aarch64'])
    expect(await names('b')).toEqual(['mock', 'null', 'x86-64-la57', 'riscv-sv57', 'aarch64 no match'])
    const { code, stdout } = await addrspace(['replay', 'b', '--backend', 'aarch64', '--no-picture'], { cwd })
    expect(stdout).toContain('\n  line 2: b/strace.txt:2: mmap was refused: ')
    expect(code).toBe(1)
  })

  it('maps the page of [vsyscall] in the upper half of every machine', async () => {
    const vsyscall = 'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n'
    const cwd = folderWith({ 'p/strace.txt': LOG, 'p/start.maps': START + vsyscall, 'p/end.maps': END + vsyscall })
    const { code, stdout } = await addrspace(['replay', 'p', '--json'], { cwd })
    expect(stdout.match(/"areas":5,"kernelAreas":5,"differences":\[\],"violations":\[\]/g)).toHaveLength(7)
    expect(code).toBe(0)
  })

  describe('about the kernel\'s choices', () => {
    // Of the three calls, the second is not where it would be: 0x7ffff7fbf000. The third then is.
    const VDSO = '7ffff7fc2000-7ffff7fff000 r-xp 00000000 00:00 0                          [vdso]\n'
    const start = START.replace('7ffffffde000', `${VDSO}7ffffffde000`)
    const more = `10 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_STACK, -1, 0) = 0x7ffff7fbe000
10 mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fbf000
10 exit_group`
    const end = `00400000-00401000 r-xp 00000000 fe:00 7                                  /bin/p
7ffff7fbe000-7ffff7fbf000 rw-p 00000000 00:00 0
7ffff7fbf000-7ffff7fc0000 rw-p 00000000 00:00 0
7ffff7fc0000-7ffff7fc1000 r--p 00000000 00:00 0
7ffff7fc1000-7ffff7fc2000 rw-p 00000000 00:00 0
${start.slice(start.indexOf(VDSO))}`
    const trace = {
      'p/strace.txt': LOG.replace('10 exit_group', more),
      'p/start.maps': start,
      'p/end.maps': end,
      'p/mid-00003.maps': `${MIDDLE.split('7ffff7fc0000')[0]!}7ffff7fc0000-7ffff7fc1000 r--p 00000000 00:00 0\n7ffff7fc1000-7ffff7fc2000 rw-p 00000000 00:00 0\n${start.slice(start.indexOf(VDSO))}`,
    }
    const PREDICTION =
      '"prediction":{"base":"0x7ffff7fff000","calls":3,"predicted":2,"mispredicted":1,"unordered":0,"withoutRule":0,' +
      '"mispredictions":[{"line":4,"size":"0x1000","predicted":"0x7ffff7fbf000","chosen":"0x7ffff7fbe000"}]}'
    const MERGE = '"merge":{"areas":7,"kernelAreas":7,"mergedOnlyHere":[],"mergedOnlyByKernel":[],"checkpoints":[{"line":3,"areas":5,"kernelAreas":5}]}'

    it('adds to the JSON what is asked for, and leaves the exit code', async () => {
      const cwd = folderWith(trace)
      const run = async (...options: string[]): Promise<string> => {
        const { code, stdout } = await addrspace(['replay', 'p', '--backend', 'null', '--json', ...options], { cwd })
        expect(code).toBe(0)
        return stdout.slice(stdout.indexOf('"match":true}]'))
      }
      expect(await run()).toBe('"match":true}]}\n')
      expect(await run('--predict')).toBe(`"match":true}],${PREDICTION}}\n`)
      expect(await run('--merge')).toBe(`"match":true}],${MERGE}}\n`)
      expect(await run('--merge', '--predict')).toBe(`"match":true}],${PREDICTION},${MERGE}}\n`)
    })

    it('tells people the numbers, and where the two part', async () => {
      const cwd = folderWith({ ...trace, 'p/end.maps': end.replace('7ffff7fbf000 rw-p', '7ffff7fc0000 rw-p').replace(/7ffff7fbf000-.*\n/, '') })
      const { code, stdout } = await addrspace(['replay', 'p', '--backend', 'null', '--predict', '--merge', '--no-picture'], { cwd })
      expect(stdout.split('\n').slice(6)).toEqual([
        'predicted 2 of 3 addresses chosen for mmap(NULL, …), base 0x7ffff7fff000',
        '',
        'mispredicted',
        '  line 4: 0x1000 bytes at 0x7ffff7fbe000 in the kernel, 0x7ffff7fbf000 here',
        '',
        "merged as the kernel merges: 7 areas, the kernel's 6",
        "  after line 3: 5 areas, the kernel's 5",
        '',
        'merged by the kernel alone, at',
        '  0x7ffff7fbf000',
        '',
      ])
      expect(code).toBe(0)
    })

    it('tells people for which calls there is no prediction, and why', async () => {
      const threads = `10 clone(child_stack=0x7ffff0000000, flags=CLONE_VM|CLONE_THREAD) = 11
11 munmap(0x10000, 4096 <unfinished ...>
10 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fbf000
11 <... munmap resumed>) = 0
10 exit_group`
      const cwd = folderWith({
        'a/strace.txt': LOG.replace('10 exit_group', threads), 'a/start.maps': start,
        'b/strace.txt': LOG, 'b/start.maps': START.replace('7ffffffff000', '7fffffffe000'),
      })
      const linesOf = async (name: string): Promise<string[]> => {
        const { stdout } = await addrspace(['replay', name, '--backend', 'null', '--predict', '--merge', '--no-picture'], { cwd })
        return stdout.split('\n').slice(6)
      }
      expect(await linesOf('a')).toEqual([
        'predicted 1 of 1 addresses chosen for mmap(NULL, …), base 0x7ffff7fff000',
        "  1 of 2 calls left out: another task's call was in progress",
        '',
        "merged as the kernel merges: 6 areas, the kernel's number is unknown",
        '',
      ])
      expect((await linesOf('b')).slice(0, 2)).toEqual([
        'predicted 0 of 0 addresses chosen for mmap(NULL, …)',
        '  1 of 1 calls left out: the areas at the start do not tell the base',
      ])
    })

    it('refuses advice that cannot be understood by its line, only if areas are to be merged or predicted', async () => {
      const log = LOG.replace('10 exit_group', '10 madvise(0x7ffff7fc0000, 4096, X) = 0\n10 exit_group')
      const cwd = folderWith({ 'p/strace.txt': log, 'p/start.maps': start })
      expectRefusal(await addrspace(['replay', 'p', '--merge'], { cwd }), 'p/strace.txt:4: expected advice in madvise, got "X"')
      expect((await addrspace(['replay', 'p', '--json'], { cwd })).code).toBe(0)
    })
  })
})

/**
 * Random arguments and damaged files, in this process: each command ends with exit code 0 or 1 and its result, or with 2,
 * one line on standard error and nothing else. What fails is told with its seed, its arguments and its file.
 */
import { Random } from '@addrspace/conformance/model'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Output } from '../src/cli/output.ts'
import { perform } from '../src/cli/program.ts'
import { folderWith, type Ending } from './command-line.ts'

const INPUTS = 2_000
const SLOWEST = 15_000

const SCENARIO = `{"scenario":1,"backend":"x86-64","merge":true}
{"op":"map","start":"0x400000","size":"0x4000","flags":"rwu"}
{"op":"protect","start":"0x401000","size":"0x1000","flags":"r","expect":"ok"}
{"op":"begin"}
{"op":"unmap","start":"0x400000","size":"0x1000"}
{"op":"rollback"}
{"op":"translate","addr":"0x401008","access":"write","mode":"user"}
{"op":"areas"}
`
const LIST = '7ffff7fbf000-7ffff7fc1000 rw-p 00000000 00:00 0\n7ffffff00000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]\n'
const LOG = '10 execve("/bin/p", ["p"], 0x7f /* 1 vars */) = 0\n10 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fbd000\n10 munmap(0x7ffff7fbd000, 8192) = 0\n10 exit_group(0) = ?\n'
const IMAGE = '{"arch":"x86-64","root":"0x1000","segments":[{"paddr":"0x1000","file":"table.bin"},{"paddr":"0x3000","file":"other.bin"}]}'
const TABLE = new Uint8Array(new BigUint64Array(Array.from({ length: 512 }, (_, index) => (index % 3 === 0 ? 0x1027n : index % 3 === 1 ? 0x3027n : 0n))).buffer)

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  'scenario.jsonl': SCENARIO, 'list.maps': LIST, 'trace/strace.txt': LOG, 'trace/start.maps': LIST, 'trace/end.maps': LIST, 'trace/mid-00002.maps': LIST,
  'image/image.json': IMAGE, 'image/table.bin': TABLE, 'image/other.bin': TABLE,
}

const TAKING_VALUES = ['--backend', '--image', '--start', '--end', '--access', '--mode', '--controls', '--level', '--filter']

/** Commands that are right; standard input is left out, which is the test's own. */
const COMMANDS: readonly (readonly string[])[] = [
  ['run', 'scenario.jsonl', '--json'], ['run', 'scenario.jsonl', '--backend', 'aarch64'], ['run', 'scenario.jsonl', '--image', 'out', '--backend', 'riscv-sv39'], ['run', 'scenario.jsonl', '--backend', 'null', '--json'],
  ['replay', 'trace', '--backend', 'null', '--json'], ['replay', 'trace', '--backend', 'mock', '--no-picture'], ['replay', 'trace/strace.txt', '--start', 'list.maps', '--end', 'list.maps', '--backend', 'x86-64', '--json'],
  ['walk', 'image', '0x402008', '--json'], ['walk', 'image/image.json', '12345', '--access', 'exec', '--mode', 'kernel', '--controls', '{"smep":true}'],
  ['explain', '0x8000000080003067', '--backend', 'x86-64', '--level', '0', '--json'], ['explain', '4096', '--backend', 'riscv-sv48', '--level', '3'],
  ['maps', 'list.maps', '--json'], ['maps', 'list.maps'],
  ['conform', '--backend', 'null', '--json'], ['help', 'run'],
]

const WORDS = [
  '', '--', '--json', '--json=1', '--backend', '--backend=', '--level', '--start', '--no-picture', '--verbose', '--filter', '\0', 'NaN', '0', '-1', '0x', '9', '1e3', '18446744073709551616', '0x10000000000000000',
  '0xffffffffffffffff', 'all', 'null', 'x86-64', 'riscv-sv57', 'aarch64', 'nobody', 'constructor', '__proto__', 'missing', '/dev/null', 'trace', 'image', 'list.maps', 'scenario.jsonl', 'é\ud800', '\u001b[31m',
  'x'.repeat(5_000), '9'.repeat(5_000), '{"smap":true}', '{"smap":1}', '{"__proto__":{}}', '{', '[]', 'write', 'user', 'self', '2147483647', '-x', '---', 'replay', 'maps',
] as const

/** A command with some of its words changed, and one of the files it may read damaged. */
function badCommand(random: Random): { readonly args: string[]; readonly file: string | undefined; readonly content: Uint8Array } {
  const args = [...COMMANDS[random.below(COMMANDS.length)]!]
  const isFileBad = random.oneIn(2)
  for (let count = isFileBad ? random.below(2) : random.between(1, 3); count > 0; count--) {
    const at = random.between(random.oneIn(6) ? 0 : 1, args.length)
    args.splice(at, random.below(2), ...(random.oneIn(4) ? [] : [random.pick(WORDS)]))
  }
  // The whole suite would take long, and is no bad input.
  if (args.includes('conform')) args.push('--filter', 'no such case')
  const names = Object.keys(FILES)
  const file = isFileBad ? names[random.below(names.length)]! : undefined
  return { args, file, content: file === undefined ? new Uint8Array() : damaged(random, FILES[file]!) }
}

/** Bytes put in, left out, changed and repeated. */
function damaged(random: Random, content: string | Uint8Array): Uint8Array {
  let bytes: number[] = [...(typeof content === 'string' ? new TextEncoder().encode(content) : content)]
  for (let count = random.between(1, 6); count > 0; count--) {
    const at = random.below(bytes.length + 1)
    const piece = bytes.slice(at, at + random.between(1, 40))
    const others = random.pick<() => number[]>([
      () => [], () => [random.below(256)], () => [...piece, ...piece], () => piece.map((byte) => byte ^ (1 << random.below(8))), () => Array.from({ length: random.below(30) }, () => random.below(256)),
      () => [...new TextEncoder().encode(random.pick(['\r\n', '0x', '"', '}\n{', ' = 0\n', '99999999999999999999', '\uFEFF', '..', '[[[[']))],
    ])()
    bytes = [...bytes.slice(0, at), ...others, ...bytes.slice(at + (random.oneIn(2) ? piece.length : 0))]
  }
  return Uint8Array.from(bytes)
}

/** Runs a command in this process. */
async function ending(args: readonly string[]): Promise<Ending> {
  const said = { stdout: '', stderr: '' }
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said.stderr += String(text)), true))
  const stream = new Writable({ write(chunk, _, done) { said.stdout += String(chunk); done() } })
  try {
    const code = await perform(args, new Output(stream as unknown as NodeJS.WriteStream))
    return { code, ...said }
  } finally {
    write.mockRestore()
  }
}

/** What is wrong with how a command ended, if anything. */
function problemOf(args: readonly string[], { code, stdout, stderr }: Ending): string | undefined {
  if (code === 2) {
    if (stdout !== '') return `exit code 2, and on standard output ${JSON.stringify(stdout.slice(0, 200))}`
    return /^addrspace: [^\u0000-\u001f]+\n$/.test(stderr) && stderr.length < 700 ? undefined : `on standard error ${JSON.stringify(stderr)}`
  }
  if (code !== 0 && code !== 1) return `exit code ${String(code)}: ${stderr}`
  if (stderr !== '') return `exit code ${code}, and on standard error ${JSON.stringify(stderr)}`
  const isHelp = args.some((word) => ['help', '--help', '-h', '--version', '-V'].includes(word)) || stdout.startsWith('Usage: ')
  // Behind an option that takes a value, it is that value.
  const isAsked = args.some((word, index) => word === '--json' && !TAKING_VALUES.includes(args[index - 1] ?? ''))
  if (!isAsked || isHelp) return undefined
  try {
    for (const line of stdout.trimEnd().split('\n')) JSON.parse(line)
    return undefined
  } catch {
    return args.indexOf('--') !== -1 && args.indexOf('--') < args.indexOf('--json') ? undefined : `with --json, and on standard output ${JSON.stringify(stdout.slice(0, 200))}`
  }
}

describe('random arguments and damaged files', () => {
  it(`${INPUTS} of them end as documented`, async () => {
    const cwd = folderWith(FILES)
    vi.stubEnv('INIT_CWD', cwd)
    onTestFinished(() => void vi.unstubAllEnvs())
    const codes = [0, 0, 0]
    for (let seed = 1; seed <= INPUTS; seed++) {
      const { args, file, content } = badCommand(new Random(seed))
      if (file !== undefined) writeFileSync(join(cwd, file), content)
      const begin = Date.now()
      const ended = await ending(args)
      const taken = Date.now() - begin
      const problem = taken > SLOWEST ? `took ${taken} ms` : problemOf(args, ended)
      if (problem !== undefined) {
        throw new Error(`seed ${seed}: ${JSON.stringify(args)}${file === undefined ? '' : ` with ${file} = ${JSON.stringify(Buffer.from(content).toString('latin1'))}`}: ${problem}`)
      }
      codes[ended.code!]! += 1
      if (file !== undefined) writeFileSync(join(cwd, file), FILES[file]!)
    }
    expect(Math.min(codes[0]!, codes[2]!)).toBeGreaterThan(INPUTS / 20)
    expect(codes[1]).toBeGreaterThan(0)
  }, 300_000)
})

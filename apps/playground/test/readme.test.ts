import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BACKENDS } from '../src/cli/backends.ts'
import { drawPicture } from '../src/cli/picture.ts'
import { addrspace, folderWith } from './command-line.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The content of the only block in this language. */
function blockOf(language: string): string {
  const blocks = [...README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))]
  expect(blocks).toHaveLength(1)
  return blocks[0]![1]!
}

describe('the README', () => {
  it('tells what its scenario prints', async () => {
    expect(await addrspace(['run', '-'], { stdin: blockOf('jsonl') })).toEqual({ code: 1, stdout: blockOf('text'), stderr: '' })
  })

  it('tells what its walk prints', async () => {
    const cwd = folderWith({ 'split.jsonl': blockOf('jsonl') })
    await addrspace(['run', 'split.jsonl', '--backend', 'x86-64', '--image', 'memory'], { cwd })
    const { stdout } = await addrspace(['walk', 'memory', '0x400008', '--access', 'write'], { cwd })
    expect(README).toContain(stdout.replaceAll(/^(?=.)/gm, '    '))
  })

  it('lists every backend and every command', async () => {
    const { stdout } = await addrspace(['--help'])
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name]) => name!)
    expect(commands).toEqual(['run', 'replay', 'walk', 'explain', 'conform', 'vectors', 'maps'])
    for (const command of commands) expect(README).toContain(`\n| \`${command}`)
    for (const { name } of BACKENDS) expect(README).toContain(`\`${name}\``)
  })

  it('shows a picture as it is drawn', () => {
    const base = 0x5555_5555_4000n
    const pages = (from: bigint, to: bigint, permission: string) => ({ start: base + from * 0x1000n, end: base + to * 0x1000n, permission })
    const stack = { start: 0x7fff_fffd_e000n, end: 0x7fff_ffff_f000n, permission: 'rw-p' }
    const lines = drawPicture([pages(0n, 2n, 'r'), pages(2n, 3n, ''), pages(3n, 6n, 'rx'), pages(11n, 14n, 'rw'), stack])
    expect(README).toContain(lines.map((line) => `    ${line}\n`).join(''))
  })
})

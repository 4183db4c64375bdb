import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { commandsOf, tryCommand } from '../lib/examples.ts'

const README = ['# Title', '', '```sh', 'npm install', 'node main.ts', '```', '', '```text', 'one', '', 'two', '```', '', 'Prose.', '', '```sh', 'npm test', '```', '', 'A drawing:', '', '```text', 'box', '```', ''].join('\n')

describe('commandsOf', () => {
  it('finds a command per line, and what the last one before a text block prints', () => {
    expect(commandsOf(README)).toEqual([{ text: 'npm install' }, { text: 'node main.ts', output: 'one\n\ntwo' }, { text: 'npm test' }])
  })

  it('takes a text block for output only right behind commands', () => {
    expect(commandsOf('```sh\nnpm test\n```\n\nA drawing:\n\n```text\nbox\n```\n')).toEqual([{ text: 'npm test' }])
    expect(commandsOf('```text\nbox\n```\n\n```sh\nnpm test\n```\n\n```ts\n1\n```\n\n```text\nbox\n```\n')).toEqual([{ text: 'npm test' }])
  })
})

describe('tryCommand', () => {
  it('is content with the output that was told, whatever ends it', () => {
    expect(tryCommand({ text: 'echo one', output: 'one' }, tmpdir())).toBeUndefined()
    expect(tryCommand({ text: 'echo one >&2' }, tmpdir())).toBeUndefined()
  })

  it('tells another output, and another exit code with what was printed', () => {
    expect(tryCommand({ text: 'echo one', output: 'two' }, tmpdir())).toBe('echo one: prints\none\ninstead of\ntwo')
    expect(tryCommand({ text: 'echo oh; exit 3' }, tmpdir())).toBe('echo oh; exit 3: exit code 3\noh\n')
  })

  it('hands variables on', () => {
    expect(tryCommand({ text: 'test "$GREETING" = hello' }, tmpdir(), { GREETING: 'hello' })).toBeUndefined()
  })
})

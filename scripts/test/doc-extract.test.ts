import { describe, expect, it } from 'vitest'
import { extractFromComments, extractFromMarkdown } from '../lib/doc-extract.ts'

describe('extractFromMarkdown', () => {
  it('finds ts blocks only, with the line of their first line', () => {
    const text = ['# Title', '```sh', 'npm test', '```', '```ts', 'const a = 1', 'a // => 1', '```'].join('\n')
    expect(extractFromMarkdown('README.md', text)).toEqual([
      { file: 'README.md', line: 6, code: 'const a = 1\na // => 1', source: 'markdown' },
    ])
  })

  it('joins a block marked continue to the one before it and keeps the line numbers', () => {
    const text = ['```ts', 'const a = 1', '```', 'prose', '```ts continue', 'a // => 1', '```'].join('\n')
    const [example, ...others] = extractFromMarkdown('README.md', text)
    expect(others).toEqual([])
    expect(example?.line).toBe(2)
    expect(example?.code.split('\n')[4]).toBe('a // => 1') // line 2 + 4 = 6
  })

  it('takes a block without an end up to the end of the file', () => {
    expect(extractFromMarkdown('a.md', '```ts\n1 // => 1').map(({ code }) => code)).toEqual(['1 // => 1'])
  })
})

describe('extractFromComments', () => {
  it('finds an example on the line of its tag', () => {
    expect(extractFromComments('a.ts', '/** One. @example no */\n/**\n * @example f() // => 1\n */')).toEqual([
      { file: 'a.ts', line: 3, code: 'f() // => 1', source: 'comment' },
    ])
  })

  it('ends an example where the next tag begins', () => {
    const text = ['/**', ' * Does.', ' * @example', ' * f() // => 1', ' * @throws RangeError', ' */'].join('\n')
    expect(extractFromComments('a.ts', text).map(({ line, code }) => ({ line, code }))).toEqual([{ line: 3, code: '\nf() // => 1' }])
  })

  it('finds every example of a comment and drops fences', () => {
    const text = ['/**', ' * @example', ' * ```ts', ' * f()', ' * ```', ' * @example', ' * g()', ' */'].join('\n')
    expect(extractFromComments('a.ts', text).map(({ line, code }) => ({ line, code: code.trim() }))).toEqual([
      { line: 2, code: 'f()' },
      { line: 6, code: 'g()' },
    ])
  })
})

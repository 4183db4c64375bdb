import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anchorsOf, findDeadLinks, linksOf } from '../lib/markdown-links.ts'

describe('linksOf', () => {
  it('finds inline links, images and definitions with their lines', () => {
    const text = '[a](a.md) and ![b](b.png "title")\n\n[c]: c.md\n'
    expect(linksOf(text)).toEqual([
      { line: 1, target: 'a.md' },
      { line: 1, target: 'b.png' },
      { line: 3, target: 'c.md' },
    ])
  })

  it('finds none in code', () => {
    expect(linksOf('`[a](b.md)`\n```ts\nf[0](x)\n```\n~~~\n[a](b.md)\n~~~\n')).toEqual([])
  })
})

describe('anchorsOf', () => {
  it('writes anchors as the web page of a repository does', () => {
    const text = '# The journey of one `map`\n## 2^64, and beyond\n## Same\n## Same\n```\n# no heading\n```\n### A_b-c [link](x.md)'
    expect([...anchorsOf(text)]).toEqual(['the-journey-of-one-map', '264-and-beyond', 'same', 'same-1', 'a_b-c-link'])
  })
})

describe('findDeadLinks', () => {
  let place: string

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'links-'))
    write('docs/terms.md', '# Terms\n## One word\n')
  })

  afterEach(() => {
    rmSync(place, { recursive: true })
  })

  function write(file: string, content: string): void {
    mkdirSync(dirname(join(place, file)), { recursive: true })
    writeFileSync(join(place, file), content)
  }

  it('finds nothing where all links lead somewhere', () => {
    write('README.md', '# Title\n[a](docs/terms.md#one-word) [b](docs) [c](#title) [d](https://example.org/no)\n')
    write('docs/other.md', '[a](./terms.md#terms) [b](../README.md)\n')
    expect([...findDeadLinks(place, 'README.md'), ...findDeadLinks(place, 'docs/other.md')]).toEqual([])
  })

  it('finds missing files, missing headings, and paths that only one machine has', () => {
    write('README.md', '[a](docs/term.md)\n[b](docs/terms.md#two-words)\n[c](#nowhere)\n[d](/docs/terms.md)\n[e](../x.md)\n')
    expect(findDeadLinks(place, 'README.md')).toEqual([
      'README.md:1: docs/term.md does not exist',
      'README.md:2: docs/terms.md#two-words names a heading that does not exist',
      'README.md:3: #nowhere names a heading that does not exist',
      'README.md:4: /docs/terms.md is absolute; a link inside of the repository is relative',
      'README.md:5: ../x.md leaves the repository',
    ])
  })
})

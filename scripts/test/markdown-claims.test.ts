import { describe, expect, it } from 'vitest'
import { findFalseClaims } from '../lib/markdown-claims.ts'

const repository = { scripts: new Set(['test', 'docs']), files: ['scripts/check-links.ts', 'packages/one/src/deep/place.ts'] }
const claims = (text: string): string[] => findFalseClaims('README.md', text, repository)

describe('what a document claims', () => {
  it('is so where the script and the file exist', () => {
    expect(claims('Run `npm run docs` or\n    npm run --silent test -- x\nsee `scripts/check-links.ts`.')).toEqual([])
  })

  it('may leave out folders at the beginning, but no part of a name', () => {
    expect(claims('`src/deep/place.ts`, `deep/place.ts`, `../deep/place.ts`')).toEqual([])
    expect(claims('`eep/place.ts`')).toEqual(['README.md:1: there is no file eep/place.ts'])
  })

  it('is told by line where it is not so', () => {
    expect(claims('\n`npm run doc`\n`scripts/links.ts`')).toEqual(['README.md:2: there is no npm script "doc"', 'README.md:3: there is no file scripts/links.ts'])
  })

  it('says nothing of names without a folder, of patterns and of what is no path', () => {
    expect(claims('`place.ts`, `packages/*/src/index.ts`, `O(a/b)`, `@addrspace/memory-set`')).toEqual([])
  })
})

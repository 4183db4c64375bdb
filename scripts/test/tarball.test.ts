import { describe, expect, it } from 'vitest'
import { findFileProblems, findMapProblems } from '../lib/tarball.ts'

const GOOD = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.js.map', 'dist/index.d.ts', 'src/index.ts']

describe('the files of a tarball', () => {
  it('are the code, what tells of it, and the data that the package is known for', () => {
    expect(findFileProblems(GOOD, [])).toEqual([])
    expect(findFileProblems([...GOOD, 'CHANGELOG.md', 'traces/x/strace.txt'], ['traces'])).toEqual([])
  })

  it('are told where nobody needs them', () => {
    const strange = ['traces/x', 'test/a.test.ts', 'dist/.tsbuildinfo', 'dist/index.test.js', 'src/test/help.ts']
    expect(findFileProblems([...GOOD, ...strange], [])).toEqual([`holds what users do not need: ${strange.join(', ')}`])
  })

  it('are told where they are missing, the licence for one', () => {
    expect(findFileProblems(GOOD.filter((file) => file !== 'LICENSE'), [])).toEqual(['lacks LICENSE'])
    expect(findFileProblems(GOOD, [], ['CHANGELOG.md'])).toEqual(['lacks CHANGELOG.md'])
  })
})

describe('source maps', () => {
  it('lead to sources of the same package', () => {
    expect(findMapProblems(GOOD, () => '{"sources":["../src/index.ts"]}')).toEqual([])
  })

  it('are told where they lead out of it, or to what is not there', () => {
    expect(findMapProblems(GOOD, () => '{"sources":["../src/other.ts","../../memory-addr/src/index.ts"]}')).toEqual([
      'dist/index.js.map maps to src/other.ts, which is not packed',
      'dist/index.js.map maps to ../memory-addr/src/index.ts, which is not packed',
    ])
  })
})

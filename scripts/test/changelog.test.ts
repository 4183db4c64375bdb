import { describe, expect, it } from 'vitest'
import { groupChanges, joinChangelogs, judgeChanges, sectionOf } from '../lib/changelog.ts'

describe('the section of a version', () => {
  it('is a list for each group, whatever sizes the changes had', () => {
    const written = ['# name', '', '## 0.2.0', '', '### Minor Changes', '', 'Added: one thing.', '', 'Fixed: a wrong answer.', '', '### Patch Changes', '', 'Added: `another`.', ''].join('\n')
    const grouped = ['# name', '', '## 0.2.0', '', '### Added', '', '- One thing.', '- `another`.', '', '### Fixed', '', '- A wrong answer.', ''].join('\n')
    expect(groupChanges(written, '0.2.0')).toBe(grouped)
  })

  it('keeps the paragraphs and lists of a change below it', () => {
    const written = '## 0.2.0\n\n### Minor Changes\n\nChanged: two things:\nboth new.\n\n- this\n- that\nFixed: more.\n'
    expect(groupChanges(written, '0.2.0')).toBe('## 0.2.0\n\n### Changed\n\n- Two things:\n  both new.\n\n  - this\n  - that\n\n### Fixed\n\n- More.\n')
  })

  it('leaves other versions alone', () => {
    const old = '## 0.1.0\n\n### Minor Changes\n\nanything\n'
    expect(groupChanges(`# name\n\n## 0.2.0\n\n### Patch Changes\n\nFixed: it.\n\n${old}`, '0.2.0')).toBe(`# name\n\n## 0.2.0\n\n### Fixed\n\n- It.\n\n${old}`)
    expect(groupChanges(old, '0.2.0')).toBe(old)
  })

  it('may have nothing to tell, where only other packages have changed', () => {
    const written = '# name\n\n## 0.2.0\n\nNo changes in this release.\n'
    expect(groupChanges(written, '0.2.0')).toBe(written)
  })

  it('refuses a change that belongs to no group', () => {
    expect(() => groupChanges('## 0.2.0\n\n### Minor Changes\n\nSomething.\n', '0.2.0')).toThrow('belongs to no group: Something.')
  })
})

describe('the changelog of all packages', () => {
  const one = { name: '@demo/one', changelog: '# @demo/one\n\n## 0.2.0\n\n### Fixed\n\n- It.\n\n## 0.1.0\n\n### Added\n\n- It.\n' }
  const two = { name: '@demo/two', changelog: '# @demo/two\n\n## 0.2.0\n\nNo changes in this release.\n\n## 0.1.0\n\n### Added\n\n- More.\n' }
  const first = joinChangelogs('', '0.1.0', [one, two])

  it('tells by package what is new', () => {
    expect(sectionOf(first, '0.1.0')).toBe('### @demo/one\n\n#### Added\n\n- It.\n\n### @demo/two\n\n#### Added\n\n- More.')
    expect(first.startsWith('# Changelog\n\n')).toBe(true)
  })

  it('begins with the newest version, and leaves out who has not changed', () => {
    const second = joinChangelogs(first, '0.2.0', [one, two])
    expect(sectionOf(second, '0.2.0')).toBe('### @demo/one\n\n#### Fixed\n\n- It.')
    expect(second.match(/^#+ .*$/gm)).toEqual(['# Changelog', '## 0.2.0', '### @demo/one', '#### Fixed', '## 0.1.0', '### @demo/one', '#### Added', '### @demo/two', '#### Added'])
    expect(second.endsWith(first.slice(first.indexOf('## 0.1.0')))).toBe(true)
  })

  it('says nothing of a version that it does not know', () => {
    expect(sectionOf(first, '0.1')).toBeUndefined()
  })
})

describe('the text of a changeset', () => {
  it('begins with its group', () => {
    expect(judgeChanges('\nAdded: a thing.\n')).toBeUndefined()
    expect(judgeChanges('A thing.')).toContain('must begin')
    expect(judgeChanges('Fixed a thing.')).toContain('must begin')
  })
})

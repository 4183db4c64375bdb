import { describe, expect, it } from 'vitest'
import { groupChanges, judgeChanges } from '../lib/changelog.ts'

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

describe('the text of a changeset', () => {
  it('begins with its group', () => {
    expect(judgeChanges('\nAdded: a thing.\n')).toBeUndefined()
    expect(judgeChanges('A thing.')).toContain('must begin')
    expect(judgeChanges('Fixed a thing.')).toContain('must begin')
  })
})

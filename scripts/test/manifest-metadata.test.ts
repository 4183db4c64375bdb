import { describe, expect, it } from 'vitest'
import { findMetadataProblems, type Metadata } from '../lib/manifest-metadata.ts'

const ROOT: Metadata = {
  license: 'Apache-2.0',
  bugs: { url: 'https://example.org/project/issues' },
  repository: { type: 'git', url: 'git+https://example.org/project.git' },
}
const GOOD: Metadata = {
  description: 'Does one thing.',
  keywords: ['a', 'b', 'c'],
  license: 'Apache-2.0',
  homepage: 'https://example.org/project/tree/main/packages/one#readme',
  bugs: { url: 'https://example.org/project/issues' },
  repository: { type: 'git', url: 'git+https://example.org/project.git', directory: 'packages/one' },
  publishConfig: { access: 'public', provenance: true },
}
const problemsOf = (manifest: Metadata): string[] => findMetadataProblems('packages/one', manifest, ROOT)

describe('the metadata of a manifest', () => {
  it('has no problem where it is complete and says what the root says', () => {
    expect(problemsOf(GOOD)).toEqual([])
  })

  it('names everything that an empty one lacks', () => {
    expect(problemsOf({}).map((problem) => problem.split(' ')[1])).toEqual([
      'description', 'keywords', 'license', 'repository.url', 'repository.directory', 'homepage', 'bugs.url', 'publishConfig.access', 'publishConfig.provenance',
    ])
  })

  it('names what would run at installation', () => {
    expect(problemsOf({ ...GOOD, scripts: { build: 'tsc -b' } })).toEqual([])
    expect(problemsOf({ ...GOOD, scripts: { postinstall: 'node x.js' } })).toEqual(['packages/one/package.json: nothing runs at installation: preinstall, install, postinstall, prepare'])
  })

  it('names the folder of another package', () => {
    const repository = { ...GOOD.repository!, directory: 'packages/two' }
    expect(problemsOf({ ...GOOD, repository })).toEqual(['packages/one/package.json: repository.directory must be packages/one'])
  })

  it('names a fork: provenance is refused where the repository is another one', () => {
    const repository = { ...GOOD.repository!, url: 'git+https://example.org/fork.git' }
    expect(problemsOf({ ...GOOD, repository })).toEqual(['packages/one/package.json: repository.url must be git+https://example.org/project.git'])
  })
})

// Uses up the changesets: new versions in the manifests, changelogs in groups. What a release begins with; see CONTRIBUTING.md.

import { root } from './lib/workspace.ts'
import { versionPackages } from './lib/version-packages.ts'

for (const { name, version } of versionPackages(root)) console.log(`${name} ${version}`)

// Builds and packs every public package, as it would be published, into a folder: `npm run exec -- node scripts/pack.ts FOLDER`.
// Elsewhere, `npm install FOLDER/*.tgz` installs them.

import { copyFileSync, mkdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { buildPackages, listPublicPackages, packPackage } from './lib/pack.ts'
import { withTempFolder } from './lib/temp-folder.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: npm run exec -- node scripts/pack.ts FOLDER')
  process.exit(2)
}
const into = resolve(process.env['INIT_CWD'] ?? '.', folder)
const packages = listPublicPackages()
buildPackages(packages)
mkdirSync(into, { recursive: true })
withTempFolder('pack', (temp) => {
  for (const item of packages) {
    const tarball = packPackage(item, temp)
    copyFileSync(tarball, join(into, basename(tarball)))
    console.log(join(folder, basename(tarball)))
  }
})

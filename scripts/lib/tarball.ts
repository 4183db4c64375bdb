// What a packed package holds: what it must, and nothing that surprises.

import { posix } from 'node:path'
import { runTool } from './run-tool.ts'

/** What a tarball may hold beside the files that every package has. */
const CODE = ['dist', 'src']
const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']

/** The paths of a tarball's files, relative to its package. */
export function filesOf(tarball: string): string[] {
  return runTool('tar', ['-tzf', tarball]).trim().split('\n').map((file) => file.replace(/^package\//, ''))
}

/** Lists what is wrong with the files of a package. `data` names what it has besides code; `needed` what else it must have. */
export function findFileProblems(files: readonly string[], data: readonly string[], needed: readonly string[] = []): string[] {
  const allowed = new Set(['CHANGELOG.md', ...REQUIRED, ...CODE, ...data])
  const strange = files.filter((file) => !allowed.has(file.split('/')[0]!) || /tsbuildinfo|\.(test|test-d|bench)\.|(^|\/)(test|tests|__tests__)\//.test(file))
  const missing = [...REQUIRED, ...needed].filter((file) => !files.includes(file))
  return [
    ...(strange.length > 0 ? [`holds what users do not need: ${strange.join(', ')}`] : []),
    ...(missing.length > 0 ? [`lacks ${missing.join(', ')}`] : []),
  ]
}

/** Lists the source maps that lead out of a package: `mapText` gives the text of a map. */
export function findMapProblems(files: readonly string[], mapText: (file: string) => string): string[] {
  const present = new Set(files)
  return files.filter((file) => file.endsWith('.map')).flatMap((file) => {
    const { sources, sourceRoot = '' } = JSON.parse(mapText(file)) as { sources: string[]; sourceRoot?: string }
    const targets = sources.map((source) => posix.normalize(posix.join(posix.dirname(file), sourceRoot, source)))
    return targets.filter((target) => !present.has(target)).map((target) => `${file} maps to ${target}, which is not packed`)
  })
}

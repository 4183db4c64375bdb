// How large code is for those who load it over a network.

import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'

/** Bytes after bundling everything that `contents` imports, minifying and gzip. `resolveDir` is where its imports are looked for. */
export function bundledSize(contents: string, resolveDir: string, conditions: string[] = []): number {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    conditions,
    write: false,
  })
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length
}

// What a document says of the repository and a machine can check: that a command exists, and that a file does.

/** What documents may name. */
export interface Repository {
  /** Names of the root's npm scripts. */
  readonly scripts: ReadonlySet<string>
  /** Paths of all files, relative to the root. */
  readonly files: readonly string[]
}

const NPM_RUN = /\bnpm run (?:--silent )?([\w:-]+)/g

/** A path with a folder and an ending, in backticks: `scripts/check-layers.ts`. */
const PATH = /`((?:[\w.@-]+\/)+[\w.-]+\.(?:ts|tsx|mjs|js|json|md|yml|yaml|rs|c))`/g

/** Lists what a document claims and is not so: `file:line: claim`. A path may leave out the folders that it begins with. */
export function findFalseClaims(file: string, markdown: string, { scripts, files }: Repository): string[] {
  const isThere = (path: string): boolean => files.some((other) => other === path || other.endsWith(`/${path}`))
  return markdown.split('\n').flatMap((text, index) => {
    const commands = [...text.matchAll(NPM_RUN)].map(([, name]) => name!).filter((name) => !scripts.has(name))
    const paths = [...text.matchAll(PATH)].map(([, path]) => path!).filter((path) => !isThere(path.replace(/^(\.\.?\/)+/, '')))
    return [
      ...commands.map((name) => `${file}:${String(index + 1)}: there is no npm script "${name}"`),
      ...paths.map((path) => `${file}:${String(index + 1)}: there is no file ${path}`),
    ]
  })
}

// What an example in a doc comment sees without an import: what its own file exports, then what its
// package exports, then what the workspace packages that package needs export.

import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { type WorkspacePackage } from './workspace.ts'

interface ExportedName {
  readonly name: string
  readonly isType: boolean
}

/** Writes the imports, on one line, for those of `names` that `file` (relative to `root`) may use. */
export function importsFor(names: ReadonlySet<string>, file: string, from: { root: string; folder: string; packages: readonly WorkspacePackage[] }): string {
  const own = from.packages.find(({ folder }) => file.startsWith(`${folder}/`))
  if (own === undefined) return ''
  const needed = { ...own.manifest.dependencies, ...own.manifest.devDependencies }
  const others = from.packages.filter(({ manifest }) => manifest.name in needed)
  const places = [
    { specifier: relativeSpecifier(from.folder, join(from.root, file)), path: file },
    ...[own, ...others].map(({ folder, manifest }) => ({ specifier: manifest.name, path: `${folder}/src/index.ts` })),
  ]
  const missing = new Set(names)
  let imports = ''
  for (const { specifier, path } of places) {
    const found = exportedNames(join(from.root, path)).filter(({ name }) => missing.delete(name))
    if (found.length === 0) continue
    imports += `import { ${found.map(({ name, isType }) => (isType ? `type ${name}` : name)).join(', ')} } from '${specifier}'; `
  }
  return imports
}

/** A relative specifier from a folder to a file. */
export function relativeSpecifier(folder: string, file: string): string {
  const path = relative(folder, file).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}

function exportedNames(path: string): ExportedName[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  return file.statements.flatMap((statement): ExportedName[] => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, isTypeOnly } = statement
      if (exportClause === undefined || !ts.isNamedExports(exportClause)) return []
      return exportClause.elements.map(({ name, isTypeOnly: alone }) => ({ name: name.text, isType: isTypeOnly || alone }))
    }
    const isExported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    if (isExported !== true) return []
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [{ name: name.text, isType: false }] : []))
    }
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      return statement.name === undefined ? [] : [{ name: statement.name.text, isType: false }]
    }
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
    return isType ? [{ name: statement.name.text, isType: true }] : []
  })
}

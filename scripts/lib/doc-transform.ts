// Turns an example into a module that checks itself: `// => value` behind a statement becomes an
// assertion on the statement's value, without moving a line. Refuses a claim that it cannot check.

import ts from 'typescript'

/** A claim that cannot be turned into an assertion; `line` is relative to the code, from 0. */
export class ExampleSyntaxError extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.name = 'ExampleSyntaxError'
    this.line = line
  }
}

/** Replaces the text of `[start, end)` by `text`. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A comment `// => value`, and where it stands. */
interface Claim {
  readonly line: number
  readonly start: number
  readonly value: string
}

/**
 * Rewrites an example so that its claims are calls of `__is` and `__throws`. `firstLine` is the line of the
 * documentation that the code starts on.
 *
 * @throws ExampleSyntaxError for a claim behind something that has no value, or whose value is no expression.
 */
export function transformExample(code: string, firstLine: number): string {
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true)
  const statements = collectStatements(file)
  const edits = findClaims(code).flatMap((claim) => {
    const statement = statementBefore(statements, claim, code)
    if (statement === undefined) throw new ExampleSyntaxError(claim.line, `no statement stands before "// => ${claim.value}"`)
    return assertion(statement, claim, firstLine)
  })
  return applyEdits(code, edits)
}

/** The names that an example uses and does not declare itself. */
export function freeNames(code: string): Set<string> {
  const used = new Set<string>()
  const declared = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      if (isDeclaredName(node)) declared.add(node.text)
      else if (!isPropertyName(node)) used.add(node.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true))
  for (const claim of findClaims(code)) {
    const value = ts.createSourceFile('value.ts', `(${claim.value})`, ts.ScriptTarget.Latest, true)
    if (!claim.value.startsWith('throws ')) visit(value)
  }
  return new Set([...used].filter((name) => !declared.has(name)))
}

function isDeclaredName(node: ts.Identifier): boolean {
  const { parent } = node
  const declares =
    ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent) || ts.isImportClause(parent) ||
    ts.isImportSpecifier(parent) || ts.isNamespaceImport(parent) || ts.isFunctionDeclaration(parent) ||
    ts.isFunctionExpression(parent) || ts.isClassDeclaration(parent) || ts.isInterfaceDeclaration(parent) || ts.isTypeAliasDeclaration(parent)
  return declares && parent.name === node
}

function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isMethodDeclaration(parent) && parent.name === node) ||
    (ts.isPropertyDeclaration(parent) && parent.name === node) ||
    (ts.isPropertySignature(parent) && parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node) ||
    (ts.isImportSpecifier(parent) && parent.propertyName === node)
  )
}

function findClaims(code: string): Claim[] {
  let start = 0
  return code.split('\n').flatMap((text, line) => {
    const lineStart = start
    start += text.length + 1
    const match = /\/\/ => ?(.*)$/.exec(text)
    return match === null ? [] : [{ line, start: lineStart + match.index, value: match[1]!.trim() }]
  })
}

function collectStatements(file: ts.SourceFile): ts.Statement[] {
  const found: ts.Statement[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStatement(node) && !ts.isBlock(node)) found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** The statement that ends last before the claim, with nothing but blanks in between; a claim may stand on the line below. */
function statementBefore(statements: readonly ts.Statement[], claim: Claim, code: string): ts.Statement | undefined {
  const near = statements.filter((statement) => statement.end <= claim.start && /^[\s;]*$/.test(code.slice(statement.end, claim.start)))
  return near.reduce<ts.Statement | undefined>((best, next) => (best === undefined || next.end > best.end ? next : best), undefined)
}

function assertion(statement: ts.Statement, claim: Claim, firstLine: number): Edit[] {
  const line = String(firstLine + claim.line)
  const thrown = /^throws (\w+)$/.exec(claim.value)
  if (thrown === null) checkExpression(claim)
  if (ts.isExpressionStatement(statement)) {
    const expression = valueOf(statement.expression)
    const outer = { start: statement.expression.getStart(), end: statement.expression.end }
    const text = expression.getText()
    return [
      thrown === null
        ? { ...outer, text: `__is(${text}, (${claim.value}), ${line})` }
        : { ...outer, text: `await __throws(async () => (${text}), '${thrown[1]!}', ${line})` },
    ]
  }
  const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations.at(-1)?.name : undefined
  if (declared === undefined || !ts.isIdentifier(declared) || thrown !== null) {
    throw new ExampleSyntaxError(claim.line, `"// => ${claim.value}" stands behind something that has no value to compare`)
  }
  return [{ start: statement.end, end: statement.end, text: `; __is(${declared.text}, (${claim.value}), ${line});` }]
}

/** `console.log(x) // => value` speaks of x. */
function valueOf(expression: ts.Expression): ts.Expression {
  const isLog = ts.isCallExpression(expression) && expression.expression.getText() === 'console.log' && expression.arguments.length === 1
  return isLog ? expression.arguments[0]! : expression
}

function checkExpression(claim: Claim): void {
  const { diagnostics = [] } = ts.transpileModule(`(${claim.value})`, { reportDiagnostics: true })
  if (claim.value === '' || diagnostics.length > 0) throw new ExampleSyntaxError(claim.line, `"${claim.value}" is not an expression`)
}

function applyEdits(code: string, edits: readonly Edit[]): string {
  return edits.toSorted((a, b) => b.start - a.start).reduce((text, { start, end, text: by }) => text.slice(0, start) + by + text.slice(end), code)
}

// Finds the examples in documentation: every ```ts block of a Markdown file, every @example of a doc
// comment. Knows where each line came from; what an example means is doc-transform's business.

/** One example, to be run as one module. */
export interface Example {
  /** Path relative to the root, with forward slashes. */
  readonly file: string
  /** Line of the file, from 1, on which the first line of `code` stands. */
  readonly line: number
  /** The code; its n-th line stands on line `line + n` of the file, counted from 0. */
  readonly code: string
  /** A Markdown block says what it imports; an example in a comment sees what the package exports. */
  readonly source: 'markdown' | 'comment'
}

const FENCE = /^( {0,3})(`{3,})\s*(\S*)\s*(.*)$/

/** Finds the ```ts blocks of a Markdown text. A block marked ```ts continue goes on from the one before it. */
export function extractFromMarkdown(file: string, text: string): Example[] {
  const lines = text.split('\n')
  const examples: Example[] = []
  for (let index = 0; index < lines.length; index += 1) {
    const open = FENCE.exec(lines[index]!)
    if (open === null) continue
    const [, indent = '', fence = '', language = '', mark = ''] = open
    const first = index + 1
    index += 1
    while (index < lines.length && lines[index]!.trim() !== fence) index += 1
    if (language !== 'ts') continue
    const code = lines.slice(first, index).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    const previous = examples.at(-1)
    if (mark === 'continue' && previous !== undefined) examples[examples.length - 1] = append(previous, first + 1, code)
    else examples.push({ file, line: first + 1, code: code.join('\n'), source: 'markdown' })
  }
  return examples
}

/** Joins a block to the example before it; blank lines in between keep the line numbers true. */
function append(example: Example, line: number, code: readonly string[]): Example {
  const lines = example.code.split('\n')
  while (example.line + lines.length < line) lines.push('')
  return { ...example, code: [...lines, ...code].join('\n') }
}

/** Finds the `@example` sections of the doc comments in a TypeScript text; a ```ts fence around the code is optional. */
export function extractFromComments(file: string, text: string): Example[] {
  const examples: Example[] = []
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const firstLine = text.slice(0, comment.index).split('\n').length
    const lines = comment[0].replace(/\*\/$/, '').split('\n').map(stripMargin)
    for (const [index, line] of lines.entries()) {
      const tag = /^@example\b ?(.*)$/.exec(line.trim())
      if (tag === null) continue
      const rest = lines.slice(index + 1)
      const next = rest.findIndex((other) => /^@\w/.test(other.trim()))
      const code = [tag[1]!, ...rest.slice(0, next === -1 ? undefined : next)].map((other) => (other.startsWith('```') ? '' : other))
      examples.push({ file, line: firstLine + index, code: code.join('\n').trimEnd(), source: 'comment' })
    }
  }
  return examples
}

function stripMargin(line: string): string {
  return line.replace(/^\s*\/?\*+ ?/, '')
}

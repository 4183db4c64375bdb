// RELIABILITY.md: its text is written by hand, the figures in it come from figures/, between markers:
//
//   <!-- figures: NAME -->
//   …
//   <!-- end of figures -->
import type { PartFigures } from './figure-files.ts'

const BLOCK = /<!-- figures: ([\w-]+) -->\n[\s\S]*?<!-- end of figures -->/g

type Cell = number | string | boolean | null
type Row = Readonly<Record<string, Cell>>

/** The names of the blocks in a document, in order. */
export function blocksOf(document: string): string[] {
  return [...document.matchAll(BLOCK)].map(([, name]) => name!)
}

/** The document with its figures replaced; a block for which there are none stays as it is. */
export function withFigures(document: string, parts: ReadonlyMap<string, PartFigures>): string {
  return document.replace(BLOCK, (block, name: string) => {
    const part = parts.get(name)
    return part === undefined ? block : `<!-- figures: ${name} -->\n${renderFigures(part)}\n<!-- end of figures -->`
  })
}

/** Tables of what a part found: plain figures one per line, those of things of one kind side by side. */
export function renderFigures({ figures, seconds, seed }: PartFigures): string {
  const tables = tablesOf(figures as Readonly<Record<string, unknown>>)
  return [...tables, `${seed === 0 ? '' : `Seed ${seed}, `}${grouped(seconds)} s.`].join('\n\n')
}

function tablesOf(figures: Readonly<Record<string, unknown>>): string[] {
  const plain: Record<string, Cell> = {}
  const groups = new Map<string, Record<string, Row>>()
  const nested: [string, Readonly<Record<string, unknown>>][] = []
  for (const [name, value] of Object.entries(figures)) {
    if (typeof value !== 'object' || value === null) plain[name] = value as Cell
    else if (Object.values(value).every((field) => typeof field !== 'object' || field === null)) {
      const kind = Object.keys(value).join()
      groups.set(kind, { ...groups.get(kind), [name]: value as Row })
    } else nested.push([name, value as Readonly<Record<string, unknown>>])
  }
  return [
    ...(Object.keys(plain).length > 0 ? [table({ '': plain })] : []),
    ...[...groups.values()].map(table),
    ...nested.flatMap(([name, inner]) => [`${capitalized(wordsOf(name))}:`, ...tablesOf(inner)]),
  ]
}

/** Columns by name, all with the same rows. */
function table(columns: Readonly<Record<string, Row>>): string {
  const names = Object.keys(columns)
  const lines = [
    row(['', ...names.map(wordsOf)]),
    row(['---', ...names.map(() => '---:')]),
    ...Object.keys(columns[names[0]!]!).map((field) => row([wordsOf(field), ...names.map((name) => textOf(columns[name]![field]!))])),
  ]
  return lines.join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function textOf(value: Cell): string {
  return typeof value === 'number' ? grouped(value) : String(value)
}

function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 })
}

/** `refusedCalls` as words; names of classes, and those with hyphens or spaces, stay as they are. */
function wordsOf(name: string): string {
  return /^[A-Z]|[-\s]/.test(name) ? name : name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

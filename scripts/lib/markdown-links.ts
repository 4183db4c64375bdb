// Finds links in Markdown that lead nowhere: relative paths without a file, anchors without a heading.
// Links to the web are not followed; whether a host answers says nothing about this repository.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** Lists the dead links of one Markdown file below `root`, each with its line. */
export function findDeadLinks(root: string, file: string): string[] {
  return linksOf(readFileSync(join(root, file), 'utf8')).flatMap(({ line, target }) => {
    const problem = judgeLink(root, file, target)
    return problem === undefined ? [] : [`${file}:${String(line)}: ${target} ${problem}`]
  })
}

function judgeLink(root: string, file: string, target: string): string | undefined {
  if (/^(https?|mailto):/.test(target)) return undefined
  if (target.startsWith('/')) return 'is absolute; a link inside of the repository is relative'
  const [path = '', anchor] = target.split('#')
  const linked = path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path)))
  if (linked.startsWith('..')) return 'leaves the repository'
  if (!existsSync(join(root, linked))) return 'does not exist'
  if (anchor === undefined || anchor === '') return undefined
  if (!linked.endsWith('.md') || statSync(join(root, linked)).isDirectory()) return undefined
  return anchorsOf(readFileSync(join(root, linked), 'utf8')).has(anchor) ? undefined : 'names a heading that does not exist'
}

/** The targets of inline links, images and reference definitions, outside of code. */
export function linksOf(markdown: string): { line: number; target: string }[] {
  return proseLines(markdown).flatMap(({ line, text }) => {
    const prose = text.replace(/(`+)(.*?)\1/g, '')
    const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)]
    const definitions = [...prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/g)]
    return [...inline, ...definitions].map((match) => ({ line, target: match[1]! }))
  })
}

/** The anchors that headings get: lower case, no punctuation, hyphens for blanks, numbered where they repeat. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>()
  for (const { text } of proseLines(markdown)) {
    const heading = /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/.exec(text)?.[1]
    if (heading === undefined) continue
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const base = plain.replace(/[^\p{Letter}\p{Number}\p{Mark} _-]/gu, '').replaceAll(' ', '-')
    let anchor = base
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${base}-${String(count)}`
    anchors.add(anchor)
  }
  return anchors
}

/** All lines but those of fenced code. */
function proseLines(markdown: string): { line: number; text: string }[] {
  let fence: string | undefined
  return markdown.split('\n').flatMap((text, index) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1]
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined
      return []
    }
    fence = mark
    return mark === undefined ? [{ line: index + 1, text }] : []
  })
}

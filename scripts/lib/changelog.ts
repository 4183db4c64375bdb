// What changesets leave in a changelog, put into the groups that this repository writes: Added, Changed, Fixed.

const GROUPS = ['Added', 'Changed', 'Fixed'] as const
type Group = (typeof GROUPS)[number]

/** One change: the group it belongs to, and its paragraphs. */
interface Entry {
  readonly group: Group
  readonly paragraphs: string[]
}

/** Says what keeps a changeset's text from being grouped; `undefined` if nothing does. */
export function judgeChanges(text: string): string | undefined {
  return /^(Added|Changed|Fixed): \S/.test(text.trim()) ? undefined : 'must begin with "Added: ", "Changed: " or "Fixed: "'
}

/**
 * Rewrites the section of one version: what stands below `### Minor Changes` and the like comes below `### Added`, `### Changed`
 * and `### Fixed`, one list item each. Sections of other versions stay as they are.
 *
 * @throws Error where a change belongs to no group
 */
export function groupChanges(changelog: string, version: string): string {
  const sections = changelog.split(/^(?=## )/m)
  return sections.map((section) => (section.startsWith(`## ${version}\n`) ? groupSection(section, version) : section)).join('')
}

const UNCHANGED = 'No changes in this release.'

const HEAD = `# Changelog

All packages have one version. What changed in each of them, the newest first; each package has its own part in its \`CHANGELOG.md\`.
`

/** Gives what a changelog says about one version, without the heading; undefined if nothing. */
export function sectionOf(changelog: string, version: string): string | undefined {
  const section = changelog.split(/^(?=## )/m).find((text) => text.startsWith(`## ${version}\n`))
  const text = section?.slice(section.indexOf('\n')).trim()
  return text === '' || text === UNCHANGED ? undefined : text
}

/**
 * Puts what the changelogs of packages say about a version on top of the changelog of all, `before`, which may be empty. Packages
 * without changes are left out.
 */
export function joinChangelogs(before: string, version: string, packages: readonly { readonly name: string; readonly changelog: string }[]): string {
  const parts = packages.flatMap(({ name, changelog }) => {
    const text = sectionOf(changelog, version)
    return text === undefined ? [] : [`### ${name}\n\n${text.replace(/^### /gm, '#### ')}\n`]
  })
  const older = before.indexOf('\n## ')
  return [HEAD, `## ${version}\n`, ...parts, ...(older < 0 ? [] : [before.slice(older + 1)])].join('\n')
}

function groupSection(section: string, version: string): string {
  const text = section.slice(section.indexOf('\n')).replace(/^### (Major|Minor|Patch) Changes$/gm, '')
  if (text.trim() === UNCHANGED) return section
  const entries = entriesOf(text)
  const groups = GROUPS.flatMap((group) => {
    const own = entries.filter((entry) => entry.group === group)
    return own.length === 0 ? [] : [`### ${group}\n\n${own.map(listItem).join('\n')}`]
  })
  const gap = section.endsWith('\n\n') ? '\n' : ''
  return `## ${version}\n\n${groups.join('\n\n')}\n${gap}`
}

function entriesOf(text: string): Entry[] {
  const entries: Entry[] = []
  for (const line of splitParagraphs(text)) {
    const [, group, rest] = /^(Added|Changed|Fixed): ([\s\S]*)$/.exec(line) ?? []
    if (rest !== undefined) entries.push({ group: group as Group, paragraphs: [capitalised(rest)] })
    else if (entries.length > 0) entries.at(-1)!.paragraphs.push(line)
    else throw new Error(`a change belongs to no group: ${line.split('\n')[0]!}`)
  }
  return entries
}

/** Blank lines part paragraphs, and so does a line that opens another change. */
function splitParagraphs(text: string): string[] {
  return text.split(/\n\s*\n|\n(?=(?:Added|Changed|Fixed): )/).map((paragraph) => paragraph.trim()).filter((paragraph) => paragraph !== '')
}

function listItem({ paragraphs }: Entry): string {
  const text = paragraphs.join('\n\n').split('\n').map((line) => (line === '' ? '' : `  ${line}`)).join('\n')
  return `- ${text.trimStart()}`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/**
 * Holds files of vectors against the rules of INTERPRETING.md that a JSON schema cannot say: ids that are unique and
 * tell their file, descriptions of one style, who agreed, and the size of it all. Shapes are the schemas' business.
 */

/** A file of vectors, by its path within the folder of vectors. */
export interface VectorFile {
  /** With slashes, `pte/riscv.json` for instance. */
  readonly path: string
  /** All that the file holds. */
  readonly text: string
}

/** All vectors together, in characters, of which nearly all take one byte. */
export const VECTORS_SIZE_LIMIT = 1_000_000

/** What lists the other files. */
export const VECTOR_INDEX = 'index.json'

type Json = Readonly<Record<string, unknown>>

/** What a vector of any kind says about itself. */
interface Described {
  readonly id: string
  readonly catches: readonly string[]
  readonly agreed: readonly string[]
  /** Everything else, as text. */
  readonly content: string
}

interface DescribedFile {
  readonly path: string
  readonly kind: string
  readonly vectors: readonly Described[]
}

/**
 * Tells what is wrong, in a line each that names file and vector; nothing if all is well.
 *
 * @param files the index among them.
 * @throws SyntaxError if a file is no JSON.
 */
export function lintVectors(files: readonly VectorFile[]): string[] {
  const described = files.filter(({ path }) => path !== VECTOR_INDEX).map((file) => ({ path: file.path, ...describedIn(file) }))
  return [...lintIndex(files, described), ...lintIds(described), ...described.flatMap(({ path, vectors }) => vectors.flatMap((vector) => lintDescription(vector).map((problem) => `${path}: ${vector.id}: ${problem}`))), ...lintSize(files)]
}

function describedIn({ path, text }: VectorFile): Omit<DescribedFile, 'path'> {
  const isLines = path.endsWith('.jsonl')
  const lines = isLines ? text.split('\n').filter((line) => line.trimStart().startsWith('{')).map((line) => JSON.parse(line) as Json) : []
  const file = isLines ? { kind: 'ops', vectors: lines.filter((line) => 'scenario' in line) } : (JSON.parse(text) as { readonly kind: string; readonly vectors: readonly Json[] })
  const vectors = file.vectors.map((vector, index) => {
    const { id, catches, agreed, ...rest } = vector
    const next = file.vectors[index + 1]
    const ops = isLines ? lines.slice(lines.indexOf(vector) + 1, next === undefined ? undefined : lines.indexOf(next)) : []
    return { id: typeof id === 'string' ? id : '', catches: listOf(catches), agreed: listOf(agreed), content: JSON.stringify([withoutName(rest), ops]) }
  })
  return { kind: file.kind, vectors }
}

/** What two vectors may not have in common; a name and notes differ where nothing else does. */
function withoutName({ name: _name, notes: _notes, ...rest }: Json): Json {
  return rest
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []
}

function lintIndex(files: readonly VectorFile[], described: readonly DescribedFile[]): string[] {
  const index = files.find(({ path }) => path === VECTOR_INDEX)
  if (index === undefined) return [`${VECTOR_INDEX}: missing`]
  const listed = (JSON.parse(index.text) as { readonly files: readonly { readonly path: string; readonly kind: string; readonly vectors: number }[] }).files
  const problems: string[] = []
  for (const { path, vectors } of described) {
    const entry = listed.find((one) => one.path === path)
    if (entry === undefined) problems.push(`${VECTOR_INDEX}: does not list ${path}`)
    else if (entry.vectors !== vectors.length) problems.push(`${VECTOR_INDEX}: ${path} has ${vectors.length} vectors, not ${entry.vectors}`)
    if (entry !== undefined && !path.startsWith(`${entry.kind}/`)) problems.push(`${VECTOR_INDEX}: ${path} is not of kind ${entry.kind}`)
  }
  for (const { path } of listed) if (!described.some((one) => one.path === path)) problems.push(`${VECTOR_INDEX}: lists ${path}, which is not there`)
  return problems
}

function lintIds(described: readonly DescribedFile[]): string[] {
  const problems: string[] = []
  const places = new Map<string, string>()
  const contents = new Map<string, string>()
  for (const { path, kind, vectors } of described) {
    for (const { id, content } of vectors) {
      if (!/^(pte|walk|ops)\/[a-z0-9-]+\/[a-z0-9-]+$/.test(id)) problems.push(`${path}: "id" must be KIND/GROUP/NAME in lower case, got ${JSON.stringify(id)}`)
      else if (!id.startsWith(`${kind}/`)) problems.push(`${path}: ${id}: must begin with ${kind}/`)
      const place = places.get(id)
      if (place !== undefined) problems.push(`${path}: ${id}: stands in ${place} too`)
      places.set(id, path)
      const twin = contents.get(`${path} ${content}`)
      if (twin !== undefined) problems.push(`${path}: ${id}: asks the same as ${twin}`)
      contents.set(`${path} ${content}`, id)
    }
  }
  return problems
}

function lintDescription({ catches, agreed }: Described): string[] {
  const problems: string[] = []
  if (catches.length === 0) problems.push('"catches" is missing')
  if (agreed.length === 0) problems.push('"agreed" is missing')
  for (const text of [...catches, ...agreed]) {
    if (text.trim() !== text || text.length < 10) problems.push(`says too little: ${JSON.stringify(text)}`)
    if (/[.!]$/.test(text)) problems.push(`ends like a sentence: ${JSON.stringify(text)}`)
    if (/\bshould\b/i.test(text)) problems.push(`says "should" instead of what is: ${JSON.stringify(text)}`)
  }
  for (const text of agreed) {
    if (!/^[^:]+: \S/.test(text)) problems.push(`"agreed" must be "who: what", got ${JSON.stringify(text)}`)
    if (/^qemu/i.test(text) && !/^QEMU \d+\.\d+\.\d+: /.test(text)) problems.push(`"agreed" must name QEMU's version, got ${JSON.stringify(text)}`)
  }
  return problems
}

function lintSize(files: readonly VectorFile[]): string[] {
  const size = files.reduce((sum, { text }) => sum + text.length, 0)
  return size < VECTORS_SIZE_LIMIT ? [] : [`all files together must stay below ${VECTORS_SIZE_LIMIT} characters, got ${size}`]
}

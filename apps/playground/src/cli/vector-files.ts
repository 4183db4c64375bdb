/**
 * The vectors of the suite, which come with `@addrspace/conformance`, and files of somebody's own in their place. What
 * is read here has been looked at: its shape is what the schema of its kind says.
 */

import { VECTOR_INDEX, type VectorFile } from '@addrspace/conformance'
import type { AnySchemaObject, ValidateFunction } from 'ajv'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InputError } from './failure.ts'
import { attempt, inspectPath, readText, userPath } from './files.ts'

export type VectorKind = 'pte' | 'walk' | 'ops'

/** A vector as its file has it, and what all kinds have in common. */
export interface VectorRecord {
  readonly path: string
  readonly kind: VectorKind
  readonly id: string
  readonly machines: readonly string[]
  readonly catches: readonly string[]
  readonly agreed: readonly string[]
  /** The vector's own object, or of operations the lines. */
  readonly value: unknown
  /** Alone in a file's text. */
  readonly text: string
}

type Json = Readonly<Record<string, unknown>>

/** The files that come along, the index first. */
export function shippedVectors(): VectorFile[] {
  const folder = fileURLToPath(new URL('.', import.meta.resolve(`@addrspace/conformance/vectors/${VECTOR_INDEX}`)))
  return filesIn(folder, folder)
}

/**
 * The files that the user names, or those within a folder; without any, those that come along.
 *
 * @throws InputError if one cannot be read, or is none of vectors.
 */
export async function namedVectors(names: readonly string[]): Promise<VectorFile[]> {
  if (names.length === 0) return shippedVectors()
  const files: VectorFile[] = []
  for (const name of names) {
    if (inspectPath(name).isDirectory()) {
      const found = attempt(name, () => filesIn(userPath(name), name))
      if (found.length === 0) throw new InputError(`${name}: holds no files of vectors (*.json, *.jsonl)`)
      files.push(...found)
    } else {
      files.push({ path: name, text: await readText(name) })
    }
  }
  return files
}

/** Paths within the folder, with slashes. */
function filesIn(folder: string, name: string): VectorFile[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.jsonl?$/.test(path)).map((path) => path.replaceAll('\\', '/'))
  return paths.sort((a, b) => Number(b === VECTOR_INDEX) - Number(a === VECTOR_INDEX) || (a < b ? -1 : 1)).map((path) => ({ path, text: attempt(join(name, path), () => readFileSync(join(folder, path), 'utf8')) }))
}

/** What is wrong with the shape of a file, in a line each that names it and the place; nothing if all is well. */
export async function shapeProblems({ path, text }: VectorFile): Promise<string[]> {
  const isLines = path.endsWith('.jsonl')
  const problems: string[] = []
  const lines = isLines ? text.split('\n').map((line, index) => ({ line, where: `line ${index + 1}` })) : [{ line: text, where: '' }]
  for (const { line, where } of lines.filter(({ line }) => line.trim() !== '' && !line.trimStart().startsWith('#'))) {
    const place = where === '' ? path : `${path}: ${where}`
    const value = parsed(line)
    if (value === undefined) {
      problems.push(`${place}: is not JSON`)
      continue
    }
    const kind = isLines ? ('scenario' in value ? 'header' : 'operation') : path === VECTOR_INDEX ? 'index' : value['kind']
    if (kind !== 'pte' && kind !== 'walk' && kind !== 'index' && kind !== 'header' && kind !== 'operation') {
      problems.push(`${place}: "kind" must be "pte" or "walk", got ${typeof kind === 'string' ? JSON.stringify(kind) : typeof kind}`)
      continue
    }
    const validate = await validatorOf(kind)
    if (!validate(value)) problems.push(...(validate.errors ?? []).map(({ instancePath, message = '', params }) => `${place}: ${instancePath === '' ? '' : `${instancePath}: `}${message}${detailOf(params)}`))
  }
  return problems
}

function detailOf(params: Json): string {
  const { additionalProperty, allowedValues } = params
  return typeof additionalProperty === 'string' ? ` (${additionalProperty})` : Array.isArray(allowedValues) ? ` (${allowedValues.join(', ')})` : ''
}

function parsed(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

const validators = new Map<string, ValidateFunction>()

/** Of a kind of file, or of one of the two kinds of lines. */
async function validatorOf(kind: 'pte' | 'walk' | 'index' | 'header' | 'operation'): Promise<ValidateFunction> {
  const known = validators.get(kind)
  if (known !== undefined) return known
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const name = kind === 'header' || kind === 'operation' ? 'ops' : kind
  const schema = JSON.parse(readFileSync(fileURLToPath(import.meta.resolve(`@addrspace/conformance/schemas/${name}.schema.json`)), 'utf8')) as AnySchemaObject
  // A choice between two shapes is told wrong as a whole; which of them is meant is known here.
  const whole = name === 'ops' ? { $defs: schema['$defs'] as object, $ref: `#/$defs/${kind}` } : schema
  const validate = new Ajv2020({ allErrors: true }).compile(whole)
  validators.set(kind, validate)
  return validate
}

/**
 * The vectors of files.
 *
 * @throws InputError for the first thing that is wrong with the shape of a file.
 */
export async function readVectors(files: readonly VectorFile[]): Promise<VectorRecord[]> {
  const records: VectorRecord[] = []
  for (const file of files.filter(({ path }) => path !== VECTOR_INDEX)) {
    const [problem] = await shapeProblems(file)
    if (problem !== undefined) throw new InputError(problem)
    records.push(...(file.path.endsWith('.jsonl') ? scenariosIn(file) : vectorsIn(file)))
  }
  return records
}

function vectorsIn({ path, text }: VectorFile): VectorRecord[] {
  const { vectors, ...file } = JSON.parse(text) as Json & { readonly kind: VectorKind; readonly machines: readonly string[]; readonly vectors: readonly Json[] }
  return vectors.map((vector) => ({ path, kind: file.kind, ...described(vector, file.machines), value: vector, text: JSON.stringify({ ...file, vectors: [vector] }) }))
}

function scenariosIn({ path, text }: VectorFile): VectorRecord[] {
  const scenarios: { header: Json; lines: string[] }[] = []
  for (const line of text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))) {
    const value = JSON.parse(line) as Json
    if ('scenario' in value) scenarios.push({ header: value, lines: [line] })
    else if (scenarios.length === 0) throw new InputError(`${path}: an operation comes before the first header`)
    else scenarios.at(-1)!.lines.push(line)
  }
  return scenarios.map(({ header, lines }) => ({ path, kind: 'ops', ...described(header, [header['backend'] as string]), value: lines.map((line) => JSON.parse(line) as unknown), text: `${lines.join('\n')}\n` }))
}

function described(vector: Json, fallback: readonly string[]): Pick<VectorRecord, 'id' | 'machines' | 'catches' | 'agreed'> {
  return {
    id: vector['id'] as string,
    machines: (vector['machines'] as readonly string[] | undefined) ?? fallback,
    catches: vector['catches'] as readonly string[],
    agreed: vector['agreed'] as readonly string[],
  }
}

/**
 * `addrspace vectors`: the suite as data. Lists the vectors, shows one, runs them on our machines, and holds files
 * against the rules that vectors keep.
 */

import { lintVectors, parseScenarios, runVectors, ScenarioError } from '@addrspace/conformance'
import { VECTOR_SUBJECT } from '@addrspace/conformance-mutants'
import { ALL_BACKENDS, BACKENDS, requireMachine, type BackendEntry } from './backends.ts'
import { EXIT_CHECK_FAILED, EXIT_OK, InputError, printable } from './failure.ts'
import { readChoice } from './numbers.ts'
import type { Output } from './output.ts'
import { alignColumns } from './table.ts'
import { namedVectors, readVectors, shapeProblems, shippedVectors, type VectorRecord } from './vector-files.ts'

export interface VectorsOptions {
  /** A machine or `all`, the default. */
  readonly backend?: string
  /** Only the vectors whose ids contain this. */
  readonly filter?: string
  readonly json?: boolean
}

const ACTIONS = ['list', 'show', 'run', 'lint'] as const

/** What became of a vector on one machine. */
interface Verdict {
  readonly id: string
  readonly backend: string
  readonly status: 'pass' | 'fail' | 'skip'
  readonly detail: string
}

/**
 * Does what the action says; the targets are an id for `show`, and otherwise files and folders in the place of the
 * vectors that come along.
 *
 * @throws InputError if there is no such action, vector, file or machine.
 */
export async function vectors(action: string, targets: readonly string[], options: VectorsOptions, output: Output): Promise<number> {
  switch (readChoice('ACTION', action, ACTIONS)) {
    case 'list':
      return list(await selected(targets, options), output, options)
    case 'show':
      return show(await only(targets), output, options)
    case 'run':
      return run(await selected(targets, options), output, options)
    case 'lint':
      return lint(targets, output, options)
  }
}

/** The vectors that are meant, in the order of the files. */
async function selected(targets: readonly string[], { filter = '', backend = ALL_BACKENDS }: VectorsOptions): Promise<VectorRecord[]> {
  if (backend !== ALL_BACKENDS) await requireMachine(backend)
  const all = await readVectors(await namedVectors(targets))
  const found = all.filter(({ id, machines }) => id.includes(filter) && (backend === ALL_BACKENDS || machines.includes(backend)))
  if (found.length === 0) throw new InputError(`no vector ${filter === '' ? '' : `has ${JSON.stringify(filter)} in its id`}${filter !== '' && backend !== ALL_BACKENDS ? ' and ' : ''}${backend === ALL_BACKENDS ? '' : `holds for ${backend}`}; vectors list tells all`)
  return found
}

async function only(targets: readonly string[]): Promise<VectorRecord> {
  const [id, ...others] = targets
  if (id === undefined || others.length > 0) throw new InputError(`vectors show takes one id, got ${targets.length}`)
  const all = await readVectors(shippedVectors())
  const found = all.find((vector) => vector.id === id)
  if (found !== undefined) return found
  const near = all.filter((vector) => vector.id.includes(id)).slice(0, 5).map((vector) => vector.id)
  throw new InputError(`no vector has the id ${JSON.stringify(id)}; ${near.length > 0 ? `there are ${near.join(', ')}` : 'vectors list tells all'}`)
}

function list(records: readonly VectorRecord[], output: Output, { json }: VectorsOptions): number {
  if (json === true) {
    output.json({ vectors: records.map(({ id, path, machines, catches, agreed }) => ({ id, file: path, machines, catches, agreed })) })
    return EXIT_OK
  }
  for (const line of alignColumns(records.map(({ id, catches }) => [id, output.paint('dim', printable(catches[0] ?? ''))]))) output.line(line)
  output.line()
  output.line(output.paint('dim', `${records.length} vectors; vectors show ID tells all of one`))
  return EXIT_OK
}

function show({ id, path, kind, machines, catches, agreed, value }: VectorRecord, output: Output, { json }: VectorsOptions): number {
  if (json === true) {
    output.json(value)
    return EXIT_OK
  }
  output.line(output.paint('bold', id))
  const told = [['file', path], ['holds for', machines.join(', ')], ...catches.map((text, i) => [i === 0 ? 'catches' : '', text]), ...agreed.map((text, i) => [i === 0 ? 'agreed' : '', text])]
  for (const line of alignColumns(told.map(([name = '', text = '']) => [output.paint('dim', name), printable(text)]))) output.line(line)
  output.line()
  const lines = kind === 'ops' ? (value as readonly object[]).slice(1).map((op) => JSON.stringify(op)) : JSON.stringify(contentOf(value as object), null, 2).split('\n')
  for (const line of lines) output.line(line)
  return EXIT_OK
}

/** Without what was told before. */
function contentOf(vector: object): object {
  return Object.fromEntries(Object.entries(vector).filter(([name]) => !['id', 'machines', 'catches', 'agreed'].includes(name)))
}

async function run(records: readonly VectorRecord[], output: Output, { backend = ALL_BACKENDS, json }: VectorsOptions): Promise<number> {
  const machines = BACKENDS.filter(({ name, loadMachine }) => loadMachine !== undefined && (backend === ALL_BACKENDS || name === backend))
  const verdicts: Verdict[] = []
  for (const machine of machines) verdicts.push(...(await runOn(machine, records.filter((record) => record.machines.includes(machine.name)))))
  if (json === true) output.json({ vectors: verdicts })
  else report(records, machines, verdicts, output)
  return verdicts.some(({ status }) => status === 'fail') ? EXIT_CHECK_FAILED : EXIT_OK
}

/** Words and walks are asked of the machine's format, operations are scenarios. */
async function runOn({ name, loadScenarioRunner }: BackendEntry, records: readonly VectorRecord[]): Promise<Verdict[]> {
  const scenarios = await loadScenarioRunner()
  const subject = { ...VECTOR_SUBJECT, machines: [name] }
  return records.map(({ id, kind, path, text }) => {
    if (kind !== 'ops') {
      const { status, detail } = runVectors(text, subject).find(({ machine }) => machine === name)!
      return { id, backend: name, status, detail }
    }
    const differences: string[] = []
    try {
      const [scenario] = parseScenarios(text)
      scenarios.run(scenario!, ({ index, op, result, isMismatch }) => {
        if (isMismatch) differences.push(`op ${index}, ${op.op}: expected ${JSON.stringify(op.expect)}, found ${JSON.stringify(result)}`)
      })
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error
      throw new InputError(`${path}: ${id}: ${error.message}`)
    }
    return { id, backend: name, status: differences.length > 0 ? 'fail' : 'pass', detail: differences.join('\n') }
  })
}

/** A row per file, a column per machine: how many passed. */
function report(records: readonly VectorRecord[], machines: readonly BackendEntry[], verdicts: readonly Verdict[], output: Output): void {
  const paths = [...new Set(records.map(({ path }) => path))]
  const pathOf = new Map(records.map(({ id, path }) => [id, path]))
  const cell = (own: readonly Verdict[]): string => {
    const passed = own.filter(({ status }) => status === 'pass').length
    const failed = own.filter(({ status }) => status === 'fail').length
    if (own.length === 0) return output.paint('dim', '–')
    return failed === 0 ? output.paint('good', String(passed)) : `${passed}, ${output.paint('bad', `${failed} fail`)}`
  }
  const rows = paths.map((path) => [path, ...machines.map(({ name }) => cell(verdicts.filter(({ id, backend }) => backend === name && pathOf.get(id) === path)))])
  for (const line of alignColumns([['', ...machines.map(({ name }) => output.paint('bold', name))], ...rows])) output.line(line)
  for (const { id, backend, detail } of verdicts.filter(({ status }) => status === 'fail')) {
    output.line()
    output.line(`${output.paint('bad', 'FAIL')} ${id} on ${backend}`)
    for (const line of detail.split('\n')) output.line(`  ${printable(line.trim())}`)
  }
  const count = (wanted: Verdict['status']): number => verdicts.filter(({ status }) => status === wanted).length
  output.line()
  output.line(`${count('pass')} passed, ${count('fail')} failed`)
}

async function lint(targets: readonly string[], output: Output, { json }: VectorsOptions): Promise<number> {
  const files = await namedVectors(targets)
  const shapes: string[] = []
  for (const file of files) shapes.push(...(await shapeProblems(file)))
  // Where shapes are wrong, nothing can be said of what they hold; and files by themselves have no index.
  const isWhole = targets.length === 0 || files.some(({ path }) => path === 'index.json')
  const problems = shapes.length > 0 ? shapes : lintVectors(files).filter((problem) => isWhole || !problem.startsWith('index.json:'))
  if (json === true) output.json({ files: files.map(({ path }) => path), problems })
  else {
    for (const problem of problems) output.line(printable(problem))
    output.line(`${files.length} files, ${problems.length} problems`)
  }
  return problems.length > 0 ? EXIT_CHECK_FAILED : EXIT_OK
}

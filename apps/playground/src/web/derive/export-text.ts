/** A scenario as texts to take away: a vector, which expects of every operation what it came to, and a test that runs it. */

import { formatHeader, formatOp, type JsonValue, type Scenario } from '@addrspace/conformance'
import type { BackendName } from './backends.ts'

/** What operations came to, in their order. */
export type Results = readonly { readonly result: JsonValue }[]

/** The test runners that a test can be written for. */
export type TestRunner = 'vitest' | 'node:test'

/**
 * The scenario with the results of a backend as what is expected: lines of a scenario file. An operation without a
 * result keeps what it has.
 */
export function* vectorLines({ header, ops }: Scenario, backend: BackendName, results: Results): Generator<string, undefined> {
  const id = header.id ?? slugOf(header.name ?? 'scenario')
  yield formatHeader({ ...header, id, backend })
  for (const [index, op] of ops.entries()) yield formatOp(results[index] === undefined ? op : { ...op, expect: results[index].result })
  return undefined
}

/** The scenario as lines of a file. */
export function* scenarioLines({ header, ops }: Scenario): Generator<string, undefined> {
  yield formatHeader(header)
  for (const op of ops) yield formatOp(op)
  return undefined
}

/** So many lines are written between two pauses. */
const PIECE = 5000

/** One text of many lines, each with a line break at its end. */
export async function textOf(lines: Iterable<string>, pause: () => Promise<void>): Promise<string> {
  let text = ''
  let count = 0
  for (const line of lines) {
    text += `${line}\n`
    count += 1
    if (count % PIECE === 0) await pause()
  }
  return text
}

/** A name for a file, and for a vector: `One request!` becomes `one-request`. */
export function slugOf(name: string): string {
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '')
  return slug === '' ? 'scenario' : slug.slice(0, 60)
}

/** What a test imports of a machine. */
const FORMATS: Readonly<Record<Exclude<BackendName, 'mock' | 'null'>, { readonly format: string; readonly from: string; readonly controls: string }>> = {
  'x86-64': { format: 'x8664', from: '@addrspace/backend-x86-64', controls: 'X8664Controls' },
  'x86-64-la57': { format: 'x8664La57', from: '@addrspace/backend-x86-64', controls: 'X8664Controls' },
  'riscv-sv39': { format: 'riscvSv39', from: '@addrspace/backend-riscv-sv39', controls: 'RiscvControls' },
  'riscv-sv48': { format: 'riscvSv48', from: '@addrspace/backend-riscv-sv39', controls: 'RiscvControls' },
  'riscv-sv57': { format: 'riscvSv57', from: '@addrspace/backend-riscv-sv39', controls: 'RiscvControls' },
  'aarch64': { format: 'aarch64', from: '@addrspace/backend-aarch64', controls: 'AArch64Controls' },
}

/**
 * A file of TypeScript with one test: it runs a vector's text on a backend with nothing but public packages, and fails
 * where a result is not the expected one.
 */
export function testSource(vector: string, scenario: Scenario, backend: BackendName, runner: TestRunner): string {
  const isMachine = backend !== 'mock' && backend !== 'null'
  const { imports, lines } = isMachine ? machineRunner(scenario, backend) : plainRunner(backend)
  const name = quoted(`${scenario.header.name ?? 'a scenario'}, on ${backend}`)
  const conformance = { names: ['formatOpResult', 'parseScenarios', 'scenarioRunner'], from: '@addrspace/conformance' }
  const testing = runner === 'vitest' ? [{ names: ['expect', 'test'], from: 'vitest' }] : []
  return [
    ...(runner === 'node:test' ? ["import assert from 'node:assert/strict'", "import test from 'node:test'"] : []),
    ...[...merged([...imports, conformance]), ...testing].map(({ names, from }) => `import { ${names.join(', ')} } from '${from}'`),
    '',
    `const SCENARIO = \``,
    `${vector.trimEnd().replaceAll(/[\\`]|\$\{/g, '\\$&')}\``,
    '',
    ...lines,
    '',
    `test(${name}, () => {`,
    '  const mismatches: string[] = []',
    '  for (const scenario of parseScenarios(SCENARIO)) {',
    '    runner.run(scenario, (result) => {',
    '      if (result.isMismatch) mismatches.push(formatOpResult(result))',
    '    })',
    '  }',
    runner === 'vitest' ? '  expect(mismatches).toEqual([])' : '  assert.deepEqual(mismatches, [])',
    '})',
    '',
  ].join('\n')
}

interface Import {
  /** With `type` before it where that is all it is. */
  readonly names: readonly string[]
  readonly from: string
}

interface RunnerSource {
  readonly imports: readonly Import[]
  readonly lines: readonly string[]
}

function plainRunner(backend: 'mock' | 'null'): RunnerSource {
  const isMock = backend === 'mock'
  const types = isMock ? 'number, MockPageTable' : 'number, undefined'
  return {
    imports: [
      { names: isMock ? ['MockBackend', 'MockPageTable'] : ['NullBackend'], from: '@addrspace/backend-mock' },
      { names: ['bitsPermit'], from: '@addrspace/conformance' },
      { names: ['MemorySet'], from: '@addrspace/memory-set' },
    ],
    lines: [
      `const runner = scenarioRunner<${types}>({`,
      `  name: '${backend}',`,
      "  flagStyle: 'number',",
      '  toFlags: (bits) => bits,',
      '  toBits: (flags) => flags,',
      '  open({ merge }) {',
      `    const set = new MemorySet<${types}>({ pageTable: ${isMock ? 'new MockPageTable()' : 'undefined'}, permits: bitsPermit, merge })`,
      `    const backend = new ${isMock ? 'Mock' : 'Null'}Backend()`,
      '    return { set, findFree: { align: 1n, limit: { start: 0n, end: 2n ** 64n } }, backendFor: () => backend }',
      '  },',
      '})',
    ],
  }
}

function machineRunner({ header, ops }: Scenario, backend: Exclude<BackendName, 'mock' | 'null'>): RunnerSource {
  const { format, from, controls } = FORMATS[backend]
  const has = (name: string): boolean => ops.some(({ op }) => op === name)
  const failing = header.fail?.frame
  return {
    imports: [
      { names: ['FrameBackend', 'LinearBackend'], from: '@addrspace/backend-paging' },
      { names: [format, `type ${controls}`], from },
      { names: ['type Backing', ...(has('translate') ? ['type ScenarioValue'] : [])], from: '@addrspace/conformance' },
      { names: ['physAddr', 'type VirtAddr'], from: '@addrspace/memory-addr' },
      { names: ['MemorySet'], from: '@addrspace/memory-set' },
      { names: ['BitmapAllocator', 'type MappingFlags', 'PageTable', 'permits', 'PhysMemory'], from: '@addrspace/page-table' },
    ],
    lines: [
      `const runner = scenarioRunner<MappingFlags, PageTable<${controls}>>({`,
      `  name: '${backend}',`,
      "  flagStyle: 'letters',",
      '  toFlags: (bits) => bits as MappingFlags,',
      '  toBits: (flags) => flags,',
      `  open({ memory, merge, ad${failing === undefined ? '' : ', failingFrame'} }) {`,
      '    const base = physAddr(memory.base)',
      '    const frames = new BitmapAllocator({ start: base, end: memory.base + memory.size })',
      `    const pageTable = new PageTable({ memory: new PhysMemory({ base, size: memory.size }), frames, format: ${format}, invalidations: () => undefined, accessedDirty: ad })`,
      ...(failing === undefined ? [] : [
        '    // The roots are there: from here on, one allocation fails.',
        '    let left = failingFrame ?? 0',
        '    const { allocate, allocateRun } = frames',
        '    frames.allocate = () => (--left === 0 ? undefined : allocate.call(frames))',
        '    frames.allocateRun = (count) => (--left === 0 ? undefined : allocateRun.call(frames, count))',
      ]),
      `    const set = new MemorySet<MappingFlags, PageTable<${controls}>>({ pageTable, permits, merge })`,
      `    const eager = new FrameBackend<${controls}>({ when: 'eager' })`,
      `    const demand = new FrameBackend<${controls}>({ when: 'demand' })`,
      `    const linear = new Map<bigint, LinearBackend<${controls}>>()`,
      '    return {',
      '      set,',
      '      findFree: { align: 0x1000n, limit: { start: 0n, end: pageTable.geometry.lowerEnd } },',
      '      backendFor(backing: Backing, start: VirtAddr) {',
      "        if (backing === 'alloc') return eager",
      "        if (backing === 'demand') return demand",
      '        // One for each distance, so that neighbours may merge.',
      '        const known = linear.get(backing.linear - start) ?? new LinearBackend(start, physAddr(backing.linear))',
      '        linear.set(backing.linear - start, known)',
      '        return known',
      '      },',
      ...(has('query') ? ['      query: (addr) => pageTable.query(addr) ?? null,'] : []),
      ...(has('translate') ? [
        '      translate({ addr, access, mode, controls }): ScenarioValue {',
        `        const translation = pageTable.translate(addr, access, mode, { ...${format}.defaultControls, ...controls })`,
        "        if (translation.kind === 'fault') return { fault: translation.reason, level: translation.level, bit: translation.bit }",
        '        const updates = translation.updates.map(({ entryAddress, word }) => ({ entry: entryAddress, word }))',
        '        return updates.length === 0 ? { paddr: translation.paddr } : { paddr: translation.paddr, updates }',
        '      },',
      ] : []),
      '    }',
      '  },',
      '})',
    ],
  }
}

/** One import per package, in the order of their names; values before types within. */
function merged(imports: readonly Import[]): readonly Import[] {
  const packages = Map.groupBy(imports, ({ from }) => from)
  return [...packages].map(([from, all]) => ({ from, names: all.flatMap(({ names }) => names).sort(byName) })).sort((a, b) => (a.from < b.from ? -1 : 1))
}

function byName(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.replace(/^type /, '').toLowerCase())
  return left! < right! ? -1 : 1
}

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&').replaceAll('\n', ' ')}'`
}

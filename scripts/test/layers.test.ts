import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findLayerViolations, parseLayerTable } from '../lib/layers.ts'

const table = (...rows: string[]): string => ['| package | may import | its tests also |', '| --- | --- | --- |', ...rows, '', 'prose'].join('\n')

describe('parseLayerTable', () => {
  it('reads names, lists and empty cells in order', () => {
    const rows = parseLayerTable(table('| `low` | – | |', '| `high` | `low` | `mid`, `top` |'))
    expect([...rows]).toEqual([
      ['low', { sources: new Set(), tests: new Set() }],
      ['high', { sources: new Set(['low']), tests: new Set(['mid', 'top']) }],
    ])
  })

  it('refuses a text without the table, a row listed twice, a row that lacks a cell', () => {
    expect(() => parseLayerTable('# Architecture')).toThrow('has no table')
    expect(() => parseLayerTable(table('| a | – | – |', '| a | – | – |'))).toThrow('lists a twice')
    expect(() => parseLayerTable(table('| a | – |'))).toThrow('three cells')
  })
})

describe('findLayerViolations', () => {
  let place: string

  function write(file: string, content: string | object): void {
    mkdirSync(dirname(join(place, file)), { recursive: true })
    writeFileSync(join(place, file), typeof content === 'string' ? content : JSON.stringify(content))
  }

  function writeManifest(name: string, fields: object): void {
    write(`packages/${name}/package.json`, { name: `@demo/${name}`, version: '0.0.0', ...fields })
  }

  // Two packages, high on low, in order; each case breaks one thing.
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'layers-'))
    write('ARCHITECTURE.md', table('| low | – | – |', '| high | low | – |'))
    write('tsconfig.json', { references: [{ path: 'packages/low' }, { path: 'packages/high' }] })
    writeManifest('low', {})
    write('packages/low/tsconfig.json', { references: [] })
    write('packages/low/src/index.ts', 'export const a = 1\n')
    writeManifest('high', { dependencies: { '@demo/low': 'workspace:^' } })
    write('packages/high/tsconfig.json', { references: [{ path: '../low' }] })
    write('packages/high/src/index.ts', "import { a } from '@demo/low'\nexport const b = a\n")
  })

  afterEach(() => {
    rmSync(place, { recursive: true })
  })

  const violations = (): string[] => findLayerViolations(place)

  it('finds nothing in a workspace in order', () => {
    expect(violations()).toEqual([])
  })

  it('finds an import that the table does not allow, with its line', () => {
    write('packages/low/src/index.ts', "// head\nimport type { b } from '@demo/high'\nexport type B = typeof b\n")
    expect(violations()).toEqual(['packages/low/src/index.ts:2: imports @demo/high, which ARCHITECTURE.md does not allow low'])
  })

  it('finds exports from, dynamic imports and subpaths too', () => {
    write('packages/low/src/a.ts', "export { b } from '@demo/high'\n")
    write('packages/low/src/b.ts', "export const c = import('@demo/high/deep')\n")
    expect(violations()).toEqual([
      'packages/low/src/a.ts:1: imports @demo/high, which ARCHITECTURE.md does not allow low',
      'packages/low/src/b.ts:1: imports @demo/high/deep, which ARCHITECTURE.md does not allow low',
    ])
  })

  it('finds an allowed import that the manifest does not declare', () => {
    writeManifest('high', {})
    write('packages/high/tsconfig.json', { references: [] })
    expect(violations()).toEqual(['packages/high/src/index.ts:1: imports @demo/low, which package.json does not declare'])
  })

  it('finds a path into another package', () => {
    write('packages/high/src/index.ts', "export { a } from '../../low/src/index.ts'\n")
    expect(violations()).toEqual(['packages/high/src/index.ts:1: imports ../../low/src/index.ts, which lies outside of packages/high/src/'])
  })

  it('takes a call named require for what it is', () => {
    write('packages/low/src/index.ts', "export const a = (record: { require(name: string): number }) => record.require('flags')\n")
    expect(violations()).toEqual([])
  })

  it('finds sources that import tests', () => {
    write('packages/high/src/index.ts', "export { a } from '../test/a.ts'\n")
    expect(violations()).toEqual(['packages/high/src/index.ts:1: imports ../test/a.ts, which lies outside of packages/high/src/'])
  })

  it('finds dependencies that the table does not allow, and foreign ones', () => {
    writeManifest('low', { dependencies: { '@demo/high': 'workspace:^', lodash: '4' }, devDependencies: { '@demo/high': 'workspace:^' } })
    write('packages/low/tsconfig.json', { references: [{ path: '../high' }] })
    expect(violations()).toEqual([
      'packages/low/package.json: dependencies has high, which ARCHITECTURE.md does not allow low',
      'packages/low/package.json: devDependencies has high, which ARCHITECTURE.md does not allow low',
      'packages/low/package.json: dependencies has lodash, but library packages have no foreign dependencies',
    ])
  })

  it('finds references that differ from the dependencies, both ways', () => {
    write('packages/low/tsconfig.json', { references: [{ path: '../high' }] })
    write('packages/high/tsconfig.json', { references: [] })
    expect(violations()).toEqual([
      'packages/low/tsconfig.json: references packages/high, which is not among the dependencies',
      'packages/high/tsconfig.json: does not reference packages/low, a dependency',
    ].sort())
  })

  it('asks of a peer what it asks of a dependency', () => {
    writeManifest('high', { peerDependencies: { '@demo/low': 'workspace:^' } })
    write('packages/high/tsconfig.json', { references: [] })
    expect(violations()).toEqual(['packages/high/tsconfig.json: does not reference packages/low, a dependency'])
  })

  it('finds a package that the root does not build', () => {
    write('tsconfig.json', { references: [{ path: 'packages/low' }] })
    expect(violations()).toEqual(['tsconfig.json: does not reference packages/high'])
  })

  it('finds rows without a package, packages without a row, arrows that point down', () => {
    write('ARCHITECTURE.md', table('| low | later | – |', '| later | – | – |'))
    expect(violations()).toEqual([
      'ARCHITECTURE.md: the layer table has no row for high',
      'ARCHITECTURE.md: low may import later, which is not a row above it',
      'ARCHITECTURE.md: the layer table lists later, which does not exist',
    ])
  })

  it('allows tests more than sources, only where the table says so', () => {
    writeManifest('low', { devDependencies: { '@demo/high': 'workspace:^' } })
    write('packages/low/test/a.test.ts', "import { it } from 'vitest'\nimport { b } from '@demo/high'\nit(String(b), () => {})\n")
    expect(violations()).toEqual([
      'packages/low/package.json: devDependencies has high, which ARCHITECTURE.md does not allow low',
      'packages/low/test/a.test.ts:2: imports @demo/high, which ARCHITECTURE.md does not allow the tests of low',
    ])
    write('ARCHITECTURE.md', table('| low | – | high |', '| high | low | – |'))
    expect(violations()).toEqual([])
  })
})

// The files of vectors as they are shipped, and the linter on files that are wrong.
import { readdirSync, readFileSync } from 'node:fs'
import { lintVectors, VECTOR_INDEX, VECTORS_SIZE_LIMIT } from '@addrspace/conformance'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'

const PACKAGE = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, PACKAGE), 'utf8')
const paths = readdirSync(new URL('vectors/', PACKAGE), { recursive: true, encoding: 'utf8' }).filter((path) => /\.jsonl?$/.test(path)).sort()
const files = paths.map((path) => ({ path, text: read(`vectors/${path}`) }))

/** Says what is wrong by the schema of a file's kind; of a scenario file line by line. */
function schemaErrors(path: string, text: string): string[] {
  const kind = path === VECTOR_INDEX ? 'index' : path.split('/')[0]!
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(read(`schemas/${kind}.schema.json`)) as object)
  const values = path.endsWith('.jsonl') ? text.split('\n').filter((line) => line !== '' && !line.startsWith('#')) : [text]
  return values.flatMap((value) => (validate(JSON.parse(value)) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)))
}

describe('the vectors', () => {
  it('keep the rules', () => {
    expect(lintVectors(files)).toEqual([])
  })

  it.each(paths)('%s has the shape that its schema says', (path) => {
    expect(schemaErrors(path, read(`vectors/${path}`))).toEqual([])
  })

  it('name their schema where an editor finds it', () => {
    for (const { path, text } of files.filter(({ path }) => path.endsWith('.json'))) {
      const { $schema } = JSON.parse(text) as { $schema: string }
      expect(new URL($schema, new URL(`vectors/${path}`, PACKAGE)).href).toBe(new URL(`schemas/${path === VECTOR_INDEX ? 'index' : path.split('/')[0]!}.schema.json`, PACKAGE).href)
    }
  })
})

describe('the schemas', () => {
  const walk = JSON.parse(read('vectors/walk/riscv-sv39.json')) as { vectors: [{ queries: [{ vaddr: string; answer: object }] }] }
  const pte = JSON.parse(read('vectors/pte/riscv.json')) as { vectors: [{ word: string; level: number; is: object }] }

  it('refuse a word in upper case, a level that no machine has, an unknown field, a kind without its details', () => {
    const [vector] = pte.vectors
    for (const wrong of [{ word: '0X1' }, { word: '0x0A' }, { level: 5 }, { lvl: 0 }, { is: { kind: 'leaf' } }, { is: { kind: 'absent', paddr: '0x0' } }, { agreed: [] }]) {
      expect(schemaErrors('pte/x.json', JSON.stringify({ ...pte, vectors: [{ ...vector, ...wrong }] })), JSON.stringify(wrong)).not.toEqual([])
    }
  })

  it('refuse an answer that is both an address and a fault, and a fault that nobody knows', () => {
    const [vector] = walk.vectors
    const [query] = vector.queries
    for (const answer of [{ paddr: '0x0', fault: 'permission' }, { fault: 'page' }, { fault: [] }, {}]) {
      expect(schemaErrors('walk/x.json', JSON.stringify({ ...walk, vectors: [{ ...vector, queries: [{ ...query, answer }] }] })), JSON.stringify(answer)).not.toEqual([])
    }
  })
})

describe('lintVectors', () => {
  const vector = { id: 'pte/toy/one', word: '0x1', level: 0, is: { kind: 'absent' }, catches: ['a bit read as its opposite'], agreed: ['manual: of the toy'] }
  const index = (vectors: number, path = 'pte/toy.json') => ({ path: VECTOR_INDEX, text: JSON.stringify({ version: '1.0.0', files: [{ path, kind: 'pte', vectors }] }) })
  const file = (...vectors: object[]) => ({ path: 'pte/toy.json', text: JSON.stringify({ kind: 'pte', vectors }) })

  it('says nothing of what is right', () => {
    expect(lintVectors([index(1), file(vector)])).toEqual([])
  })

  it.each([
    ['an id that stands twice', [vector, { ...vector, word: '0x2' }], 'pte/toy.json: pte/toy/one: stands in pte/toy.json too'],
    ['two that ask the same', [vector, { ...vector, id: 'pte/toy/two' }], 'pte/toy.json: pte/toy/two: asks the same as pte/toy/one'],
    ['an id of another kind', [{ ...vector, id: 'walk/toy/one' }], 'pte/toy.json: walk/toy/one: must begin with pte/'],
    ['an id that is none', [{ ...vector, id: 'One' }], 'pte/toy.json: "id" must be KIND/GROUP/NAME in lower case, got "One"'],
    ['nothing caught', [{ ...vector, catches: [] }], 'pte/toy.json: pte/toy/one: "catches" is missing'],
    ['nobody who agreed', [{ ...vector, agreed: undefined }], 'pte/toy.json: pte/toy/one: "agreed" is missing'],
    ['a description that is a sentence', [{ ...vector, catches: ['A bit is read wrongly.'] }], 'pte/toy.json: pte/toy/one: ends like a sentence: "A bit is read wrongly."'],
    ['a description of wishes', [{ ...vector, catches: ['a bit that should be zero'] }], 'pte/toy.json: pte/toy/one: says "should" instead of what is: "a bit that should be zero"'],
    ['agreement of nobody in particular', [{ ...vector, agreed: ['well known fact'] }], 'pte/toy.json: pte/toy/one: "agreed" must be "who: what", got "well known fact"'],
    ['an emulator without its version', [{ ...vector, agreed: ['QEMU: outcome'] }], 'pte/toy.json: pte/toy/one: "agreed" must name QEMU\'s version, got "QEMU: outcome"'],
  ])('tells of %s', (_what, vectors, problem) => {
    expect(lintVectors([index(vectors.length), file(...vectors)])).toEqual([problem])
  })

  it('holds the index against the files', () => {
    expect(lintVectors([file(vector)])).toEqual(['index.json: missing'])
    expect(lintVectors([index(2), file(vector)])).toEqual(['index.json: pte/toy.json has 1 vectors, not 2'])
    expect(lintVectors([index(1, 'pte/other.json'), file(vector)])).toEqual(['index.json: does not list pte/toy.json', 'index.json: lists pte/other.json, which is not there'])
  })

  it('tells of a scenario that a file holds twice under two names', () => {
    const header = { scenario: 1, id: 'ops/toy/one', name: 'one of them', backend: 'x86-64', catches: ['something wrong'], agreed: ['definition: of the set'] }
    const lines = (id: string, op: object) => [JSON.stringify({ ...header, id, name: id }), JSON.stringify(op)].join('\n')
    const listed = { path: VECTOR_INDEX, text: JSON.stringify({ version: '1.0.0', files: [{ path: 'ops/toy.jsonl', kind: 'ops', vectors: 2 }] }) }
    const of = (second: object) => ({ path: 'ops/toy.jsonl', text: `${lines('ops/toy/one', { op: 'areas' })}\n${lines('ops/toy/two', second)}\n` })
    expect(lintVectors([listed, of({ op: 'areas' })])).toEqual(['ops/toy.jsonl: ops/toy/two: asks the same as ops/toy/one'])
    expect(lintVectors([listed, of({ op: 'clear' })])).toEqual([])
  })

  it('limits the size of all', () => {
    const large = { ...vector, notes: 'x'.repeat(VECTORS_SIZE_LIMIT) }
    expect(lintVectors([index(1), file(large)])).toEqual([expect.stringMatching(/^all files together must stay below 1000000 characters, got \d+$/)])
  })
})

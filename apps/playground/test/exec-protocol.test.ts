import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const DOCUMENT = readFileSync(new URL('../../../docs/exec-protocol.md', import.meta.url), 'utf8')
const SCHEMA = JSON.parse(readFileSync(new URL('../schemas/exec-protocol.schema.json', import.meta.url), 'utf8')) as {
  readonly $id: string
  readonly $defs: {
    readonly request: { readonly oneOf: readonly { readonly properties: { readonly ask: { readonly const?: string; readonly enum?: readonly string[] } } }[] }
    readonly answers: Readonly<Record<string, object>>
    readonly features: { readonly properties: Readonly<Record<string, object>> }
    readonly reason: { readonly enum: readonly string[] }
    readonly answer: { readonly anyOf: readonly { readonly $ref: string }[] }
  }
}
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, discriminator: true })
ajv.addSchema(SCHEMA)

/** Which answer of the schema belongs to a request. */
const ANSWER_TO: Readonly<Record<string, string>> = {
  hello: 'hello', reset: 'done', new: 'table', share: 'table', map: 'outcome', unmap: 'outcome', protect: 'outcome', remap: 'outcome', freePage: 'outcome',
  query: 'query', leaves: 'leaves', translate: 'translate', dispose: 'done', begin: 'done', commit: 'done', rollback: 'done', failAfter: 'done', writeWord: 'done',
  allocatePage: 'frame', words: 'words', readWord: 'word', frames: 'frames', decode: 'entry', encode: 'encoded',
}

const blocks = (language: string): string[] => Array.from(DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms')), ([, text]) => text!)
/** All but the lone hello, whose answers are drawn apart. */
const pairs = blocks('jsonl').flatMap((block) => {
  const lines = block.trimEnd().split('\n')
  return lines.length === 1 ? [] : Array.from({ length: lines.length / 2 }, (_, at) => [lines[2 * at]!, lines[2 * at + 1]!] as const)
})
const hello = blocks('jsonl')[0]!.trimEnd()
const validator = (pointer: string): ValidateFunction => ajv.getSchema(`${SCHEMA.$id}#/$defs/${pointer}`)!

function expectValid(pointer: string, message: string): void {
  const validate = validator(pointer)
  expect({ message, errors: validate(JSON.parse(message)) ? [] : validate.errors }).toEqual({ message, errors: [] })
}

describe('the description of the exec protocol', () => {
  it('shows requests and answers that the schema takes', () => {
    for (const [request, answer] of pairs) {
      const { id, ask } = JSON.parse(request) as { readonly id: number; readonly ask: string }
      expectValid('request', request)
      expect(answer).toMatch(new RegExp(`^{"id":${id},`))
      expectValid(answer.includes('"error"') ? 'error' : `answers/${ANSWER_TO[ask]!}`, answer)
    }
    expectValid('request', hello)
    for (const block of blocks('json')) expectValid('answers/hello', block)
  })

  it('shows every request and every answer that there is', () => {
    const asked = [hello, ...pairs.map(([request]) => request)].map((request) => (JSON.parse(request) as { readonly ask: string }).ask)
    const all = SCHEMA.$defs.request.oneOf.flatMap(({ properties: { ask } }) => ask.enum ?? [ask.const!])
    expect([...new Set(asked)].sort()).toEqual([...all].sort())
    expect(Object.keys(ANSWER_TO).sort()).toEqual([...all].sort())
    expect(Object.keys(SCHEMA.$defs.answers).sort()).toEqual([...new Set(Object.values(ANSWER_TO))].sort())
    expect(SCHEMA.$defs.answer.anyOf).toHaveLength(Object.keys(SCHEMA.$defs.answers).length + 1)
  })

  it('names every feature and every reason', () => {
    for (const feature of Object.keys(SCHEMA.$defs.features.properties)) expect(DOCUMENT).toMatch(new RegExp(`^\\|.*\`${feature}\`.*\\|`, 'm'))
    for (const reason of SCHEMA.$defs.reason.enum) expect(DOCUMENT).toContain(`\`${reason}\``)
  })

  it('is right that no key occurs twice in a request', () => {
    for (const [request] of pairs) {
      const keys = Array.from(request.matchAll(/"(\w+)":/g), ([, key]) => key)
      expect(new Set(keys).size).toBe(keys.length)
    }
  })
})

describe('the schema of the exec protocol', () => {
  const wrong: readonly (readonly [pointer: string, message: string])[] = [
    ['request', '{"id":1,"ask":"nonsense"}'],
    ['request', '{"id":1,"ask":"query","table":1}'],
    ['request', '{"id":1,"ask":"query","table":0,"vaddr":"0x0"}'],
    ['request', '{"id":1,"ask":"query","table":1,"vaddr":"4096"}'],
    ['request', '{"id":1,"ask":"map","table":1,"vaddr":"0x0","size":"0x1000","paddr":"0x0","flags":"wr"}'],
    ['answers/hello', blocks('json')[0]!.replace('toy in C', 'toy\\u001b[31m')],
    ['answers/hello', blocks('json')[0]!.replace('toy in C', '')],
    ['answers/hello', blocks('json')[0]!.replace('"protocol": 1', '"protocol": 2')],
    ['answers/outcome', '{"id":1}'],
    ['answers/outcome', '{"id":1,"ok":true,"refused":"not-mapped"}'],
    ['answers/outcome', '{"id":1,"refused":"because"}'],
    ['answers/outcome', '{"id":1,"ok":true,"events":[{"event":"free"}]}'],
    ['answers/query', '{"id":1,"mapping":{"paddr":4096,"size":"0x1000","flags":"r"}}'],
    ['answers/query', '{"id":1,"mapping":{"paddr":"0x10000000000000000","size":"0x1000","flags":"r"}}'],
    ['answers/translate', '{"id":1,"fault":"permission"}'],
    ['answers/entry', '{"id":1,"entry":{"kind":"invalid"}}'],
    ['answers/words', '{"id":1,"words":[["0x1000"]]}'],
  ]
  it.each(wrong)('refuses as %s: %.60s', (pointer, message) => {
    expect(validator(pointer)(JSON.parse(message))).toBe(false)
  })
})

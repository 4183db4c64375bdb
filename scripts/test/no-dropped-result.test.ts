import { RuleTester } from '@typescript-eslint/rule-tester'
import { afterAll, describe, it } from 'vitest'
import { noDroppedResult } from '../eslint/no-dropped-result.ts'

RuleTester.afterAll = afterAll
RuleTester.describe = describe
RuleTester.it = it
RuleTester.itOnly = it.only

const tester = new RuleTester({
  languageOptions: {
    parserOptions: {
      projectService: { allowDefaultProject: ['*.ts*'], defaultProject: '../tsconfig.json' },
      tsconfigRootDir: import.meta.dirname,
    },
  },
})

const header = `
  class MappingError extends Error { readonly code = 'BadState' }
  type MappingResult<T = void> = { ok: true; value: T } | { ok: false; error: MappingError }
  declare const set: { map(): MappingResult; fault(): MappingResult<string>; mapLater(): Promise<MappingResult> }
  declare function unwrap<T>(result: MappingResult<T>): T
  declare function each(act: (n: number) => void): void
  declare function transaction<T>(act: () => MappingResult<T>): void
  declare const ready: boolean
`

const valid = (name: string, code: string) => ({ name, code: header + code })
const invalid = (name: string, code: string, count = 1) => ({
  name,
  code: header + code,
  errors: Array.from({ length: count }, () => ({ messageId: 'dropped' as const })),
})

tester.run('no-dropped-result', noDroppedResult, {
  valid: [
    valid('a result kept in a variable', 'const result = set.map()'),
    valid('a result assigned later', 'let result: MappingResult; result = set.map()'),
    valid('a result whose ok is asked for', 'if (!set.map().ok) throw new Error()'),
    valid('a result that is unwrapped', 'unwrap(set.map())'),
    valid('a result dropped on purpose', 'void set.map()'),
    valid('a result returned', 'function f(): MappingResult { return set.map() }'),
    valid('a result returned by a callback that is to return one', 'transaction(() => set.map())'),
    valid('some other union with ok', 'declare function other(): { ok: true } | { ok: false; error: string }; other()'),
    valid('a statement of type void', 'each(() => {})'),
    valid('a result that decides whether the right side runs', 'set.map().ok && unwrap(set.fault())'),
  ],
  invalid: [
    invalid('a call as a statement', 'set.map()'),
    invalid('a result with a value', 'set.fault()'),
    invalid('an awaited result', 'async function f() { await set.mapLater() }'),
    invalid('the right side of a condition', 'ready && set.map()'),
    invalid('both arms of a choice', 'ready ? set.map() : set.fault()', 2),
    invalid('all of a sequence', 'set.map(), set.map()', 2),
    invalid('a name alone', 'const result = set.map(); result'),
    invalid('an optional call', 'declare const maybe: typeof set | undefined; maybe?.map()'),
    invalid('a callback whose caller takes nothing', 'each(() => set.map())'),
    invalid('a refusal alone', 'declare const no: { ok: false; error: MappingError }; no'),
  ],
})

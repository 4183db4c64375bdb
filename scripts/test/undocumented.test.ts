import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Application } from 'typedoc'
import { describe, expect, it } from 'vitest'
import { membersWithoutNeedOfComment } from '../lib/undocumented.ts'

const SOURCE = `
/** A union, with what its variants have. */
export type Answer = { readonly ok: true; readonly value: bigint } | { readonly ok: false; readonly error: string }
export type Silent = { readonly value: bigint }
/** An interface. */
export interface Thing {
  readonly kind: 'thing'
  readonly bare: bigint
  /** Bounds, the end exclusive. */
  readonly told: { readonly start: bigint; readonly parts: readonly { readonly size: bigint }[] }
  readonly untold: { readonly start: bigint }
}
/** An error. */
export class Failure extends Error {
  override readonly name: string = 'Failure'
  readonly reason: string = ''
}
/** @param options is not looked at */
export function use(options: { readonly deep: bigint }): bigint { return options.deep }
`

describe('members without need of a comment', () => {
  it('are tags of variants, what overrides, and parts of what has a comment', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'undocumented-'))
    try {
      writeFileSync(join(folder, 'index.ts'), SOURCE)
      writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "target": "es2023", "module": "nodenext", "strict": true, "types": [] }, "files": ["index.ts"] }')
      const app = await Application.bootstrap({ entryPoints: [join(folder, 'index.ts')], tsconfig: join(folder, 'tsconfig.json'), logLevel: 'Error' })
      const project = await app.convert()
      expect(app.logger.errorCount).toBe(0)
      expect(membersWithoutNeedOfComment(project!).sort()).toEqual([
        'Answer.__type.error', 'Answer.__type.ok', 'Answer.__type.value',
        'Failure.name', 'Thing.kind',
        'Thing.told.__type.parts', 'Thing.told.__type.parts.__type.size', 'Thing.told.__type.start',
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  }, 60_000)
})

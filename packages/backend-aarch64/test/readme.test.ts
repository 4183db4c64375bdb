import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { drawLayout } from '@addrspace/page-table'
import { aarch64 } from '@addrspace/backend-aarch64'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('README', () => {
  it('has the layouts as the code draws them; of hidden leaves that of level 0', () => {
    const drawn = /<!-- layouts:begin -->\n```text\n([^]*)\n```\n<!-- layouts:end -->/.exec(readme)?.[1]
    const layouts = aarch64.layouts.filter(({ kind, levels }) => kind !== 'hidden' || levels[0] === 0)
    expect(drawn).toBe(layouts.map(drawLayout).join('\n\n'))
  })
  it('is short', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(151)
  })
})

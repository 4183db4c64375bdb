import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { drawLayout } from '@addrspace/page-table'
import { aarch64 } from '@addrspace/backend-aarch64'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('README', () => {
  it('has the layouts of every kind of entry at every level as the code draws them', () => {
    const drawn = /<!-- layouts:begin -->\n```text\n([^]*)\n```\n<!-- layouts:end -->/.exec(readme)?.[1]
    expect(drawn).toBe(aarch64.layouts.map(drawLayout).join('\n\n'))
  })
  it('is short, the drawings aside', () => {
    expect(readme.replace(/<!-- layouts:begin -->[^]*<!-- layouts:end -->/, '').split('\n').length).toBeLessThanOrEqual(80)
  })
})

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { runConformance } from '@addrspace/conformance'
import { mock } from './fixtures/subjects.ts'

const CONSUMER = fileURLToPath(new URL('fixtures/node-test-consumer.ts', import.meta.url))

it('the binding for node:test registers every case that applies, and all pass', () => {
  const applying = runConformance(mock, { filter: 'law/' }).filter(({ status }) => status !== 'unsupported')
  const output = execFileSync(process.execPath, ['--conditions=@addrspace/source', '--test', '--test-reporter=tap', CONSUMER], { encoding: 'utf8' })
  expect(output).toContain(`# pass ${applying.length}\n`)
  expect(output).toContain('# fail 0\n')
}, 30_000)

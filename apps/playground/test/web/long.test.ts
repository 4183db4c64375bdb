/** Scenarios of many operations hold nobody up: what takes long is done beside the page's own thread. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { longestTask } from './longest-task.ts'
import { pageTests } from './page.ts'

const test = pageTests()

const COUNT = 50_000

/** One page each, 0x3000 apart. */
const MANY = [
  '{"scenario":1,"backend":"mock","name":"many"}',
  ...Array.from({ length: COUNT }, (_, index) => `{"op":"map","start":"0x${(0x40_0000 + index * 0x3000).toString(16)}","size":"0x1000","flags":"rw","backing":"demand"}`),
].join('\n')

/** A file of the disk: one that is handed to the page in a message would hold it up by itself. */
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'addrspace-long-'))
  await writeFile(join(folder, 'many.jsonl'), MANY)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe(`a scenario of ${COUNT} operations`, () => {
  test('is opened, edited, gone through, made to fail and shared without holding up the page', {}, async ({ page }) => {
    const shared = page.getByRole('region', { name: 'Scenario file', exact: true })
    await page.getByRole('region', { name: 'x86-64', exact: true }).getByText('maps to').waitFor()
    const longest = await longestTask(page, async () => {
      await page.getByRole('tab', { name: 'Share' }).click()
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Choose a scenario file' }).click()])
      await chooser.setFiles(join(folder, 'many.jsonl'))
      await page.getByRole('log').getByText('many.jsonl is open').waitFor()
      await page.getByRole('tab', { name: 'Compare' }).click()
      await page.getByText(`After operation ${COUNT} of ${COUNT}`).waitFor()
      await page.getByLabel('As a scenario line').fill('{"op":"unmap","start":"0x400000","size":"0x1000"}')
      await page.getByRole('button', { name: 'Add on all machines' }).click()
      await page.getByText(`After operation ${COUNT + 1} of ${COUNT + 1}`).waitFor()
      await page.getByRole('button', { name: `Remove operation ${COUNT}:`, exact: false }).click()
      await page.getByText(`After operation ${COUNT} of ${COUNT}`).waitFor()
      await page.getByRole('tab', { name: 'Time' }).click()
      await page.getByRole('region', { name: 'Areas', exact: true }).getByText('0x400000').first().waitFor()
      await page.getByRole('tab', { name: 'Break it' }).click()
      await page.getByRole('radio', { name: 'a frame is not to be had' }).check()
      await page.getByRole('button', { name: 'Try every one' }).waitFor()
      await page.getByRole('tab', { name: 'Share' }).click()
      await page.getByRole('region', { name: 'Vector, text' }).getByText('"op":"map"').waitFor()
      await shared.getByText('Copy and Save give all of them.').waitFor()
    })
    expect(longest).toBeLessThan(100)
    const [download] = await Promise.all([page.waitForEvent('download'), shared.getByRole('button', { name: 'Save many.jsonl' }).click()])
    const text = await readFile(await download.path(), 'utf8')
    // A header, all but one of the operations, one more, and the end of the last line.
    expect(text.split('\n')).toHaveLength(1 + COUNT + 1)
    expect(text).toContain('{"op":"unmap","start":"0x400000","size":"0x1000"}\n')
  })
})

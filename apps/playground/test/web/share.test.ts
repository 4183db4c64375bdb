/** What is taken away and brought back: links, files, frames; and what becomes of bad ones. */

import { readFile } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import type { Page } from 'playwright-core'
import { dropFiles } from './drop.ts'
import { expectAccessible, pageTests } from './page.ts'

const test = pageTests()

const SCENARIO = '{"scenario":1,"name":"two pages","backend":"mock"}\n{"op":"map","start":"0x7000000","size":"0x1000","flags":"rw"}\n{"op":"map","start":"0x7001000","size":"0x1000","flags":"r"}\n'

async function operations(page: Page): Promise<string> {
  const texts = page.getByRole('list', { name: 'Operations' }).locator('.mono')
  await texts.first().waitFor()
  return (await texts.allInnerTexts()).join('\n')
}

describe('a permalink', () => {
  test('brings back scenario, position, machines, machine and view', {}, async ({ page, url }) => {
    await dropFiles(page, { 'two.jsonl': SCENARIO })
    await page.getByRole('button', { name: 'Dismiss: two.jsonl is open', exact: false }).click()
    await page.getByRole('button', { name: 'map 0x7000000 +0x1000 rw', exact: false }).first().click()
    await page.getByRole('checkbox', { name: 'AArch64' }).uncheck()
    await page.getByLabel('What does this address map to?').fill('0x7000abc')
    await page.getByRole('tab', { name: 'Share' }).click()
    await page.getByLabel('Results of').selectOption('riscv-sv39')
    const link = page.getByRole('textbox', { name: 'Link' })
    await page.waitForFunction("document.querySelector('input.mono').value.includes('backend=riscv-sv39')")
    const address = await link.inputValue()
    expect(address.startsWith(`${url}#v=1`)).toBe(true)

    const other = await page.context().newPage()
    await other.goto(address)
    expect(await other.getByLabel('What does this address map to?').inputValue()).toBe('0x7000abc')
    expect(await operations(other)).toContain('map 0x7001000 +0x1000 r')
    expect(await other.getByRole('button', { name: 'map 0x7000000 +0x1000 rw', exact: false }).first().getAttribute('aria-current')).toBe('step')
    expect(await other.getByRole('checkbox', { name: 'AArch64' }).isChecked()).toBe(false)
    await other.getByRole('tab', { name: 'Share' }).click()
    expect(await other.getByLabel('Results of').inputValue()).toBe('riscv-sv39')
    expect(await other.getByRole('log').innerText()).toBe('')
  })

  test('is the address itself, so that a reload loses nothing', {}, async ({ page }) => {
    await dropFiles(page, { 'two.jsonl': SCENARIO })
    await page.waitForFunction("location.hash.includes('&z=')")
    await page.reload()
    await page.getByRole('button', { name: 'map 0x7001000 +0x1000 r', exact: false }).first().waitFor()
  })

  test('that is damaged says so, and the page works', { fragment: '#v=1&view=share&z=AAAA' }, async ({ page }) => {
    await page.getByText('The link is damaged, and was not opened').waitFor()
    expect(await page.evaluate('location.hash')).toBe('#v=1&view=share&z=AAAA')
    await page.getByRole('region', { name: 'x86-64', exact: true }).getByText('maps to').waitFor()
  })

  test('that is damaged takes nothing from a page in use', {}, async ({ page }) => {
    await dropFiles(page, { 'two.jsonl': SCENARIO })
    await page.getByRole('button', { name: 'map 0x7001000 +0x1000 r', exact: false }).first().waitFor()
    await page.evaluate("location.hash = '#v=1&z=broken'")
    await page.getByText('The link is damaged, and was not opened').waitFor()
    expect(await operations(page)).toContain('map 0x7001000 +0x1000 r')
  })
})

describe('a frame for a course page', () => {
  test('shows the view without what surrounds it, and leads to the page', { fragment: '?embed#view=compare&scenario={"scenario":1,"name":"lesson 3","backend":"mock"}' }, async ({ page }) => {
    await page.getByText('No operation yet').waitFor()
    expect(await page.getByRole('tablist').count()).toBe(0)
    expect(await page.getByRole('banner').count()).toBe(0)
    const popup = page.waitForEvent('popup')
    await page.getByRole('link', { name: 'Open in the playground' }).click()
    const whole = await popup
    await whole.getByRole('tablist').waitFor()
    await whole.getByText('No operation yet').waitFor()
    await expectAccessible(page)
  })

  test('is copied as a frame that works', { context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async ({ page }) => {
    await page.getByRole('tab', { name: 'Share' }).click()
    await page.getByRole('button', { name: 'Copy: Frame for a course page' }).click()
    await page.getByText('Frame for a course page copied.').waitFor()
    const frame = await page.evaluate<string>('navigator.clipboard.readText()')
    await page.evaluate(`document.body.innerHTML = ${JSON.stringify(frame)}`)
    await page.frameLocator('iframe').getByRole('region', { name: 'x86-64', exact: true }).getByText('maps to').waitFor()
  })
})

describe('a file', () => {
  test('is saved, and opened again', {}, async ({ page }) => {
    await page.getByRole('tab', { name: 'Share' }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save one-request-every-machine.jsonl' }).click()])
    const path = await download.path()
    const text = await readFile(path, 'utf8')
    expect(text.split('\n')[0]).toBe('{"scenario":1,"name":"one request, every machine","backend":"mock"}')
    await page.getByRole('tab', { name: 'Compare' }).click()
    const before = await operations(page)
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('tab', { name: 'Share' }).click()
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Choose a scenario file' }).click()])
    await chooser.setFiles(path)
    await page.getByText('is open').waitFor()
    await page.getByRole('tab', { name: 'Compare' }).click()
    expect(await operations(page)).toBe(before)
  })

  for (const [what, name, content, message] of [
    ['is no text', 'image.png', '\u0089PNG', 'image.png is no scenario, no list of areas as in /proc/PID/maps, and no trace'],
    ['is empty', 'empty.jsonl', '\n', 'empty.jsonl is empty'],
    ['is wrong in one line', 'wrong.jsonl', `${SCENARIO}{"op":"mop"}\n`, 'wrong.jsonl: line 4: "op"'],
    ['is no gzip', 'bad.jsonl.gz', 'plain', 'bad.jsonl.gz is no compressed text'],
  ] as const) {
    test(`that ${what} is told of, and nothing is lost`, {}, async ({ page }) => {
      await page.getByLabel('What does this address map to?').fill('0x400123')
      const before = await operations(page)
      await dropFiles(page, { [name]: content })
      await page.getByRole('log').getByText(message).waitFor()
      expect(await page.getByRole('log').innerText()).toContain('The page is as it was.')
      expect(await operations(page)).toBe(before)
      expect(await page.getByLabel('What does this address map to?').inputValue()).toBe('0x400123')
      expect(await page.getByText('Drop a scenario').count()).toBe(0)
    })
  }
})

describe('the view', () => {
  test('gives a test and a vector with the results of the chosen machine', {}, async ({ page }) => {
    await dropFiles(page, { 'two.jsonl': SCENARIO.replace('"0x1000","flags":"r"', '"0x1000","flags":"rwd"') })
    await page.getByText('two.jsonl is open').waitFor()
    await page.getByRole('tab', { name: 'Share' }).click()
    await page.getByLabel('Results of').selectOption('riscv-sv39')
    // Sv39 without Svpbmt has no device memory.
    const vector = page.getByRole('region', { name: 'Vector, text' })
    await vector.getByText('"expect":"BadState"').waitFor()
    const source = page.getByRole('region', { name: 'Test source, text' })
    expect(await source.innerText()).toContain("from 'vitest'")
    await page.getByLabel('Test for').selectOption('node:test')
    await source.getByText("import test from 'node:test'").waitFor()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is accessible in ${colorScheme}, on a desk and on a phone`, { context: { colorScheme } }, async ({ page }) => {
      await page.getByRole('tab', { name: 'Share' }).click()
      await page.getByRole('region', { name: 'Vector, text' }).getByText('expect').waitFor()
      await expectAccessible(page)
      await page.setViewportSize({ width: 360, height: 740 })
      await expectAccessible(page)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    })
  }

  test('works with the keyboard alone', { context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async ({ page, url }) => {
    await page.getByRole('tab', { name: 'Compare' }).focus()
    await page.keyboard.press('End')
    await page.waitForFunction("document.querySelector('input.mono')?.value.startsWith('http')")
    const isThere = "document.activeElement.getAttribute('aria-label') === 'Copy: Link'"
    for (let stops = 0; stops < 12 && !(await page.evaluate<boolean>(isThere)); stops++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Link copied.').waitFor()
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain(`${url}#v=1&view=compare`)
  })
})

/** The suite in the browser: what runs is the suite itself, so that its verdicts are those of the command line. */

import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, pageTests } from './page.ts'

const test = pageTests()

const matrix = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('region', { name: 'Cases and machines, table' })

async function openSuite(page: Page, filter: string): Promise<void> {
  await page.getByRole('tab', { name: 'Suite' }).click()
  await matrix(page).waitFor()
  await page.getByLabel('Filter by id, words or bug').fill(filter)
}

describe('the suite', () => {
  test('runs the cases of a filter on every chosen machine', {}, async ({ page }) => {
    await openSuite(page, 'set/unmap')
    await page.getByRole('button', { name: 'Run 2 cases on 4 machines' }).click()
    await page.getByRole('status').getByText('8 passed').waitFor()
    expect(await matrix(page).getByRole('img', { name: 'passed' }).count()).toBe(8)
    expect(await page.getByRole('button', { name: 'set/unmap-holes' }).count()).toBe(1)
    // Cases about entries need entries.
    await page.getByLabel('Filter by id, words or bug').fill('pte/golden')
    await page.getByRole('button', { name: 'Run 1 case on 4 machines' }).click()
    await matrix(page).getByRole('img', { name: 'does not apply' }).waitFor()
    await page.getByRole('combobox', { name: 'Verdict' }).selectOption('unsupported')
    expect(await page.getByRole('button', { name: 'pte/golden' }).count()).toBe(1)
    await page.getByRole('combobox', { name: 'Verdict' }).selectOption('fail')
    await page.getByText('No case is like that.').waitFor()
  })

  test('shows how far it is, and stops when told to, and keeps what it has found', {}, async ({ page }) => {
    await openSuite(page, '')
    await page.getByRole('button', { name: /^Run \d+ cases on 4 machines$/ }).click()
    await page.getByRole('progressbar', { name: 'Cases run' }).waitFor()
    await matrix(page).getByRole('img', { name: 'passed' }).first().waitFor()
    // It goes on while another view is open, which answers meanwhile.
    await page.getByRole('tab', { name: 'Compare' }).click()
    await page.getByRole('region', { name: 'x86-64', exact: true }).getByText('maps to').waitFor()
    await page.getByRole('tab', { name: 'Suite' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: /^Run \d+ cases/ }).waitFor()
    expect(await page.getByRole('status').innerText()).toMatch(/^\d+ passed/)
    expect(await matrix(page).getByRole('img', { name: 'not run' }).count()).toBeGreaterThan(0)
  })

  test('tells what a case guards against, and opens its scenario', {}, async ({ page }) => {
    await openSuite(page, 'B27 Emscripten partial')
    await page.getByLabel('Filter by id, words or bug').fill('Emscripten')
    await page.getByRole('button', { name: 'set/unmap-pieces' }).click()
    const details = page.getByRole('region', { name: 'Case set/unmap-pieces' })
    await details.getByText('munmap takes exactly what mmap gave').waitFor()
    expect(await details.getByRole('link', { name: 'B27', exact: true }).first().getAttribute('href')).toMatch(/\/docs\/bugs\.md#b27$/)
    await details.getByRole('button', { name: 'Run this case' }).click()
    await details.getByRole('img', { name: 'passed' }).first().waitFor()
    await details.getByRole('button', { name: 'Open scenario 2' }).click()
    await page.getByRole('tab', { name: 'Compare', selected: true }).waitFor()
    // The second of its requests takes the middle out.
    await page.getByRole('region', { name: 'RISC-V Sv39', exact: true }).getByText('2 areas').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'map 0x400000 +0x4000 rwu', exact: false }).first().waitFor()
  })

  test('says so where a case has no scenario', {}, async ({ page }) => {
    await openSuite(page, 'pte/total')
    await page.getByRole('button', { name: 'pte/total' }).click()
    await page.getByText('This case does what no scenario says').waitFor()
  })

  test('works with the keyboard alone', {}, async ({ page }) => {
    await page.getByRole('tab', { name: 'Compare' }).focus()
    while (await page.evaluate<boolean>("document.activeElement.textContent !== 'Suite'")) await page.keyboard.press('ArrowRight')
    await matrix(page).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.type('set/wrap')
    await page.keyboard.press('Enter')
    await page.getByRole('status').getByText('4 passed').waitFor()
    await page.getByRole('button', { name: 'set/wrap' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'Case set/wrap' }).waitFor()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is accessible in ${colorScheme}, on a desk and on a phone`, { context: { colorScheme } }, async ({ page }) => {
      await openSuite(page, 'set/')
      await page.getByRole('button', { name: 'set/unmap-holes' }).click()
      await page.getByRole('button', { name: 'Run this case' }).click()
      await page.getByRole('button', { name: 'Open scenario' }).first().waitFor()
      await page.getByRole('status').getByText('4 passed').waitFor()
      await expectAccessible(page)
      await page.setViewportSize({ width: 360, height: 740 })
      await expectAccessible(page)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    })
  }
})

/** Time as a person moves through it. The page begins with six operations, all of them carried out. */

import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, pageTests } from './page.ts'

const test = pageTests()

async function openTime(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Time' }).click()
  await page.getByRole('slider', { name: 'Operations carried out' }).waitFor()
}

const textOf = (page: Page, region: string): Promise<string> => page.getByRole('region', { name: region, exact: true }).innerText()

describe('time', () => {
  test('goes step by step, and tells what each changed', {}, async ({ page }) => {
    await openTime(page)
    await page.getByRole('button', { name: 'To the beginning' }).click()
    await page.getByText('Before the first operation').waitFor()
    for (let step = 0; step < 3; step++) await page.getByRole('button', { name: 'One step forth' }).click()
    // The third unmaps the second of four pages.
    await page.getByRole('region', { name: 'The operation', exact: true }).getByText('unmap 0x401000 +0x1000').waitFor()
    await page.getByRole('region', { name: 'Areas', exact: true }).getByText('1 gone, 2 new').waitFor()
    expect(await textOf(page, 'Areas')).toMatch(/0x400000–0x404000 rwu[^]*0x400000–0x401000 rwu[^]*0x402000–0x404000 rwu/)
    expect(await textOf(page, 'Entries')).toContain('level 0, entry 1')
    expect(await textOf(page, 'Entries')).toMatch(/rwu → 0x[0-9a-f]+ ⟶ absent/)
    expect(await textOf(page, 'Invalidations')).toContain('0x401000–0x402000')
    await page.getByRole('button', { name: 'One step back' }).click()
    // The second maps 2 MiB by one leaf; nothing was there that could have been cached.
    await page.getByRole('region', { name: 'Entries', exact: true }).getByText('level 1, entry 3').waitFor()
    expect(await textOf(page, 'Invalidations')).toContain('none needed')
  })

  test('names the bits that a change of rights turns', {}, async ({ page }) => {
    await openTime(page)
    await page.getByRole('slider').fill('4')
    // rwu becomes w, which an x86-64 page of the kernel is: of all bits only U/S goes.
    await page.getByRole('region', { name: 'Entries', exact: true }).getByText('U/S 1 → 0').waitFor()
    expect(await textOf(page, 'Entries')).not.toContain('R/W')
  })

  test('works with the keyboard alone', {}, async ({ page }) => {
    await openTime(page)
    const slider = page.getByRole('slider')
    await slider.focus()
    await page.keyboard.press('ArrowLeft')
    expect(await slider.getAttribute('aria-valuetext')).toContain('Operation 5 of 6')
    await page.keyboard.press('Home')
    expect(await slider.getAttribute('aria-valuetext')).toBe('Before the first operation')
    await page.keyboard.press('Tab')
    // The first button that can be used is Play: there is nothing before. Arrows move from there, too.
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(await slider.inputValue()).toBe('2')
    await page.keyboard.press('End')
    expect(await slider.inputValue()).toBe('6')
  })

  test('plays, and stops where it is told to, and at the end', {}, async ({ page }) => {
    await openTime(page)
    // Slow enough to be seen on a machine that has much else to do.
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('1 in a second')
    await page.getByRole('button', { name: 'Play' }).click()
    await page.getByText('Operation 2 of 6').waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    const value = await page.getByRole('slider').inputValue()
    await page.waitForTimeout(1500)
    expect(await page.getByRole('slider').inputValue()).toBe(value)
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('4 in a second')
    await page.getByRole('button', { name: 'Play' }).click()
    await page.getByText('Operation 6 of 6').waitFor()
    await page.getByRole('button', { name: 'Play' }).waitFor()
  })

  test('stays readable when one operation changes thousands of entries', {}, async ({ page }) => {
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('As a scenario line').fill('{"op":"map","start":"0x40000000","size":"0x2000000","flags":"rw"}')
    await page.getByRole('button', { name: 'Add on all machines' }).click()
    await openTime(page)
    // 32 MiB of frames taken one by one: 8192 leaves in 16 tables, and what leads there.
    const entries = page.getByRole('region', { name: 'Entries', exact: true })
    await entries.getByText(/8,2\d\d changed/).waitFor()
    expect(await entries.getByRole('listitem').count()).toBe(12)
    await entries.getByRole('button', { name: /Show \d+ more entries/ }).click()
    expect(await entries.getByText('entries 0–511').count()).toBe(16)
  })

  test('leads to the walk of what changed, and to the other machines', {}, async ({ page }) => {
    await openTime(page)
    const elsewhere = page.getByRole('region', { name: 'The same step elsewhere' })
    await elsewhere.getByText('refused: backend-refused').waitFor()
    await elsewhere.getByRole('button', { name: 'RISC-V Sv39' }).click()
    await page.getByRole('region', { name: 'The operation', exact: true }).getByText('refused: backend-refused').waitFor()
    expect(await textOf(page, 'Entries')).toContain('none changed')
    await page.getByRole('slider').fill('1')
    await page.getByRole('button', { name: 'Walk to 0x400000' }).last().click()
    await page.getByRole('region', { name: 'Answer' }).waitFor()
    expect(await page.getByLabel('Address', { exact: true }).inputValue()).toBe('0x400000')
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is accessible in ${colorScheme}, on a desk and on a phone`, { context: { colorScheme } }, async ({ page }) => {
      await openTime(page)
      await page.getByRole('slider').fill('4')
      await page.getByText('U/S 1 → 0').waitFor()
      await expectAccessible(page)
      await page.getByRole('slider').fill('3')
      await page.getByText('1 gone, 2 new').waitFor()
      await page.setViewportSize({ width: 360, height: 740 })
      await expectAccessible(page)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    })
  }
})

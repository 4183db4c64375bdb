/** One request on every machine. What each answers is by the tables of permissions in the machines' READMEs. */

import { describe, expect } from 'vitest'
import { expectAccessible, pageTests } from './page.ts'

const test = pageTests()

describe('one request on every machine', () => {
  test('is entered in the form, and the answers stand side by side', {}, async ({ page }) => {
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('Start').fill('0x7000000')
    await page.getByRole('checkbox', { name: 'read' }).uncheck()
    await page.getByRole('button', { name: 'Add on all machines' }).click()
    // Write without read: the machines grant read too, each for its own reason; the mock stores what it is told.
    for (const [machine, reason] of [['x86-64', 'denies reading'], ['RISC-V Sv39', 'reserved'], ['AArch64', 'AP[2]']] as const) {
      const card = page.getByRole('region', { name: machine, exact: true })
      await card.getByText('rights differ').waitFor()
      expect(await card.innerText()).toContain(reason)
      expect(await card.innerText()).toContain('asked w, grants rw')
    }
    expect(await page.getByRole('region', { name: 'Mock', exact: true }).innerText()).toContain('0x7000000–0x7001000 w')
  })

  test('tells what an address maps to on each machine', {}, async ({ page }) => {
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('As a scenario line').fill('{"op":"map","start":"0x600000","size":"0x200000","flags":"rxu","backing":{"linear":"0x80200000"}}')
    await page.getByRole('button', { name: 'Add on all machines' }).click()
    await page.getByLabel('What does this address map to?').fill('0x612345')
    // A 2 MiB area on an aligned frame is one leaf everywhere; 0x612345 lies 0x12345 into it.
    for (const machine of ['x86-64', 'RISC-V Sv39', 'AArch64']) {
      await page.getByRole('region', { name: machine, exact: true }).getByText('0x80212345').waitFor()
      expect(await page.getByRole('region', { name: machine, exact: true }).innerText()).toContain('in a leaf of 2 MiB that grants rxu')
    }
  })

  test('marks what one machine refuses, with its reason', {}, async ({ page }) => {
    await page.getByRole('button', { name: 'map 0x10000000 +0x1000 rwd', exact: false }).first().click()
    const riscv = page.getByRole('region', { name: 'RISC-V Sv39', exact: true })
    await riscv.getByText('refused: backend-refused').waitFor()
    expect(await riscv.innerText()).toContain('Svpbmt')
    expect(await page.getByRole('region', { name: 'x86-64', exact: true }).innerText()).toContain('done')
  })

  test('says what is wrong with a line, and keeps it', {}, async ({ page }) => {
    const line = page.getByLabel('As a scenario line')
    await line.fill('{"op":"map","start":"0x1000"}')
    await line.press('Enter')
    expect(await page.getByRole('alert').innerText()).toContain('"size"')
    expect(await line.inputValue()).toBe('{"op":"map","start":"0x1000"}')
  })

  test('answers within a minute for somebody who has never been here: own pages, asked about on every machine', {}, async ({ page }) => {
    await page.getByRole('link', { name: 'map pages of your own' }).click()
    expect(await page.evaluate<string>('document.activeElement.tagName')).toBe('SELECT')
    await page.getByLabel('Start').fill('0x7fff0000')
    await page.getByLabel('Size in bytes').fill('0x3000')
    await page.getByRole('button', { name: 'Add on all machines' }).click()
    await page.getByLabel('What does this address map to?').fill('0x7fff2abc')
    for (const machine of ['x86-64', 'RISC-V Sv39', 'AArch64']) {
      const card = page.getByRole('region', { name: machine, exact: true })
      // Frames come from 0x80000000 on, and keep the offset in the page.
      await card.getByText(/^0x8[0-9a-f]{4}abc$/).waitFor()
      expect(await card.innerText()).toContain('in a leaf of 4 KiB that grants rw')
    }
    // 0x7fff2abc has the indices 0, 1, 511 and 498.
    expect(await page.getByRole('region', { name: 'x86-64', exact: true }).innerText()).toContain('0 → 1 → 511 → 498')
    expect(await page.getByRole('region', { name: 'RISC-V Sv39', exact: true }).innerText()).toContain('entries 1 → 511 → 498')
    expect(await page.evaluate<string>('location.hash')).not.toBe('#add-operation')
  })

  test('has examples to click, and leads on to the walk', {}, async ({ page }) => {
    await page.getByRole('button', { name: '0x401000 unmapped' }).click()
    const sv39 = page.getByRole('region', { name: 'RISC-V Sv39', exact: true })
    await sv39.getByText('The walk ends at level 0: entry 1 is not present.').waitFor()
    await page.getByRole('button', { name: '0x8000000000 too far for Sv39' }).click()
    await sv39.getByText('The address is not canonical here.').waitFor()
    await page.getByRole('button', { name: '0x612345 inside of 2 MiB' }).click()
    await sv39.getByText('0x80212345').waitFor()
    await sv39.getByRole('button', { name: 'Show the walk' }).click()
    await page.getByText('0x612345 → 0x80212345').waitFor()
    expect(await page.getByRole('combobox', { name: 'Machine' }).inputValue()).toBe('riscv-sv39')
    // The button is gone with its view; the keyboard goes on in the new one.
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('view')
  })

  test('leads on to the beginning of another view on a phone, with its tab in sight', { context: { viewport: { width: 360, height: 740 } } }, async ({ page }) => {
    await page.getByRole('region', { name: 'AArch64', exact: true }).getByRole('button', { name: 'Show the walk' }).click()
    await page.getByRole('region', { name: 'Answer' }).waitFor()
    expect(await page.evaluate<number>('scrollY')).toBe(0)
    const tab = (await page.getByRole('tab', { name: 'Walk' }).boundingBox())!
    expect(tab.x).toBeGreaterThanOrEqual(0)
    expect(tab.x + tab.width).toBeLessThanOrEqual(360)
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  })

  test('has the answers above the operations on a phone', { context: { viewport: { width: 360, height: 740 } } }, async ({ page }) => {
    const top = async (name: string): Promise<number> => (await page.getByRole('region', { name, exact: true }).boundingBox())!.y
    await page.getByRole('region', { name: 'AArch64', exact: true }).getByText('maps to').waitFor()
    expect(await top('Question')).toBeLessThan(await top('x86-64'))
    expect(await top('AArch64')).toBeLessThan(await top('Scenario'))
  })

  test('works with the keyboard alone', {}, async ({ page }) => {
    await page.getByRole('combobox', { name: 'Operation' }).focus()
    await page.keyboard.type('clear')
    await page.getByRole('button', { name: 'Add on all machines' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'x86-64', exact: true }).getByText('0 areas, 1 table, 1 frame').waitFor()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is accessible in ${colorScheme}, on a desk and on a phone`, { context: { colorScheme } }, async ({ page }) => {
      await page.getByRole('region', { name: 'AArch64', exact: true }).getByText('maps to').waitFor()
      await expectAccessible(page)
      await page.setViewportSize({ width: 360, height: 740 })
      await expectAccessible(page)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    })
  }
})

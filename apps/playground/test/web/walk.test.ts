/** The walk as a person asks for it. Indices and sums are worked out from the formats: nine bits of the address each, eight bytes an entry. */

import { describe, expect } from 'vitest'
import type { Page } from 'playwright-core'
import { expectAccessible, pageTests } from './page.ts'

const test = pageTests()

async function openWalk(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Walk' }).click()
  await page.getByRole('region', { name: 'Answer' }).waitFor()
}

describe('the walk', () => {
  test('tells the arithmetic of every step, and adds up the physical address', {}, async ({ page }) => {
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('As a scenario line').fill('{"op":"map","start":"0x600000","size":"0x200000","flags":"rxu","backing":{"linear":"0x80200000"}}')
    await page.getByRole('button', { name: 'Add on all machines' }).click()
    await openWalk(page)
    await page.getByLabel('Address', { exact: true }).fill('0x612345')
    await page.getByText('0x612345 → 0x80212345').waitFor()
    // 0x612345 >> 21 is 3; the leaf is one of 2 MiB, so 21 bits are the offset.
    const step = page.getByRole('region', { name: 'Step 3: level 1' })
    expect(await step.innerText()).toMatch(/bits 29:21 of 0x612345 = 0b000000011 = 3/)
    expect(await step.innerText()).toMatch(/(?<table>0x[0-9a-f]+)000 \+ 8 × 3 = \k<table>018/)
    expect(await page.getByRole('region', { name: /^Step/ }).count()).toBe(3)
    expect(await page.getByRole('region', { name: 'Physical address' }).innerText()).toContain('0x80200000 + 0x12345 = 0x80212345')
  })

  test('names the bit that refuses an access, and the smallest change that would let it through', {}, async ({ page }) => {
    await openWalk(page)
    // Operation 4 took user mode's access away from this page: it is the kernel's.
    await page.getByRole('button', { name: '0x402000' }).click()
    const answer = page.getByRole('region', { name: 'Answer' })
    await answer.getByText('Fault: permission at level 0, U/S').waitFor()
    expect(await answer.innerText()).toMatch(/Smallest change: U\/S=1 in the entry at 0x[0-9a-f]+ \(level 0\)/)
    const last = page.getByRole('region', { name: 'Step 4: level 0' })
    expect(await last.getByText('stops here').count()).toBe(1)
    expect(await last.getByRole('row').filter({ hasText: 'fault' }).innerText()).toMatch(/U\/S/)
    await page.getByRole('radio', { name: 'kernel' }).check()
    await answer.getByText('0x402000 → ').waitFor()
  })

  test('walks the same address on another machine, with its own names and state', {}, async ({ page }) => {
    await openWalk(page)
    await page.getByRole('combobox', { name: 'Machine' }).selectOption('RISC-V Sv39')
    // The first page is readable for user mode; so the supervisor may not read it unless SUM is set.
    await page.getByRole('radio', { name: 'kernel' }).check()
    await page.getByText('Fault: permission at level 0, U', { exact: true }).waitFor()
    await page.getByRole('checkbox', { name: 'SUM' }).check()
    await page.getByRole('region', { name: 'Answer' }).getByText('0x400000 → ').waitFor()
    expect(await page.getByRole('region', { name: /^Step/ }).count()).toBe(3)
    await page.getByRole('combobox', { name: 'Machine' }).selectOption('AArch64')
    await page.getByRole('region', { name: "Step 1: level 3, Arm's level 0" }).waitFor()
    expect(await page.getByRole('region', { name: "Step 1: level 3, Arm's level 0" }).innerText()).toContain('from TTBR0_EL1')
  })

  test('says where no machine can go', {}, async ({ page }) => {
    await openWalk(page)
    await page.getByLabel('Address', { exact: true }).fill('0x800000000000')
    await page.getByText('Fault: non-canonical').waitFor()
    expect(await page.getByRole('region', { name: 'Answer' }).innerText()).toContain('Canonical are addresses below 0x800000000000 and from 0xffff800000000000 on')
    expect(await page.getByRole('list', { name: 'Steps' }).innerText()).toContain('No step is made')
    await page.getByLabel('Address', { exact: true }).fill('0x80000000000g')
    expect(await page.getByRole('alert').innerText()).toContain('An address is')
  })

  test('shows all accesses at once, each a click away', {}, async ({ page }) => {
    await openWalk(page)
    // The first area is rwu: on x86-64 user mode and the kernel read and write it, and nobody executes.
    for (const by of ['user', 'kernel']) {
      for (const access of ['read', 'write']) await page.getByRole('button', { name: `yes: ${access} by ${by}, let through` }).waitFor()
      await page.getByRole('button', { name: `no: execute by ${by}, permission at level 0, XD` }).waitFor()
    }
    await page.getByRole('button', { name: 'execute by user' }).click()
    await page.getByText('Fault: permission at level 0, XD').waitFor()
    expect(await page.getByRole('radio', { name: 'execute' }).isChecked()).toBe(true)
  })

  test('works with the keyboard alone', {}, async ({ page }) => {
    await page.getByRole('tab', { name: 'Compare' }).focus()
    await page.keyboard.press('ArrowRight')
    while (!(await page.getByRole('tab', { name: 'Walk', selected: true }).isVisible())) await page.keyboard.press('ArrowRight')
    await page.getByRole('region', { name: 'Answer' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await page.evaluate<string>('document.activeElement.tagName + document.activeElement.name')).toBe('INPUTaccess')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.getByText('Fault: permission at level 0, XD').waitFor()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is accessible in ${colorScheme}, on a desk and on a phone`, { context: { colorScheme } }, async ({ page }) => {
      await openWalk(page)
      await page.getByRole('button', { name: '0x402000' }).click()
      await page.getByText('stops here').waitFor()
      await expectAccessible(page)
      await page.setViewportSize({ width: 360, height: 740 })
      await expectAccessible(page)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    })
  }
})

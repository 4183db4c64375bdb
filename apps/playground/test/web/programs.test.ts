/** Runs of real programs: what is right at each place is the kernel's own list there. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { dropFiles } from './drop.ts'
import { expectAccessible, pageTests } from './page.ts'

const test = pageTests()

const TRACES = fileURLToPath(new URL('../../../../packages/linux-trace/traces/', import.meta.url))
const CAT = join(TRACES, 'cat-maps')

const MAPS = '7000-9000 rw-p 00000000 00:00 0\na000-b000 r-xs 00000000 fe:00 12   /lib/x\n'
const LOG = '100 execve("/bin/x", ["x"], 0x7ffd80b6b968 /* 3 vars */) = 0\n100 munmap(0x8000, 4096) = 0\n100 munmap(0x7000, 4096) = 0\n100 exit_group(0) = ?\n'

const player = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('region', { name: 'Player' })

async function openPrograms(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Programs' }).click()
  await page.getByRole('button', { name: 'cat-maps' }).waitFor()
}

describe('the bundled traces', () => {
  test('are one click away, played, and end as the kernel says', {}, async ({ page }) => {
    await openPrograms(page)
    await page.getByRole('button', { name: 'cat-maps' }).click()
    await player(page).getByText('At the start').waitFor()
    // The kernel's list at the start, beside the trace.
    const start = readFileSync(join(CAT, 'start.maps'), 'utf8').trim().split('\n')
    await page.getByRole('region', { name: 'Areas', exact: true }).getByText(`${start.length} at the start`).waitFor()
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('500')
    await page.getByRole('button', { name: 'Play' }).click()
    await page.getByRole('button', { name: 'To the end' }).and(page.locator(':disabled')).waitFor()
    const kernel = page.getByRole('region', { name: "The kernel's own list" })
    expect(await kernel.innerText()).toContain('the same')
    expect(await kernel.getByRole('button', { name: 'at the end' }).getAttribute('aria-current')).toBe('step')
    // Its addresses reach to 0x7ffffffff000, and vsyscall lies in the upper half.
    const machines = page.getByRole('region', { name: 'Machines, table' })
    await machines.getByRole('row', { name: /RISC-V Sv57.*ends as the kernel says/ }).waitFor()
    expect(await machines.getByRole('row', { name: /RISC-V Sv39/ }).innerText()).toContain('does not fit: addresses of 48 bits, and it has 39')
    expect(await machines.getByText('ends as the kernel says').count()).toBe(7)
  })

  test('are gone through call by call, forth and back, with checkpoints', {}, async ({ page }) => {
    await openPrograms(page)
    await page.getByRole('button', { name: 'hammer' }).click()
    const kernel = page.getByRole('region', { name: "The kernel's own list" })
    await kernel.getByRole('button', { name: 'after line 609' }).click()
    expect(await kernel.getByText('the same').count()).toBe(7)
    const areas = page.getByRole('region', { name: 'Areas', exact: true })
    const before = await areas.innerText()
    await page.getByRole('button', { name: 'One step forth' }).click()
    await page.getByRole('button', { name: 'One step forth' }).click()
    await page.getByRole('button', { name: 'One step back' }).click()
    await page.getByRole('button', { name: 'One step back' }).click()
    await areas.getByText('at line 609').or(areas.getByText('at line 60')).first().waitFor()
    expect((await areas.innerText()).split('\n')[1]).toBe(before.split('\n')[1])
  })

  test('are named by a link, with the place', { fragment: '#v=1&view=programs&trace=cat-maps,5' }, async ({ page }) => {
    await page.getByRole('slider', { name: 'Calls played' }).waitFor()
    expect(await page.getByRole('slider', { name: 'Calls played' }).inputValue()).toBe('5')
    await page.getByRole('button', { name: 'One step forth' }).click()
    await page.waitForFunction("location.hash.includes('trace=cat-maps,6')")
  })

  test('can be looked into as a scenario', { fragment: '#v=1&view=programs&trace=cat-maps,3' }, async ({ page }) => {
    await page.getByRole('button', { name: 'Open every call up to here' }).click()
    await page.getByRole('tab', { name: 'Memory', selected: true }).waitFor()
    await page.getByRole('tab', { name: 'Compare' }).click()
    const start = readFileSync(join(CAT, 'start.maps'), 'utf8').trim().split('\n').length
    await page.getByRole('list', { name: 'Operations' }).locator('.mono').first().waitFor()
    expect(await page.getByRole('list', { name: 'Operations' }).locator('.mono').count()).toBeGreaterThanOrEqual(start)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'map 0x400000 +0x4000 rwu', exact: false }).first().waitFor()
  })

  test('work with the keyboard alone', {}, async ({ page }) => {
    await page.getByRole('tab', { name: 'Compare' }).focus()
    while (await page.evaluate<boolean>("document.activeElement.textContent !== 'Programs'")) await page.keyboard.press('ArrowRight')
    await page.getByRole('button', { name: 'cat-maps' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('listbox', { name: 'Calls' }).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.getByRole('listbox', { name: 'Calls' }).getByRole('option', { selected: true }).waitFor()
    expect(await page.getByRole('slider', { name: 'Calls played' }).inputValue()).toBe('2')
  })
})

describe('files of one\'s own', () => {
  test('that are a trace are gone through', {}, async ({ page }) => {
    await dropFiles(page, { 'strace.txt': LOG, 'start.maps': MAPS, 'end.maps': MAPS.split('\n')[1]! })
    await page.getByRole('option', { name: 'munmap(0x8000, 4096) = 0' }).click()
    const changes = page.getByRole('list', { name: 'What it changed' })
    expect(await changes.innerText()).toMatch(/0x7000–0x9000 rw-p[\s\S]*0x7000–0x8000 rw-p/)
    expect(await page.getByRole('region', { name: "The kernel's own list" }).innerText()).toContain('the same')
  })

  test('that differ from the kernel are told so', {}, async ({ page }) => {
    await dropFiles(page, { 'strace.txt': LOG, 'start.maps': MAPS, 'end.maps': MAPS })
    const kernel = page.getByRole('region', { name: "The kernel's own list" })
    await kernel.getByText('1 difference').waitFor()
    expect(await kernel.innerText()).toContain('0x7000-0x9000: rw-p in the kernel, free here')
    await page.getByRole('row', { name: /RISC-V Sv39.*1 difference from the kernel/ }).waitFor()
  })

  test('that are a list of areas are shown', {}, async ({ page }) => {
    await openPrograms(page)
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Choose a maps file' }).click()])
    await chooser.setFiles({ name: 'maps', mimeType: 'text/plain', buffer: Buffer.from(MAPS) })
    await page.getByRole('region', { name: 'Areas', exact: true }).getByText('2 at the start').waitFor()
    await page.getByRole('row', { name: /RISC-V Sv39 .*fits/ }).waitFor()
    await page.getByRole('button', { name: 'Open these 2 areas' }).click()
    await page.getByRole('tab', { name: 'Memory', selected: true }).waitFor()
  })

  for (const [what, files, message] of [
    ['is a log alone', { 'strace.txt': LOG }, 'has no start.maps'],
    ['is wrong in a line', { 'strace.txt': LOG.replace('munmap(0x8000, 4096)', 'munmap(0x8000)'), 'start.maps': MAPS }, 'strace.txt:2: expected'],
    ['has a list that is wrong', { 'strace.txt': LOG, 'start.maps': MAPS, 'end.maps': 'x' }, 'end.maps:1: expected an area'],
    ['is a broken list of areas', { maps: `${MAPS}7000-8000 rw-p 00000000 00:00 0\n` }, 'maps:3: expected an area at or above 0xb000'],
    ['are files of no trace', { a: 'a', b: 'b' }, 'There is no strace.txt among the 2 files'],
  ] as const) {
    test(`that ${what} are told of, and what was open stays`, { fragment: '#v=1&view=programs&trace=cat-maps,5' }, async ({ page }) => {
      await page.getByRole('slider', { name: 'Calls played' }).waitFor()
      await dropFiles(page, files)
      await page.getByRole('log').getByText(message).waitFor()
      expect(await page.getByRole('log').innerText()).toContain('The page is as it was.')
      expect(await page.getByRole('slider', { name: 'Calls played' }).inputValue()).toBe('5')
      await player(page).getByText('cat-maps').waitFor()
    })
  }
})

describe('the view', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is accessible in ${colorScheme}, on a desk and on a phone`, { context: { colorScheme }, fragment: '#v=1&view=programs&trace=cat-maps,5' }, async ({ page }) => {
      await page.getByRole('row', { name: /RISC-V Sv57.*ends as/ }).waitFor()
      await expectAccessible(page)
      await page.setViewportSize({ width: 360, height: 740 })
      await expectAccessible(page)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    })
  }
})

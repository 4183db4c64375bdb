/** Areas over tables over frames. Indices and words are worked out by hand from x86-64's format. */

import type { Locator, Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { longestTask } from './longest-task.ts'
import { expectAccessible, pageTests } from './page.ts'

const test = pageTests()

/** Two addresses of one frame, and one more area far away. */
const ALIASED = [
  '{"op":"map","start":"0x9000","size":"0x1000","flags":"rwu","backing":{"linear":"0x12345000"}}',
  '{"op":"map","start":"0x7f0000000000","size":"0x1000","flags":"ru","backing":{"linear":"0x12345000"}}',
  '{"op":"map","start":"0x200000","size":"0x40000000","flags":"rxu","backing":"demand"}',
]

async function opened(page: Page, lines: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'Clear' }).click()
  for (const line of lines) {
    await page.getByLabel('As a scenario line').fill(line)
    await page.getByRole('button', { name: 'Add on all machines' }).click()
  }
  await openMemory(page)
}

async function openMemory(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Memory' }).click()
  await page.getByRole('tree', { name: 'Page tables' }).waitFor()
}

/** Drops a scenario file on the page: `count` areas of one page each, 0x3000 apart. */
async function dropMany(page: Page, count: number): Promise<void> {
  await page.evaluate(`
    const lines = ['{"scenario":1,"backend":"mock","name":"many"}']
    for (let i = 0; i < ${count}; i++) lines.push(JSON.stringify({ op: 'map', start: '0x' + (0x400000 + i * 0x3000).toString(16), size: '0x1000', flags: ['r', 'rw', 'rx', 'rwu'][i % 4], backing: 'demand' }))
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([lines.join('\\n')], 'many.jsonl'))
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  `)
  await page.getByRole('log').getByText('is open').waitFor()
}

function lit(page: Page): Locator {
  return page.getByRole('region', { name: 'The lit page' })
}

function strip(page: Page): Locator {
  return page.getByRole('slider', { name: 'Strip of areas' })
}

async function litArea(page: Page): Promise<string> {
  return page.getByRole('listbox', { name: 'Areas in address order' }).getByRole('option', { selected: true }).innerText()
}

describe('areas over tables over frames', () => {
  test('light up together, all aliases included, when a frame is pointed at', {}, async ({ page }) => {
    await opened(page, ALIASED)
    const frame = page.getByRole('option', { name: '0x12345000, page rwu of the run at 0x9000, reached 2 times' })
    await frame.hover()
    // 0x9000 is entry 9 of the first table of each level; present, write, user, accessed and dirty are bits 0, 1, 2, 5, 6; no execute is bit 63.
    await lit(page).getByText('PT[9] · leaf').waitFor()
    const text = await lit(page).innerText()
    expect(text).toContain('0x9000–0xa000 rwu')
    expect(text).toContain('PML4[0]')
    expect(text).toContain('0x8000000012345067')
    expect(text).toContain('1 alias')
    expect(text).toContain('0x7f0000000000')
    expect(await litArea(page)).toContain('0x9000–0xa000')
    await page.getByRole('treeitem', { name: 'PT [9] rwu 0x9000 → 0x12345000', selected: true }).waitFor()
    expect(await frame.getAttribute('aria-selected')).toBe('true')
    // The pointer goes away, and the light with it.
    await page.getByRole('heading', { name: 'Frames', exact: true }).hover()
    await lit(page).getByText('Point at a page').waitFor()
  })

  test('go on to an alias, whose path opens by itself', {}, async ({ page }) => {
    await opened(page, ALIASED)
    await page.getByLabel('Jump to address').fill('0x9000')
    await lit(page).getByRole('button', { name: '0x7f0000000000' }).click()
    // 0x7f0000000000 >> 39 is 254; the other indices are 0.
    await page.getByRole('treeitem', { name: 'PML4 [254] PDPT', selected: true }).waitFor()
    await page.getByRole('treeitem', { name: 'PT [0] ru 0x7f0000000000 → 0x12345000', selected: true }).waitFor()
    expect(await litArea(page)).toContain('0x7f0000000000–0x7f0000001000')
  })

  test('light up from the strip under the pointer', {}, async ({ page }) => {
    await opened(page, ALIASED)
    await page.getByLabel('Jump to address').fill('0x9000')
    const box = (await strip(page).boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + 50)
    await lit(page).getByText('0x9000–0xa000 rwu').waitFor()
    await page.mouse.click(box.x + box.width - 5, box.y + 50)
    await page.mouse.move(0, 0)
    // What was clicked stays, whatever it was.
    expect(await strip(page).getAttribute('aria-valuetext')).not.toContain('page 0x9000,')
  })

  test('zoom from all addresses to a few pages and back', {}, async ({ page }) => {
    await opened(page, ALIASED)
    const region = page.getByRole('region', { name: 'Areas to scale' })
    expect(await region.innerText()).toContain('0x0 – 2^64')
    await page.getByLabel('Jump to address').fill('0x7f0000000000')
    const shown = async (): Promise<bigint[]> => (/(0x[0-9a-f]+) – (0x[0-9a-f]+)/.exec(await region.innerText()) ?? []).slice(1).map(BigInt)
    const [start, end] = await shown()
    expect(start! > 0n && start! <= 0x7f00_0000_0000n && 0x7f00_0000_1000n <= end!).toBe(true)
    for (let step = 0; step < 20; step++) await page.getByRole('button', { name: 'Zoom in' }).click()
    const [near, nearEnd] = await shown()
    expect(near! <= 0x7f00_0000_0000n && 0x7f00_0000_1000n <= nearEnd! && nearEnd! - near! < 0x1_0000n).toBe(true)
    await page.getByRole('button', { name: 'Zoom out' }).click()
    const [wider, widerEnd] = await shown()
    expect(wider! < near! && widerEnd! > nearEnd!).toBe(true)
    await page.getByRole('button', { name: 'Whole space' }).click()
    expect(await region.innerText()).toContain('0x0 – 2^64')
  })

  test('are gone through with keys: pages, areas, entries and frames', {}, async ({ page }) => {
    await openMemory(page)
    await strip(page).focus()
    await page.keyboard.press('Home')
    const says = async (text: string): Promise<void> => page.locator(`[role=slider][aria-valuetext*="${text}"]`).waitFor()
    await says('page 0x400000, area 1 of 6')
    await page.keyboard.press('ArrowRight')
    // 0x401000 was unmapped: the next page is of the next area.
    await says('page 0x402000, area 2 of 6')
    await page.keyboard.press('PageDown')
    await page.keyboard.press('PageDown')
    await page.keyboard.press('ArrowRight')
    await says('page 0x601000, area 4 of 6')
    await lit(page).getByText('0x80201000 rxu').waitFor()
    await page.getByRole('listbox', { name: 'Areas in address order' }).focus()
    await page.keyboard.press('End')
    await says('page 0x8000000000, area 6 of 6')
    await page.getByRole('listbox', { name: 'Frames in physical order' }).focus()
    await page.keyboard.press('Home')
    await page.getByRole('option', { name: '0x80000000, PML4 table', selected: true }).waitFor()
    await page.getByRole('treeitem', { name: 'PML4 0x80000000 root' }).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await lit(page).getByText('PML4[0]').waitFor()
    await page.keyboard.press('ArrowLeft')
    expect(await page.getByRole('treeitem', { name: 'PML4 [0]' }).getAttribute('aria-expanded')).toBe('false')
  })

  test('go back in time', {}, async ({ page }) => {
    await openMemory(page)
    await page.getByRole('region', { name: 'Areas', exact: true }).getByText('6 areas').waitFor()
    for (let step = 0; step < 5; step++) await page.getByRole('button', { name: 'One operation back' }).click()
    await page.getByRole('region', { name: 'Areas', exact: true }).getByText('1 area', { exact: true }).waitFor()
    // Four pages, and a table of each of the four levels.
    await page.getByRole('region', { name: 'Frames', exact: true }).getByText('8 frames in use').waitFor()
  })

  test('say why a machine cannot run the scenario, and show nothing of another', {}, async ({ page }) => {
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByLabel('As a scenario line').fill('{"op":"map","start":"0x1000","size":"0x1000","flags":3}')
    await page.getByRole('button', { name: 'Add on all machines' }).click()
    await page.getByRole('tab', { name: 'Memory' }).click()
    // Numbers are flags of the mock; machines have letters.
    await page.getByRole('alert').getByText('x86-64 cannot run this scenario').waitFor()
    expect(await page.getByRole('listbox').count()).toBe(0)
    await page.getByRole('combobox', { name: 'Machine' }).selectOption('mock')
    await page.getByRole('region', { name: 'Areas', exact: true }).getByText('1 area', { exact: true }).waitFor()
  })

  test('say where there are no tables', {}, async ({ page }) => {
    await openMemory(page)
    await page.getByRole('combobox', { name: 'Machine' }).selectOption('mock')
    await page.getByRole('region', { name: 'Tables', exact: true }).getByText('has no page tables').waitFor()
    await page.getByRole('region', { name: 'Areas', exact: true }).getByText('6 areas').waitFor()
  })

  test('stay fluent with 100,000 areas', {}, async ({ page }) => {
    await openMemory(page)
    await dropMany(page, 100_000)
    await page.getByRole('region', { name: 'Areas', exact: true }).getByText('100,000 areas').waitFor()
    const longest = await longestTask(page, async () => {
      const box = (await strip(page).boundingBox())!
      for (let step = 0; step < 20; step++) await page.mouse.move(box.x + 20 + 50 * step, box.y + 50)
      await lit(page).getByText('PML4[0]').waitFor()
      await page.getByLabel('Jump to address').fill('0x8000000')
      await lit(page).getByText('0x8000000', { exact: true }).waitFor()
      for (let step = 0; step < 5; step++) await page.getByRole('button', { name: 'Zoom out' }).click()
      await page.getByRole('listbox', { name: 'Areas in address order' }).hover()
      for (let step = 0; step < 5; step++) await page.mouse.wheel(0, 100_000)
      await strip(page).focus()
      await page.keyboard.press('End')
      // The last of 100,000: 0x400000 + 99,999 × 0x3000.
      await page.locator('[role=slider][aria-valuetext*="page 0x497dd000, area 100000 of 100000"]').waitFor()
    })
    expect(longest).toBeLessThan(100)
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`are accessible in ${colorScheme}, on a desk and on a phone`, { context: { colorScheme, reducedMotion: 'reduce' } }, async ({ page }) => {
      await openMemory(page)
      await page.getByLabel('Jump to address').fill('0x402000')
      await lit(page).getByText('PT[2]').waitFor()
      await expectAccessible(page)
      await page.setViewportSize({ width: 360, height: 740 })
      await expectAccessible(page)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    })
  }
})

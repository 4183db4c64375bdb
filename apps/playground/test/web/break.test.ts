/** Breaking it as a person does. What is undone, and how, is by the scenarios' own few lines. */

import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { expectAccessible, pageTests } from './page.ts'

const test = pageTests()

async function openBreak(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Break it' }).click()
  await page.getByRole('region', { name: 'Fail something half way' }).waitFor()
}

const textOf = (page: Page, region: string): Promise<string> => page.getByRole('region', { name: region }).innerText()

describe('a failure half way', () => {
  test('is watched being undone, and what is after is what was before', {}, async ({ page }) => {
    await openBreak(page)
    await page.getByRole('button', { name: 'a replacement, refused at its last call' }).click()
    await page.getByText('every word of memory is as before').waitFor()
    // Three areas are in the way, in whole or in part; the map that follows fails.
    const story = await textOf(page, 'What happens')
    expect(story).toContain('Operation 4: map 0x401000 +0x6000 rx onOverlap replace')
    expect(story).toMatch(/unmap 0x401000–0x402000[^]*unmap 0x402000–0x404000[^]*unmap 0x406000–0x407000[^]*map 0x401000–0x407000[^]*is made to fail/)
    // A page of the first area, two of the second, one of the third.
    expect(story).toContain('4 words of the tables hold again what they held before')
    expect(await textOf(page, 'Before and after')).toMatch(/areas\s+3\s+changed last\s+3/)
    await page.getByRole('combobox', { name: 'Machine' }).selectOption('Mock')
    await page.getByText('undone by map 0x406000–0x407000').waitFor()
  })

  test('of any one can be chosen, in a scenario of one’s own', {}, async ({ page }) => {
    await openBreak(page)
    await page.getByRole('radio', { name: 'a frame is not to be had' }).check()
    // The first operation takes four pages.
    await page.getByRole('region', { name: 'What happens' }).getByText('Operation 1').waitFor()
    await page.getByRole('spinbutton').fill('3')
    await page.getByText('2 frames are given back').waitFor()
    await page.getByRole('spinbutton').fill('999')
    await page.getByText('x86-64 does not come so far: nothing fails.').waitFor()
    await page.getByRole('radio', { name: 'nothing' }).check()
    await page.getByText('runs as it is').waitFor()
  })

  test('is tried for every one, which are all undone', {}, async ({ page }) => {
    await openBreak(page)
    await page.getByRole('button', { name: 'eight pages, and frames for five' }).click()
    await page.getByRole('button', { name: 'Try every one' }).click()
    // Eight pages and three tables below the root.
    await page.getByText('11 tried, each undone completely').waitFor()
    await page.getByRole('button', { name: '10: in operation 1, undone' }).click()
    expect(await page.getByRole('spinbutton').inputValue()).toBe('10')
    await page.getByText('Operation 1: map 0x400000').waitFor()
    expect(await page.getByText('11 tried, each undone completely').count()).toBe(1)
    // On another machine nothing has been tried yet.
    await page.getByRole('combobox', { name: 'Machine' }).selectOption('AArch64')
    await page.getByText('11 tried').waitFor({ state: 'detached' })
  })

  test('tells when a backend refuses the scenario as a whole', {}, async ({ page }) => {
    await page.getByLabel('As a scenario line').fill('{"op":"map","start":"0x1000","size":"0x1000","flags":3}')
    await page.getByRole('button', { name: 'Add on all machines' }).click()
    await openBreak(page)
    expect(await page.getByRole('alert').innerText()).toContain('must be letters on x86-64')
  })
})

describe('a mutant', () => {
  for (const [bug, meant, saw] of [
    ['B5', 'set/zero-size', 'areas after empty requests'],
    ['B13', 'unmap/part-of-huge-head', 'meaning of the space after unmap of 4096 bytes at the head'],
    ['B16', 'protect/none-huge-not-table', ''],
  ] as const) {
    test(`that repeats ${bug} is caught by ${meant}`, {}, async ({ page }) => {
      await openBreak(page)
      await page.getByRole('list', { name: 'Well-known bugs' }).getByRole('button', { name: new RegExp(`^${bug}:`) }).click()
      const report = page.getByRole('region', { name: 'The suite at work' })
      await report.getByText(/^caught: \d+ of \d+ cases notice/).waitFor()
      const first = report.getByRole('group').first()
      expect(await first.innerText()).toMatch(new RegExp(`${meant}[^]*meant for it[^]*must hold[^]*what it saw\\s+${saw}`))
      expect(await report.getByRole('listitem').filter({ hasText: `${meant}: notices it` }).count()).toBe(1)
      expect(await report.getByRole('link', { name: bug, exact: true }).getAttribute('href')).toMatch(new RegExp(`/docs/bugs\\.md#${bug.toLowerCase()}$`))
    })
  }

  test('is caught by a scenario that can be opened', {}, async ({ page }) => {
    await openBreak(page)
    await page.getByRole('list', { name: 'Well-known bugs' }).getByRole('button', { name: /^B5/ }).click()
    const report = page.getByRole('region', { name: 'The suite at work' })
    await report.getByText(/^caught/).waitFor()
    // Empty requests map nothing, unmap nothing and protect nothing.
    await report.getByRole('button', { name: /^Open scenario/ }).first().click()
    const list = page.getByRole('list', { name: 'Operations' })
    await list.waitFor()
    expect(await list.innerText()).toMatch(/protect 0x[0-9a-f]+ \+0x0/)
    // Without the fault nothing is lost by it.
    await list.getByRole('button', { name: /^\d+ ?protect/ }).first().click()
    await page.getByRole('region', { name: 'Mock', exact: true }).getByText('done').waitFor()
  })

  test('is found by a search', {}, async ({ page }) => {
    await openBreak(page)
    const search = page.getByLabel(/^Search all \d+ mutants/)
    await search.fill('coconut huge')
    await page.getByText('1 found').waitFor()
    await search.press('Tab')
    await page.keyboard.press('Enter')
    // A protect of 2 MiB that loses the bit of huge leaves is seen when each pair of flags is tried.
    await page.getByRole('region', { name: 'The suite at work' }).getByText(/^caught/).waitFor()
    expect(await page.getByRole('heading', { name: 'walker/huge-bit-lost' }).count()).toBe(1)
    await search.fill('no such thing')
    await page.getByText('0 found').waitFor()
  })

  test('that is given up stops at once', {}, async ({ page }) => {
    await openBreak(page)
    await page.getByRole('list', { name: 'Well-known bugs' }).getByRole('button', { name: /^B5/ }).click()
    const report = page.getByRole('region', { name: 'The suite at work' })
    await report.getByRole('button', { name: 'Stop' }).click()
    await report.getByText(/^(caught|not noticed by|stopped before)/).waitFor()
    expect(await report.getByRole('progressbar').count()).toBe(0)
    await report.getByRole('button', { name: 'Run again' }).click()
    await report.getByText(/^caught/).waitFor()
    expect(await report.getByRole('button', { name: 'Run again' }).count()).toBe(0)
  })
})

describe('the view', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is accessible in ${colorScheme}, on a desk and on a phone`, { context: { colorScheme } }, async ({ page }) => {
      await openBreak(page)
      await page.getByRole('button', { name: 'a replacement, refused at its last call' }).click()
      await page.getByRole('button', { name: 'Try every one' }).click()
      await page.getByText('7 tried').waitFor()
      await page.getByRole('list', { name: 'Well-known bugs' }).getByRole('button', { name: /^B5/ }).click()
      await page.getByText(/^caught/).waitFor()
      await expectAccessible(page)
      await page.setViewportSize({ width: 360, height: 740 })
      await expectAccessible(page)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    })
  }
})

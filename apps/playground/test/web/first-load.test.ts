/** What opening the page costs: what is loaded, and how long it takes until it can be used. */

import { gzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import { pageTests } from './page.ts'

const test = pageTests()

/** In bytes, gzipped: scripts and styles, those of the worker among them. */
const BUDGET = 150 * 1024

/** Ten times what a laptop is to take, since tests run beside others. */
const PATIENCE = 10_000

/** Notes when the form is there, and when the first answer is. */
const NOTE_TIMES = `
  globalThis.times = {}
  new MutationObserver(() => {
    if (document.querySelector('.op-form button[type=submit]') !== null) globalThis.times.usable ??= performance.now()
    if (document.querySelector('.backend-card-way code') !== null) globalThis.times.answered ??= performance.now()
  }).observe(document, { childList: true, subtree: true })
`

describe('the first load', () => {
  test('stays within its budget, and asks for no view that is not open', {}, async ({ page, url }) => {
    const sizes = new Map<string, Promise<number>>()
    const fresh = await page.context().newPage()
    fresh.on('response', (response) => {
      if (/\.(?:js|css)$/.test(response.url())) sizes.set(response.url().slice(url.length), response.body().then((body) => gzipSync(body).length))
    })
    await fresh.goto(url)
    await fresh.getByRole('region', { name: 'AArch64', exact: true }).getByText('maps to').waitFor()
    const total = (await Promise.all(sizes.values())).reduce((sum, size) => sum + size, 0)
    expect(sizes.size).toBeGreaterThan(3)
    expect([...sizes.keys()].filter((name) => /programs|suite|share|memory/.test(name))).toEqual([])
    expect(total, Array.from(sizes.keys()).join(', ')).toBeLessThan(BUDGET)
  })

  test('is usable, and has its first answers, soon', {}, async ({ page, url }) => {
    const fresh = await page.context().newPage()
    await fresh.addInitScript(NOTE_TIMES)
    await fresh.goto(url)
    await fresh.waitForFunction('globalThis.times.answered !== undefined')
    const times = await fresh.evaluate<{ usable: number; answered: number }>('globalThis.times')
    expect(times.usable).toBeLessThan(PATIENCE)
    expect(times.answered).toBeLessThan(PATIENCE)
    if (process.env['SHOW_TIMES'] !== undefined) console.log(`usable after ${times.usable.toFixed(0)} ms, answered after ${times.answered.toFixed(0)} ms`)
  })
})

/**
 * The built page in a real browser: static files served from a subpath, as a course page would, and a browser that notes
 * what goes to its console. One browser for a file of tests, a fresh page for each test.
 */

import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { CHROMIUM, hasBrowser } from './browser-path.ts'

/** What a test gets. */
export interface OpenedPage {
  readonly page: Page
  /** Where the page is served, with a slash at its end. */
  readonly url: string
}

export interface PageTestOptions {
  /** Of the browser: a phone's `viewport`, `colorScheme`, `reducedMotion` and so on. */
  readonly context?: BrowserContextOptions
  /** Behind the address: `#…`. */
  readonly fragment?: string
  /** Console errors that the test is about. */
  readonly allowedErrors?: RegExp
}

/** A folder below the root, so that no address of the page may begin with a slash. */
const SUBPATH = '/course/week-3/'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.gz': 'application/gzip',
}

/** To be called once in a file of tests: gives what defines a test of the page. */
export function pageTests(): (name: string, options: PageTestOptions, test: (opened: OpenedPage) => Promise<void>) => void {
  let browser: Browser | undefined
  let server: Server | undefined
  beforeAll(async () => {
    if (!hasBrowser) return
    server = await serve(inject('site'))
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
  })
  return (name, { context, fragment = '', allowedErrors }, test) => {
    it.skipIf(!hasBrowser && process.env['CI'] !== 'true')(`${name} (needs chromium)`, async () => {
      if (browser === undefined || server === undefined) throw new Error(`${CHROMIUM} is not there`)
      const opened = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context })
      opened.setDefaultTimeout(20_000)
      const page = await opened.newPage()
      const errors = noteErrors(page)
      const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${SUBPATH}`
      await page.goto(url + fragment)
      await test({ page, url })
      await opened.close()
      expect(errors.filter((text) => allowedErrors?.test(text) !== true)).toEqual([])
    })
  }
}

/** Console errors and warnings, uncaught exceptions, and requests that leave the page's own folder or fail. */
function noteErrors(page: Page): string[] {
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`))
  page.on('requestfailed', (request) => errors.push(`request failed: ${request.url()}`))
  page.on('request', (request) => {
    const { protocol, hostname, pathname } = new URL(request.url())
    if (protocol.startsWith('http') && (hostname !== '127.0.0.1' || !pathname.startsWith(SUBPATH))) errors.push(`request outside: ${request.url()}`)
  })
  return errors
}

function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    if (!pathname.startsWith(SUBPATH)) {
      response.writeHead(404).end()
      return
    }
    const path = normalize(pathname.slice(SUBPATH.length))
    const file = path === '.' || path === '' ? 'index.html' : path
    readFile(join(folder, file)).then(
      (content) => response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(content),
      () => response.writeHead(404).end(),
    )
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))

/** Expects that axe finds nothing serious or critical on the page as it is. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.addScriptTag({ path: AXE })
  const found = await page.evaluate<string[]>(`
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => id + ': ' + help + ' at ' + target.join(' ') + ': ' + failureSummary)))
  `)
  expect(found).toEqual([])
}

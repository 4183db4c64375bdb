/**
 * Takes the screenshots of the README, of the page as it is built: `node test/web/take-screenshots.ts`, in the folder of the
 * playground, after `npm run build`.
 */

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { CHROMIUM } from './browser-path.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

const SHOTS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 860 }, fragment: '#v=1&view=compare&at=4&focus=page:0x402000', isThere: '.backend-card-way code' },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 860 }, fragment: '#v=1&view=memory&backend=x86-64&focus=page:0x612000', isThere: '.area-strip' },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 360, height: 860 }, fragment: '#v=1&view=compare&at=6&focus=page:0x612345', isThere: '.backend-card-way code' },
] as const

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname
  const file = path === '/' ? 'index.html' : path
  readFile(join(root, 'dist/web', file)).then(
    (content) => response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(content),
    () => response.writeHead(404).end(),
  )
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
for (const { name, colorScheme, viewport, fragment, isThere } of SHOTS) {
  const context = await browser.newContext({ colorScheme, viewport })
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/${fragment}`)
  await page.locator(isThere).first().waitFor()
  // What is drawn on a canvas, and what the worker still answers.
  await page.waitForTimeout(1500)
  await page.screenshot({ path: join(root, 'docs', `${name}.png`) })
  await context.close()
}
await browser.close()
server.close()
server.closeAllConnections()

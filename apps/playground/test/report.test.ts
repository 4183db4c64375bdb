import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { htmlPage } from '../src/report/html.ts'
import { junitXml } from '../src/report/junit.ts'
import type { Report } from '../src/report/report.ts'
import { addrspace, expectRefusal, folderWith } from './command-line.ts'
import { CHROMIUM, hasBrowser } from './web/browser-path.ts'
import { expectAccessible } from './web/page.ts'

const SERVE = `${process.execPath} --conditions=@addrspace/source ${fileURLToPath(new URL('exec/serve.ts', import.meta.url))}`

/** Everything that may come in a report, and texts that would be markup if they were let. */
const REPORT: Report = {
  names: ['ours', '<script>alert("x")</script>'],
  cases: [
    { id: 'map/a', title: 'a page & its "frame"', law: 'L1', catches: ['B13 a crate', 'B7', 'an <i>emulator</i>'] },
    { id: 'map/b', title: 'another', law: 'L2' },
    { id: 'set/c', title: 'of sets', law: 'order' },
  ],
  verdicts: [
    { backend: 'ours', id: 'map/a', status: 'pass', detail: '', milliseconds: 1500 },
    { backend: 'ours', id: 'map/b', status: 'known', detail: 'it is ours: <b>', milliseconds: 250 },
    { backend: 'ours', id: 'set/c', status: 'pass', detail: 'eager: fine', milliseconds: 0 },
    { backend: '<script>alert("x")</script>', id: 'map/a', status: 'fail', detail: 'got \u0000\u001b[31m ]]> \ud800\nasked: {"id":1}', milliseconds: 3 },
    { backend: '<script>alert("x")</script>', id: 'map/b', status: 'pass', detail: '', milliseconds: 0 },
    { backend: '<script>alert("x")</script>', id: 'set/c', status: 'unsupported', detail: "it's no set", milliseconds: 0 },
  ],
  mutants: [
    { mutant: 'walker/x', fault: 'maps < one', repeats: 'B2 and B3 a crate, B21 another', meant: 'map/a', isNoticed: true, milliseconds: 10 },
    { mutant: 'walker/y', fault: 'maps > one', repeats: undefined, meant: 'map/b', isNoticed: false, milliseconds: 20 },
  ],
  date: new Date('2026-01-02T03:04:05.678Z'),
}

/** An element as the parser has met it. */
interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

/** Parses XML. @throws Error if it is not well-formed. */
function parseXml(text: string): Element[] {
  const elements: Element[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => elements.push({ name, attributes }))
  parser.write(text).close()
  return elements
}

function expectSums(elements: readonly Element[]): void {
  const [root, ...others] = elements
  const suites = others.filter(({ name }) => name === 'testsuite')
  const sum = (attribute: string): number => suites.reduce((total, { attributes }) => total + Number(attributes[attribute]), 0)
  const count = (name: string): string => String(others.filter((element) => element.name === name).length)
  expect(root).toMatchObject({ name: 'testsuites', attributes: { tests: count('testcase'), failures: count('failure'), skipped: count('skipped'), errors: '0' } })
  expect([sum('tests'), sum('failures'), sum('skipped')].map(String)).toEqual([count('testcase'), count('failure'), count('skipped')])
}

describe('JUnit XML', () => {
  it('has a suite per subject and one of seeded faults, a test per case, and is well-formed whatever was found', () => {
    const text = junitXml(REPORT)
    const elements = parseXml(text)
    expectSums(elements)
    expect(elements[0]!.attributes).toEqual({ name: 'addrspace conform', tests: '8', failures: '2', errors: '0', skipped: '2', time: '1.783' })
    expect(elements.filter(({ name }) => name === 'testsuite').map(({ attributes }) => attributes)).toEqual([
      { name: 'ours', tests: '3', failures: '0', errors: '0', skipped: '1', time: '1.750', timestamp: '2026-01-02T03:04:05' },
      { name: '<script>alert("x")</script>', tests: '3', failures: '1', errors: '0', skipped: '1', time: '0.003', timestamp: '2026-01-02T03:04:05' },
      { name: 'seeded faults', tests: '2', failures: '1', errors: '0', skipped: '0', time: '0.030', timestamp: '2026-01-02T03:04:05' },
    ])
    expect(elements.find(({ name }) => name === 'testcase')!.attributes).toEqual({ classname: 'ours.map', name: 'map/a', time: '1.500' })
    expect(elements.filter(({ name }) => name === 'skipped').map(({ attributes }) => attributes['message'])).toEqual(['known: it is ours: <b>', "does not apply: it's no set"])
    expect(elements.filter(({ name }) => name === 'failure').map(({ attributes }) => attributes)).toEqual([
      { message: 'got \\u0000\\u001b[31m ]]> \ufffd', type: 'conformance' },
      { message: 'not noticed by map/b', type: 'mutant' },
    ])
    expect(text).toContain('a page &amp; its &quot;frame&quot; (L1)\n')
    expect(text).toContain('\nGuards against: a crate\nGuards against: an &lt;i&gt;emulator&lt;/i&gt;</failure>')
    expect(text).toContain('<system-out>eager: fine</system-out>')
  })
})

describe('the page', () => {
  const page = htmlPage(REPORT)

  it('takes what was found for text', () => {
    expect(page).not.toMatch(/<script|<i>|\u0000|\u001b/)
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/<wbr>script&gt;')
    expect(page).toContain('got \\u0000\\u001b[31m ]]&gt; \ufffd\nasked: {&quot;id&quot;:1}')
  })

  it('needs nothing from elsewhere', () => {
    expect(page).not.toMatch(/\b(?:src|srcset)=|url\(|@import|<link|<iframe|<object/)
    expect(Array.from(page.matchAll(/href="([^"]*)"/g), ([, target]) => target!).every((target) => target.startsWith('#'))).toBe(true)
    expect(page).toContain("default-src 'none'")
  })

  it('tells what became of each case on each subject, what it guards against, and which faults it notices', () => {
    const row = /<tr><th scope="row"><code>a<\/code>.*?<\/tr>/s.exec(page)![0]
    expect(row).toContain('<ul><li>a crate</li><li>an &lt;i&gt;emulator&lt;/i&gt;</li></ul>')
    expect(row).toMatch(/<td class="pass">pass<\/td><td class="fail"><a href="#fail-map-a">FAIL<\/a><\/td><td><details><summary class="pass">1 of 1<\/summary><ul><li>maps &lt; one<\/li>/)
    expect(page).toContain('id="fail-map-a"')
    expect(page).toContain('<td class="known"><a href="#known-map-b">known</a></td><td class="pass">pass</td>')
    expect(page).toContain('<summary class="fail">0 of 1</summary><ul><li>NOT NOTICED: maps &gt; one</li></ul>')
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;: it&#39;s no set</li>')
    expect(page).toContain('<td class="guards">a crate, another</td>')
    expect(page).toContain('3 cases, 2 subjects: 1 failure. 2 seeded faults: 1 not noticed.')
    expect(page).toContain('2026-01-02 03:04 UTC')
  })

  it('leads every link to something, and names nothing twice', () => {
    const ids = Array.from(page.matchAll(/ id="([^"]*)"/g), ([, id]) => id!)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target)
  })

  it('has tables with captions and headings', () => {
    expect(page.match(/<table>/g)).toHaveLength(page.match(/<table>\n<caption>/g)!.length)
    expect(page).not.toMatch(/<th(?! scope="(?:row|col)")[ >]/)
  })

  it.skipIf(!hasBrowser && process.env['CI'] !== 'true')('is accessible by day and by night, and asks nobody for anything (needs chromium)', async () => {
    const folder = folderWith({ 'index.html': page })
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        // Its own policy would keep the script out that looks at it.
        const context = await browser.newContext({ colorScheme, bypassCSP: true, viewport: { width: 480, height: 800 } })
        const opened = await context.newPage()
        const requests: string[] = []
        opened.on('request', (request) => requests.push(request.url()))
        const url = pathToFileURL(join(folder, 'index.html')).href
        await opened.goto(url)
        expect(requests).toEqual([url])
        expect(await opened.locator('table').count()).toBe(4)
        // What is wider than the screen scrolls by itself.
        expect(await opened.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
        await expectAccessible(opened)
        await context.close()
      }
    } finally {
      await browser.close()
    }
  })
})

describe('addrspace conform --report', () => {
  it('writes a page and JUnit XML of backends and subjects side by side, with the faults that the cases notice', async () => {
    const cwd = folderWith({})
    const { code, stdout } = await addrspace(['conform', '--filter', 'map/over-same', '--backend', 'riscv-sv39', '--exec', `${SERVE} x86-64 error map`, '--report', 'out/report'], { cwd })
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Report: out/report/index.html, out/report/junit.xml')
    expect(code).toBe(1)
    const folder = join(cwd, 'out/report')
    expect(readdirSync(folder).sort()).toEqual(['index.html', 'junit.xml'])
    const elements = parseXml(readFileSync(join(folder, 'junit.xml'), 'utf8'))
    expectSums(elements)
    expect(elements.filter(({ name }) => name === 'testsuite').map(({ attributes: { name, failures } }) => [name, failures])).toEqual([['riscv-sv39', '0'], ['x86-64 from afar', '1'], ['seeded faults', '0']])
    const page = readFileSync(join(folder, 'index.html'), 'utf8')
    expect(page).toMatch(/1 case, 2 subjects: 1 failure\. \d+ seeded faults?: all noticed\./)
    expect(page).toContain('the subject could not answer: not today')
  })

  it('prints nothing but JSON with --json, and replaces an earlier report', async () => {
    const folder = folderWith({ 'index.html': 'old', 'junit.xml': 'old', 'notes.txt': 'kept' })
    const { code, stdout } = await addrspace(['conform', '--filter', 'set/wrap', '--backend', 'null', '--json', '--report', folder])
    expect(JSON.parse(stdout)).toEqual({ cases: [{ id: 'set/wrap', backend: 'null', status: 'pass', detail: '' }] })
    expect(code).toBe(0)
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toMatch(/^<!DOCTYPE html>/)
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('kept')
  })

  it('reports of seeded faults alone with --mutants', { timeout: 120_000 }, async () => {
    const folder = folderWith({})
    const { code, stdout } = await addrspace(['conform', '--mutants', '--report', folder])
    expect(stdout).toMatch(/\d+ mutants, all noticed\nReport: /)
    expect(code).toBe(0)
    const elements = parseXml(readFileSync(join(folder, 'junit.xml'), 'utf8'))
    expectSums(elements)
    expect(elements.filter(({ name }) => name === 'testsuite')).toHaveLength(1)
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toMatch(/<p>\d+ seeded faults: all noticed\.<\/p>/)
  })

  it('refuses a folder that cannot be written to before anything runs', async () => {
    const cwd = folderWith({ file: '' })
    mkdirSync(join(cwd, 'taken/index.html'), { recursive: true })
    const refusal = (report: string): ReturnType<typeof addrspace> => addrspace(['conform', '--backend', 'null', '--report', report], { cwd })
    expectRefusal(await refusal('file'), 'file: is a file, not a folder')
    expectRefusal(await refusal('file/below'), 'file/below: no such file or folder')
    expectRefusal(await refusal('taken'), 'taken/index.html: is a folder, not a file')
    expectRefusal(await refusal(''), '--report must name a folder')
    // Where no folder can be made, whoever asks.
    if (existsSync('/proc/self')) expectRefusal(await refusal('/proc/report'), '/proc/report: no such file or folder')
  })
})

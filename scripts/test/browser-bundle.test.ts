import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bundleForBrowser, CHROMIUM, hasChromium, runInChromium, runWithoutPlatform } from '../lib/browser-bundle.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'browser-bundle-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Bundles a module of this text, beside which `other.js` exports `six`. */
function bundled(text: string): string {
  writeFileSync(join(folder, 'other.js'), 'export const six = 6n\n')
  writeFileSync(join(folder, 'main.js'), text)
  return bundleForBrowser(join(folder, 'main.js'))
}

describe('a bundle for browsers', () => {
  it('has what is imported', () => {
    expect(runWithoutPlatform(bundled("import { six } from './other.js'\nconsole.log(six * 7n)"))).toBe('42')
  })

  it('is not made of what only Node has', () => {
    expect(() => bundled("import { readFileSync } from 'node:fs'\nreadFileSync('x')")).toThrow('node:fs')
  })

  it('finds no platform where there is none', () => {
    expect(runWithoutPlatform(bundled("console.log([typeof process, typeof Buffer, typeof window, typeof WebAssembly].join())"))).toBe('undefined,undefined,undefined,object')
    expect(() => runWithoutPlatform(bundled("setTimeout(() => {}, 0)"))).toThrow('setTimeout is not defined')
  })

  it.skipIf(!hasChromium && process.env['CI'] !== 'true')('logs and throws in a browser (needs chromium)', () => {
    if (!hasChromium) throw new Error(`${CHROMIUM} is not there`)
    expect(runInChromium(bundled("console.log(typeof window, typeof process)\nconsole.log(typeof process)"), folder)).toBe('object\nundefined')
    expect(() => runInChromium(bundled("throw new RangeError('</script> is no end')"), folder)).toThrow('RangeError: &lt;/script&gt; is no end')
  }, 60_000)
})

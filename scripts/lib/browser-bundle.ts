// Code as a browser gets it: one script, bundled for browsers, and two places to run it: a context that has the language and
// nothing of any platform, and a real browser.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { buildSync } from 'esbuild'

/** Where Debian puts it. */
export const CHROMIUM = '/usr/bin/chromium'

/** Whether there is a browser to run scripts in. */
export const hasChromium: boolean = existsSync(CHROMIUM)

const PATIENCE = 60_000

/**
 * Bundles a module and all that it imports into one classic script.
 *
 * @throws Error if something cannot be resolved for browsers, a `node:` module for instance
 */
export function bundleForBrowser(entry: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [entry], bundle: true, format: 'iife', platform: 'browser', target: 'es2023', write: false, logLevel: 'silent',
  })
  return outputFiles[0]!.text
}

/** Runs a script where there are no globals but those of the language, and a console. Gives what it logged; throws what it throws. */
export function runWithoutPlatform(script: string): string {
  const lines: string[] = []
  runInContext(script, createContext({ console: { log: (line: unknown) => lines.push(String(line)) } }))
  return lines.join('\n')
}

/**
 * Runs a script in Chromium. Gives what it logged.
 *
 * @throws Error with what it threw, or what the browser has to say
 */
export function runInChromium(script: string, folder: string): string {
  const page = join(folder, 'page.html')
  mkdirSync(folder, { recursive: true })
  writeFileSync(page, `<!doctype html><meta charset="utf-8"><pre id="log"></pre><script>
    const log = document.getElementById('log')
    console.log = (line) => log.append(line, '\\n')
    addEventListener('error', ({ message }) => log.append('thrown: ', message, '\\n'))
  </script><script>${script.replaceAll('</script', '<\\/script')}</script><script>log.append('end')</script>`)
  const options = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', `--user-data-dir=${join(folder, 'profile')}`]
  const { stdout, stderr, status } = spawnSync(CHROMIUM, [...options, '--dump-dom', `file://${page}`], { encoding: 'utf8', timeout: PATIENCE })
  const log = /<pre id="log">([\s\S]*?)<\/pre>/.exec(stdout)?.[1] ?? ''
  if (status !== 0 || !log.endsWith('end') || log.includes('thrown: ')) throw new Error(`the browser ended with ${String(status)}: ${log === '' ? stderr : log}`)
  return log.slice(0, -'end'.length).trim()
}

/** Builds the page once for all tests of it, into a folder of its own, and tells where it is. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'
import { hasBrowser } from './browser-path.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built page; empty where no browser is there to look at it. */
    site: string
  }
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export default async function buildSite(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!hasBrowser) {
    project.provide('site', '')
    return undefined
  }
  const site = await mkdtemp(join(tmpdir(), 'addrspace-web-'))
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn', build: { outDir: site } })
  project.provide('site', site)
  return () => rm(site, { recursive: true, force: true })
}

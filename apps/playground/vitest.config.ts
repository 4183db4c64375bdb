import { defineConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

// Lists of a project are added to those it extends, so that the one of files is left to the projects.
const { include: _, ...test } = base.test ?? {}

// Only what needs the web page waits until it has been built.
export default defineConfig({
  ...base,
  test: {
    ...test,
    projects: [
      { extends: true, test: { name: 'node', include: ['test/*.test.ts', 'test/derive/*.test.ts'] } },
      { extends: true, test: { name: 'web', include: ['test/web/*.test.ts'], globalSetup: ['test/web/build-site.ts'] } },
    ],
  },
})

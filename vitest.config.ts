import { defineConfig } from 'vitest/config'

// Tests run on the packages' sources, without a build: the scoped condition has to be
// set for both resolvers, or vitest would look for dist.
const conditions = ['@addrspace/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    passWithNoTests: false,
    testTimeout: 60_000, // a busy machine is no failure
    // The report is what `npm test` counts, also when the run itself came from turbo's cache.
    reporters: ['default', ['json', { outputFile: 'reports/test.json' }]],
  },
})

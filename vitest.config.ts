import { defineConfig } from 'vitest/config'

// Tests run on the packages' sources, without a build: the scoped condition has to be
// set for both resolvers, or vitest would look for dist.
const conditions = ['@addrspace/source']

// `npm test` counts reports, also where the run itself came from turbo's cache. Only a run that turbo started
// writes one: a few tests run by hand must not pass for all of them.
const isForTurbo = process.env['TURBO_HASH'] !== undefined

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    passWithNoTests: false,
    testTimeout: 60_000, // a busy machine is no failure
    reporters: isForTurbo ? ['default', ['json', { outputFile: 'reports/test.json' }]] : ['default'],
  },
})

// Holds the workspace against the layer table of ARCHITECTURE.md: manifests, project references and
// import statements. Prints what departs from it; exit code 1 if anything does. Leaves a report, with one test
// per package, that `npm test` counts.

import { findLayerViolations } from './lib/layers.ts'
import { writeReport } from './lib/test-report.ts'
import { listPackages, root } from './lib/workspace.ts'

const violations = findLayerViolations(root)
for (const violation of violations) console.error(violation)
console.log(`${String(listPackages().length)} packages, ${String(violations.length)} departures from ARCHITECTURE.md`)
const assertionResults = listPackages().map(({ label, folder }) => ({
  fullName: `${label} keeps its layer`,
  status: violations.some((violation) => violation.startsWith(`${folder}/`)) ? 'failed' : 'passed',
}))
writeReport(root, 'layers', [{ name: 'ARCHITECTURE.md', status: violations.length > 0 ? 'failed' : 'passed', assertionResults }])
process.exitCode = violations.length > 0 ? 1 : 0

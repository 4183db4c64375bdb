// Holds the workspace against the layer table of ARCHITECTURE.md: manifests, project references and
// import statements. Prints what departs from it; exit code 1 if anything does.

import { findLayerViolations } from './lib/layers.ts'
import { listPackages, root } from './lib/workspace.ts'

const violations = findLayerViolations(root)
for (const violation of violations) console.error(violation)
console.log(`${String(listPackages().length)} packages, ${String(violations.length)} departures from ARCHITECTURE.md`)
process.exitCode = violations.length > 0 ? 1 : 0

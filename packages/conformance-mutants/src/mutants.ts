/**
 * All mutants: broken backends, broken page tables, broken sets.
 */

import { countsBytes } from './mutants/backend-counts-bytes.ts'
import { endsTooEarly } from './mutants/backend-ends-too-early.ts'
import { forgetsGranule } from './mutants/backend-forgets-granule.ts'
import { mapKeepsHalf } from './mutants/backend-map-keeps-half.ts'
import { mapOverwrites } from './mutants/backend-map-overwrites.ts'
import { neverMerges } from './mutants/backend-never-merges.ts'
import { protectFillsHoles } from './mutants/backend-protect-fills-holes.ts'
import { protectKeepsHalf } from './mutants/backend-protect-keeps-half.ts'
import { protectSkipsLast } from './mutants/backend-protect-skips-last.ts'
import { protectsOnce } from './mutants/backend-protects-once.ts'
import { remembersUnmapped } from './mutants/backend-remembers-unmapped.ts'
import { roundsMisaligned } from './mutants/backend-rounds-misaligned.ts'
import { someFlagsLost } from './mutants/backend-some-flags-lost.ts'
import { stopsAtSeams } from './mutants/backend-stops-at-seams.ts'
import { trueOnRefused } from './mutants/backend-true-on-refused.ts'
import { unknownReason } from './mutants/backend-unknown-reason.ts'
import { unmapKeepsHalf } from './mutants/backend-unmap-keeps-half.ts'
import { unmapToleratesHoles } from './mutants/backend-unmap-tolerates-holes.ts'
import { unmapsOneTooFew } from './mutants/backend-unmaps-one-too-few.ts'
import { unmapsWholeMapsOnly } from './mutants/backend-unmaps-whole-maps-only.ts'
import { wrapsAtEnd } from './mutants/backend-wraps-at-end.ts'
import { zeroIsUnmapped } from './mutants/backend-zero-is-unmapped.ts'
import { alignsIntoAreas } from './mutants/set-aligns-into-areas.ts'
import { setAlwaysMerges } from './mutants/set-always-merges.ts'
import { areasFollow } from './mutants/set-areas-follow.ts'
import { asksOutside } from './mutants/set-asks-outside.ts'
import { clampsOverflow } from './mutants/set-clamps-overflow.ts'
import { clearsPartly } from './mutants/set-clears-partly.ts'
import { setEndsTooEarly } from './mutants/set-ends-too-early.ts'
import { findsEnd } from './mutants/set-finds-end.ts'
import { setForgetsGranule } from './mutants/set-forgets-granule.ts'
import { hidesRefusedUndo } from './mutants/set-hides-refused-undo.ts'
import { ignoresAlignOffset } from './mutants/set-ignores-align-offset.ts'
import { ignoresGuards } from './mutants/set-ignores-guards.ts'
import { ignoresLimitEnd } from './mutants/set-ignores-limit-end.ts'
import { ignoresRefusedProtect } from './mutants/set-ignores-refused-protect.ts'
import { innerTransactionKeeps } from './mutants/set-inner-transaction-keeps.ts'
import { iteratesFromInside } from './mutants/set-iterates-from-inside.ts'
import { letsCallbacksIn } from './mutants/set-lets-callbacks-in.ts'
import { losesReason } from './mutants/set-loses-reason.ts'
import { mergesDifferentFlags } from './mutants/set-merges-different-flags.ts'
import { namesWrongArea } from './mutants/set-names-wrong-area.ts'
import { setNeverMerges } from './mutants/set-never-merges.ts'
import { overlapsEmptyRange } from './mutants/set-overlaps-empty-range.ts'
import { permitsEverything } from './mutants/set-permits-everything.ts'
import { protectsOneByOne } from './mutants/set-protects-one-by-one.ts'
import { replaceLosesOld } from './mutants/set-replace-loses-old.ts'
import { replacesUnasked } from './mutants/set-replaces-unasked.ts'
import { replacesWholeAreas } from './mutants/set-replaces-whole-areas.ts'
import { searchesUpwardsOnly } from './mutants/set-searches-upwards-only.ts'
import { skipsHolesAlways } from './mutants/set-skips-holes-always.ts'
import { skipsUndo } from './mutants/set-skips-undo.ts'
import { snapshotFollows } from './mutants/set-snapshot-follows.ts'
import { swallowsThrows } from './mutants/set-swallows-throws.ts'
import { transactionKeepsRefused } from './mutants/set-transaction-keeps-refused.ts'
import { transactionKeepsThrown } from './mutants/set-transaction-keeps-thrown.ts'
import { undefinedChanges } from './mutants/set-undefined-changes.ts'
import { unmapRefusesHoles } from './mutants/set-unmap-refuses-holes.ts'
import { zeroProtectLosesRight } from './mutants/set-zero-protect-loses-right.ts'
import { bracketsDoNotNest } from './mutants/table-brackets-do-not-nest.ts'
import { commitRollsBack } from './mutants/table-commit-rolls-back.ts'
import { lacksABracket } from './mutants/table-lacks-a-bracket.ts'
import { rollbackForgetsProtect } from './mutants/table-rollback-forgets-protect.ts'
import type { Mutant } from './mutant.ts'

/** In the order of the matrix. */
export const MUTANTS: readonly Mutant[] = [
  countsBytes,
  endsTooEarly,
  forgetsGranule,
  mapKeepsHalf,
  mapOverwrites,
  neverMerges,
  protectFillsHoles,
  protectKeepsHalf,
  protectSkipsLast,
  protectsOnce,
  remembersUnmapped,
  roundsMisaligned,
  someFlagsLost,
  stopsAtSeams,
  trueOnRefused,
  unknownReason,
  unmapKeepsHalf,
  unmapToleratesHoles,
  unmapsOneTooFew,
  unmapsWholeMapsOnly,
  wrapsAtEnd,
  zeroIsUnmapped,
  bracketsDoNotNest,
  commitRollsBack,
  lacksABracket,
  rollbackForgetsProtect,
  alignsIntoAreas,
  setAlwaysMerges,
  areasFollow,
  asksOutside,
  clampsOverflow,
  clearsPartly,
  setEndsTooEarly,
  findsEnd,
  setForgetsGranule,
  hidesRefusedUndo,
  ignoresAlignOffset,
  ignoresGuards,
  ignoresLimitEnd,
  ignoresRefusedProtect,
  innerTransactionKeeps,
  iteratesFromInside,
  letsCallbacksIn,
  losesReason,
  mergesDifferentFlags,
  namesWrongArea,
  setNeverMerges,
  overlapsEmptyRange,
  permitsEverything,
  protectsOneByOne,
  replaceLosesOld,
  replacesUnasked,
  replacesWholeAreas,
  searchesUpwardsOnly,
  skipsHolesAlways,
  skipsUndo,
  snapshotFollows,
  swallowsThrows,
  transactionKeepsRefused,
  transactionKeepsThrown,
  undefinedChanges,
  unmapRefusesHoles,
  zeroProtectLosesRight,
]

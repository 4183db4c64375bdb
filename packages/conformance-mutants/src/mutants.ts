/**
 * All mutants: broken backends, mocks and sets, and broken page tables.
 */

import { countsBytes } from './mutants/backend-counts-bytes.ts'
import { endsTooEarly } from './mutants/backend-ends-too-early.ts'
import { faultReplacesPage } from './mutants/backend-fault-replaces-page.ts'
import { forgetsGranule } from './mutants/backend-forgets-granule.ts'
import { mapKeepsHalf } from './mutants/backend-map-keeps-half.ts'
import { mapOverwrites } from './mutants/backend-map-overwrites.ts'
import { mapsOneTooMany } from './mutants/backend-maps-one-too-many.ts'
import { neverMerges } from './mutants/backend-never-merges.ts'
import { protectFillsHoles } from './mutants/backend-protect-fills-holes.ts'
import { protectKeepsHalf } from './mutants/backend-protect-keeps-half.ts'
import { protectSkipsLast } from './mutants/backend-protect-skips-last.ts'
import { protectsOnce } from './mutants/backend-protects-once.ts'
import { refusesNeighbours } from './mutants/backend-refuses-neighbours.ts'
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
import { alignsWholeRequests } from './mutants/set-aligns-whole-requests.ts'
import { setAlwaysMerges } from './mutants/set-always-merges.ts'
import { areasFollow } from './mutants/set-areas-follow.ts'
import { asksOutside } from './mutants/set-asks-outside.ts'
import { clampsOverflow } from './mutants/set-clamps-overflow.ts'
import { clearLeavesLast } from './mutants/set-clear-leaves-last.ts'
import { clearsPartly } from './mutants/set-clears-partly.ts'
import { setEndsTooEarly } from './mutants/set-ends-too-early.ts'
import { findsEnd } from './mutants/set-finds-end.ts'
import { forgetsAddressZero } from './mutants/set-forgets-address-zero.ts'
import { setForgetsGranule } from './mutants/set-forgets-granule.ts'
import { forgetsUntrusted } from './mutants/set-forgets-untrusted.ts'
import { forgetsWhenMany } from './mutants/set-forgets-when-many.ts'
import { gapBelowOnly } from './mutants/set-gap-below-only.ts'
import { hidesRefusedUndo } from './mutants/set-hides-refused-undo.ts'
import { ignoresAlignOffset } from './mutants/set-ignores-align-offset.ts'
import { ignoresGuards } from './mutants/set-ignores-guards.ts'
import { ignoresLimitEnd } from './mutants/set-ignores-limit-end.ts'
import { ignoresRefusedProtect } from './mutants/set-ignores-refused-protect.ts'
import { innerTransactionKeeps } from './mutants/set-inner-transaction-keeps.ts'
import { iteratesFromInside } from './mutants/set-iterates-from-inside.ts'
import { iteratesShortOfEnd } from './mutants/set-iterates-short-of-end.ts'
import { letsCallbacksIn } from './mutants/set-lets-callbacks-in.ts'
import { losesReason } from './mutants/set-loses-reason.ts'
import { mergesDifferentBackends } from './mutants/set-merges-different-backends.ts'
import { mergesDifferentFlags } from './mutants/set-merges-different-flags.ts'
import { namesWrongArea } from './mutants/set-names-wrong-area.ts'
import { neverFindsTheEnd } from './mutants/set-never-finds-the-end.ts'
import { neverFindsZero } from './mutants/set-never-finds-zero.ts'
import { setNeverMerges } from './mutants/set-never-merges.ts'
import { offersUntrusted } from './mutants/set-offers-untrusted.ts'
import { neverTrustsAgain } from './mutants/set-never-trusts-again.ts'
import { overlapsEmptyRange } from './mutants/set-overlaps-empty-range.ts'
import { permitsEverything } from './mutants/set-permits-everything.ts'
import { protectEatsNext } from './mutants/set-protect-eats-next.ts'
import { protectTakesWholeAreas } from './mutants/set-protect-takes-whole-areas.ts'
import { protectsOneByOne } from './mutants/set-protects-one-by-one.ts'
import { refusesHolesAlways } from './mutants/set-refuses-holes-always.ts'
import { setRefusesNeighbours } from './mutants/set-refuses-neighbours.ts'
import { refusesWholeSpace } from './mutants/set-refuses-whole-space.ts'
import { replaceDropsRight } from './mutants/set-replace-drops-right.ts'
import { replaceLosesOld } from './mutants/set-replace-loses-old.ts'
import { replaceUnmapsFreeSpace } from './mutants/set-replace-unmaps-free-space.ts'
import { replacesUnasked } from './mutants/set-replaces-unasked.ts'
import { replacesWholeAreas } from './mutants/set-replaces-whole-areas.ts'
import { roundsAlignment } from './mutants/set-rounds-alignment.ts'
import { searchesUpwardsOnly } from './mutants/set-searches-upwards-only.ts'
import { skipsHolesAlways } from './mutants/set-skips-holes-always.ts'
import { skipsUndo } from './mutants/set-skips-undo.ts'
import { skipsUndoInside } from './mutants/set-skips-undo-inside.ts'
import { skipsUndoMerging } from './mutants/set-skips-undo-merging.ts'
import { snapshotFollows } from './mutants/set-snapshot-follows.ts'
import { snapshotPredatesTransaction } from './mutants/set-snapshot-predates-transaction.ts'
import { snapshotStopsProtect } from './mutants/set-snapshot-stops-protect.ts'
import { swallowsThrows } from './mutants/set-swallows-throws.ts'
import { takesNegativeSizes } from './mutants/set-takes-negative-sizes.ts'
import { transactionKeepsRefused } from './mutants/set-transaction-keeps-refused.ts'
import { transactionKeepsThrown } from './mutants/set-transaction-keeps-thrown.ts'
import { transactionLosesValue } from './mutants/set-transaction-loses-value.ts'
import { transactionPoisoned } from './mutants/set-transaction-poisoned.ts'
import { undefinedChanges } from './mutants/set-undefined-changes.ts'
import { unmapRefusesHoles } from './mutants/set-unmap-refuses-holes.ts'
import { unmapTakesTail } from './mutants/set-unmap-takes-tail.ts'
import { unmapTires } from './mutants/set-unmap-tires.ts'
import { zeroProtectLosesRight } from './mutants/set-zero-protect-loses-right.ts'
import { bracketsDoNotNest } from './mutants/table-brackets-do-not-nest.ts'
import { commitRollsBack } from './mutants/table-commit-rolls-back.ts'
import { lacksABracket } from './mutants/table-lacks-a-bracket.ts'
import { rollbackForgetsProtect } from './mutants/table-rollback-forgets-protect.ts'
import type { Mutant } from './mutant.ts'
import { PAGE_TABLE_MUTANTS } from './page-table/mutants.ts'

/** In the order of the matrix. */
/** Of mocks and sets. */
const SET_MUTANTS: readonly Mutant[] = [
  countsBytes,
  endsTooEarly,
  faultReplacesPage,
  forgetsGranule,
  mapKeepsHalf,
  mapOverwrites,
  mapsOneTooMany,
  neverMerges,
  protectFillsHoles,
  protectKeepsHalf,
  protectSkipsLast,
  protectsOnce,
  refusesNeighbours,
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
  alignsWholeRequests,
  setAlwaysMerges,
  areasFollow,
  asksOutside,
  clampsOverflow,
  clearLeavesLast,
  clearsPartly,
  setEndsTooEarly,
  findsEnd,
  forgetsAddressZero,
  setForgetsGranule,
  forgetsUntrusted,
  forgetsWhenMany,
  gapBelowOnly,
  hidesRefusedUndo,
  ignoresAlignOffset,
  ignoresGuards,
  ignoresLimitEnd,
  ignoresRefusedProtect,
  innerTransactionKeeps,
  iteratesFromInside,
  iteratesShortOfEnd,
  letsCallbacksIn,
  losesReason,
  mergesDifferentBackends,
  mergesDifferentFlags,
  namesWrongArea,
  neverFindsTheEnd,
  neverFindsZero,
  setNeverMerges,
  offersUntrusted,
  neverTrustsAgain,
  overlapsEmptyRange,
  permitsEverything,
  protectEatsNext,
  protectTakesWholeAreas,
  protectsOneByOne,
  refusesHolesAlways,
  setRefusesNeighbours,
  refusesWholeSpace,
  replaceDropsRight,
  replaceLosesOld,
  replaceUnmapsFreeSpace,
  replacesUnasked,
  replacesWholeAreas,
  roundsAlignment,
  searchesUpwardsOnly,
  skipsHolesAlways,
  skipsUndo,
  skipsUndoInside,
  skipsUndoMerging,
  snapshotFollows,
  snapshotPredatesTransaction,
  snapshotStopsProtect,
  swallowsThrows,
  takesNegativeSizes,
  transactionKeepsRefused,
  transactionKeepsThrown,
  transactionLosesValue,
  transactionPoisoned,
  undefinedChanges,
  unmapRefusesHoles,
  unmapTakesTail,
  unmapTires,
  zeroProtectLosesRight,
]

export const MUTANTS: readonly Mutant[] = [...SET_MUTANTS, ...PAGE_TABLE_MUTANTS]

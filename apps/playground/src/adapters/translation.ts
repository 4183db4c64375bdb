/**
 * What a page table answers, in the words of scenarios.
 */

import type { ScenarioValue } from '@addrspace/conformance'
import type { Translation } from '@addrspace/page-table'

/** `{paddr}`, with `updates` where the hardware would set bits, or `{fault, level, bit}`. */
export function scenarioTranslation(translation: Translation): ScenarioValue {
  if (translation.kind === 'fault') return { fault: translation.reason, level: translation.level, bit: translation.bit }
  const { paddr, updates } = translation
  if (updates.length === 0) return { paddr }
  return { paddr, updates: updates.map(({ entryAddress, word }) => ({ entry: entryAddress, word })) }
}

/**
 * Reasons for which a page table cannot be asked; shared by the cases.
 */

import type { PageTableFeatures, PageTableManifest } from '../subject.ts'

type Need = (manifest: PageTableManifest) => string | undefined

type Feature = { [K in keyof PageTableFeatures]: PageTableFeatures[K] extends boolean ? K : never }[keyof PageTableFeatures]

const WHY_NOT: Readonly<Record<Feature, string>> = {
  tellsReasons: 'refusals have no reason',
  splits: 'huge leaves are not split',
  picksLargest: 'there are base pages only',
  freesTables: 'empty tables are kept',
  keepsHidden: 'a page without access is absent',
  breaksBeforeMaking: 'live entries are replaced in one write',
  translates: 'accesses are not translated',
  remaps: 'leaves cannot be pointed elsewhere',
  disposes: 'a table cannot be dropped',
  sharesUpperHalf: 'upper halves are not shared',
  transacts: 'there are no transactions',
  allocatesPages: 'pages are allocated elsewhere',
  hasMemory: 'the memory cannot be looked into',
  hasFrames: 'frames are not counted',
  hasCodec: 'entry words cannot be asked about',
}

/** All of these features. */
export function needs(...features: readonly Feature[]): Need {
  return (manifest) => {
    const missing = features.find((feature) => !manifest.features[feature])
    return missing === undefined ? undefined : WHY_NOT[missing]
  }
}

/** A machine's own bits, and all of these features. */
export function needsMachine(machine: PageTableManifest['machine'], ...features: readonly Feature[]): Need {
  return (manifest) => (manifest.machine === machine ? needs(...features)(manifest) : `about the words of ${String(machine)}`)
}

/** Leaves above level 0, and all of these features. */
export function needsHuge(...features: readonly Feature[]): Need {
  return (manifest) => (manifest.leafLevels.length > 1 ? needs('picksLargest', ...features)(manifest) : 'there are no huge leaves')
}

/** The first reason of several. */
export function both(first: Need, second: Need): Need {
  return (manifest) => first(manifest) ?? second(manifest)
}

export const needsInvalidations: Need = ({ features }) => (features.invalidations === 'none' ? 'invalidations are not told' : undefined)

export const needsMarks: Need = ({ features }) => (features.marks === 'none' ? 'use is not told' : undefined)

/** The views in the order of their tabs. Each is loaded when it is first opened. */

import type { ComponentType } from 'preact'
import type { ViewId } from './view-id.ts'

export interface ViewEntry {
  readonly id: ViewId
  /** Of its tab. */
  readonly title: string
  /** A view takes no properties: all that it shows comes from `usePage` and `useDerived`. */
  readonly load: () => Promise<ComponentType>
}

export const VIEWS: readonly ViewEntry[] = [
  { id: 'compare', title: 'Compare', load: async () => (await import('./compare.tsx')).CompareView },
  { id: 'memory', title: 'Memory', load: async () => (await import('./memory.tsx')).MemoryView },
  { id: 'walk', title: 'Walk', load: async () => (await import('./walk.tsx')).WalkView },
  { id: 'time', title: 'Time', load: async () => (await import('./time.tsx')).TimeView },
  { id: 'break', title: 'Break it', load: async () => (await import('./break.tsx')).BreakView },
  { id: 'programs', title: 'Programs', load: async () => (await import('./programs.tsx')).ProgramsView },
  { id: 'suite', title: 'Suite', load: async () => (await import('./suite.tsx')).SuiteView },
  { id: 'share', title: 'Share', load: async () => (await import('./share.tsx')).ShareView },
]

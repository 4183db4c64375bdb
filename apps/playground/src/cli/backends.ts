/**
 * The backends by name, and where to find each one's adapters: to scenarios, to the suite, to replays. They are loaded
 * when they are asked for, since a command needs one kind of them at most. Another backend is another entry here.
 */

import type { ScenarioRunner } from '@addrspace/conformance'
import type { ConformanceSubject } from '../adapters/conformance-subjects.ts'
import type { ReplayBackend } from '../adapters/replay-backends.ts'
import { InputError } from './failure.ts'

/** A backend that `--backend` can name. */
export interface BackendEntry {
  readonly name: string
  /** In a few words, for lists. */
  readonly summary: string
  /** Whether there are page tables in memory, which can be written out as an image. */
  readonly hasImage: boolean
  readonly loadScenarioRunner: () => Promise<ScenarioRunner>
  readonly loadSubject: () => Promise<ConformanceSubject>
  readonly loadReplay: () => Promise<ReplayBackend>
}

/** The name that stands for every backend, where several can be used. */
export const ALL_BACKENDS = 'all'

/** In the order of reports. */
export const BACKENDS: readonly BackendEntry[] = [
  {
    name: 'mock',
    summary: 'a table of runs of flags, which refuses what a real one would',
    hasImage: false,
    loadScenarioRunner: async () => (await import('../adapters/scenario-runners.ts')).mockScenarios,
    loadSubject: async () => (await import('../adapters/conformance-subjects.ts')).mockSubject,
    loadReplay: async () => (await import('../adapters/replay-backends.ts')).mockReplay,
  },
  {
    name: 'null',
    summary: 'no table: accepts everything, the set alone',
    hasImage: false,
    loadScenarioRunner: async () => (await import('../adapters/scenario-runners.ts')).nullScenarios,
    loadSubject: async () => (await import('../adapters/conformance-subjects.ts')).nullSubject,
    loadReplay: async () => (await import('../adapters/replay-backends.ts')).nullReplay,
  },
]

/** Gives the backend of this name, if there is one. */
export function findBackend(name: string): BackendEntry | undefined {
  return BACKENDS.find((entry) => entry.name === name)
}

/** @throws InputError listing the known names if there is no backend of this one. */
export function requireBackend(name: string): BackendEntry {
  return findBackend(name) ?? unknownBackend(name, backendNames())
}

/** As `requireBackend`, but `all` gives every backend. */
export function selectBackends(name: string): readonly BackendEntry[] {
  if (name === ALL_BACKENDS) return BACKENDS
  return [findBackend(name) ?? unknownBackend(name, `${backendNames()}, ${ALL_BACKENDS}`)]
}

/** The known names, for messages. */
export function backendNames(): string {
  return BACKENDS.map(({ name }) => name).join(', ')
}

function unknownBackend(name: string, known: string): never {
  throw new InputError(`unknown backend ${JSON.stringify(name)}; known are ${known}`)
}

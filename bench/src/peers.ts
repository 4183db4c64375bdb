// The containers of others, each under an adapter that makes it a set of areas.
import type { AreaSet } from './area-set.ts'

export const PEERS: Readonly<Record<string, () => AreaSet>> = {}

// The containers of others by the names of their packages, each under an adapter that makes it a set of areas.
import type { AreaSet } from './area-set.ts'
import { OrderedStore } from './peers/area-store.ts'
import { FunctionalTreeAreas } from './peers/functional-red-black-tree.ts'
import { IntervalTreeStore } from './peers/interval-tree.ts'
import { OrderedMapAreas } from './peers/ordered-map.ts'
import { PeerSet } from './peers/peer-set.ts'
import { SortedBtreeAreas } from './peers/sorted-btree.ts'

export const PEERS: Readonly<Record<string, () => AreaSet>> = {
  'sorted-btree': () => new PeerSet(new OrderedStore(new SortedBtreeAreas())),
  '@js-sdsl/ordered-map': () => new PeerSet(new OrderedStore(new OrderedMapAreas())),
  'functional-red-black-tree': () => new PeerSet(new OrderedStore(new FunctionalTreeAreas())),
  '@flatten-js/interval-tree': () => new PeerSet(new IntervalTreeStore()),
}

/**
 * A page table at the other end of a session, as a subject of the suite. Its optional parts are there as its manifest
 * says; what was told of a change comes with the answer, in its order.
 */

import type {
  EntryCodec, PageTableFeatures, PageTableInstance, PageTableManifest, PageTableSubject, TableEntryRecord, TableEvent, TableMemory, TableOutcome,
} from '@addrspace/conformance'
import type { Answers, AnyEventMessage, EntryMessage } from './protocol.ts'
import type { ExecSession } from './session.ts'

/** What is not said cannot be done. */
const NO_FEATURES: PageTableFeatures = {
  tellsReasons: false, splits: false, picksLargest: false, freesTables: false, keepsHidden: false, marks: 'none', invalidations: 'none',
  breaksBeforeMaking: false, translates: false, remaps: false, disposes: false, sharesUpperHalf: false, transacts: false, allocatesPages: false,
  hasMemory: false, hasFrames: false, hasCodec: false,
}

/** Makes the subject from what it has said of itself. */
export function remoteSubject(session: ExecSession, { name, manifest: told, golden = [], known = [] }: Answers['hello']): PageTableSubject {
  const { softwareBits = '0x0', kernelOnUserPages = {}, features, ...rest } = told
  const manifest: PageTableManifest = { ...rest, softwareBits: BigInt(softwareBits), kernelOnUserPages, features: { ...NO_FEATURES, ...features } }
  let handles = 0
  return {
    name,
    manifest,
    known,
    golden: golden.map(({ word, entry, ...others }) => ({ ...others, word: BigInt(word), entry: recordOf(entry) })),
    ...(manifest.features.hasCodec && { codec: remoteCodec(session) }),
    create({ frames, fresh, onEvent }) {
      const open = (request: Readonly<Record<string, unknown>> & { readonly ask: string }, handle: number): PageTableInstance => {
        const place = session.ask('table', request)
        return remoteTable({ session, handle, manifest, onEvent, memory: memoryOf(session, handle, manifest, place), share })
      }
      const share = (table: number): PageTableInstance => open({ ask: 'share', table, as: ++handles }, handles)
      return open({ ask: 'new', table: ++handles, frames, fresh }, handles)
    },
  }
}

/** What a table at the other end is made of. */
interface RemoteParts {
  readonly session: ExecSession
  /** Its number in requests. */
  readonly handle: number
  readonly manifest: PageTableManifest
  readonly onEvent: (event: TableEvent) => void
  readonly memory: TableMemory | undefined
  readonly share: (table: number) => PageTableInstance
}

function remoteTable({ session, handle: table, manifest: { features }, onEvent, memory, share }: RemoteParts): PageTableInstance {
  const outcome = (request: Readonly<Record<string, unknown>> & { readonly ask: string }): TableOutcome => {
    const answer = session.ask('outcome', request)
    tell(answer.events, onEvent)
    if ('ok' in answer) return { ok: true }
    return { ok: false, level: answer.level, ...(answer.refused !== 'unspecified' && { reason: answer.refused }) }
  }
  const done = (ask: string): void => tell(session.ask('done', { ask, table }).events, onEvent)
  return {
    map: (vaddr, size, paddr, flags) => outcome({ ask: 'map', table, vaddr, size, paddr, flags }),
    unmap: (vaddr, size, { holes = 'refuse' } = {}) => outcome({ ask: 'unmap', table, vaddr, size, holes }),
    protect: (vaddr, size, flags, { holes = 'refuse' } = {}) => outcome({ ask: 'protect', table, vaddr, size, flags, holes }),
    query(vaddr) {
      const { mapping } = session.ask('query', { ask: 'query', table, vaddr })
      return mapping === null ? undefined : { paddr: BigInt(mapping.paddr), size: BigInt(mapping.size), flags: mapping.flags }
    },
    // The last address instead of the end, which may be 2^64.
    leaves: (start, end) => session.ask('leaves', { ask: 'leaves', table, first: start, last: end - 1n }).leaves.map((leaf) => ({
      ...leaf, start: BigInt(leaf.start), size: BigInt(leaf.size), paddr: BigInt(leaf.paddr), leafSize: BigInt(leaf.leafSize),
    })),
    ...(features.translates && {
      translate(vaddr, access, mode, controls) {
        const answer = session.ask('translate', { ask: 'translate', table, vaddr, access, mode, controls })
        if ('fault' in answer) return { kind: 'fault', reason: answer.fault, level: answer.level }
        const updates = (answer.updates ?? []).map(({ paddr, word }) => ({ paddr: BigInt(paddr), word: BigInt(word) }))
        return { kind: 'mapped', paddr: BigInt(answer.paddr), updates }
      },
    } satisfies Partial<PageTableInstance>),
    ...(features.remaps && { remap: (vaddr: bigint, paddr: bigint) => outcome({ ask: 'remap', table, vaddr, paddr }) }),
    ...(features.disposes && { dispose: () => done('dispose') }),
    ...(features.sharesUpperHalf && { share: () => share(table) }),
    ...(features.transacts && { begin: () => done('begin'), commit: () => done('commit'), rollback: () => done('rollback') }),
    ...(features.allocatesPages && {
      allocatePage() {
        const { frame } = session.ask('frame', { ask: 'allocatePage', table })
        return frame === null ? undefined : BigInt(frame)
      },
      freePage(frame: bigint) {
        const freed = outcome({ ask: 'freePage', table, frame })
        if (!freed.ok) throw new RangeError(`the subject refuses to free ${frame.toString(16)}`)
      },
    }),
    ...(memory !== undefined && { memory }),
    ...(features.hasFrames && {
      frames: {
        inUse: () => session.ask('frames', { ask: 'frames', table }).frames,
        failAfter: (count: number | undefined) => void session.ask('done', { ask: 'failAfter', table, count: count ?? null }),
      },
    }),
  }
}

/** @throws TypeError if the manifest promises a memory and the answer does not tell where it is. */
function memoryOf(session: ExecSession, table: number, { features }: PageTableManifest, { roots, scratch }: Answers['table']): TableMemory | undefined {
  if (!features.hasMemory) return undefined
  if (roots === undefined || scratch === undefined) throw new TypeError('with "hasMemory", "roots" and "scratch" must be told of every table')
  return {
    roots: roots.map(BigInt),
    scratch: { start: BigInt(scratch.start), size: BigInt(scratch.size) },
    readWord: (paddr) => BigInt(session.ask('word', { ask: 'readWord', table, paddr }).word),
    writeWord: (paddr, word) => void session.ask('done', { ask: 'writeWord', table, paddr, word }),
    words: () => session.ask('words', { ask: 'words', table }).words.map(([paddr, word]) => [BigInt(paddr), BigInt(word)] as const),
  }
}

/** What a word means depends on nothing else, so it is asked once; most requests would ask it again otherwise. */
function remoteCodec(session: ExecSession): EntryCodec {
  const decoded = new Map<string, TableEntryRecord>()
  return {
    decode(word, level) {
      const key = `${level} ${word}`
      const record = decoded.get(key) ?? recordOf(session.ask('entry', { ask: 'decode', level, word }).entry)
      decoded.set(key, record)
      return record
    },
    encode(entry, level) {
      const answer = session.ask('encoded', { ask: 'encode', level, entry })
      if ('refused' in answer) throw new RangeError(`"entry" is refused: ${answer.refused}`)
      return BigInt(answer.word)
    },
  }
}

function recordOf(entry: EntryMessage): TableEntryRecord {
  return 'frame' in entry ? { ...entry, frame: BigInt(entry.frame) } : entry
}

function tell(events: readonly AnyEventMessage[] | undefined, onEvent: (event: TableEvent) => void): void {
  for (const told of events ?? []) onEvent(eventOf(told))
}

function eventOf(told: AnyEventMessage): TableEvent {
  switch (told.event) {
    case 'invalidate': {
      const ranges = told.ranges.map(({ start, size }) => ({ start: BigInt(start), size: BigInt(size) }))
      return { kind: 'invalidate', ranges, ...(told.dropsTables !== undefined && { dropsTables: told.dropsTables }) }
    }
    case 'break':
      return { kind: 'break', entry: BigInt(told.entry), start: BigInt(told.start), size: BigInt(told.size) }
    case 'free':
      return { kind: 'free', frame: BigInt(told.frame) }
  }
}

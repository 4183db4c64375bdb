/**
 * A page table of this repository behind the exec protocol, for tests: `serve.ts NAME [FAULT ASK]`. From the other end it
 * must look as it does from nearby. FAULT is what goes wrong at the first request of the kind ASK. The list of known failures comes
 * from the environment.
 */

import type { EntryCodec, PageTableInstance, PageTableSubject, TableEvent, TableOutcome } from '@addrspace/conformance'
import { PAGE_TABLE_SUBJECTS } from '@addrspace/conformance-mutants'
import { createInterface } from 'node:readline'

type Fields = Readonly<Record<string, string>>

interface Request {
  readonly id: number
  readonly level: number
  /** Null where nothing is to fail any more. */
  readonly count: number | null
  readonly controls?: Readonly<Record<string, boolean>>
  readonly entry: Fields & { readonly accessed: boolean; readonly dirty: boolean }
  /** All others are texts. */
  readonly of: Fields
}

const [name = '', fault = '', faultyAsk = ''] = process.argv.slice(2)
const subject: PageTableSubject = PAGE_TABLE_SUBJECTS.find((candidate) => candidate.name === name)!
const tables = new Map<string, { readonly table: PageTableInstance; readonly events: TableEvent[] }>()

const FAULTS: Readonly<Record<string, (request: Request) => string>> = {
  exit: () => process.exit(3),
  wrongField: ({ id }) => `{"id":${id},"ok":"yes"}`,
  error: ({ id }) => `{"id":${id},"error":"not today"}`,
}

let hasFailed = false
createInterface({ input: process.stdin }).on('line', (line) => {
  const fields = JSON.parse(line) as Omit<Request, 'of'> & Fields
  const request: Request = { ...fields, of: fields }
  if (!hasFailed && fields['ask'] === faultyAsk) {
    hasFailed = true
    console.log(FAULTS[fault]!(request))
    return
  }
  console.log(JSON.stringify({ id: request.id, ...answer(request) }, (_name, value: unknown) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value)))
})

function answer(request: Request): object {
  switch (request.of['ask']) {
    case 'hello':
      return { protocol: 1, name: `${subject.name} from afar`, manifest: subject.manifest, golden: subject.golden, known: JSON.parse(process.env['KNOWN'] ?? '[]') as unknown }
    case 'reset':
      tables.clear()
      return { ok: true }
    case 'new': {
      const events: TableEvent[] = []
      const table = subject.create({ frames: Number(request.of['frames']), fresh: request.of['fresh'] as 'marked', onEvent: (event) => events.push(event) })
      tables.set(String(request.of['table']), { table, events })
      return placeOf(table)
    }
    case 'decode':
      return { entry: subject.codec!.decode(BigInt(request.of['word']!), request.level) }
    case 'encode':
      try {
        const { entry } = request
        const frame = BigInt(entry['frame'] ?? 0)
        return { word: subject.codec!.encode({ ...entry, frame } as unknown as Parameters<EntryCodec['encode']>[0], request.level) }
      } catch {
        return { refused: 'not-expressible' }
      }
    default: {
      const { table, events } = tables.get(String(request.of['table']))!
      const given = aboutTable(table, request, events)
      const told = events.splice(0).map(({ kind, ...event }) => ({ event: kind, ...event }))
      return { ...given, ...(told.length > 0 && { events: told }) }
    }
  }
}

function aboutTable(table: PageTableInstance, request: Request, events: TableEvent[]): object {
  const of = (field: string): bigint => BigInt(request.of[field]!)
  const { ask, flags = '' } = request.of
  const holes = request.of['holes'] as 'skip'
  switch (ask) {
    case 'map':
      try {
        return outcome(table.map(of('vaddr'), of('size'), of('paddr'), flags))
      } catch {
        return { refused: 'unspecified' } // another table's transaction holds what it needs
      }
    case 'unmap':
      return outcome(table.unmap(of('vaddr'), of('size'), { holes }))
    case 'protect':
      return outcome(table.protect(of('vaddr'), of('size'), flags, { holes }))
    case 'remap':
      return outcome(table.remap!(of('vaddr'), of('paddr')))
    case 'query':
      return { mapping: table.query(of('vaddr')) ?? null }
    case 'leaves':
      return { leaves: Array.from(table.leaves(of('first'), of('last') + 1n), ({ start, size, paddr, leafSize, flags: own, accessed, dirty }) => ({ start, size, paddr, leafSize, flags: own, accessed, dirty })) }
    case 'translate': {
      const told = table.translate!(of('vaddr'), request.of['access'] as 'read', request.of['mode'] as 'user', request.controls)
      return told.kind === 'fault' ? { fault: told.reason, level: told.level } : { paddr: told.paddr, updates: told.updates }
    }
    case 'share': {
      const shared = table.share!()
      tables.set(String(request.of['as']), { table: shared, events })
      return placeOf(shared)
    }
    case 'dispose':
    case 'begin':
    case 'commit':
    case 'rollback':
      table[ask]!()
      return { ok: true }
    case 'allocatePage':
      return { frame: table.allocatePage!() ?? null }
    case 'freePage':
      try {
        table.freePage!(of('frame'))
        return { ok: true }
      } catch {
        return { refused: 'unspecified' }
      }
    case 'words':
      return { words: Array.from(table.memory!.words()) }
    case 'readWord':
      return { word: table.memory!.readWord(of('paddr')) }
    case 'writeWord':
      table.memory!.writeWord(of('paddr'), of('word'))
      return { ok: true }
    case 'frames':
      return { frames: table.frames!.inUse() }
    case 'failAfter':
      table.frames!.failAfter(request.count ?? undefined)
      return { ok: true }
    default:
      return { error: `unknown: ${String(ask)}` }
  }
}

function placeOf({ memory }: PageTableInstance): object {
  return { roots: memory!.roots, scratch: memory!.scratch }
}

function outcome(told: TableOutcome): object {
  return told.ok ? told : { refused: told.reason ?? 'unspecified', level: told.level }
}

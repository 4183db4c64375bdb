// A memory set over the backends, on the toy machine: random commands against a dense model of areas,
// pages and their bytes; and every command with a frame missing at every allocation, after which set,
// page table and memory are as before.
import { FrameBackend, LinearBackend } from '@addrspace/backend-paging'
import { pa, type VirtAddr } from '@addrspace/memory-addr'
import { MemorySet, unwrap, type MappingResult } from '@addrspace/memory-set'
import { NONE, READ, unionOf, WRITE, type MappingFlags, type PageTable } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { PAGE, pagesOf, sameBytes, vaddrOf, world, type World } from './support/world.ts'

type Table = PageTable<undefined>
type Set_ = MemorySet<MappingFlags, Table>
type Kind = 'eager' | 'demand' | 'linear'

const RW = unionOf(READ, WRITE)
const FLAGS = [RW, READ, NONE] as const
/** Where linear areas lie: behind the memory, so that nobody else has these frames. */
const LINEAR_FRAME = 4096

const BACKENDS = {
  eager: new FrameBackend<undefined>({ when: 'eager' }),
  demand: new FrameBackend<undefined>({ when: 'demand' }),
  linear: new LinearBackend<undefined>(vaddrOf(0), pa(BigInt(LINEAR_FRAME) * PAGE)),
}

interface ModelPage {
  readonly kind: Kind
  readonly flags: MappingFlags
  /** What was written there last; undefined for a page of a demand area that was never touched. */
  readonly value: number | undefined
}

type Command =
  | { readonly verb: 'map'; readonly from: number; readonly count: number; readonly kind: Kind; readonly flags: MappingFlags; readonly onOverlap: 'refuse' | 'replace' }
  | { readonly verb: 'unmap'; readonly from: number; readonly count: number }
  | { readonly verb: 'protect'; readonly from: number; readonly count: number; readonly flags: MappingFlags }
  | { readonly verb: 'touch'; readonly from: number; readonly value: number }

/** A small generator, the same in every run. */
function randomFrom(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

/** In the lower half only, where linear areas lie too: 32 pages. */
function randomCommand(next: (n: number) => number): Command {
  const count = 1 + next(next(3) === 0 ? 20 : 6)
  const from = next(33 - count)
  const flags = FLAGS[next(3)]!
  switch (next(6)) {
    case 0:
      return { verb: 'unmap', from, count }
    case 1:
      return { verb: 'protect', from, count, flags }
    case 2:
    case 3:
      return { verb: 'touch', from, value: 1 + next(255) }
    default:
      return { verb: 'map', from, count, kind: (['eager', 'demand', 'linear'] as const)[next(3)]!, flags, onOverlap: next(2) === 0 ? 'refuse' : 'replace' }
  }
}

/** Writes to a page as a program would: a fault is answered by the set. */
function touch(set: Set_, table: Table, vaddr: VirtAddr, value: number): MappingResult<unknown> {
  for (;;) {
    const { fault } = table.write(vaddr, Uint8Array.of(value), 'kernel')
    if (fault?.reason !== 'not-present') return { ok: true, value: fault }
    const answer = set.fault(vaddr, 'write')
    if (!answer.ok || answer.value === 'present') return answer
  }
}

function act(set: Set_, table: Table, command: Command): MappingResult<unknown> {
  const vaddr = vaddrOf(command.from)
  switch (command.verb) {
    case 'map':
      return set.map(vaddr, BigInt(command.count) * PAGE, command.flags, BACKENDS[command.kind], { onOverlap: command.onOverlap })
    case 'unmap':
      return set.unmap(vaddr, BigInt(command.count) * PAGE)
    case 'protect':
      return set.protect(vaddr, BigInt(command.count) * PAGE, () => command.flags)
    case 'touch':
      return touch(set, table, vaddr, command.value)
  }
}

/** What a command makes of the model; undefined if it is refused for what lies there. */
function actOnModel(pages: readonly (ModelPage | undefined)[], command: Command): (ModelPage | undefined)[] | undefined {
  const next = [...pages]
  if (command.verb === 'touch') {
    const page = next[command.from]
    // A page of a linear area has no memory here; one that may not be written keeps what it has, but is there from then on.
    if (page === undefined || page.kind === 'linear') return next
    if (page.flags === RW) next[command.from] = { ...page, value: command.value }
    else if (page.flags === READ) next[command.from] = page
    return next
  }
  for (let i = command.from; i < command.from + command.count; i++) {
    const page = next[i]
    if (command.verb === 'map') {
      if (page !== undefined && command.onOverlap === 'refuse') return undefined
      next[i] = { kind: command.kind, flags: command.flags, value: command.kind === 'demand' ? undefined : 0 }
    } else if (command.verb === 'unmap') next[i] = undefined
    else if (page !== undefined) next[i] = { ...page, flags: command.flags }
  }
  return next
}

/** Holds set, page table and memory against the model. */
function check({ table, memory, frames }: World, set: Set_, pages: readonly (ModelPage | undefined)[]): void {
  set.checkInvariants()
  const seen = pagesOf(table)
  const owned = new Map<number, number>()
  for (const [i, page] of pages.entries()) {
    const area = set.find(vaddrOf(i))
    const found = seen[i]
    if ((area === undefined) !== (page === undefined)) throw new Error(`page ${String(i)}: there is ${area === undefined ? 'no' : 'an'} area`)
    if (area !== undefined && (area.flags !== page!.flags || area.backend !== BACKENDS[page!.kind])) throw new Error(`page ${String(i)}: another area`)
    if (page === undefined) {
      if (found !== undefined) throw new Error(`page ${String(i)}: mapped without an area`)
      continue
    }
    if (page.kind === 'linear') {
      if (found?.frame !== LINEAR_FRAME + i || found.flags !== page.flags) throw new Error(`page ${String(i)}: another linear page`)
      continue
    }
    if (page.kind === 'demand' && found === undefined && page.value === undefined) continue
    if (found?.flags !== page.flags) throw new Error(`page ${String(i)}: other flags`)
    if (owned.has(found.frame)) throw new Error(`page ${String(i)}: a frame with two owners`)
    owned.set(found.frame, i)
    const word = memory.readWord(pa(BigInt(found.frame) * PAGE))
    if (word !== BigInt(page.value ?? 0)) throw new Error(`page ${String(i)}: holds ${String(word)} instead of ${String(page.value)}`)
  }
  if (frames.inner.usedFrames !== table.tableCount + owned.size) throw new Error(`${String(frames.inner.usedFrames)} frames for ${String(table.tableCount)} tables and ${String(owned.size)} pages`)
}

function setOver(table: Table): Set_ {
  return new MemorySet<MappingFlags, Table>({ pageTable: table, permits: (flags, access) => access !== 'exec' && flags !== NONE && (access === 'read' || flags === RW) })
}

describe('a memory set over page tables', () => {
  it('agrees with the model: 200 runs of 60 random commands', () => {
    const next = randomFrom(7)
    for (let run = 0; run < 200; run++) {
      const w = world()
      const set = setOver(w.table)
      let pages: (ModelPage | undefined)[] = new Array<undefined>(64).fill(undefined)
      for (let i = 0; i < 60; i++) {
        const command = randomCommand(next)
        const expected = actOnModel(pages, command)
        const result = act(set, w.table, command)
        if (command.verb !== 'touch' && result.ok !== (expected !== undefined)) throw new Error(`run ${String(run)}: ${JSON.stringify(command)}`)
        pages = expected ?? pages
        check(w, set, pages)
      }
      unwrap(set.clear())
      check(w, set, new Array<undefined>(64).fill(undefined))
      expect(w.bytes.every((byte) => byte === 0)).toBe(true)
    }
  }, 30_000)

  it('is as before when a frame is missing, at every allocation of every command: 971 refusals', () => {
    const next = randomFrom(8)
    let refusals = 0
    for (let run = 0; run < 60; run++) {
      const w = world()
      const set = setOver(w.table)
      let pages: (ModelPage | undefined)[] = new Array<undefined>(64).fill(undefined)
      for (let i = 0; i < 25; i++) {
        const command = randomCommand(next)
        const expected = actOnModel(pages, command)
        for (let left = 0; ; left++) {
          const image = w.bytes.slice()
          const areas = String(set)
          w.frames.left = left
          w.log.length = 0
          const result = act(set, w.table, command)
          const isShort = w.frames.left < 0
          if (isShort && !result.ok) {
            refusals++
            expect(result.error.refusal?.reason).toBe('out-of-frames')
            if (!sameBytes(image, w.bytes) || String(set) !== areas) throw new Error(`run ${String(run)}: ${JSON.stringify(command)} with ${String(left)} frames left something behind`)
            expect(w.log.filter((line) => line.startsWith('told'))).toEqual([])
            w.frames.left = Infinity
            check(w, set, pages)
            continue
          }
          w.frames.left = Infinity
          pages = expected ?? pages
          check(w, set, pages)
          break
        }
      }
    }
    expect(refusals).toBe(971)
  }, 30_000)

  it('undoes a transaction of several commands', () => {
    const w = world()
    const set = setOver(w.table)
    unwrap(set.map(vaddrOf(0), 8n * PAGE, RW, BACKENDS.eager))
    unwrap(touch(set, w.table, vaddrOf(3), 77))
    const image = w.bytes.slice()
    const result = set.transaction(() => {
      unwrap(set.unmap(vaddrOf(2), 3n * PAGE))
      unwrap(set.map(vaddrOf(2), 2n * PAGE, READ, BACKENDS.linear))
      return set.map(vaddrOf(0), PAGE, RW, BACKENDS.demand)
    })
    expect(result.ok).toBe(false)
    expect(sameBytes(image, w.bytes)).toBe(true)
    expect(w.memory.readWord(w.table.query(vaddrOf(3))!.paddr)).toBe(77n)
  })
})

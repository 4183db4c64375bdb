/** Whether the page table of a world says what its areas say, and no frame is lost. */

import { formatHex, pa, va } from '@addrspace/memory-addr'
import { NONE, type MappingFlags } from '@addrspace/page-table'

import { InjectedBackend } from './injected-backend.ts'
import type { World, WorldMachine } from './world.ts'

const PAGE = 0x1000n
const SPACE = { start: va(0n), end: 1n << 64n }

/** @throws Error that tells where they differ */
export function checkAgreement(world: World): void {
  world.set.checkInvariants()
  if (world.machine !== undefined) checkTable(world, world.machine)
  if (world.mock === undefined) return
  const runs: { start: bigint; end: bigint; flags: number }[] = []
  for (const { start, end, flags } of world.set) {
    const last = runs.at(-1)
    if (last?.end === start && last.flags === flags) last.end = end
    else runs.push({ start, end, flags })
  }
  const wanted = runs.map(({ start, end, flags }) => `${formatHex(start)}-${formatHex(end)} ${flags}`).join('\n')
  if (world.mock.toString() !== wanted) throw new Error(`the mock's table differs from the areas:\n${world.mock.toString()}\ninstead of\n${wanted}`)
}

function checkTable(world: World, { table, frames }: WorldMachine): void {
  const pages = new Set<bigint>()
  let allocated = 0
  let present = 0n
  for (const run of table.leaves(SPACE)) {
    let at: bigint = run.start
    const end = run.start + run.size
    for (const area of world.set.areasIn({ start: run.start, end })) {
      const from = area.start > run.start ? area.start : run.start
      const to = area.end < end ? area.end : end
      if (from !== at) break
      if (run.flags !== shownFlags(world, area.flags)) throw new Error(`[${formatHex(from)}, ${formatHex(to)}) is mapped with other flags than those of its area`)
      at = to
      const kind = kindOf(area.backend)
      if (kind !== 'demand') present += to - from
      if (kind === 'linear') continue
      for (let paddr = run.paddr + (from - run.start); paddr < run.paddr + (to - run.start); paddr += PAGE) {
        if (!table.hasFrames(pa(paddr), 1)) throw new Error(`the frame ${formatHex(paddr)} is mapped and not allocated`)
        pages.add(paddr)
        allocated++
      }
    }
    if (at !== end) throw new Error(`${formatHex(at)} is mapped without an area`)
  }
  for (const area of world.set) if (kindOf(area.backend) !== 'demand') present -= area.size
  if (present !== 0n) throw new Error(`${-present} bytes of areas are not mapped`)
  if (pages.size !== allocated) throw new Error('a frame backs two pages')
  if (frames.inner.usedFrames !== table.tableCount + allocated) throw new Error(`${frames.inner.usedFrames} frames are in use, for ${table.tableCount} tables and ${allocated} pages`)
}

/** What a leaf shows of the flags that were asked for. */
function shownFlags({ machine }: World, flags: number): number {
  const grant = machine!.table.format.grant(flags as MappingFlags)
  return grant.kind === 'granted' ? grant.flags : NONE
}

function kindOf(backend: unknown): string {
  return backend instanceof InjectedBackend ? backend.label.split(' ')[0]! : '?'
}

// What must hold after every step, seen from outside: the tables are read word by word.
import { va } from '@addrspace/memory-addr'

import type { Model } from './model.ts'
import type { World } from './world.ts'

const WHOLE = { start: va(0), end: 2n ** 64n }

/** The number of the toy's page at an address. */
function pageOf(vaddr: bigint, pages: number): number {
  return Number(BigInt.asUintN(64, vaddr) >> 12n) % pages
}

/** What `leaves()` tells, page by page: `frame.flags.level`, and where its leaf begins. */
export function leavesOf<C>({ table }: World<C>, pages: number): string {
  const seen = new Array<string>(pages).fill('-')
  for (const run of table.leaves(WHOLE)) {
    const leafPages = Number(run.leafSize >> 12n)
    for (let i = 0; i < Number(run.size >> 12n); i++) {
      const page = pageOf(run.start, pages) + i
      if (seen[page] !== '-') throw new Error(`page ${String(page)} is told twice`)
      if ((pageOf(run.start, pages) % leafPages) + (Number(run.paddr >> 12n) % leafPages) !== 0) throw new Error(`the leaf at page ${String(page)} is misaligned`)
      if (4 ** run.level !== leafPages) throw new Error(`a leaf of level ${String(run.level)} has ${String(leafPages)} pages`)
      seen[page] = `${String(Number(run.paddr >> 12n) + i)}.${String(run.flags)}.${String(run.level)}`
    }
  }
  return seen.join(' ')
}

/** The frames of all tables below the roots, by following pointers; throws where they are no tree, or where one has nothing in it. */
export function tablesOf<C>({ table, memory }: World<C>): number[] {
  const { format, geometry, roots } = table
  const found: number[] = []
  const visit = (frame: number, level: number, isRoot: boolean): void => {
    if (found.includes(frame)) throw new Error(`table ${String(frame)} is reached twice`)
    found.push(frame)
    let entries = 0
    for (let slot = 0; slot < geometry.entries; slot++) {
      const { words } = memory
      const at = memory.indexOf(frame) + 2 * slot
      const entry = format.decode((BigInt(words[at + 1]! >>> 0) << 32n) | BigInt(words[at]! >>> 0), level)
      if (entry.kind === 'invalid') throw new Error(`${String(frame)}[${String(slot)}] is invalid: ${entry.bit}`)
      if (entry.kind !== 'absent') entries++
      if (entry.kind === 'table') visit(Number(entry.frame >> 12n), level - 1, false)
    }
    if (entries === 0 && !isRoot) throw new Error(`table ${String(frame)} is empty`)
  }
  for (const root of roots) visit(Number(root >> 12n), geometry.levels - 1, true)
  return found
}

const ZEROS = new Uint8Array(4096)

/** Throws unless the world is what the model says, its tables are a tree that is counted, and the rest of the memory is zero. */
export function checkWorld<C>(world: World<C>, model: Model): void {
  const { table, frames, bytes } = world
  const seen = leavesOf(world, model.pages.length)
  if (seen !== model.key) throw new Error(`leaves are\n${seen}\nexpected\n${model.key}`)
  const tables = tablesOf(world)
  const expected = model.tables.length + table.roots.length
  if (tables.length !== expected) throw new Error(`${String(tables.length)} tables, expected ${String(expected)}`)
  if (table.tableCount !== expected) throw new Error(`tableCount is ${String(table.tableCount)}, expected ${String(expected)}`)
  if (frames.inner.usedFrames !== expected) throw new Error(`${String(frames.inner.usedFrames)} frames in use, expected ${String(expected)}`)
  for (let frame = 0; frame < bytes.length / 4096; frame++) {
    if (!tables.includes(frame) && !equalBytes(bytes.subarray(frame * 4096, (frame + 1) * 4096), ZEROS)) throw new Error(`frame ${String(frame)} is no table, and not zero`)
  }
}

/** Whether two images agree in every byte. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

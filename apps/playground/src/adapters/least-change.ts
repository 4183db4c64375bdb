/**
 * The smallest changes that would let a refused access through: as few bits of the entries on its way, or of the
 * machine's state, as possible. Found by trying, in the memory of an image, so that the format alone decides; what the
 * entries are, tables and leaf, and which frames they name, stays.
 */

import type { VirtAddr } from '@addrspace/memory-addr'
import type { Access, LayoutBits, Mode, ReadableTables, WalkStep } from '@addrspace/page-table'
import { bitName, bitsOf, kindOf, layoutOf } from './entry-words.ts'
import type { Machine } from './machines.ts'

/** What is asked of the table. */
export interface AccessRequest<C> {
  readonly vaddr: VirtAddr
  readonly access: Access
  readonly mode: Mode
  readonly controls: C
}

/** One change of a word, or of a control. */
export type Change =
  | { readonly kind: 'bits'; readonly step: WalkStep; readonly name: string; readonly value: bigint; readonly mask: bigint; readonly set: bigint }
  | { readonly kind: 'control'; readonly name: string; readonly value: boolean | string }

const MOST_CHANGES = 5
/** More would take long, and would not be small. */
const MOST_TRIES = 200_000

/**
 * Gives all the smallest combinations of changes; none if the access is let through, if nothing is mapped there, or if
 * no small change helps. The memory is as before afterwards.
 */
export function leastChanges<C extends object>(machine: Machine<C>, table: ReadableTables<C>, request: AccessRequest<C>): readonly (readonly Change[])[] {
  const steps = table.walk(request.vaddr)
  const last = steps.at(-1)
  if (last === undefined || table.translate(request.vaddr, request.access, request.mode, request.controls).kind === 'mapped') return []
  if (kindOf(table.format, last.word, last.level) === 'absent') return []
  const changes = [...steps.flatMap((step) => changesOf(table, step, step === last)), ...controlChanges(machine, request.controls)]
  let tries = 0
  for (let size = 1; size <= MOST_CHANGES; size++) {
    const found: Change[][] = []
    for (const combination of combinations(changes, size)) {
      if (++tries > MOST_TRIES) return found
      if (helps(table, request, steps, combination)) found.push(combination)
    }
    if (found.length > 0) return found
  }
  return []
}

/** What can be changed in an entry: its flags, and in an illegal one whatever makes it so. */
function changesOf<C>({ format }: ReadableTables<C>, step: WalkStep, isLast: boolean): Change[] {
  const { word, level } = step
  const layout = layoutOf(format, word, level)
  if (layout === undefined) return []
  const isIllegal = isLast && kindOf(format, word, level) === 'invalid'
  return bitsOf(layout, word).flatMap((bits): Change[] => {
    const mask = maskOf(bits)
    const to = (value: bigint): Change[] => (value === bits.held ? [] : [{ kind: 'bits', step, name: bitName(bits), value, mask, set: value << BigInt(bits.low) }])
    if (bits.role === 'flag') return to(1n - bits.held)
    if (!isIllegal) return []
    return bits.role === 'reserved' || bits.role === 'field' ? to(0n) : bits.role === 'fixed' ? to(bits.value ?? 0n) : []
  })
}

function maskOf({ high, low }: LayoutBits): bigint {
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low)
}

function controlChanges<C extends object>({ format }: Machine<C>, controls: C): Change[] {
  return Object.entries(format.controlChoices ?? {}).flatMap(([name, choices]) => {
    const others = choices.filter((choice) => choice !== Reflect.get(controls, name))
    return others.map((value): Change => ({ kind: 'control', name, value }))
  })
}

function helps<C extends object>(table: ReadableTables<C>, request: AccessRequest<C>, before: readonly WalkStep[], changes: readonly Change[]): boolean {
  const controls: C = { ...request.controls, ...Object.fromEntries(changes.flatMap((change) => (change.kind === 'control' ? [[change.name, change.value]] : []))) }
  const { memory } = table
  const changed = new Map<WalkStep, bigint>()
  for (const change of changes) {
    if (change.kind === 'bits') changed.set(change.step, ((changed.get(change.step) ?? change.step.word) & ~change.mask) | change.set)
  }
  for (const [{ entryAddress }, word] of changed) memory.writeWord(entryAddress, word)
  try {
    if (table.translate(request.vaddr, request.access, request.mode, controls).kind === 'fault') return false
    // The same way: a table that is made a leaf leads somewhere else.
    return table.walk(request.vaddr).length === before.length
  } finally {
    for (const [{ entryAddress, word }] of changed) memory.writeWord(entryAddress, word)
  }
}

/** All ways to choose so many items, in order. */
function* combinations<T>(items: readonly T[], size: number, from = 0): Generator<T[], undefined> {
  if (size === 0) {
    yield []
    return undefined
  }
  for (let index = from; index + size <= items.length; index++) {
    for (const rest of combinations(items, size - 1, index + 1)) yield [items[index]!, ...rest]
  }
  return undefined
}

/**
 * The smallest changes that would let a refused access through: as few bits of the entries on its way, or of the
 * machine's state, as possible. Found by trying, in the memory of an image, so that the format alone decides; what the
 * entries are, tables and leaf, and which frames they name, stays. An illegal pointer hides what lies below it: there,
 * a change helps as soon as the walk gets beyond it, and what comes next is told.
 */

import type { VirtAddr } from '@addrspace/memory-addr'
import type { Access, Fault, Mode, ReadableTables, WalkStep } from '@addrspace/page-table'
import { combinations } from './combinations.ts'
import { applyChanges, changesOf, type BitChange } from './entry-repair.ts'
import { kindOf, layoutOf } from './entry-words.ts'
import type { Machine } from './machines.ts'

/** What is asked of the table. */
export interface AccessRequest<C> {
  readonly vaddr: VirtAddr
  readonly access: Access
  readonly mode: Mode
  readonly controls: C
  /** Reads in, after a change of the memory, what has come to lie on the way. */
  readonly loadWay: () => void
}

/** One change of a word, or of a control. */
export type Change =
  | (BitChange & { readonly kind: 'bits'; readonly step: WalkStep })
  | { readonly kind: 'control'; readonly name: string; readonly value: boolean | string }

/** A fault, and the entry at which the walk ends; none where a table is not in memory. */
export interface Stop {
  readonly fault: Fault
  readonly last: WalkStep | undefined
}

/** Changes that help together. */
export interface LeastChange {
  readonly changes: readonly Change[]
  /** What the access meets then, further down; undefined if it is let through. */
  readonly next: Stop | undefined
}

const MOST_CHANGES = 5
/** More would take long, and would not be small. */
const MOST_TRIES = 200_000

/**
 * Gives all the smallest combinations of changes; none if the access is let through, if nothing is mapped there, or if
 * no small change helps. The memory is as before afterwards.
 */
export function leastChanges<C extends object>(machine: Machine<C>, table: ReadableTables<C>, request: AccessRequest<C>): readonly LeastChange[] {
  const { format } = table
  const steps = table.walk(request.vaddr)
  const last = steps.at(-1)
  if (last === undefined || table.translate(request.vaddr, request.access, request.mode, request.controls).kind === 'mapped') return []
  if (kindOf(format, last.word, last.level) === 'absent') return []
  const inWords = steps.flatMap((step) => changesOf(format, step.word, step.level).map((change): Change => ({ kind: 'bits', step, ...change })))
  const changes = [...inWords, ...controlChanges(machine, request.controls)]
  let tries = 0
  for (let size = 1; size <= MOST_CHANGES; size++) {
    const found: LeastChange[] = []
    for (const combination of combinations(changes, size)) {
      if (++tries > MOST_TRIES) return best(found)
      const outcome = outcomeOf(table, request, steps, combination)
      if (outcome !== undefined) found.push({ changes: combination, next: outcome === 'let through' ? undefined : outcome })
    }
    if (found.length > 0) return best(found)
  }
  return []
}

/** Those that let the access through, if any does. */
function best(found: readonly LeastChange[]): readonly LeastChange[] {
  const whole = found.filter(({ next }) => next === undefined)
  return whole.length > 0 ? whole : found
}

function controlChanges<C extends object>({ format }: Machine<C>, controls: C): Change[] {
  return Object.entries(format.controlChoices ?? {}).flatMap(([name, choices]) => {
    const others = choices.filter((choice) => choice !== Reflect.get(controls, name))
    return others.map((value): Change => ({ kind: 'control', name, value }))
  })
}

/** What becomes of the access with these changes; undefined if they do not help. */
function outcomeOf<C extends object>(table: ReadableTables<C>, request: AccessRequest<C>, before: readonly WalkStep[], changes: readonly Change[]): 'let through' | Stop | undefined {
  const controls: C = { ...request.controls, ...Object.fromEntries(changes.flatMap((change) => (change.kind === 'control' ? [[change.name, change.value]] : []))) }
  const { memory } = table
  const inWords = Map.groupBy(changes.filter((change) => change.kind === 'bits'), ({ step }) => step)
  for (const [{ entryAddress, word }, own] of inWords) memory.writeWord(entryAddress, applyChanges(word, own))
  try {
    request.loadWay()
    const way = table.walk(request.vaddr)
    if (!isSameWay(table, before, way)) return undefined
    const translation = table.translate(request.vaddr, request.access, request.mode, controls)
    if (translation.kind === 'mapped') return 'let through'
    return translation.level < before.at(-1)!.level ? { fault: translation, last: way.length > before.length ? way.at(-1) : undefined } : undefined
  } finally {
    for (const { entryAddress, word } of inWords.keys()) memory.writeWord(entryAddress, word)
  }
}

/**
 * Whether a walk passes the same entries and goes no further: a table that is made a leaf, or a leaf a table, leads
 * somewhere else. It may go on below an entry that was illegal, if that has become what it comes closest to.
 */
function isSameWay<C>({ format }: ReadableTables<C>, before: readonly WalkStep[], way: readonly WalkStep[]): boolean {
  if (before.some(({ entryAddress }, index) => way[index]?.entryAddress !== entryAddress)) return false
  const { word, level } = before.at(-1)!
  if (kindOf(format, word, level) !== 'invalid') return way.length === before.length
  return kindOf(format, way[before.length - 1]!.word, level) === layoutOf(format, word, level).kind
}

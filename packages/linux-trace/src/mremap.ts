/**
 * `mremap`, which shrinks, grows, moves, shows again, or does two of these at once.
 *
 *     shrink          |--keep--|--free--|        at the first line
 *     grow in place   |--old---|..new..|         at the second
 *     move            |--old---|   →   |--old---|..new..|   old leaves at the first line, arrives at the second
 *
 * A move takes everything in the old range along: permissions, kinds, and, in a move of several areas, the holes, whose
 * places at the destination are left as they are.
 */
import { movedKind, type AreaKind } from './area-backend.ts'
import type { AreaFlags } from './area-flags.ts'
import type { Checks } from './checks.ts'
import { growDownTo } from './growth.ts'
import type { MremapCall } from './memory-call.ts'
import { printedSpan, type TracedSpace } from './traced-space.ts'

/** What a moving call has taken with it; offsets are from the start of the old range. */
export interface Piece {
  readonly offset: bigint
  readonly size: bigint
  readonly flags: AreaFlags
  readonly kind: AreaKind
}

/**
 * Does what a call does at its first line: frees the tail of a shrinking one and the old range of a moving one. With an
 * unknown result, only `MREMAP_FIXED` tells that a call moves.
 *
 * @returns what is on its way to the new range; empty if the call does not move.
 */
export function takeAway<F, P>(space: TracedSpace<F, P>, call: MremapCall, result: bigint | undefined): Piece[] {
  const { address, oldSize, newSize } = call
  if (oldSize === 0n) return []
  const destination = result ?? (call.fixed ? call.newAddress : undefined)
  const kept = newSize < oldSize ? newSize : oldSize
  space.unmap(address + kept, address + oldSize)
  if (destination === undefined || destination === address) return []
  // A moving call has shown that its first page is mapped.
  if (result !== undefined) growDownTo(space, address)
  const pieces = piecesOf(space, address, address + kept)
  if (!call.keepsOld) space.unmap(address, address + kept)
  return pieces
}

/** Does what a successful call does at its second line: maps the new range, or the part by which the old one grows. */
export function addOrChange<F, P>(space: TracedSpace<F, P>, checks: Checks<F, P>, call: MremapCall, result: bigint, pieces: Piece[], line: number): void {
  if (call.oldSize === 0n) showAgain(space, checks, call, result, line)
  else if (result !== call.address) arrive(space, checks, call, result, pieces, line)
  else if (call.newSize > call.oldSize) grow(space, checks, call, line)
}

function grow<F, P>(space: TracedSpace<F, P>, checks: Checks<F, P>, call: MremapCall, line: number): void {
  const from = call.address + call.oldSize
  const to = call.address + call.newSize
  checks.free(line, 'mremap-growth-free', 'mremap grew over', from, to)
  const area = space.areaAt(from - 1n)
  if (area === undefined) missing(checks, call, line)
  else space.map(from, to, area.flags, area.kind)
}

function arrive<F, P>(space: TracedSpace<F, P>, checks: Checks<F, P>, call: MremapCall, result: bigint, pieces: Piece[], line: number): void {
  const { address, oldSize, newSize } = call
  if (!call.fixed) checks.free(line, 'mremap-free', 'mremap returned', result, result + newSize)
  if (pieces[0]?.offset !== 0n) missing(checks, call, line)
  // What was mapped where a hole arrives is left alone: piece by piece is how the kernel replaces the destination.
  for (const [index, { offset, size, flags, kind }] of pieces.entries()) {
    const isLast = index === pieces.length - 1
    const end = isLast && newSize > oldSize ? newSize : offset + size
    space.map(result + offset, result + end, flags, movedKind(kind, result - address))
  }
}

function showAgain<F, P>(space: TracedSpace<F, P>, checks: Checks<F, P>, call: MremapCall, result: bigint, line: number): void {
  const { address, newSize } = call
  if (!call.fixed) checks.free(line, 'mremap-free', 'mremap returned', result, result + newSize)
  const area = space.areaAt(address)
  if (area === undefined) missing(checks, call, line)
  else space.map(result, result + newSize, area.flags, movedKind(area.kind, result - address))
}

function missing<F, P>(checks: Checks<F, P>, call: MremapCall, line: number): void {
  const { address, oldSize } = call
  checks.violated(line, 'mremap-source', `mremap of ${printedSpan(address, address + oldSize)}, where nothing is mapped at its start or end`)
}

function piecesOf<F, P>(space: TracedSpace<F, P>, start: bigint, end: bigint): Piece[] {
  const pieces: Piece[] = []
  for (const area of space.areasIn(start, end)) {
    const from = area.start > start ? area.start : start
    const to = area.end < end ? area.end : end
    pieces.push({ offset: from - start, size: to - from, flags: area.flags, kind: area.kind })
  }
  return pieces
}

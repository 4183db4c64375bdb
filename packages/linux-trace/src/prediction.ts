/**
 * Predicts the addresses that the kernel chose. An observer of a replay: each time the log tells what the kernel chose
 * for an `mmap(NULL, …)`, the rule is asked what it would choose in the set as it is at that moment. What the kernel
 * really chose is then mapped, so that one wrong prediction does not lead to others.
 */
import { virtAddr } from '@addrspace/memory-addr'
import type { MemorySet } from '@addrspace/memory-set'

import { choosePlace, findMmapLayout, type FreeSpace, type MmapLayout, type PlaceRequest } from './address-rule.ts'
import { AreaBackend } from './area-backend.ts'
import type { MapsArea } from './maps-file.ts'
import type { MmapCall } from './memory-call.ts'
import type { ChosenPlace, ReplayObserver } from './traced-space.ts'

/** What a prediction is made from. */
export interface PredictionOptions<F, P> {
  /** The set of the replay's target. */
  readonly set: MemorySet<F, P>
  /** The areas right after the first line, which tell the mmap base. */
  readonly start: readonly MapsArea[]
}

/** A place that the rule did not predict. */
export interface Misprediction {
  /** Line of the log, counted from 1. */
  readonly line: number
  /** In bytes. */
  readonly size: string
  /** The address that the rule gives; `null` where it finds none. */
  readonly predicted: string | null
  /** The address that the kernel chose. */
  readonly chosen: string
}

/** How many addresses were predicted; plain data, ready for JSON. `calls` is the sum of the numbers below it. */
export interface PredictionReport {
  /** The mmap base; `null` if the areas at the start do not tell it. */
  readonly base: string | null
  /** Successful calls of the form `mmap(NULL, …)` without a fixed place. */
  readonly calls: number
  /** Calls whose address the rule gives. */
  readonly predicted: number
  /** Calls for which it gives another one, or none. */
  readonly mispredicted: number
  /** Calls for which no prediction is made, since another task's call that may change what is free was in progress. */
  readonly unordered: number
  /** Calls for which no prediction is made, since the rule does not tell: without a base, or with `MAP_32BIT` where places are random. */
  readonly withoutRule: number
  /** The mispredicted calls, in the order of the log. */
  readonly mispredictions: readonly Misprediction[]
}

/** Holds what the kernel chose against the rule. */
export class Prediction<F, P> implements ReplayObserver {
  private readonly space: FreeSpace
  private readonly layout: MmapLayout | undefined
  private readonly mispredictions: Misprediction[] = []
  private predicted = 0
  private unordered = 0
  private withoutRule = 0

  /** To be made before the replay; it reads the set while that goes on. */
  constructor({ set, start }: PredictionOptions<F, P>) {
    this.space = {
      findFreeArea: (size, options) => set.findFreeArea(size, options),
      areaFrom: (address) => areaFrom(set, address),
    }
    this.layout = findMmapLayout(start)
  }

  chosen({ line, range, call, isOrdered }: ChosenPlace): void {
    if (this.layout === undefined || (call.isLow && this.layout.isRandom)) {
      this.withoutRule += 1
    } else if (!isOrdered) {
      this.unordered += 1
    } else {
      const place = choosePlace(this.space, this.layout, requestOf(call))
      if (place === range.start) this.predicted += 1
      else this.mispredictions.push({ line, size: hex(call.size), predicted: place === undefined ? null : hex(place), chosen: hex(range.start) })
    }
  }

  /** What has been predicted so far. */
  report(): PredictionReport {
    const { predicted, unordered, withoutRule, mispredictions } = this
    const mispredicted = mispredictions.length
    const calls = predicted + mispredicted + unordered + withoutRule
    return { base: this.layout === undefined ? null : hex(this.layout.base), calls, predicted, mispredicted, unordered, withoutRule, mispredictions }
  }
}

function requestOf({ size, sharing, mappedFile, offset, isLow }: MmapCall): PlaceRequest {
  if (mappedFile !== undefined && !isSharedMemory(mappedFile, sharing)) return { size, shows: 'file', offset, isLow }
  return { size, shows: mappedFile === undefined && sharing === 'private' ? 'anonymous' : 'shared-memory', offset: 0n, isLow }
}

/** Files of the file system that keeps shared memory have no huge pages unless it was told so, and are known by their paths. */
function isSharedMemory(path: string, sharing: 'shared' | 'private'): boolean {
  return path.startsWith('/memfd:') || path.startsWith('/dev/shm/') || (sharing === 'shared' && path.startsWith('/dev/zero'))
}

function areaFrom<F, P>(set: MemorySet<F, P>, address: bigint): ReturnType<FreeSpace['areaFrom']> {
  for (const area of set.areasIn({ start: virtAddr(address), end: 1n << 64n })) {
    return { start: area.start, end: area.end, growsDown: area.backend instanceof AreaBackend && area.backend.kind.growsDown }
  }
  return undefined
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`
}

// Commands as calls of a set, and what it answers as a scenario tells it.
import { LinearBackend } from '@addrspace/backend-paging'
import type { ScenarioValue } from '@addrspace/conformance'
import { pa, va, type VirtAddr } from '@addrspace/memory-addr'
import type { MappingResult } from '@addrspace/memory-set'

import type { AnyBackend, World } from '../worlds/world.ts'
import { backingOf, type BackingName, type Change, type Question } from './command.ts'
import { addressOfCell, type Layout } from './layout.ts'

export class Subject {
  readonly #world: World
  readonly #layout: Layout
  readonly #linear = new Map<BackingName, AnyBackend>()

  constructor(world: World, layout: Layout) {
    this.#world = world
    this.#layout = layout
  }

  act(change: Change): MappingResult<unknown> {
    const { set } = this.#world
    if (change.op === 'clear') return set.clear()
    const layout = this.#layout
    if (change.op === 'fault') return set.fault(va(addressOfCell(layout, change.at) + change.offset), change.access)
    const start = va(addressOfCell(layout, change.start))
    const size = BigInt(change.end - change.start) * layout.unit
    switch (change.op) {
      case 'map': {
        const { guards = { below: 0, above: 0 }, onOverlap } = change
        const backend = this.#backendFor(change.backing, change.start, start)
        return set.map(start, size, change.bits, backend, { onOverlap, guards: { below: BigInt(guards.below) * layout.unit, above: BigInt(guards.above) * layout.unit } })
      }
      case 'unmap': return set.unmap(start, size)
      case 'protect': {
        const { bits, mask, holes } = change
        return set.protect(start, size, (flags) => {
          if (mask === undefined) return bits
          const masked = (flags & ~mask) | (bits & mask)
          return masked === flags ? undefined : masked
        }, { holes })
      }
    }
  }

  tell(question: Question): ScenarioValue {
    const { set, machine } = this.#world
    const layout = this.#layout
    switch (question.op) {
      case 'find': {
        const area = set.find(va(addressOfCell(layout, question.at) + question.offset))
        return area === undefined ? null : { start: area.start, end: area.end, flags: area.flags }
      }
      case 'query': {
        const leaf = machine?.table.query(va(addressOfCell(layout, question.at) + question.offset))
        return leaf === undefined ? null : { ...leaf }
      }
      case 'overlaps': return set.overlaps({ start: va(addressOfCell(layout, question.start)), end: addressOfCell(layout, question.end) })
      case 'findFree': {
        const { size, limit, hint, align, direction, gap } = question
        const { unit } = layout
        return set.findFreeArea(BigInt(size) * unit, {
          limit: { start: addressOfCell(layout, limit.start), end: addressOfCell(layout, limit.end) },
          align: BigInt(align) * unit,
          direction,
          gap: { below: BigInt(gap.below) * unit, above: BigInt(gap.above) * unit },
          ...(hint !== undefined && { hint: addressOfCell(layout, hint) }),
        }) ?? null
      }
    }
  }

  /** The one object for all areas of a backing, so that neighbours may merge; of a linear one only once there was an area. */
  backendOf(backing: BackingName): AnyBackend | undefined {
    const { backends, machine } = this.#world
    if (backing === 'alloc') return backends.get(machine === undefined ? 'plain' : 'eager')
    return backing === 'demand' ? backends.get('demand') : this.#linear.get(backing)
  }

  #backendFor(backing: BackingName, cell: number, start: VirtAddr): AnyBackend {
    const known = this.backendOf(backing)
    if (known !== undefined) return known
    const physical = backingOf(this.#layout, backing, cell)
    if (typeof physical === 'string') throw new TypeError(`"backing" must be one of this world, got ${backing}`)
    const added = new LinearBackend<unknown>(start, pa(physical.linear)) as AnyBackend
    this.#linear.set(backing, added)
    return added
  }
}

/**
 * One operation of a scenario as a call of the set or the subject, its answer as JSON.
 */

import { virtAddr, WORD_SPACE } from '@addrspace/memory-addr'
import type { MappingBackend, MappingError, MappingResult, MemoryArea } from '@addrspace/memory-set'
import { GatedBackend } from '../internal/gated-backend.ts'
import type { Gate } from '../internal/gated-backend.ts'
import type { ScenarioBackend, ScenarioSubject } from './backend.ts'
import { flagBits, formatFlagLetters } from './flags.ts'
import type {
  FaultOp, FindFreeOp, JsonValue, MapOp, ProtectOp, ScenarioFailure, ScenarioOp, TranslateOp,
} from './scenario.ts'
import { toJson } from './write.ts'
import type { ScenarioValue } from './write.ts'

/** The answer to one operation. */
export interface Outcome {
  readonly result: JsonValue
  readonly reason?: string
  readonly error?: MappingError
}

const NO_TABLE: Outcome = { result: null, reason: 'no-table' }
const OUT_OF_RANGE: Outcome = { result: 'InvalidParam', reason: 'out-of-range' }

/**
 * The header's `"fail":{"callback":n}` made a flags callback throw, and the set let it through, as it should. There is no
 * refusal of the set's own for that, so the result borrows the code of what else goes wrong in the middle.
 */
const CALLBACK_THREW: Outcome = { result: 'BadState', reason: 'callback-threw' }

class CallbackFailure extends Error {
  override readonly name = 'CallbackFailure'
}

/** Runs operations on one subject, and counts the calls of which one is to fail. */
export class OpRunner<F, P> {
  readonly #backend: ScenarioBackend<F, P>
  readonly #subject: ScenarioSubject<F, P>
  readonly #fail: ScenarioFailure
  /** One gate per backend, since a set tells areas apart by their backend objects. */
  readonly #gated = new WeakMap<MappingBackend<F, P>, MappingBackend<F, P>>()
  #calls = 0
  #callbacks = 0
  /** One function for all backends, so that those which may merge still do. */
  readonly #refuseOne: Gate<F> = () => {
    this.#calls += 1
    return this.#calls === this.#fail.call ? false : 'through'
  }

  constructor(backend: ScenarioBackend<F, P>, subject: ScenarioSubject<F, P>, fail: ScenarioFailure) {
    this.#backend = backend
    this.#subject = subject
    this.#fail = fail
  }

  /** Runs any operation but the brackets of a transaction. */
  run(op: ScenarioOp): Outcome {
    const { set } = this.#subject
    switch (op.op) {
      case 'map': return this.#map(op)
      case 'unmap': return answer(set.unmap(virtAddr(op.start), op.size))
      case 'protect': return this.#protect(op)
      case 'find': return { result: this.#area(set.find(virtAddr(op.addr))) }
      case 'overlaps': {
        const end = op.start + op.size
        return end > WORD_SPACE ? OUT_OF_RANGE : { result: set.overlaps({ start: virtAddr(op.start), end }) }
      }
      case 'findFree': return { result: toJson(this.#findFree(op)) }
      case 'translate': return this.#translate(op)
      case 'query': return this.#query(op.addr)
      case 'areas': return { result: Array.from(set, (area) => this.#area(area)) }
      case 'clear': return answer(set.clear())
      case 'fault': return this.#fault(op)
      case 'begin':
      case 'commit':
      case 'rollback':
        throw new TypeError(`"op" must not be a bracket of a transaction, got ${op.op}`)
    }
  }

  #map(op: MapOp): Outcome {
    const start = virtAddr(op.start)
    const backend = this.#gate(this.#subject.backendFor(op.backing ?? 'alloc', start))
    const flags = this.#backend.toFlags(flagBits(op.flags))
    return answer(this.#subject.set.map(start, op.size, flags, backend, { onOverlap: op.onOverlap ?? 'refuse' }))
  }

  #protect(op: ProtectOp): Outcome {
    const wanted = flagBits(op.flags)
    const mask = op.mask === undefined ? undefined : flagBits(op.mask)
    const update = (flags: F): F | undefined => {
      this.#callbacks += 1
      if (this.#callbacks === this.#fail.callback) throw new CallbackFailure(`call ${this.#callbacks} of a flags callback`)
      if (mask === undefined) return this.#backend.toFlags(wanted)
      const old = this.#backend.toBits(flags)
      const masked = (old & ~mask) | (wanted & mask)
      return masked === old ? undefined : this.#backend.toFlags(masked)
    }
    try {
      return answer(this.#subject.set.protect(virtAddr(op.start), op.size, update, { holes: op.holes ?? 'skip' }))
    } catch (error) {
      if (error instanceof CallbackFailure) return CALLBACK_THREW
      throw error
    }
  }

  #findFree(op: FindFreeOp): bigint | null {
    const defaults = this.#subject.findFree
    const [start, end] = op.limit ?? [defaults.limit.start, defaults.limit.end]
    const gap = typeof op.gap === 'bigint' ? { below: op.gap, above: op.gap } : op.gap
    return this.#subject.set.findFreeArea(op.size, {
      limit: { start, end },
      align: op.align ?? defaults.align,
      direction: op.direction ?? 'up',
      ...(op.hint !== undefined && { hint: op.hint }),
      ...(gap !== undefined && { gap }),
    }) ?? null
  }

  #translate(op: TranslateOp): Outcome {
    const { addr, access, mode, controls = {} } = op
    if (this.#subject.translate === undefined) return NO_TABLE
    return { result: toJson(this.#subject.translate({ addr: virtAddr(addr), access, mode, controls })) }
  }

  #query(addr: bigint): Outcome {
    if (this.#subject.query === undefined) return NO_TABLE
    const leaf = this.#subject.query(virtAddr(addr))
    return { result: toJson(leaf && { paddr: leaf.paddr, size: leaf.size, flags: this.#flags(leaf.flags) }) }
  }

  #fault(op: FaultOp): Outcome {
    const result = this.#subject.set.fault(virtAddr(op.addr), op.access)
    if (result.ok) return { result: result.value }
    // A backend that answers no faults maps at once: what its area permits is there.
    return result.error.reason === 'no-fault-handler' ? { result: 'present' } : answer(result)
  }

  #gate(inner: MappingBackend<F, P>): MappingBackend<F, P> {
    if (this.#fail.call === undefined) return inner
    const known = this.#gated.get(inner)
    if (known !== undefined) return known
    const gated = new GatedBackend<F, P>(inner, this.#refuseOne)
    this.#gated.set(inner, gated)
    return gated
  }

  #area(area: MemoryArea<F, P> | undefined): JsonValue {
    if (area === undefined) return null
    return toJson({ start: area.start, end: area.end, flags: this.#flags(this.#backend.toBits(area.flags)) })
  }

  #flags(bits: number): ScenarioValue {
    return this.#backend.flagStyle === 'letters' ? formatFlagLetters(bits) : bits
  }
}

function answer(result: MappingResult<unknown>): Outcome {
  if (result.ok) return { result: 'ok' }
  return { result: result.error.code, reason: result.error.reason, error: result.error }
}

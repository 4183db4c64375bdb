/**
 * What a run does below its operations, as it happens: the calls of its backends, the frames they take and give back.
 * One call or one allocation may be made to fail; who notes is told at that moment.
 */

import { WrappedBackend, type BackendCall } from '@addrspace/backend-mock'
import type { AnyAddr, PhysAddr, VirtAddr } from '@addrspace/memory-addr'
import type { BackendAnswer, FaultAnswer, MappingBackend } from '@addrspace/memory-set'
import type { FrameAllocator } from '@addrspace/page-table'

/** broken: made to fail · pending: not answered yet */
export type NotedAnswer = 'done' | 'refused' | 'broken' | 'pending'

/** A call of a backend, or frames that changed hands. */
export type NotedEvent =
  | { readonly kind: 'call'; readonly verb: BackendCall<unknown, AnyAddr>['verb']; readonly start: bigint; readonly size: bigint; answer: NotedAnswer }
  | { readonly kind: 'taken' | 'given-back'; paddr: bigint; count: number }
  /** No frame was to be had; `answer` tells whether it was made so. */
  | { readonly kind: 'no-frame'; readonly answer: 'refused' | 'broken' }

/** Which one is to fail, counted from 1. */
export interface Broken {
  readonly call?: number | undefined
  readonly frame?: number | undefined
}

const FRAME = 0x1000n

/** Notes one run. */
export class CallNotes {
  /** Since the last `take`. */
  #events: NotedEvent[] = []
  /** Since the beginning, those that failed included. */
  calls = 0
  frames = 0
  #hasBegun = false
  readonly #broken: Broken
  readonly #onBroken: () => void
  // One per backend, since a set tells areas apart by their backend objects.
  readonly #noted = new WeakMap<object, object>()

  constructor(broken: Broken = {}, onBroken: () => void = () => undefined) {
    this.#broken = broken
    this.#onBroken = onBroken
  }

  /** Begins to count and to note: the frames of root tables, which are taken before, are nobody's business. */
  begin(): void {
    this.#hasBegun = true
  }

  /** Gives the events since the last time, and forgets them. */
  take(): NotedEvent[] {
    return this.#events.splice(0)
  }

  /** Puts a backend behind the notes. */
  around<F, P>(inner: MappingBackend<F, P>): MappingBackend<F, P> {
    const known = this.#noted.get(inner)
    if (known !== undefined) return known as NotedBackend<F, P>
    const noted = new NotedBackend(inner, this)
    this.#noted.set(inner, noted)
    return noted
  }

  /** Puts an allocator behind the notes. */
  allocator(inner: FrameAllocator): FrameAllocator {
    return {
      get freeFrames() {
        return inner.freeFrames
      },
      allocate: () => this.#allocated(() => inner.allocate(), 1),
      allocateRun: (frames) => this.#allocated(() => inner.allocateRun(frames), frames),
      free: (frame, frames = 1) => {
        inner.free(frame, frames)
        if (this.#hasBegun) this.#frames('given-back', frame, frames)
      },
    }
  }

  /** Notes a call, and makes it unless it is to fail. */
  call<R>({ verb, start, size }: BackendCall<unknown, AnyAddr>, perform: () => R): R | false {
    this.calls += 1
    const event: NotedEvent = { kind: 'call', verb, start, size, answer: 'pending' }
    this.#events.push(event)
    if (this.calls === this.#broken.call) {
      event.answer = 'broken'
      this.#onBroken()
      return false
    }
    const answer = perform()
    event.answer = answer === true || typeof answer === 'string' ? 'done' : 'refused'
    return answer
  }

  #allocated(allocate: () => PhysAddr | undefined, count: number): PhysAddr | undefined {
    if (!this.#hasBegun) return allocate()
    this.frames += 1
    const isBroken = this.frames === this.#broken.frame
    const frame = isBroken ? undefined : allocate()
    if (frame !== undefined) this.#frames('taken', frame, count)
    else {
      this.#events.push({ kind: 'no-frame', answer: isBroken ? 'broken' : 'refused' })
      if (isBroken) this.#onBroken()
    }
    return frame
  }

  /** Neighbours that go the same way one after the other, upwards or downwards, are one event. */
  #frames(kind: 'taken' | 'given-back', paddr: bigint, count: number): void {
    const last = this.#events.at(-1)
    if (last?.kind !== kind) {
      this.#events.push({ kind, paddr, count })
    } else if (last.paddr + BigInt(last.count) * FRAME === paddr) {
      last.count += count
    } else if (paddr + BigInt(count) * FRAME === last.paddr) {
      last.paddr = paddr
      last.count += count
    } else {
      this.#events.push({ kind, paddr, count })
    }
  }
}

class NotedBackend<F, P> extends WrappedBackend<F, P, VirtAddr> {
  readonly #notes: CallNotes

  constructor(inner: MappingBackend<F, P>, notes: CallNotes) {
    super(inner)
    this.#notes = notes
  }

  protected override wrap(inner: MappingBackend<F, P>): NotedBackend<F, P> {
    return new NotedBackend(inner, this.#notes)
  }

  protected override around<R extends BackendAnswer | FaultAnswer>(call: BackendCall<F, VirtAddr>, perform: () => R): R | BackendAnswer {
    return this.#notes.call(call, perform)
  }
}

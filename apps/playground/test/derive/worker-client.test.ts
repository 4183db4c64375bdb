/**
 * The page's end of the protocol with the worker, held against a worker that does what the test tells it to: answers
 * meet their questions, progress comes before them, what is given up is cancelled, and a stuck worker is replaced.
 */

import { parseScenarios, type Scenario } from '@addrspace/conformance'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WorkerClient, type WorkerPort } from '../../src/web/worker/client.ts'
import type { FromWorker, ToWorker } from '../../src/web/worker/protocol.ts'

/** Notes what it is sent, and says what it is told to. */
class ScriptedWorker implements WorkerPort {
  readonly sent: ToWorker[] = []
  isTerminated = false
  readonly #target = new EventTarget()

  postMessage(message: ToWorker): void {
    // As the real one, which takes nothing that cannot be copied.
    this.sent.push(structuredClone(message))
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#target.addEventListener(type, listener as (event: Event) => void)
  }

  terminate(): void {
    this.isTerminated = true
  }

  say(message: FromWorker): void {
    this.#target.dispatchEvent(new MessageEvent('message', { data: message }))
  }

  break(message: string): void {
    this.#target.dispatchEvent(Object.assign(new Event('error'), { message }))
  }

  get jobs(): (ToWorker & { kind: 'job' })[] {
    return this.sent.filter((message) => message.kind === 'job')
  }
}

const workers: ScriptedWorker[] = []
const client = (): WorkerClient => new WorkerClient(() => {
  const worker = new ScriptedWorker()
  workers.push(worker)
  return worker
})
const scenario = (start: number): Scenario => parseScenarios(`{"scenario":1,"backend":"mock"}\n{"op":"map","start":${start * 4096},"size":4096,"flags":"r"}`)[0]!
const position = { scenario: scenario(1), backend: 'mock' as const, count: 1 }
const mutant = { name: 'set/skips-undo' }

beforeEach(() => {
  workers.length = 0
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the client of the worker', () => {
  it('gives each question its own answer, whatever the order', async () => {
    const asking = client()
    const first = asking.ask('areas', position)
    const second = asking.ask('mutants', {})
    const [one, other] = workers[0]!.jobs
    workers[0]!.say({ kind: 'answer', id: other!.id, answer: ['second'] })
    workers[0]!.say({ kind: 'answer', id: one!.id, answer: 'first' })
    expect(await Promise.all([first, second])).toEqual(['first', ['second']])
    expect(workers).toHaveLength(1)
  })

  it('sends a scenario once, and again after some others', () => {
    const asking = client()
    const scenarios = Array.from({ length: 6 }, (_, index) => scenario(index))
    const ask = (index: number): void => void asking.ask('areas', { ...position, scenario: scenarios[index]! }).catch(() => undefined)
    ask(0)
    ask(0)
    const sent = (): number => workers[0]!.sent.filter(({ kind }) => kind === 'scenario').length
    expect(sent()).toBe(1)
    // A question holds a number in its place.
    expect(workers[0]!.jobs[1]!.request).toMatchObject({ count: 1, scenario: { scenarioId: expect.any(Number) as number } })
    for (const index of [1, 2, 3, 4, 5]) ask(index)
    expect(sent()).toBe(6)
    ask(0)
    expect(sent()).toBe(7)
  })

  it('passes on progress until the answer is there, and none after', async () => {
    const told: unknown[] = []
    const asked = client().ask('mutant', mutant, { onProgress: (progress) => told.push(progress) })
    const worker = workers[0]!
    const { id } = worker.jobs[0]!
    worker.say({ kind: 'progress', id, progress: 1 })
    worker.say({ kind: 'progress', id: id + 1, progress: 'of another' })
    worker.say({ kind: 'progress', id, progress: 2 })
    worker.say({ kind: 'answer', id, answer: 'done' })
    worker.say({ kind: 'progress', id, progress: 3 })
    expect(await asked).toBe('done')
    expect(told).toEqual([1, 2])
  })

  it('tells what the worker says is wrong', async () => {
    const asked = client().ask('areas', position)
    workers[0]!.say({ kind: 'failed', id: workers[0]!.jobs[0]!.id, message: 'line 2: no such thing' })
    await expect(asked).rejects.toThrow('line 2: no such thing')
  })

  it('cancels what is given up, at once for who asked, and in the worker', async () => {
    const controller = new AbortController()
    const asked = client().ask('mutant', mutant, { signal: controller.signal })
    controller.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
    expect(workers[0]!.sent.at(-1)).toEqual({ kind: 'cancel', id: workers[0]!.jobs[0]!.id })
  })

  it('asks nothing that is given up already', async () => {
    await expect(client().ask('mutants', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
    expect(workers).toHaveLength(0)
  })

  it('replaces a worker that says nothing after a cancellation, and asks the fresh one what is still wanted', async () => {
    const asking = client()
    const controller = new AbortController()
    const stuck = asking.ask('mutant', mutant, { signal: controller.signal }).catch(() => 'given up')
    const wanted = asking.ask('areas', position)
    controller.abort()
    expect(await stuck).toBe('given up')
    await vi.advanceTimersByTimeAsync(299)
    expect(workers).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2)
    expect(workers).toHaveLength(2)
    expect(workers[0]!.isTerminated).toBe(true)
    // Scenario and question, for the fresh one has seen neither; not the one that was given up.
    expect(workers[1]!.sent.map(({ kind }) => kind)).toEqual(['scenario', 'job'])
    workers[1]!.say({ kind: 'answer', id: workers[1]!.jobs[0]!.id, answer: 'from the fresh one' })
    expect(await wanted).toBe('from the fresh one')
  })

  it('leaves a worker alone that gives a sign of life, or that nobody waits for', async () => {
    const asking = client()
    const controller = new AbortController()
    void asking.ask('mutant', mutant, { signal: controller.signal }).catch(() => undefined)
    controller.abort()
    await vi.advanceTimersByTimeAsync(1000)
    expect(workers).toHaveLength(1)
    const again = new AbortController()
    void asking.ask('mutant', mutant, { signal: again.signal }).catch(() => undefined)
    void asking.ask('areas', position).catch(() => undefined)
    again.abort()
    workers[0]!.say({ kind: 'cancelled', id: workers[0]!.jobs[1]!.id })
    await vi.advanceTimersByTimeAsync(1000)
    expect(workers).toHaveLength(1)
    expect(workers[0]!.isTerminated).toBe(false)
  })

  it('fails what is asked when the worker breaks, and begins anew with the next question', async () => {
    const asking = client()
    const [one, other] = [asking.ask('mutants', {}), asking.ask('areas', position)]
    workers[0]!.break('out of memory')
    await expect(one).rejects.toThrow('out of memory')
    await expect(other).rejects.toThrow('out of memory')
    expect(workers[0]!.isTerminated).toBe(true)
    void asking.ask('mutants', {}).catch(() => undefined)
    expect(workers).toHaveLength(2)
    const unloaded = asking.ask('areas', position)
    workers[1]!.break('')
    await expect(unloaded).rejects.toThrow('the worker could not be loaded')
  })
})

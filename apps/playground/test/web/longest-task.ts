/** How long the page's own thread is held up at most. */

import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/**
 * The longest task of the page's own thread while something is done, in milliseconds of the processor: the time on a
 * machine that has nothing else to do.
 */
export async function longestTask(page: Page, work: () => Promise<void>): Promise<number> {
  const browser = page.context().browser()!
  const session = await browser.newBrowserCDPSession()
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', '__metadata'] } })
  await work()
  const isComplete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await isComplete
  const main = new Set(events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`))
  // What follows a task, such as the rest of an async function, is not always within it: all that is told of the thread counts.
  const tasks = events.filter(({ pid, tid, tdur }) => tdur !== undefined && main.has(`${pid} ${tid}`))
  expect(tasks.length).toBeGreaterThan(100)
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur / 1000), 0)
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Of the processor, in microseconds. */
  readonly tdur?: number
  readonly args?: { readonly name?: unknown }
}

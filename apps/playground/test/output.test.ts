import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Output } from '../src/cli/output.ts'
import { Progress } from '../src/cli/progress.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.useRealTimers()
})

/** Stands for stdout or stderr; `written` gives what has come so far. */
function fakeStream(properties: { isTTY?: boolean; columns?: number }): NodeJS.WriteStream & { written(): string } {
  let text = ''
  const stream = new PassThrough({ encoding: 'utf8' }).on('data', (piece: string) => (text += piece))
  return Object.assign(stream, properties, { written: () => text }) as unknown as NodeJS.WriteStream & { written(): string } // no terminal at hand
}

describe('Output', () => {
  it('has colours on a terminal only, and not where NO_COLOR is set or the terminal is dumb', () => {
    vi.stubEnv('NO_COLOR', '')
    vi.stubEnv('TERM', 'xterm')
    vi.stubEnv('FORCE_COLOR', '1')
    expect(new Output(fakeStream({ isTTY: true })).paint('bad', 'x')).toBe('\u001b[31mx\u001b[39m')
    expect(new Output(fakeStream({})).paint('bad', 'x')).toBe('x')
    vi.stubEnv('TERM', 'dumb')
    expect(new Output(fakeStream({ isTTY: true })).paint('bad', 'x')).toBe('x')
    vi.stubEnv('TERM', 'xterm')
    vi.stubEnv('NO_COLOR', '1')
    expect(new Output(fakeStream({ isTTY: true })).paint('bad', 'x')).toBe('x')
  })

  it('is as wide as the terminal, within reason, and 80 columns elsewhere', () => {
    const widths = [{ isTTY: true, columns: 100 }, { isTTY: true, columns: 10 }, { isTTY: true, columns: 999 }, { isTTY: true, columns: 0 }, {}]
    expect(widths.map((properties) => new Output(fakeStream(properties)).columns)).toEqual([100, 40, 160, 80, 80])
  })

  it('writes nothing any more once the reader is gone', () => {
    const stream = fakeStream({})
    const output = new Output(stream)
    output.line('first')
    output.flush()
    stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    output.line('second')
    output.flush()
    expect(stream.written()).toBe('first\n')
    expect(process.exitCode).toBeUndefined()
  })
})

describe('Progress', () => {
  it('appears on a terminal after a while, is renewed now and then, and is taken away at the end', () => {
    vi.useFakeTimers()
    const stream = fakeStream({ isTTY: true, columns: 10 })
    const progress = new Progress(stream)
    progress.report(() => 'too early')
    vi.advanceTimersByTime(400)
    progress.report(() => '50 % of something')
    progress.report(() => 'too early again')
    vi.advanceTimersByTime(100)
    progress.report(() => '51 %')
    progress.done()
    expect(stream.written()).toBe('\r\u001b[K50 % of s\r\u001b[K51 %\r\u001b[K')
  })

  it('says nothing where there is no terminal, or nothing was shown', () => {
    vi.useFakeTimers()
    const file = fakeStream({})
    const progress = new Progress(file)
    vi.advanceTimersByTime(1000)
    progress.report(() => '50 %')
    progress.done()
    expect(file.written()).toBe('')
    const terminal = fakeStream({ isTTY: true, columns: 80 })
    new Progress(terminal).done()
    expect(terminal.written()).toBe('')
  })
})

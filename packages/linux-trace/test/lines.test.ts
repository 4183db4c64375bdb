import { describe, expect, it } from 'vitest'
import { LineSplitter, parseMapsFile, MAX_LINE_LENGTH } from '../src/index.ts'
import { messageOf } from './support/run.ts'

function split(...pieces: string[]): [string, number][] {
  const lines: [string, number][] = []
  const splitter = new LineSplitter('f', (line, number) => lines.push([line, number]))
  for (const piece of pieces) splitter.push(piece)
  splitter.end()
  return lines
}

describe('LineSplitter', () => {
  it('hands over lines that lie across pieces, with their numbers', () => {
    expect(split('a', 'b\nc', '\n', '\nd\n')).toEqual([['ab', 1], ['c', 2], ['', 3], ['d', 4]])
  })

  it('hands over a last line that has no end', () => {
    expect(split('a\nb')).toEqual([['a', 1], ['b', 2]])
  })

  it('hands over no line behind the last line end', () => {
    expect(split('a\n', '')).toEqual([['a', 1]])
    expect(split('')).toEqual([])
  })

  it('takes off the carriage return of CR LF', () => {
    expect(split('a\r', '\nb\r\n')).toEqual([['a', 1], ['b', 2]])
  })

  it('takes a line of the greatest length and refuses a longer one, whole or in pieces, with its number', () => {
    const longest = 'x'.repeat(MAX_LINE_LENGTH)
    expect(split(`${longest}\n`)).toEqual([[longest, 1]])
    const message = `TraceInputError: f:2: expected a line of at most ${MAX_LINE_LENGTH} characters`
    expect(messageOf(() => split(`a\n${longest}x\n`))).toBe(message)
    expect(messageOf(() => split('a\n', longest, 'x'))).toBe(message)
  })
})

describe('what is no text', () => {
  it('throws a TypeError that names the argument', () => {
    const bytes = new Uint8Array([0x31]) as unknown as string
    expect(() => new LineSplitter('f', () => undefined).push(bytes)).toThrow(new TypeError('"piece" must be a string, got object'))
    expect(() => parseMapsFile(bytes)).toThrow(new TypeError('"text" must be a string, got object'))
  })
})

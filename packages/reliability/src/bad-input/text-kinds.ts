/**
 * What reads texts: the parsers of scenarios, logs and lists, what an error of theirs has to look like, and what has to
 * hold of a text that they accept.
 */

import { formatScenarios, parseScenarios, ScenarioError } from '@addrspace/conformance'
import type { Random } from '@addrspace/conformance/model'
import { formatMapsFile, parseMapsFile, Replay, ReplayError, TraceInputError, type MapsArea } from '@addrspace/linux-trace'
import { MemorySet } from '@addrspace/memory-set'
import { mutate } from './texts.ts'

/** A recorded run, as the texts of its files. */
export interface TraceText {
  readonly log: string
  readonly start: string
  readonly end: string
}

/** Something that reads texts. */
export interface TextKind {
  /** A text that is wrong, mostly. */
  make(random: Random): string
  /** Reads it; gives what became of it. Throws what is not an error of the documented kind. */
  read(text: string): 'accepted' | 'refused'
}

const LINES_OF_LOG = 24

/** A few lines of a log behind its first one, over the areas at its start. */
export function traces(texts: readonly TraceText[]): TextKind {
  const lines = texts.map(({ log }) => log.split('\n'))
  const lists = texts.map(({ start }) => parseMapsFile(start))
  return {
    make(random) {
      const which = random.below(texts.length)
      const all = lines[which]!
      const from = random.oneIn(3) ? 1 : random.between(1, all.length - 1)
      return `${which}\n${mutate(random, [all[0], ...all.slice(from, from + LINES_OF_LOG), ''].join('\n'))}`
    },
    read(text) {
      const end = text.indexOf('\n')
      return replayed(text.slice(end + 1), lists[Number(text.slice(0, end))]!)
    },
  }
}

function replayed(log: string, start: readonly MapsArea[]): 'accepted' | 'refused' {
  const set = new MemorySet<number, null>({ pageTable: null, merge: 'equal-neighbours' })
  const backend = { map: () => true, unmap: () => true, protect: () => true }
  const replay = new Replay({ name: 'null', set, backendFor: () => backend, flagsOf: (permission) => permission, permissionOf: (flags) => flags }, { start, end: start }, 'log')
  try {
    // In pieces that end anywhere.
    for (let at = 0; at < log.length; at += 61) replay.push(log.slice(at, at + 61))
    JSON.stringify(replay.finish())
    return 'accepted'
  } catch (thrown) {
    if (!(thrown instanceof TraceInputError || thrown instanceof ReplayError)) throw thrown
    oneLineNaming(thrown.message, /^log:([1-9][0-9]*): /, log)
    return 'refused'
  } finally {
    set.checkInvariants()
  }
}

export function lists(texts: readonly TraceText[]): TextKind {
  const all = texts.flatMap(({ start, end }) => [start, end])
  return {
    make(random) {
      const lines = all[random.below(all.length)]!.split('\n')
      const from = random.below(lines.length)
      return mutate(random, lines.slice(from, from + random.between(1, LINES_OF_LOG)).join('\n'))
    },
    read(text) {
      let areas: MapsArea[]
      try {
        areas = parseMapsFile(text, 'list')
      } catch (thrown) {
        if (!(thrown instanceof TraceInputError)) throw thrown
        oneLineNaming(thrown.message, /^list:([1-9][0-9]*): /, text)
        return 'refused'
      }
      let end = 0n
      for (const area of areas) {
        if (area.start < end || area.end <= area.start || area.end > 2n ** 64n) throw new Error(`an area that is out of order: ${area.start}-${area.end}`)
        ;({ end } = area)
      }
      sameText(formatMapsFile(parseMapsFile(formatMapsFile(areas))), formatMapsFile(areas))
      return 'accepted'
    },
  }
}

export function scenarios(texts: readonly string[]): TextKind {
  return {
    make: (random) => mutate(random, texts[random.below(texts.length)]!),
    read(text) {
      let written: string
      try {
        written = formatScenarios(parseScenarios(text))
      } catch (thrown) {
        if (!(thrown instanceof ScenarioError)) throw thrown
        if (thrown.line === 0) oneLineNaming(thrown.message, /^holds no scenario/, text)
        else oneLineNaming(thrown.message, /^line ([1-9][0-9]*): /, text)
        return 'refused'
      }
      sameText(formatScenarios(parseScenarios(written)), written)
      return 'accepted'
    },
  }
}

/** An error's message names a line that there is. JSON's own messages quote what they found, line ends included. */
function oneLineNaming(message: string, pattern: RegExp, text: string): void {
  const found = pattern.exec(message)
  if (found === null) throw new Error(`a message that names no line: ${message}`)
  if (found[1] !== undefined && Number(found[1]) > text.split('\n').length) throw new Error(`a message that names a line behind the end: ${message}`)
}

function sameText(a: string, b: string): void {
  if (a !== b) throw new Error(`what was accepted is written and read as something else:\n${a}\n${b}`)
}

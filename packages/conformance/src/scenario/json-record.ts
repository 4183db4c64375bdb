/**
 * One JSON object of a scenario file, read field by field. Every field that is read is ticked off, so that what is left
 * at the end is unknown; every refusal names the line and the field.
 */

import { MAX_WORD, WORD_SPACE } from '@addrspace/memory-addr'
import { ScenarioError } from './error.ts'
import { FLAG_LETTERS, tryFlagBits } from './flags.ts'
import type { FlagsText } from './flags.ts'
import type { JsonValue } from './scenario.ts'
import { shownJson } from './shown-json.ts'

const HEX = /^0x[0-9a-fA-F]+$/

/** Gives the number a JSON value means: a `0x` string or a safe integer that is not negative; otherwise undefined. */
export function tryJsonNumber(value: unknown): bigint | undefined {
  if (typeof value === 'string' && HEX.test(value)) return BigInt(value)
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined
}

/** Reads the fields of one object. `path` is put in front of field names, `memory.` for the fields of `memory`. */
export class JsonRecord {
  readonly #line: number
  readonly #path: string
  readonly #fields: Map<string, unknown>

  constructor(value: unknown, line: number, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ScenarioError(line, path === '' ? undefined : path.slice(0, -1), 'must be a JSON object')
    }
    this.#line = line
    this.#path = path
    this.#fields = new Map(Object.entries(value))
  }

  has(field: string): boolean {
    return this.#fields.has(field)
  }

  /** @throws ScenarioError always: `field` of this object has `problem`. */
  fail(field: string, problem: string): never {
    throw new ScenarioError(this.#line, this.#path + field, problem)
  }

  /** @throws ScenarioError if a field was never read. */
  end(): void {
    for (const field of this.#fields.keys()) this.fail(field, 'unknown field')
  }

  /** Takes any value out; undefined if the field is absent (JSON has no undefined). */
  take(field: string): unknown {
    const value = this.#fields.get(field)
    this.#fields.delete(field)
    return value
  }

  /** Takes a value as it is, known to be JSON because the whole line was parsed. */
  json(field: string): JsonValue | undefined {
    return this.take(field) as JsonValue | undefined
  }

  /** Shows a value without ticking it off. */
  peek(field: string): unknown {
    return this.#fields.get(field)
  }

  /** Reads an object inside this one; the names of its fields get this field's name in front. */
  nested<T>(field: string, read: (record: JsonRecord) => T): T | undefined {
    if (!this.has(field)) return undefined
    return read(new JsonRecord(this.take(field), this.#line, `${this.#path}${field}.`))
  }

  text(field: string): string | undefined {
    return this.#optional(field, 'a string', (value) => (typeof value === 'string' ? value : undefined))
  }

  texts(field: string): string | readonly string[] | undefined {
    return this.#optional(field, 'a string or a list of strings', (value) => {
      if (typeof value === 'string') return value
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
    })
  }

  /** A list of one or more of these, each at most once. */
  someOf<T extends string>(field: string, choices: readonly T[]): readonly T[] | undefined {
    return this.#optional(field, `a list of one or more of ${choices.join(', ')}`, (value) => {
      if (!Array.isArray(value) || value.length === 0 || new Set(value).size !== value.length) return undefined
      const found = value.map((item: unknown) => choices.find((choice) => choice === item))
      return found.every((item) => item !== undefined) ? found : undefined
    })
  }

  boolean(field: string): boolean | undefined {
    return this.#optional(field, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined))
  }

  /** A count from 1. */
  count(field: string): number | undefined {
    return this.#optional(field, 'an integer from 1', (value) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : undefined)
  }

  oneOf<T extends string>(field: string, choices: readonly T[]): T | undefined {
    const wanted = choices.map((choice) => `"${choice}"`).join(', ')
    return this.#optional(field, choices.length === 1 ? wanted : `one of ${wanted}`, (value) =>
      choices.find((choice) => choice === value))
  }

  flags(field: string): FlagsText | undefined {
    return this.#optional(field, `letters of "${FLAG_LETTERS}", each at most once, or a number 0 to 255`, (value) => {
      if (tryFlagBits(value) === undefined) return undefined
      return typeof value === 'string' || typeof value === 'number' ? value : undefined
    })
  }

  /** An address: below 2^64. */
  word(field: string): bigint | undefined {
    return this.#number(field, MAX_WORD, 'a "0x…" string or a small integer below 2^64')
  }

  /** A size or an exclusive end: up to 2^64. */
  size(field: string): bigint | undefined {
    return this.#number(field, WORD_SPACE, 'a "0x…" string or a small integer up to 2^64')
  }

  /** @throws ScenarioError if the field was absent: `reader` gave undefined. */
  require<T>(field: string, value: T | undefined): T {
    return value ?? this.fail(field, 'missing')
  }

  #number(field: string, largest: bigint, wanted: string): bigint | undefined {
    return this.#optional(field, wanted, (value) => {
      const number = tryJsonNumber(value)
      return number !== undefined && number <= largest ? number : undefined
    })
  }

  #optional<T>(field: string, wanted: string, read: (value: unknown) => T | undefined): T | undefined {
    if (!this.#fields.has(field)) return undefined
    const value = this.take(field)
    return read(value) ?? this.fail(field, `must be ${wanted}, got ${shownJson(value)}`)
  }
}

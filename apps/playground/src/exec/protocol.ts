/**
 * The messages of the exec protocol as types, and the check of what a subject answers against the schema, which is the
 * one description of them. Addresses, sizes and words are `0x` strings here and bigints everywhere else.
 */

import type { GoldenWord, KnownFailure, PageTableFeatures, PageTableManifest, TableFault, TableRefusal } from '@addrspace/conformance'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'

export const PROTOCOL_VERSION = 1

type Hex = string

interface EventMessage {
  readonly event: 'invalidate' | 'break' | 'free'
}

/** An event as an answer tells it. */
export type AnyEventMessage =
  | (EventMessage & { readonly event: 'invalidate'; readonly ranges: readonly { readonly start: Hex; readonly size: Hex }[]; readonly dropsTables?: boolean })
  | (EventMessage & { readonly event: 'break'; readonly entry: Hex; readonly start: Hex; readonly size: Hex })
  | (EventMessage & { readonly event: 'free'; readonly frame: Hex })

/** An entry as a message tells it. */
export type EntryMessage =
  | { readonly kind: 'absent' }
  | { readonly kind: 'table'; readonly frame: Hex }
  | { readonly kind: 'leaf'; readonly frame: Hex; readonly flags: string; readonly accessed: boolean; readonly dirty: boolean }
  | { readonly kind: 'invalid'; readonly reason: string }

type RefusalMessage = TableRefusal | 'unspecified'

interface Events {
  readonly events?: readonly AnyEventMessage[]
}

/** What is answered to each kind of request, by the names that the schema has for them. */
export interface Answers {
  readonly hello: {
    readonly name: string
    readonly manifest: Omit<PageTableManifest, 'softwareBits' | 'features' | 'kernelOnUserPages'> & {
      readonly softwareBits?: Hex
      readonly kernelOnUserPages?: PageTableManifest['kernelOnUserPages']
      readonly features?: Partial<PageTableFeatures>
    }
    readonly golden?: readonly (Omit<GoldenWord, 'word' | 'entry'> & { readonly word: Hex; readonly entry: EntryMessage })[]
    readonly known?: readonly KnownFailure[]
  }
  readonly table: { readonly roots?: readonly Hex[]; readonly scratch?: { readonly start: Hex; readonly size: Hex } }
  readonly outcome: Events & ({ readonly ok: true } | { readonly refused: RefusalMessage; readonly level?: number })
  readonly query: { readonly mapping: { readonly paddr: Hex; readonly size: Hex; readonly flags: string } | null }
  readonly leaves: {
    readonly leaves: readonly {
      readonly start: Hex; readonly size: Hex; readonly paddr: Hex; readonly leafSize: Hex; readonly flags: string; readonly accessed?: boolean; readonly dirty?: boolean
    }[]
  }
  readonly translate:
    | { readonly paddr: Hex; readonly updates?: readonly { readonly paddr: Hex; readonly word: Hex }[] }
    | { readonly fault: TableFault; readonly level: number }
  readonly done: Events & { readonly ok: true }
  readonly frame: { readonly frame: Hex | null }
  readonly words: { readonly words: readonly (readonly [paddr: Hex, word: Hex])[] }
  readonly word: { readonly word: Hex }
  readonly frames: { readonly frames: number }
  readonly entry: { readonly entry: EntryMessage }
  readonly encoded: { readonly word: Hex } | { readonly refused: RefusalMessage }
}

export type AnswerName = keyof Answers

/** The schema's own URN; parts of it are named by pointers. */
const SCHEMA = JSON.parse(readFileSync(new URL('../../schemas/exec-protocol.schema.json', import.meta.url), 'utf8')) as { readonly $id: string }

/** Checks answers. Made once per thread, since that takes a moment. */
export class AnswerCheck {
  // The schema tells in `properties` what each of several forms requires besides, which strict mode takes for a slip.
  readonly #ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, discriminator: true })
  readonly #checks = new Map<AnswerName, ValidateFunction>()

  constructor() {
    this.#ajv.addSchema(SCHEMA)
  }

  /** What is wrong with an answer, in a few words; undefined if nothing is. */
  problemOf(name: AnswerName, answer: unknown): string | undefined {
    const check = this.#checks.get(name) ?? this.#ajv.getSchema(`${SCHEMA.$id}#/$defs/answers/${name}`)!
    this.#checks.set(name, check)
    if (check(answer) === true) return undefined
    // Where there are several forms, what is wrong deepest inside of the answer says most.
    const errors = (check.errors ?? []).filter(({ keyword }) => keyword !== 'oneOf')
    const deepest = Math.max(...errors.map(({ instancePath }) => depth(instancePath)))
    const problems = errors.filter(({ instancePath }) => depth(instancePath) === deepest).map(textOf)
    return [...new Set(problems)].join(', or ')
  }
}

function textOf({ instancePath, message = 'is not as the protocol says', params }: ErrorObject): string {
  const given = params as { readonly additionalProperty?: string; readonly allowedValues?: readonly unknown[]; readonly allowedValue?: unknown }
  const { additionalProperty, allowedValues = 'allowedValue' in given ? [given.allowedValue] : [] } = given
  const subject = instancePath === '' ? 'it' : JSON.stringify(instancePath.slice(1))
  if (additionalProperty !== undefined) return `${subject} must not have ${JSON.stringify(additionalProperty)}`
  if (allowedValues.length > 0) return `${subject} must be ${allowedValues.map((value) => JSON.stringify(value)).join(' or ')}`
  return `${subject} ${message.replaceAll("'", '"')}`
}

function depth(path: string): number {
  return path.split('/').length
}

/** Writes a message, bigints in hexadecimal, without white space. */
export function writeMessage(message: object): string {
  return JSON.stringify(message, (_name, value: unknown) => (typeof value === 'bigint' ? `0x${value.toString(16)}` : value))
}

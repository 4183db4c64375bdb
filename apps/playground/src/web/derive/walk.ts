/**
 * A walk as the manual tells it: for each step the arithmetic, the entry, its word and what every bit of it is; then what
 * becomes of the access, and, where it is refused, what would have to change.
 */

import { virtAddr } from '@addrspace/memory-addr'
import { formatFlags, type Access, type FaultReason, type Mode } from '@addrspace/page-table'
import { bitName, bitRange, bitsOf, bitValue, kindOf, layoutOf, valueMeaning, type NamedBits, type WordKind } from '../../adapters/entry-words.ts'
import { controlsOf, namesOfLevel } from '../../adapters/machines.ts'
import { describeStop, describeWayOut } from '../../adapters/walk-words.ts'
import { addressParts, type AddressPart } from './address-parts.ts'
import { machineOf, type BackendName } from './backends.ts'
import type { OpenedMachine } from './live-space.ts'
import type { Position } from './position.ts'
import type { Session } from './session.ts'

/** Controls by their manual names; what is not named is the machine's default. */
export type ControlSettings = Readonly<Record<string, boolean | string>>

export interface WalkRequest extends Position {
  readonly vaddr: bigint
  readonly access: Access
  readonly mode: Mode
  readonly controls: ControlSettings
}

/** Bits of a word, as the manual's bit table has them. */
export interface WordBits {
  readonly high: number
  readonly low: number
  /** `7`, or `62:52`. */
  readonly range: string
  readonly role: NamedBits['role']
  /** The manual's name, or the role and the range where it has none. */
  readonly name: string
  /** `1`, or `0x3` of several bits. */
  readonly value: string
  readonly held: bigint
  /** What the bits say. */
  readonly meaning: string
  /** What the held value says, where values have names. */
  readonly valueMeaning: string | undefined
  /** Whether the fault names these bits. */
  readonly isAtFault: boolean
}

/** One step of the walk. */
export interface WalkedStep {
  readonly level: number
  readonly levelNames: readonly string[]
  /** The table in which it looks. */
  readonly table: bigint
  /** Bits `high:low` of the address are the index. */
  readonly indexBits: { readonly high: number; readonly low: number }
  readonly index: number
  /** `table + 8 × index`. */
  readonly entryAddress: bigint
  readonly word: bigint
  readonly kind: WordKind
  readonly target: bigint | undefined
  /** Title and source of the bit table that says what the word means. */
  readonly layout: { readonly title: string; readonly source: string }
  /** All 64 bits, highest first. */
  readonly bits: readonly WordBits[]
}

/** What becomes of the access. */
export type WalkOutcome =
  | {
      readonly kind: 'mapped'
      readonly paddr: bigint
      /** Of the leaf: its first byte, its size in bytes; `paddr` is `frame + offset`. */
      readonly frame: bigint
      readonly size: bigint
      readonly offset: bigint
      readonly flags: string
      /** Words that the machine would write back: accessed, dirty. */
      readonly updates: readonly { readonly entryAddress: bigint; readonly word: bigint }[]
    }
  | {
      readonly kind: 'fault'
      readonly reason: FaultReason
      readonly level: number
      /** As the manual names it; empty where no bit is at fault. */
      readonly bit: string
      /** `permission at level 0, U/S`. */
      readonly what: string
      readonly why: string
      /** What would have to change, in sentences. */
      readonly wayOut: readonly string[]
    }

/** What becomes of one kind of access. */
export interface Verdict {
  readonly access: Access
  readonly mode: Mode
  /** `permission at level 0, U/S`; undefined if the access is let through. */
  readonly fault: string | undefined
}

export interface Walk {
  readonly vaddr: bigint
  readonly roots: readonly bigint[]
  /** Undefined for an address that the machine does not translate. */
  readonly root: bigint | undefined
  /** What holds the root's address: `CR3`, `satp`, `TTBR0_EL1`. */
  readonly rootName: string
  /** All 64 bits of the address, highest first. */
  readonly parts: readonly AddressPart[]
  readonly steps: readonly WalkedStep[]
  readonly outcome: WalkOutcome
  /** Every access by every mode in the same state of the machine; read, write, exec, each by user and kernel. */
  readonly verdicts: readonly Verdict[]
}

const ACCESSES: readonly Access[] = ['read', 'write', 'exec']
const MODES: readonly Mode[] = ['user', 'kernel']

/** The controls of a machine: what each may be, and its default. Empty without a machine. */
export function controlsOfBackend(backend: BackendName): readonly { readonly name: string; readonly choices: readonly (boolean | string)[]; readonly initial: boolean | string }[] {
  return machineOf(backend)?.use(({ format: { controlChoices = {}, defaultControls } }) => {
    return Object.entries(controlChoices).map(([name, choices]) => ({ name, choices, initial: Reflect.get(defaultControls, name) as boolean | string }))
  }) ?? []
}

/**
 * Walks; undefined without page tables.
 *
 * @throws RangeError for a control that the machine does not have, or a value that it cannot have.
 */
export function walkAt(session: Session, request: WalkRequest): Walk | undefined {
  const { scenario, backend, count } = request
  return session.at(scenario, backend, count).use((opened) => walkIn(opened, request))
}

function walkIn<C extends object>({ machine, space: { pageTable } }: OpenedMachine<C>, { vaddr: address, access, mode, controls: given }: WalkRequest): Walk {
  const vaddr = virtAddr(address)
  const { format, geometry, roots } = pageTable
  const controls = controlsOf(machine, given, (control, problem) => {
    throw new RangeError(`"${control}" ${problem}`)
  })
  const translation = pageTable.translate(vaddr, access, mode, controls)
  const way = pageTable.walk(vaddr)
  const fault = translation.kind === 'fault' ? translation : undefined
  const steps = way.map(({ level, index, entryAddress, word, entry }): WalkedStep => {
    const layout = layoutOf(format, word, level)
    const low = 12 + level * geometry.indexBits
    return {
      level,
      levelNames: namesOfLevel(machine, level).filter((name) => name !== undefined),
      table: entryAddress - 8n * BigInt(index),
      indexBits: { high: low + geometry.indexBits - 1, low },
      index,
      entryAddress,
      word,
      kind: kindOf(format, word, level),
      target: entry.kind === 'table' || entry.kind === 'leaf' ? entry.frame : undefined,
      layout: { title: layout.title, source: layout.source },
      bits: bitsOf(layout, word).map((bits) => wordBits(bits, fault?.level === level ? fault.bit : '')),
    }
  })
  const last = way.at(-1)
  return {
    vaddr,
    roots,
    root: geometry.isCanonical(vaddr) ? roots[geometry.rootOf(vaddr)] : undefined,
    rootName: rootName(format.name, geometry.rootOf(vaddr)),
    parts: addressParts(geometry, vaddr, { level: last?.level, isLeaf: last?.entry.kind === 'leaf' }),
    steps,
    outcome: outcome(),
    verdicts: ACCESSES.flatMap((each) => MODES.map((by): Verdict => ({ access: each, mode: by, fault: faultOf(each, by) }))),
  }

  function faultOf(each: Access, by: Mode): string | undefined {
    const answer = pageTable.translate(vaddr, each, by, controls)
    return answer.kind === 'fault' ? describeStop(machine, { fault: answer, last }).what : undefined
  }

  function outcome(): WalkOutcome {
    if (translation.kind === 'mapped') {
      const { paddr, size, updates } = translation
      const offset = vaddr % size
      return { kind: 'mapped', paddr, frame: paddr - offset, size, offset, flags: formatFlags(pageTable.query(vaddr)!.flags), updates }
    }
    const { reason, level, bit } = translation
    const stop = { fault: translation, last }
    const wayOut = describeWayOut({ machine, table: pageTable, loadWay: () => undefined, request: { vaddr, access, mode }, controls }, stop)
    return { kind: 'fault', reason, level, bit, ...describeStop(machine, stop), wayOut }
  }
}

/** As the machine's manual calls the register. */
function rootName(machine: string, root: 0 | 1): string {
  if (machine === 'aarch64') return `TTBR${root}_EL1`
  return machine.startsWith('riscv') ? 'satp' : 'CR3'
}

function wordBits(bits: NamedBits, fault: string): WordBits {
  const range = bitRange(bits)
  return {
    high: bits.high,
    low: bits.low,
    range,
    role: bits.role,
    name: bitName(bits),
    value: bitValue(bits, bits.held),
    held: bits.held,
    meaning: bits.meaning,
    valueMeaning: valueMeaning(bits),
    isAtFault: fault !== '' && (bits.name === fault || range === fault),
  }
}

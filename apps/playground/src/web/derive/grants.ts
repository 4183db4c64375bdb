/**
 * What a machine grants for requested flags, beside what was asked. The machine's format decides; here is only which
 * letters differ, and the manual's reason in words.
 */

import { flagBits, formatFlagLetters, type FlagsText } from '@addrspace/conformance'
import type { MappingFlags } from '@addrspace/page-table'
import { machineOf, type BackendName } from './backends.ts'

/** The answer of a machine to requested flags. */
export type GrantReport =
  | { readonly kind: 'as-requested'; readonly flags: string }
  | {
      readonly kind: 'differs'
      readonly requested: string
      readonly granted: string
      /** Letters that are granted unasked. */
      readonly added: string
      /** Letters that say nothing here. */
      readonly lost: string
      /** One sentence for each difference. */
      readonly reasons: readonly string[]
    }
  | { readonly kind: 'refused'; readonly requested: string; readonly reason: string }

type Family = 'x86' | 'riscv' | 'aarch64'

/** Why a letter comes along with another. */
const REASONS: Readonly<Record<Family, { readonly write: string; readonly exec: string; readonly none: string }>> = {
  x86: {
    write: 'w grants r too: no bit of an x86-64 entry denies reading, whatever is present can be read',
    exec: 'x grants r too: no bit of an x86-64 entry denies reading, whatever is present can be read',
    none: 'without r, w and x the entry is not present, and the machine looks at no other bit',
  },
  riscv: {
    write: 'w grants r too: the encodings with W and without R are reserved on RISC-V',
    exec: 'x grants r too',
    none: 'without r, w and x the entry is not valid, and the machine looks at no other bit',
  },
  aarch64: {
    write: 'w grants r too: AP[2] tells read-only from read-write, and nothing is write-only',
    exec: 'x grants r too: the kernel can read whatever is valid',
    none: 'without r, w and x the entry is not valid, and the machine looks at no other bit',
  },
}

/** What a backend grants for flags; undefined without a machine, where flags are only numbers. */
export function grantReport(backend: BackendName, flags: FlagsText): GrantReport | undefined {
  const bits = flagBits(flags)
  const grant = machineOf(backend)?.use(({ format }) => format.grant(bits as MappingFlags))
  if (grant === undefined) return undefined
  const requested = formatFlagLetters(bits)
  if (grant.kind === 'refused') return { kind: 'refused', requested, reason: grant.why }
  if (grant.flags === bits) return { kind: 'as-requested', flags: requested }
  const granted = formatFlagLetters(grant.flags)
  const added = formatFlagLetters(grant.flags & ~bits)
  const lost = formatFlagLetters(bits & ~grant.flags)
  return { kind: 'differs', requested, granted, added, lost, reasons: reasonsOf(familyOf(backend), requested, added, lost) }
}

function reasonsOf(family: Family, requested: string, added: string, lost: string): string[] {
  const { write, exec, none } = REASONS[family]
  const reasons: string[] = []
  if (added.includes('r')) reasons.push(requested.includes('w') ? write : exec)
  if (lost !== '') reasons.push(none)
  return reasons
}

function familyOf(backend: BackendName): Family {
  if (backend.startsWith('riscv')) return 'riscv'
  return backend === 'aarch64' ? 'aarch64' : 'x86'
}

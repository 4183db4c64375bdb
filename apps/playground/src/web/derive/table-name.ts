/** What the manuals call tables, in a word. */

import type { BackendName } from './backends.ts'

const X86_64 = ['PT', 'PD', 'PDPT', 'PML4', 'PML5'] as const

/** The number in a table's name: 4 of `PML4`, 1 of the last one on x86-64; what the manual counts elsewhere. */
export function tableDigit(backend: BackendName, level: number): number {
  if (backend === 'x86-64' || backend === 'x86-64-la57') return level + 1
  return backend === 'aarch64' ? 3 - level : level
}

/** `PML4`, `L2` (which RISC-V counts as we do), `L0` of Arm, which counts from the root. */
export function tableName(backend: BackendName, level: number): string {
  if (backend === 'x86-64' || backend === 'x86-64-la57') return X86_64[level]!
  return backend === 'aarch64' ? `L${3 - level}` : `L${level}`
}

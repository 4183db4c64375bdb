// The machines whose page tables are measured, by name.
import { aarch64 } from '@addrspace/backend-aarch64'
import { riscvSv39 } from '@addrspace/backend-riscv-sv39'
import { x8664 } from '@addrspace/backend-x86-64'
import type { PteFormat } from '@addrspace/page-table'

export const MACHINES: Readonly<Record<string, PteFormat<unknown>>> = {
  'x86-64': x8664,
  'riscv-sv39': riscvSv39,
  'aarch64': aarch64,
}

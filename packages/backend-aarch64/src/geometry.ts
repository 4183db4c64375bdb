// The handful of numbers of the machine: a 4 KiB granule, four levels, 48 bits of virtual address in
// each half (TCR_EL1.T0SZ = T1SZ = 16), 48 bits of physical address.
import { Geometry } from '@addrspace/page-table'

/** Root 0 is that of TTBR0_EL1, the lower half; root 1 that of TTBR1_EL1, the upper one. */
export const AARCH64_GEOMETRY: Geometry = new Geometry({ levels: 4, indexBits: 9, physBits: 48, leafLevels: [0, 1, 2], halves: 'two-roots' })

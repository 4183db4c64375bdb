// The numbers of long-mode paging. Five levels (CR4.LA57) differ from four in this alone.
import { Geometry } from '@addrspace/page-table'

const SHARED = {
  indexBits: 9,
  /** The architecture's limit; the bits above are software's. */
  physBits: 52,
  /** 4 KiB, 2 MiB, 1 GiB. */
  leafLevels: [0, 1, 2],
  halves: 'sign-extended',
} as const

/** 48-bit addresses: PT, PD, PDPT, PML4. */
export const FOUR_LEVELS: Geometry = new Geometry({ levels: 4, ...SHARED })

/** 57-bit addresses: a PML5 on top. */
export const FIVE_LEVELS: Geometry = new Geometry({ levels: 5, ...SHARED })

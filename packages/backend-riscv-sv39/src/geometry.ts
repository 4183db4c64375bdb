// The numbers of Sv39, Sv48 and Sv57. Physical addresses have 56 bits whatever is wired: the 44 bits of
// a frame's number are all significant, since the algorithm "does not admit the possibility of ignoring
// high-order PPN bits for implementations with narrower physical addresses" (RISC-V Privileged
// Architecture, Supervisor-Level ISA, "Virtual Address Translation Process"). Hence no word of these
// machines points too far, and nothing here raises `address-size`.
import { Geometry } from '@addrspace/page-table'

/** 512 GiB of virtual addresses; leaves of 4 KiB, 2 MiB, 1 GiB. */
export const SV39_GEOMETRY: Geometry = new Geometry({ levels: 3, indexBits: 9, physBits: 56, leafLevels: [0, 1, 2], halves: 'sign-extended' })

/** 256 TiB of virtual addresses; leaves up to 512 GiB. */
export const SV48_GEOMETRY: Geometry = new Geometry({ levels: 4, indexBits: 9, physBits: 56, leafLevels: [0, 1, 2, 3], halves: 'sign-extended' })

/** 128 PiB of virtual addresses; leaves up to 256 TiB. */
export const SV57_GEOMETRY: Geometry = new Geometry({ levels: 5, indexBits: 9, physBits: 56, leafLevels: [0, 1, 2, 3, 4], halves: 'sign-extended' })

// What each machine is asked, and which mistakes the answers catch.
import { aarch64Machine } from '../aarch64.ts'
import type { Machine } from '../machine.ts'
import { riscvSv39Machine, riscvSv48Machine, riscvSv57Machine } from '../riscv.ts'
import { x8664La57Machine, x8664Machine } from '../x86-64.ts'
import { themesOf, type Depth, type Theme } from './themes.ts'
import { aarch64Words, riscvWords, x8664Words, type VectorWords } from './words.ts'

/** A machine that vectors can be asked of. */
export interface VectorMachine {
  readonly name: string
  readonly words: VectorWords
  /** What the emulator tells of an access, for `agreed`. */
  readonly tells: string
  readonly themes: () => readonly Theme[]
  /** Whatever is done with the machine is done by a function over any. */
  use<R>(work: <C>(machine: Machine<C>) => R): R
}

const WHERE = 'where each access goes, and'
const RANDOM = ['what none of the other vectors thought of: rights, sizes, holes and spoilt words together']
const LEVELS = ['nuttx#19692, nuttx#18349: level numbers off by one', 'an address whose upper bits are dropped']
const MISALIGNED = 'NutShell#265, NutShell#268, biriscv#46, TinyEMU: a misaligned superpage accepted'

const RISCV = {
  rights: ['TinyEMU: the supervisor fetches from user pages when SUM is set', 'tgoskits#798, ruyisdk/linux-xuantie-kernel#227: write taken to imply read', 'MXR applied to stores or fetches'],
  pointers: ['page_table_multiarch: A, D and U set in what is walked as a pointer', 'TinyEMU: reserved bits 63:54 kept in the address'],
  leaves: [MISALIGNED, 'TinyEMU: reserved bits 63:54 kept in the address', 'page_table_multiarch: a leaf without R, W and X walked as a pointer'],
  places: LEVELS,
  random: RANDOM,
}
const X86_64 = {
  rights: ['kernels that rely on SMEP or SMAP where it is off', 'XD without EFER.NXE ignored instead of refused', 'CR0.WP taken to bind user mode'],
  pointers: ['rights taken from the leaf alone', 'bits that are ignored in pointers taken for rights or refused'],
  leaves: ['mycelium#547: bit 7, which is PAT at the last level, taken for the mark of a huge leaf', 'bit 12, which is PAT in a huge leaf, taken for a part of the frame', 'a misaligned huge leaf accepted'],
  places: LEVELS,
  random: RANDOM,
}
const AARCH64 = {
  rights: ['EL1 fetching from pages that EL0 may write', 'UXN taken for PXN', 'AP[2] read as a right to write', 'PAN applied to fetches, or to pages that only EL1 reads'],
  pointers: ['hierarchical permissions applied while TCR_EL1.HPD turns them off', 'bits that are ignored in table descriptors refused'],
  leaves: ['aarch64-paging#4: a page and a table confused, since their two low bits are the same', 'a page without AF let through', 'software bits taken for rights'],
  places: [...LEVELS, 'an upper half that is walked from the root of the lower one'],
  random: RANDOM,
}

function machineOf<C>(machine: Machine<C>, words: VectorWords, depth: Depth, tells: string, catches: Parameters<typeof themesOf>[3]): VectorMachine {
  return { name: machine.name, words, tells: `${WHERE} ${tells}`, themes: () => themesOf(machine, words, depth, catches), use: (work) => work(machine) }
}

export const VECTOR_MACHINES: readonly VectorMachine[] = [
  machineOf(riscvSv39Machine, riscvWords(3), 'all', 'whether it faults', RISCV),
  machineOf(riscvSv48Machine, riscvWords(4), 'levels', 'whether it faults', RISCV),
  machineOf(riscvSv57Machine, riscvWords(5), 'levels', 'whether it faults', RISCV),
  machineOf(x8664Machine, x8664Words(), 'all', 'why it faults', X86_64),
  machineOf(x8664La57Machine, x8664Words(), 'levels', 'why it faults', X86_64),
  machineOf(aarch64Machine, aarch64Words(), 'all', 'why and at which level it faults', AARCH64),
]

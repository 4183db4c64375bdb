// The judges by name: each takes a seed and a number of accesses, and boots its machine as often as
// that takes. Boot n has seed + n, and every difference names the seed of its boot.
import { aarch64Machine, makeBatch, riscvSv39Machine, riscvSv48Machine, riscvSv57Machine, x8664La57Machine, x8664Machine, type Machine } from '../src/index.ts'
import { isInstalled, judgeBatch, type Tampering } from './qemu.ts'

/** Rather many layouts than many accesses to each. */
const ACCESSES_PER_BOOT = 400

export interface Outcome {
  readonly accesses: number
  /** Reports of differences. */
  readonly differences: readonly string[]
  /** How often translate said what: `mapped`, or the reason of a fault. */
  readonly verdicts: Readonly<Record<string, number>>
  /** Queries left out for a leniency of the emulator. */
  readonly lenient: Readonly<Record<string, number>>
}

export interface Judge {
  readonly name: string
  /** The emulator that it needs. */
  readonly program: string
  readonly isInstalled: () => boolean
  /** @throws Error if the emulator fails otherwise than by giving another answer */
  readonly judge: (seed: number, accesses: number, tamper?: Tampering) => Promise<Outcome>
}

function judgeOf<C>(machine: Machine<C>): Judge {
  return {
    name: machine.name,
    program: machine.program,
    isInstalled: () => isInstalled(machine.program),
    judge: async (seed, accesses, tamper) => {
      const differences: string[] = []
      const verdicts: Record<string, number> = {}
      const lenient: Record<string, number> = {}
      for (let done = 0, boot = 0; done < accesses; done += ACCESSES_PER_BOOT, boot++) {
        const batch = makeBatch(machine, seed + boot, Math.min(ACCESSES_PER_BOOT, accesses - done))
        for (const { report } of await judgeBatch(batch, tamper)) differences.push(report)
        for (const { translation } of batch.asked) count(verdicts, translation.kind === 'mapped' ? 'mapped' : translation.reason, 1)
        for (const [name, times] of batch.lenient) count(lenient, name, times)
      }
      return { accesses, differences, verdicts, lenient }
    },
  }
}

function count(counts: Record<string, number>, key: string, times: number): void {
  counts[key] = (counts[key] ?? 0) + times
}

export const JUDGES: readonly Judge[] = [judgeOf(riscvSv39Machine), judgeOf(riscvSv48Machine), judgeOf(riscvSv57Machine), judgeOf(aarch64Machine), judgeOf(x8664Machine), judgeOf(x8664La57Machine)]

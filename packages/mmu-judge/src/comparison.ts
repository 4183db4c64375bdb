// Holds the machine's answers, and the memory that it leaves behind, against what translate said.
import { formatHex, pa } from '@addrspace/memory-addr'
import { DEVICE, formatFlags, NONE, UNCACHED } from '@addrspace/page-table'

import { describeSteps, readFrame, type Asked, type Batch } from './batch.ts'
import { ANSWER_WORDS, ANSWERS_AT, DONE_AT, TABLES_AT, type Answer } from './machine.ts'

/** Reads the machine's memory after the run. */
export type ReadAfter = (paddr: bigint, size: number) => Uint8Array

export interface Difference {
  /** Everything that is needed to look into it. */
  readonly report: string
}

/** All differences; none if translate is right, or wrong as the machine is. */
export function compareBatch<C>(batch: Batch<C>, readAfter: ReadAfter): Difference[] {
  const { machine, asked } = batch
  const done = Number(wordAt(readAfter(machine.ramBase + DONE_AT, 8), 0))
  if (done !== asked.length) return [{ report: describeDifference(batch, done, 'none', `no more answers: this is query ${String(done)} of ${String(asked.length)}`) }]
  const answers = readAfter(machine.ramBase + ANSWERS_AT, asked.length * ANSWER_WORDS * 8)
  const differences: Difference[] = []
  asked.forEach((one, index) => {
    const words = Array.from({ length: ANSWER_WORDS }, (_, i) => wordAt(answers, index * ANSWER_WORDS + i))
    for (const answer of machine.decodeAnswer(words, one.query)) {
      const why = whyDifferent(one, answer)
      if (why !== undefined) differences.push({ report: describeDifference(batch, index, answer.text, why) })
    }
  })
  return [...differences, ...compareMemory(batch, readAfter)]
}

/** Why an answer contradicts translate; undefined if it does not. */
export function whyDifferent<C>({ translation, flags = NONE, loaded, isBacked, query }: Asked<C>, answer: Answer): string | undefined {
  if (answer.kind === 'odd') return 'an answer that no access should have'
  if (translation.kind === 'fault') {
    if (answer.kind !== 'refused') return 'translate refuses what the CPU allows'
    if (!answer.reasons.includes(translation.reason)) return 'the faults are of different kinds'
    return answer.level === undefined || answer.level === translation.level ? undefined : 'the faults are of different levels'
  }
  if (answer.kind === 'refused') return 'translate allows what the CPU refuses'
  if (answer.kind === 'unbacked') return isBacked ? 'nothing is where the CPU went' : undefined
  if (answer.paddr !== undefined && answer.paddr !== translation.paddr) return 'the physical addresses differ'
  if (answer.memoryType !== undefined && answer.memoryType !== (flags & (DEVICE | UNCACHED))) return `the memory types differ: ours is "${formatFlags(flags)}"`
  if (answer.mode !== undefined && answer.mode !== query.mode) return 'the access was made in the other mode'
  if (answer.loaded !== undefined && loaded !== undefined && answer.loaded !== loaded) return `the access went elsewhere: ${formatHex(loaded)} lies at the expected address`
  return undefined
}

function compareMemory<C>(batch: Batch<C>, readAfter: ReadAfter): Difference[] {
  const { machine, after, mayBeSet } = batch
  const differences: Difference[] = []
  for (const frame of after.nonZeroFrames()) {
    const start = BigInt(frame) << 12n
    // Below the tables are the guest and its lists.
    if (start < machine.ramBase + TABLES_AT) continue
    const ours = readFrame(after, frame)
    const theirs = readAfter(start, ours.length)
    for (let i = 0; i < ours.length / 8; i++) {
      const paddr = pa(start + BigInt(i * 8))
      const ignored = mayBeSet.get(paddr) ?? 0n
      const [expected, found] = [wordAt(ours, i), wordAt(theirs, i)]
      if ((expected | ignored) !== (found | ignored)) {
        differences.push({ report: `${machine.name}, seed ${String(batch.seed)}: in the end ${formatHex(paddr)} holds ${formatHex(found)}, expected ${formatHex(expected)}` })
      }
    }
  }
  return differences
}

function describeDifference<C>({ machine, seed, asked }: Batch<C>, index: number, answer: string, why: string): string {
  const one = asked[index]
  if (one === undefined) return `${machine.name}, seed ${String(seed)}: ${why}`
  const { query, translation, steps } = one
  const ours = translation.kind === 'mapped' ? formatHex(translation.paddr) : `${translation.reason} at level ${String(translation.level)}${translation.bit === '' ? '' : `, bit ${translation.bit}`}`
  return [
    `${machine.name}, seed ${String(seed)}, query ${String(index)}: ${why}`,
    `  ${query.access} of ${formatHex(query.vaddr)} in ${query.mode} mode, ${JSON.stringify(query.controls)}`,
    `  translate: ${ours}`,
    `  walk: ${describeSteps(steps)}`,
    `  CPU: ${answer}`,
  ].join('\n')
}

function wordAt(bytes: Uint8Array, index: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset + index * 8, 8).getBigUint64(0, true)
}

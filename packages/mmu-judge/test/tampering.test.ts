import { describe, expect, it } from 'vitest'

import { JUDGES } from '../run/judges.ts'
import type { AnyAsked, Tampering } from '../run/qemu.ts'

const SEED = 7
const ACCESSES = 200

const placeOf = ({ translation }: AnyAsked): bigint | undefined => (translation.kind === 'mapped' ? translation.paddr : undefined)

/** The first read of a word that is in the image, and not written before it is read. */
function firstRead(asked: readonly AnyAsked[]): AnyAsked {
  return asked.find((one, index) => one.isBacked && one.access === 'read' && !asked.slice(0, index).some((earlier) => earlier.access === 'write' && placeOf(earlier) === placeOf(one)))!
}

/** Flips a bit of a word of the image. */
function flip(image: ReadonlyMap<number, Uint8Array>, paddr: bigint, bit: number): void {
  image.get(Number(paddr >> 12n))![Number(paddr & 0xfffn) + (bit >> 3)]! ^= 1 << (bit & 7)
}

const flipInLeaf =
  (bit: number): Tampering =>
  (image, asked) =>
    flip(image, firstRead(asked).steps.at(-1)!.entryAddress, bit)

const flipInPage: Tampering = (image, asked) => flip(image, placeOf(firstRead(asked))!, 5)

describe.each(JUDGES)('the judge of $name', ({ program, isInstalled, judge }) => {
  const judged = it.skipIf(!isInstalled())

  judged(`notices that a leaf is not present (needs ${program})`, async () => {
    const { differences } = await judge(SEED, ACCESSES, flipInLeaf(0))
    expect(differences.join('\n')).toContain('translate allows what the CPU refuses')
  })

  judged(`notices that a leaf points elsewhere (needs ${program})`, async () => {
    const { differences } = await judge(SEED, ACCESSES, flipInLeaf(31))
    expect(differences.join('\n')).toMatch(/went elsewhere|is where the CPU went|CPU refuses|addresses differ/)
  })

  judged(`notices that another word lies at the address (needs ${program})`, async () => {
    const { differences } = await judge(SEED, ACCESSES, flipInPage)
    expect(differences.join('\n')).toContain('the access went elsewhere')
  })
})

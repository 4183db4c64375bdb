/**
 * A digest of words: two different frames have the same one about once in 2^52 times. Not made to withstand anybody.
 */

/** Digests ints [from, to) of an array, a multiple of 4 of them. Four lanes, since each waits for its multiplication. */
function digestOf(words: Int32Array, from: number, to: number): number {
  let [a, b, c, d] = [0x243f_6a88, 0x85a3_08d3 | 0, 0x1319_8a2e, 0x0370_7344]
  for (let i = from; i < to; i += 4) {
    a = Math.imul(a ^ words[i]!, 0x9e37_79b1 | 0)
    b = Math.imul(b ^ words[i + 1]!, 0x85eb_ca77 | 0)
    c = Math.imul(c ^ words[i + 2]!, 0xc2b2_ae3d | 0)
    d = Math.imul(d ^ words[i + 3]!, 0x27d4_eb2f)
    // A multiplication carries upwards only.
    a ^= a >>> 15
    b ^= b >>> 15
    c ^= c >>> 15
    d ^= d >>> 15
  }
  const low = Math.imul(a ^ (c >>> 7), 0x9e37_79b1 | 0) ^ d
  const high = Math.imul(b ^ (d >>> 9), 0x85eb_ca77 | 0) ^ c
  return (low >>> 0) * 2 ** 20 + (high >>> 12)
}

const FRAME_INTS = 1024
const ZERO = digestOf(new Int32Array(FRAME_INTS), 0, FRAME_INTS)

/** The digests of those of the first `count` frames that hold something, by their numbers: memory never used tells nothing. */
export function digestsOf(words: Int32Array, count: number): string {
  let text = ''
  for (let frame = 0; frame < count; frame++) {
    const digest = digestOf(words, frame * FRAME_INTS, (frame + 1) * FRAME_INTS)
    if (digest !== ZERO) text += ` ${frame}:${digest.toString(36)}`
  }
  return text
}

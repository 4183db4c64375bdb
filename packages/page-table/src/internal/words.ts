// The loops over the words of one table: filling, comparing, rewriting. Each runs over at most 512
// words of a typed array and is called once per table, which is what lets it be compiled well. A
// word is two Int32, low half first; unrolled by four, since that is nearly twice as fast. What a loop needs is made
// an integer before it: a parameter that once was a double would make all that is computed from it one.

/** Stores `count` words from `at` on: the first is high:low, each next one `step` more; the sum may carry into the high half. */
export function fillProgression(words: Int32Array, at: number, count: number, firstLow: number, firstHigh: number, stepLow: number, stepHigh: number): void {
  let i = at | 0
  let low = firstLow | 0
  let high = firstHigh | 0
  const end = (i + (count << 1)) | 0
  if (stepHigh === 0 && (low >>> 0) + (stepLow >>> 0) * (count - 1) <= 0xffff_ffff) {
    const step = stepLow | 0
    const step2 = (step << 1) | 0
    const step3 = (step2 + step) | 0
    const step4 = (step << 2) | 0
    for (const unrolled = (end - 7) | 0; i < unrolled; i = (i + 8) | 0) {
      words[i] = low
      words[i + 1] = high
      words[i + 2] = (low + step) | 0
      words[i + 3] = high
      words[i + 4] = (low + step2) | 0
      words[i + 5] = high
      words[i + 6] = (low + step3) | 0
      words[i + 7] = high
      low = (low + step4) | 0
    }
  }
  for (; i < end; i = (i + 2) | 0) {
    words[i] = low
    words[i + 1] = high
    const sum = (low >>> 0) + (stepLow >>> 0)
    low = sum | 0
    high = (high + stepHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0
  }
}

/** How many of `count` words from `at` on are zero before the first that is not. */
export function zeroRun(words: Int32Array, at: number, count: number): number {
  const first = at | 0
  const end = (first + (count << 1)) | 0
  let i = first
  for (const unrolled = (end - 7) | 0; i < unrolled; i = (i + 8) | 0) {
    const any = words[i]! | words[i + 1]! | words[i + 2]! | words[i + 3]! | words[i + 4]! | words[i + 5]! | words[i + 6]! | words[i + 7]!
    if (any !== 0) break
  }
  while (i < end && (words[i]! | words[i + 1]!) === 0) i = (i + 2) | 0
  return (i - first) >> 1
}

/** How many of `count` words from `at` on, at least one, are each `step` more than the one before. */
export function progressionLength(words: Int32Array, at: number, count: number, stepLow: number, stepHigh: number): number {
  let low = words[at]!
  let high = words[at + 1]!
  let i = 1
  if (stepHigh === 0 && (low >>> 0) + (stepLow >>> 0) * (count - 1) <= 0xffff_ffff) {
    for (; i + 3 < count; i += 4) {
      const k = at + 2 * i
      const differing =
        (words[k]! ^ (low + stepLow)) | (words[k + 1]! ^ high) |
        (words[k + 2]! ^ (low + 2 * stepLow)) | (words[k + 3]! ^ high) |
        (words[k + 4]! ^ (low + 3 * stepLow)) | (words[k + 5]! ^ high) |
        (words[k + 6]! ^ (low + 4 * stepLow)) | (words[k + 7]! ^ high)
      if (differing !== 0) break
      low = (low + 4 * stepLow) | 0
    }
  }
  for (; i < count; i++) {
    const sum = (low >>> 0) + (stepLow >>> 0)
    low = sum | 0
    high = (high + stepHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0
    if (words[at + 2 * i] !== low || words[at + 2 * i + 1] !== high) break
  }
  return i
}

/** Replaces the bits outside `keep` of one half of `count` words by those of `set`; the first such half is at `at`. */
export function rewrite(words: Int32Array, at: number, count: number, keep: number, set: number): void {
  let i = at | 0
  const end = (i + (count << 1)) | 0
  const kept = keep | 0
  const added = set | 0
  for (const unrolled = (end - 7) | 0; i < unrolled; i = (i + 8) | 0) {
    words[i] = (words[i]! & kept) | added
    words[i + 2] = (words[i + 2]! & kept) | added
    words[i + 4] = (words[i + 4]! & kept) | added
    words[i + 6] = (words[i + 6]! & kept) | added
  }
  for (; i < end; i = (i + 2) | 0) words[i] = (words[i]! & kept) | added
}

/** Images of memory, written word by word. */

/** The files of an image in the folder `image`: `image.json`, and one segment with these words, in frames from the lowest to the highest address. */
export function imageFiles(description: Readonly<Record<string, unknown>>, words: Readonly<Record<string, bigint>>): Record<string, string | Uint8Array> {
  const addresses = Object.keys(words).map(BigInt).sort((a, b) => (a < b ? -1 : 1))
  const start = (addresses[0] ?? 0x8000_0000n) & ~0xfffn
  const end = ((addresses.at(-1) ?? start) | 0xfffn) + 1n
  const view = new DataView(new ArrayBuffer(Number(end - start)))
  for (const [address, word] of Object.entries(words)) view.setBigUint64(Number(BigInt(address) - start), word, true)
  return {
    'image/image.json': JSON.stringify({ ...description, segments: [{ paddr: `0x${start.toString(16)}`, file: 'memory.bin' }] }),
    'image/memory.bin': new Uint8Array(view.buffer),
  }
}

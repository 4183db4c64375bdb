/** Rights in pictures: five kinds, each with a hue, a pattern and a word. */

/** What an area or a leaf lets through; reading is taken for granted with the others. */
export type Rights = 'none' | 'read' | 'write' | 'exec' | 'write-exec'

/** In the order of a legend, and what each is called. */
export const RIGHTS: readonly (readonly [rights: Rights, title: string])[] = [
  ['read', 'read'],
  ['write', 'write'],
  ['exec', 'execute'],
  ['write-exec', 'write + execute'],
  ['none', 'no access'],
]

/** Of the bits of the scenario format: r = 1, w = 2, x = 4. */
export function rightsOfBits(bits: number): Rights {
  if ((bits & 6) === 6) return 'write-exec'
  if ((bits & 4) !== 0) return 'exec'
  if ((bits & 2) !== 0) return 'write'
  return (bits & 1) === 0 ? 'none' : 'read'
}

/** Of letters. */
export function rightsOfText(flags: string): Rights {
  return rightsOfBits((flags.includes('r') ? 1 : 0) | (flags.includes('w') ? 2 : 0) | (flags.includes('x') ? 4 : 0))
}

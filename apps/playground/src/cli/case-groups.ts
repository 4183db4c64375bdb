/** Cases and mutants are named by clause: `set/wrap` belongs to `set`. */
export function groupOf(id: string): string {
  return id.split('/', 1)[0]!
}

/** In place of 0, in tables of counts. */
export const NONE = '–'

/**
 * What an area permits: a number of three bits inside the replay, four characters in a maps file. The fourth character,
 * shared or private, is no permission; it belongs to what the area shows and is joined only for writing.
 */

/** Union of `READ`, `WRITE` and `EXECUTE`; 0 is no access. */
export type Permission = number

/** Loads may. */
export const READ: Permission = 1
/** Stores may. */
export const WRITE: Permission = 2
/** Instructions may be fetched. */
export const EXECUTE: Permission = 4

/**
 * Writes the four characters of a maps file.
 *
 * @example
 * formatPermission(READ | WRITE, 'private') // => 'rw-p'
 * formatPermission(0, 'shared') // => '---s'
 */
export function formatPermission(permission: Permission, sharing: 'shared' | 'private'): string {
  return (
    ((permission & READ) !== 0 ? 'r' : '-') +
    ((permission & WRITE) !== 0 ? 'w' : '-') +
    ((permission & EXECUTE) !== 0 ? 'x' : '-') +
    (sharing === 'shared' ? 's' : 'p')
  )
}

/** Reads the first three of the four characters; the caller has checked that they are such. */
export function permissionOfText(text: string): Permission {
  return (text[0] === 'r' ? READ : 0) | (text[1] === 'w' ? WRITE : 0) | (text[2] === 'x' ? EXECUTE : 0)
}

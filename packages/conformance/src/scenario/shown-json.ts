/**
 * How a value that is refused is told.
 */

const LONGEST_SHOWN = 60

/** Writes a JSON value in a few characters: its beginning, or what it is where it is nested too deep to be written. */
export function shownJson(value: unknown): string {
  let text: string
  try {
    text = JSON.stringify(value)
  } catch {
    return `${Array.isArray(value) ? 'a list' : 'an object'} that is nested too deep to be shown`
  }
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`
}

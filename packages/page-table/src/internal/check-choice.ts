// Refusing words that are none of those that an argument may be: types do not hold everybody.

/** @throws RangeError if the value is none of the choices */
export function checkChoice(value: unknown, name: string, ...choices: readonly string[]): void {
  for (const choice of choices) if (value === choice) return
  throw new RangeError(`"${name}" must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)!}, got ${String(value)}`)
}

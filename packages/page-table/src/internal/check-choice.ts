// Refusing words that are none of those that an argument may be: types do not hold everybody.

/** @throws RangeError if the value is none of the choices */
export function checkChoice(value: unknown, name: string, ...choices: readonly string[]): void {
  for (const choice of choices) if (value === choice) return
  // Only a text is told as it is: what an object says of itself may throw.
  throw new RangeError(`"${name}" must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)!}, got ${typeof value === 'string' ? value : typeof value}`)
}

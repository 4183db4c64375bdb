// Arguments that types keep right, and calls from JavaScript do not.

/** @throws TypeError naming the argument if the value is no function */
export function checkFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw new TypeError(`"${name}" must be a function, got ${typeof value}`)
}

/** @throws RangeError naming the argument and the choices if the value is none of them */
export function checkChoice(value: unknown, choices: readonly unknown[], name: string): void {
  if (!choices.includes(value)) throw new RangeError(`"${name}" must be ${choices.join(' or ')}, got ${String(value)}`)
}

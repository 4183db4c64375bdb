// Arguments that types keep right, and calls from JavaScript do not.

/** @throws TypeError naming the argument if the value is no function */
export function checkFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw new TypeError(`"${name}" must be a function, got ${typeof value}`)
}

/** @throws RangeError naming the argument and the choices if the value is none of them */
export function checkChoice(value: unknown, choices: readonly unknown[], name: string): void {
  if (choices.includes(value)) return
  // Only a text is told as it is: what an object says of itself may throw.
  throw new RangeError(`"${name}" must be ${choices.join(' or ')}, got ${typeof value === 'string' ? value : typeof value}`)
}

/**
 * Takes the answer of a callback to a question: true or false and nothing else, since a promise would always be true.
 *
 * @throws TypeError naming the callback
 */
export function yesOrNo(answer: unknown, name: string): boolean {
  if (typeof answer === 'boolean') return answer
  throw new TypeError(`"${name}" must answer true or false, got ${answer instanceof Promise ? 'a promise' : typeof answer}`)
}

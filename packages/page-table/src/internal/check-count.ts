// Refusing what is no number of things. Only a number is told as it is: what an object says of itself may throw.

/** @throws RangeError naming the argument if a value is no whole number from `least` on */
export function checkCount(value: unknown, least: number, name: string): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return
  throw new RangeError(`"${name}" must be a whole number from ${String(least)} on, got ${typeof value === 'number' ? String(value) : typeof value}`)
}

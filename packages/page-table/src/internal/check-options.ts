// Naming the option that is missing: types do not hold everybody.

/** @throws TypeError if a value, an argument or an option, is no object */
export function checkObject(value: unknown, name: string): void {
  if (typeof value !== 'object' || value === null) throw new TypeError(`"${name}" must be an object, got ${value === null ? 'null' : typeof value}`)
}

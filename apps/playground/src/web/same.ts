/** Whether two objects have the same fields, each compared by identity. */
export function isSame(a: object | undefined, b: object | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  const fields = Object.entries(a)
  return fields.length === Object.keys(b).length && fields.every(([name, value]) => Object.is(value, Reflect.get(b, name)))
}

// Refusing a machine's state that is none: where types do not hold, what is missing would count as false.
import type { ControlChoices } from '../format.ts'

/**
 * @throws TypeError if `controls` is no object, or a control is missing or foreign, naming it
 * @throws RangeError if a control is none of its choices, naming it
 */
export function checkControls(controls: unknown, choices: ControlChoices, machine: string): void {
  const names = Object.keys(choices)
  const all = names.join(', ')
  if (typeof controls !== 'object' || controls === null) throw new TypeError(`"controls" must be an object with ${all}, got ${shown(controls)}`)
  const foreign = Object.keys(controls).find((name) => !names.includes(name))
  if (foreign !== undefined) throw new TypeError(`"controls" must have none but ${all}; "${foreign}" is no control of ${machine}`)
  for (const [name, values] of Object.entries(choices)) {
    const value: unknown = Reflect.get(controls, name)
    if (values.some((choice) => choice === value)) continue
    if (value === undefined) throw new TypeError(`"controls" must have each of ${all}; "${name}" is missing`)
    throw new RangeError(`"controls.${name}" must be ${values.join(' or ')}, got ${shown(value)}`)
  }
}

/** Whether it can never say anything else than it does now: frozen, and nothing in it, or behind it, is asked. */
export function isFixed(controls: unknown): boolean {
  if (typeof controls !== 'object' || controls === null) return typeof controls !== 'function'
  const prototype: unknown = Object.getPrototypeOf(controls)
  if (prototype !== null && prototype !== Object.prototype) return false
  return Object.values(Object.getOwnPropertyDescriptors(controls)).every(({ configurable, writable }) => configurable === false && writable === false)
}

/** Of anything but a plain value only the kind: what an object says of itself may throw. */
function shown(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? String(value) : typeof value
}

/**
 * What the bindings use of vitest and node:test; the compiler is told to take this for both.
 */

export function describe(name: string, body: () => void): unknown
export function it(name: string, body: () => void): unknown

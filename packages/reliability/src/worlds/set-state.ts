/** What a set shows of itself, as text. */

import { formatHex } from '@addrspace/memory-addr'
import type { MemorySet } from '@addrspace/memory-set'

import { InjectedBackend } from './injected-backend.ts'
import type { Injector } from './injector.ts'

/** One line per area: bounds, flags, backend and, where there are some, guards. */
export function areasOf(set: MemorySet<number, unknown>): string {
  let text = ''
  for (const { start, end, flags, backend, guards } of set) {
    const label = backend instanceof InjectedBackend ? backend.label : '?'
    text += `${formatHex(start)}-${formatHex(end)} ${flags} ${label}`
    text += guards.below === 0n && guards.above === 0n ? '\n' : ` guards ${guards.below} ${guards.above}\n`
  }
  return text
}

/** Equality of flags as a callback that may fail. */
export function flagsEqualOf(injector: Injector): (a: number, b: number) => boolean {
  return (a, b) => {
    injector.visit('callback')
    return a === b
  }
}

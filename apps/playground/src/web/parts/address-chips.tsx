/** Addresses a click away: those worth a look in the first example, otherwise those the scenario speaks of. */

import { formatHex } from '@addrspace/memory-addr'
import { useMemo } from 'preact/hooks'
import { usePage } from '../context.ts'
import { addressOf } from '../derive/op-line.ts'
import { EXAMPLE_ADDRESSES, EXAMPLE_NAME } from '../examples.ts'
import './address-chips.css'

interface AddressChipsProps {
  readonly value: bigint
  readonly onChoose: (vaddr: bigint) => void
}

const MOST = 8

export function AddressChips({ value, onChoose }: AddressChipsProps) {
  const { state: { scenario } } = usePage()
  const chips = useMemo((): readonly (readonly [vaddr: bigint, why: string])[] => {
    if (scenario.header.name === EXAMPLE_NAME) return EXAMPLE_ADDRESSES
    const found = new Set<bigint>()
    for (const op of scenario.ops) {
      const address = addressOf(op)
      if (address !== undefined) found.add(address)
      if (found.size === MOST) break
    }
    return [...found].toSorted((a, b) => (a < b ? -1 : 1)).map((vaddr) => [vaddr, ''])
  }, [scenario])
  if (chips.length === 0) return null
  return (
    <div class="address-chips" role="group" aria-label="Addresses to look at">
      <span class="address-chips-note" aria-hidden="true">Try:</span>
      {chips.map(([vaddr, why]) => (
        <button key={String(vaddr)} type="button" class="button address-chips-chip" aria-pressed={vaddr === value} onClick={() => onChoose(vaddr)}>
          <code>{formatHex(vaddr)}</code>{why !== '' && <> <span class="address-chips-note">{why}</span></>}
        </button>
      ))}
    </div>
  )
}

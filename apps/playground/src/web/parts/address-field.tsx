/** A field for an address: hexadecimal with `0x`, or decimal. What cannot be read is said, and the address stays. */

import { formatHex, WORD_SPACE } from '@addrspace/memory-addr'
import { useEffect, useId, useState } from 'preact/hooks'
import './address-field.css'

interface AddressFieldProps {
  readonly label: string
  readonly value: bigint
  readonly onChange: (vaddr: bigint) => void
}

export function AddressField({ label, value, onChange }: AddressFieldProps) {
  const [text, setText] = useState(formatHex(value))
  const [isWrong, setIsWrong] = useState(false)
  const id = useId()
  useEffect(() => {
    setText(formatHex(value))
    setIsWrong(false)
  }, [value])
  const input = (typed: string): void => {
    setText(typed)
    const read = readAddress(typed)
    setIsWrong(read === undefined)
    if (read !== undefined) onChange(read)
  }
  return (
    <div class="address-field">
      <label for={id}>{label}</label>
      <input id={id} class="mono" value={text} spellcheck={false} autocomplete="off" aria-invalid={isWrong} aria-describedby={isWrong ? `${id}-wrong` : undefined} onInput={(event) => input(event.currentTarget.value)} />
      {isWrong && <span id={`${id}-wrong`} class="address-field-wrong" role="alert">An address is 0x and up to 16 hexadecimal digits, or a decimal number below 2^64.</span>}
    </div>
  )
}

/** Gives the address that a text says; undefined if it says none. */
export function readAddress(text: string): bigint | undefined {
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(text.trim())) return undefined
  const value = BigInt(text.trim())
  return value < WORD_SPACE ? value : undefined
}

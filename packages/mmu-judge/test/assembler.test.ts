import { describe, expect, it } from 'vitest'

import { Assembler, instruction } from '../src/assembler.ts'

/** One byte: the distance. */
const near = (distance: number): readonly number[] => [distance & 0xff]

describe('Assembler', () => {
  it('resolves labels before and behind', () => {
    const code = new Assembler().to('end', near).label('start').emit([1, 2]).to('start', near).label('end')
    expect([...code.finish()]).toEqual([4, 1, 2, 0xfe])
  })

  it('tells where labels are, and fills up with zeros', () => {
    const code = new Assembler().emit([7]).padTo(3).label('here').emit([8])
    expect(code.offsetOf('here')).toBe(3)
    expect([...code.finish()]).toEqual([7, 0, 0, 8])
  })

  it('throws for labels that are missing or given twice, and for padding backwards', () => {
    const code = new Assembler().label('a').emit([1, 2])
    expect(() => code.label('a')).toThrow(RangeError)
    expect(() => code.offsetOf('b')).toThrow(RangeError)
    expect(() => code.padTo(1)).toThrow(RangeError)
  })

  it('writes instructions of 32 bits lowest byte first', () => {
    expect(instruction(0x8000_0001)).toEqual([0x01, 0, 0, 0x80])
  })
})

// Filling many words of a table: 64 bits at a time, twice as fast as by halves. The words of neighbouring leaves are an
// arithmetic progression that does not carry out of the low half, and so are the doubles with the same bits: all of
// them have the same sign and exponent, and what is added counts in units of the last place, which is exact. Not so
// with an exponent of all ones, which tells no number, and not on a thread that takes denormal numbers for zero,
// as audio threads do: there, and for what carries, words are stored by halves.
import type { PhysMemory } from '../phys-memory.ts'
import { fillProgression } from './words.ts'

const double = new Float64Array(1)
const halves = new Int32Array(double.buffer)

// Which half of a word an Int32Array sees first is the host's byte order; tables have the low one first in any case.
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
const HAS_DENORMALS = IS_LITTLE_ENDIAN && doubleOf(0x2000, 0) - doubleOf(0x1000, 0) === doubleOf(0x1000, 0) && doubleOf(0x1000, 0) > 0
const EXPONENT = 0x7ff0_0000
/** With fewer words than this the doubles are not worth making. */
const LEAST = 32

/** As `fillProgression`, in the words of a memory. */
export function fillTable(memory: PhysMemory, at: number, count: number, low: number, high: number, stepLow: number, stepHigh: number): void {
  const isExact = HAS_DENORMALS && stepHigh === 0 && (low >>> 0) + (stepLow >>> 0) * (count - 1) <= 0xffff_ffff && (high & EXPONENT) !== EXPONENT
  if (count < LEAST || !isExact) {
    fillProgression(memory.words, at, count, low, high, stepLow, stepHigh)
    return
  }
  const first = doubleOf(low, high)
  fillDoubles(memory.doubles, at >> 1, count, first, doubleOf(low + stepLow, high) - first)
}

function fillDoubles(doubles: Float64Array, at: number, count: number, first: number, step: number): void {
  let i = at | 0
  let value = first
  const end = (i + count) | 0
  const step2 = 2 * step
  const step3 = 3 * step
  const step4 = 4 * step
  const step5 = 5 * step
  const step6 = 6 * step
  const step7 = 7 * step
  const step8 = 8 * step
  for (const unrolled = (end - 7) | 0; i < unrolled; i = (i + 8) | 0) {
    doubles[i] = value
    doubles[i + 1] = value + step
    doubles[i + 2] = value + step2
    doubles[i + 3] = value + step3
    doubles[i + 4] = value + step4
    doubles[i + 5] = value + step5
    doubles[i + 6] = value + step6
    doubles[i + 7] = value + step7
    value += step8
  }
  for (; i < end; i = (i + 1) | 0) {
    doubles[i] = value
    value += step
  }
}

/** The number whose bits are those of a word on a host that has the low half first. */
function doubleOf(low: number, high: number): number {
  halves[0] = low
  halves[1] = high
  return double[0]!
}

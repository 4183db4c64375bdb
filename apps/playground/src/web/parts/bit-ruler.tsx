/**
 * A word drawn as the manuals draw it: its fields side by side, each with its bit numbers, digits and name. A picture
 * beside a table that says the same, so its parts are not read out one by one.
 */

import './bit-ruler.css'

/** Bits `high:low`, both inclusive. */
export interface RulerField {
  readonly high: number
  readonly low: number
  readonly name: string
  readonly held: bigint
  /** number: part of an address · set, clear: a bit with a meaning · fixed: what makes the word what it is · free: nobody looks */
  readonly tone: 'number' | 'set' | 'clear' | 'fixed' | 'free'
  readonly isAtFault: boolean
}

interface BitRulerProps {
  /** What the picture shows, in a sentence. */
  readonly label: string
  /** Highest first, 64 bits together. */
  readonly fields: readonly RulerField[]
}

/** A row never breaks within so many bits, so that it can be shown 64, 32 or 16 bits wide. */
const PIECE = 16

export function BitRuler({ label, fields }: BitRulerProps) {
  return (
    <div class="bit-ruler" role="img" aria-label={label}>
      {fields.flatMap(piecesOf).map((piece) => <Piece key={piece.high} {...piece} />)}
    </div>
  )
}

interface PieceProps {
  readonly field: RulerField
  readonly high: number
  readonly low: number
}

function piecesOf(field: RulerField): PieceProps[] {
  const pieces: PieceProps[] = []
  for (let { high } = field; high >= field.low; ) {
    const low = Math.max(field.low, high - (high % PIECE))
    pieces.push({ field, high, low })
    high = low - 1
  }
  return pieces
}

/** Of several pieces the widest bears the name, the first of those. */
function isNamed(field: RulerField, high: number, low: number): boolean {
  const widest = piecesOf(field).reduce((best, piece) => (piece.high - piece.low > best.high - best.low ? piece : best))
  return widest.high === high && widest.low === low
}

function Piece({ field, high, low }: PieceProps) {
  const bits = high - low + 1
  const digits = ((field.held >> BigInt(low - field.low)) & ((1n << BigInt(bits)) - 1n)).toString(2).padStart(bits, '0')
  const tones = `bit-ruler-piece--${field.tone}${field.isAtFault ? ' bit-ruler-piece--fault' : ''}`
  const edges = `${high === field.high ? '' : ' bit-ruler-piece--continued'}${low === field.low ? '' : ' bit-ruler-piece--continues'}`
  return (
    <span class={`bit-ruler-piece ${tones}${edges}`} style={{ '--bits': bits }} title={`${field.name}, bit${field.high === field.low ? '' : 's'} ${field.high === field.low ? field.high : `${field.high}:${field.low}`}`}>
      <span class="bit-ruler-numbers">
        <span>{field.isAtFault && '✕ '}{high}</span>
        {bits > 1 && <span>{low}</span>}
      </span>
      <span class="bit-ruler-digits">{Array.from(digits, (digit, index) => <span key={index} class={digit === '1' ? 'bit-ruler-one' : ''}>{digit}</span>)}</span>
      <span class="bit-ruler-name">{isNamed(field, high, low) ? field.name : ''}</span>
    </span>
  )
}

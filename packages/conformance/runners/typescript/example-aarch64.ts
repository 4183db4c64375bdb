// A walk of AArch64 as a subject of the vectors: what reads words, and what walks. It tells all that the vectors ask for.
// With `--wrong` it has two bugs that were found in real code: a page at the last level and a block are told apart by
// nothing but bit 1, at every level, and EL1 fetches from pages that EL0 may write.
//
//     node example-aarch64.ts ../../vectors/walk/aarch64.json
//
// The runner is src/vectors/runner.ts of this package, and needs nothing: elsewhere, copy it beside, and import that.
import { readFileSync } from 'node:fs'
import { reportVectors, runVectors, type VectorAnswer, type VectorEntry, type VectorSubject, type VectorWalk } from '../../src/vectors/runner.ts'

const VALID = 1n
const TABLE_OR_PAGE = 2n
const USER_DATA = 1n << 6n
const READ_ONLY = 1n << 7n
const ACCESSED = 1n << 10n
const NOT_GLOBAL = 1n << 11n
const PXN = 1n << 53n
const UXN = 1n << 54n
/** Bits 47:12. */
const FRAME = 0xffff_ffff_f000n
/** What the attributes of MAIR_EL1 are, by index. */
const ATTRIBUTES = ['', 'n', 'd']

const [first, ...others] = process.argv.slice(2)
const isWrong = first === '--wrong'
const files = isWrong ? others : process.argv.slice(2)

function kindOf(word: bigint, level: number): VectorEntry['kind'] {
  if ((word & VALID) === 0n) return 'absent'
  if (isWrong) return (word & TABLE_OR_PAGE) !== 0n ? 'table' : 'leaf'
  if ((word & TABLE_OR_PAGE) !== 0n) return level > 0 ? 'table' : 'leaf'
  return level === 1 || level === 2 ? 'leaf' : 'invalid'
}

function decode(_machine: string, word: bigint, level: number): VectorEntry {
  const kind = kindOf(word, level)
  if (kind === 'absent') return { kind }
  if (kind === 'invalid') return { kind, reason: 'reserved', bit: '1:0' }
  if (kind === 'table') return { kind, paddr: word & FRAME }
  const isUser = (word & USER_DATA) !== 0n
  const isUserOnly = !isUser && (word & UXN) === 0n && (word & PXN) !== 0n
  const isWritable = (word & READ_ONLY) === 0n && !isUserOnly
  const executes = isUser || isUserOnly ? (word & UXN) === 0n : (word & PXN) === 0n
  const flags = [
    ...(isUserOnly ? [] : ['r']), ...(isWritable ? ['w'] : []), ...(executes ? ['x'] : []), ...(isUser || isUserOnly ? ['u'] : []),
    ATTRIBUTES[Number((word >> 2n) & 7n)] ?? 'd', ...((word & NOT_GLOBAL) === 0n ? ['g'] : []),
  ].join('')
  return { kind, paddr: frameOf(word, level), flags, accessed: (word & ACCESSED) !== 0n }
}

function frameOf(word: bigint, level: number): bigint {
  return word & FRAME & ~(spanOf(level) - 1n)
}

function spanOf(level: number): bigint {
  return 1n << BigInt(12 + 9 * level)
}

/** The bits that refuse an access to a page. */
function refusalOf(word: bigint, { access, mode, controls }: VectorWalk): string | undefined {
  const isUser = (word & USER_DATA) !== 0n
  const isWritable = (word & READ_ONLY) === 0n
  if (access === 'exec') {
    if (mode === 'user') return (word & UXN) !== 0n ? 'UXN' : undefined
    if ((word & PXN) !== 0n) return 'PXN'
    return isUser && isWritable && !isWrong ? 'AP[2:1]' : undefined
  }
  if (mode === 'user' ? !isUser : isUser && controls['pan'] === true) return 'AP[1]'
  return access === 'write' && !isWritable ? 'AP[2]' : undefined
}

function translate(walk: VectorWalk): VectorAnswer {
  const { vaddr, roots, memory } = walk
  const upper = vaddr >> 48n
  if (upper !== 0n && upper !== 0xffffn) return { kind: 'fault', fault: 'non-canonical', level: 3 }
  let table = roots[upper === 0n ? 0 : 1]!
  for (let level = 3; level >= 0; level--) {
    const word = memory.readWord(table + 8n * ((vaddr >> BigInt(12 + 9 * level)) & 511n))
    if (word === undefined) return { kind: 'fault', fault: 'memory', level }
    switch (kindOf(word, level)) {
      case 'absent':
        return { kind: 'fault', fault: 'not-present', level, bit: 'valid' }
      case 'invalid':
        return { kind: 'fault', fault: 'reserved', level, bit: '1:0' }
      case 'table':
        table = word & FRAME
        break
      case 'leaf': {
        if ((word & ACCESSED) === 0n) return { kind: 'fault', fault: 'access-flag', level, bit: 'AF' }
        const bit = refusalOf(word, walk)
        if (bit !== undefined) return { kind: 'fault', fault: 'permission', level, bit }
        return { kind: 'mapped', paddr: frameOf(word, level) | (vaddr & (spanOf(level) - 1n)), updates: [] }
      }
    }
  }
  return { kind: 'fault', fault: 'reserved', level: 0, bit: '1:0' }
}

const subject: VectorSubject = { machines: ['aarch64'], decode, translate }
const results = files.flatMap((file) => runVectors(readFileSync(file, 'utf8'), subject))
process.exitCode = reportVectors(results, (line) => { console.log(line) }) > 0 ? 1 : 0

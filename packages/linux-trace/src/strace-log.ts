/**
 * One line of a strace log, read into a record. Decides the shape of the line only: who speaks, whether a call is whole
 * or one half of a split one, where its arguments end and what it returned. What the arguments mean is memory-call.ts's,
 * which half belongs to which is call-reader.ts's.
 *
 *     [pid 20187] 07:45:07.437136 munmap(0x7ffff7fb6000, 37703) = 0 <0.000016>
 *     task        time            name   arguments               outcome  duration
 *
 * Task and time may each be absent. The arguments end at the *last* `) =` of the line, since a path or a string in them
 * may contain anything. A line that ends before its outcome has been cut, and is refused.
 */
import { TraceInputError, type SourceLine } from './errors.ts'

/**
 * How a call ended: with a result (addresses and counts alike, never negative), with the name of an error, or in a way
 * that the log does not tell.
 */
export type CallOutcome =
  /** The result; addresses and counts alike, never negative. */
  | { readonly kind: 'returned'; readonly value: bigint }
  /** `-1`, and the name of the error. */
  | { readonly kind: 'failed'; readonly errno: string }
  /** `= ?`: the task ended, or its second line is missing. Whether the call succeeded is not known. */
  | { readonly kind: 'unknown' }

/** What one line says. `task` is `undefined` where the line names none; `args`, `head` and `tail` are text as written. */
export type StraceRecord =
  | { readonly kind: 'call'; readonly task: number | undefined; readonly name: string; readonly args: string; readonly outcome: CallOutcome }
  /** The first half of a split call: what of `NAME(ARGUMENTS` had been written. */
  | { readonly kind: 'unfinished'; readonly task: number | undefined; readonly name: string; readonly head: string }
  /** The second half: what follows `resumed>`. */
  | { readonly kind: 'resumed'; readonly task: number | undefined; readonly name: string; readonly tail: string }
  /** The task is no more. */
  | { readonly kind: 'ended'; readonly task: number | undefined }
  /** The task `by` executed a program and goes on under the number of `task`, the first of its process. */
  | { readonly kind: 'superseded'; readonly task: number | undefined; readonly by: number }
  /** strace announces a task: `strace: Process 20188 attached`. */
  | { readonly kind: 'attached'; readonly task: number }
  /** A signal, another message of strace itself, an empty line. */
  | { readonly kind: 'nothing' }

/** The arguments of a call, without the parentheses, and its outcome. */
export interface CallBody {
  readonly args: string
  readonly outcome: CallOutcome
}

const NOTHING: StraceRecord = { kind: 'nothing' }
export const UNKNOWN: CallOutcome = { kind: 'unknown' }

/** `20187 ` or `[pid 20187] `, perhaps with the task's name: `20187<cat> `. */
const TASK = /^(?: *\[pid +(\d+)(?:<[^>]*>)?\] *| *(\d+)(?:<[^>]*>)? +)/

/** Absolute, in seconds, relative, or absolute with relative: `07:45:07.437136 (+     0.000123) `; then `-n` and `-i`. */
const TIME = /^ *(?:(?:\d{4}-\d\d-\d\dT)?\d+:\d\d:\d\d(?:\.\d+)?(?:[+-]\d{4})? +|\d+(?:\.\d+)? +)?(?:\(\+ *\d+(?:\.\d+)?\) +)?(?:\[[ 0-9a-f?]+\] +)*/

/** Numbers above the kernel's largest task number are times. */
const LAST_TASK = 2 ** 22

const CALL = /^([A-Za-z_?][\w?#]*)\(/
const RESUMED = /^<\.\.\. ([\w?#]+) resumed>(.*)$/s
const SUPERSEDED = /^\+\+\+ superseded by execve in pid (\d+) \+\+\+$/
const ATTACHED = /^strace: Process (\d+) attached$/
const UNFINISHED = ' <unfinished ...>'
const BODY = /^(.*)\)\s*= (.*)$/s
const OUTCOME =
  /^(?:(\?)(?: E[A-Z0-9]+ \(.*\)| <unavailable>)?|(-?\d+|0x[\da-f]+)(?:<.*>)?(?: \/\* (\d+) in strace's PID NS \*\/)?(?: (E[A-Z0-9]+) \(.*\)| \((errno \d+)\))?(?: \(.*\))?)(?: <\d+(?:\.\d+)?>)?$/s

/** Outcomes of calls that no rule reads may have any form that is not visibly cut. */
const OTHER_OUTCOME = /^(?:\?|\d|0x[\da-f]|-1 (?:E[A-Z0-9]+ )?\(.*\))/s

/** What follows `= ` is short in calls that some rule reads; the limit keeps the search in it short too. */
const LONGEST_OUTCOME = 1024

/**
 * Reads one line, given without its end.
 *
 * @throws TraceInputError if the line is none that strace writes: cut in the middle, above all.
 * @example
 * parseStraceLine('7 brk(NULL <unfinished ...>', { file: 'strace.txt', line: 1 }).kind // => 'unfinished'
 */
export function parseStraceLine(text: string, where: SourceLine): StraceRecord {
  const line = text.trimEnd()
  if (line === '') return NOTHING
  if (line.startsWith('strace: ')) return message(line)
  const { task, rest } = speaker(line)
  const call = CALL.exec(rest)
  if (call !== null) return callRecord(task, call[1]!, rest.slice(call[0].length), where)
  if (rest.startsWith('<... ')) {
    const resumed = RESUMED.exec(rest)
    if (resumed !== null) return { kind: 'resumed', task, name: resumed[1]!, tail: resumed[2]! }
  } else if (rest.startsWith('---')) {
    if (rest.endsWith('---') && rest.length > 6) return NOTHING
  } else if (rest.startsWith('+++')) {
    const superseded = SUPERSEDED.exec(rest)
    if (superseded !== null) return { kind: 'superseded', task, by: Number(superseded[1]) }
    if (rest.endsWith('+++') && rest.length > 6) return { kind: 'ended', task }
  } else if (rest.startsWith('> ') || rest.startsWith('strace: ')) {
    // A frame of a stack trace (strace -k), or a message behind a task number.
    return message(rest)
  }
  throw new TraceInputError(where, 'a complete line of a strace log', line)
}

/**
 * Reads what follows `NAME(` of a whole call, or of a split one whose halves are joined.
 *
 * @throws TraceInputError if there is no closing parenthesis with an outcome behind it.
 */
export function parseCallBody(name: string, text: string, where: SourceLine): CallBody {
  const body = BODY.exec(text)
  if (body === null) throw new TraceInputError(where, `") = RESULT" at the end of ${name}`, `${name}(${text}`)
  // A task that ends inside a call leaves ` <unfinished ...>` between its arguments and `) = ?`.
  const args = body[1]!.endsWith(UNFINISHED) ? body[1]!.slice(0, -UNFINISHED.length) : body[1]!
  return { args, outcome: parseOutcome(name, body[2]!, where) }
}

function message(text: string): StraceRecord {
  const attached = ATTACHED.exec(text)
  return attached === null ? NOTHING : { kind: 'attached', task: Number(attached[1]) }
}

function speaker(line: string): { task: number | undefined; rest: string } {
  const prefix = TASK.exec(line)
  const number = prefix === null ? Number.NaN : Number(prefix[1] ?? prefix[2])
  // Without a task number, a line may begin with a time in whole seconds.
  const task = number > 0 && number <= LAST_TASK ? number : undefined
  const rest = task === undefined ? line : line.slice(prefix![0].length)
  return { task, rest: rest.slice(TIME.exec(rest)![0].length) }
}

function callRecord(task: number | undefined, name: string, text: string, where: SourceLine): StraceRecord {
  if (text.endsWith(UNFINISHED)) return { kind: 'unfinished', task, name, head: text.slice(0, -UNFINISHED.length) }
  return { kind: 'call', task, name, ...parseCallBody(name, text, where) }
}

function parseOutcome(name: string, text: string, where: SourceLine): CallOutcome {
  if (!READ_OUTCOMES.has(name)) {
    if (OTHER_OUTCOME.test(text)) return UNKNOWN
  } else if (text.length <= LONGEST_OUTCOME) {
    const outcome = readOutcome(text)
    if (outcome !== undefined) return outcome
  }
  throw new TraceInputError(where, `"NUMBER", "-1 ENAME (text)" or "?" as the result of ${name}`, text)
}

function readOutcome(text: string): CallOutcome | undefined {
  const fields = OUTCOME.exec(text)
  if (fields === null) return undefined
  const number = fields[2]
  if (number === undefined) return UNKNOWN
  const errno = fields[4] ?? fields[5]
  if (number.startsWith('-')) return number === '-1' && errno !== undefined ? { kind: 'failed', errno } : undefined
  // In another PID namespace, the number that the log uses stands in the comment.
  return errno === undefined ? { kind: 'returned', value: BigInt(fields[3] ?? number) } : undefined
}

/** Calls whose outcome some rule reads; of all others it only has to be there. */
const READ_OUTCOMES: ReadonlySet<string> = new Set([
  ...['mmap', 'munmap', 'mprotect', 'pkey_mprotect', 'brk', 'mremap', 'shmget', 'shmat', 'shmdt'],
  ...['madvise', 'mlock', 'mlock2', 'munlock', 'remap_file_pages', 'io_setup', 'map_shadow_stack'],
  ...['clone', 'clone3', 'fork', 'vfork', 'execve', 'execveat', 'exit', 'exit_group'],
])

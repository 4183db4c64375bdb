import { describe, expect, it } from 'vitest'
import { parseStraceLine, type StraceRecord } from '../src/index.ts'
import { messageOf } from './support/run.ts'

const where = { file: 'strace.txt', line: 12 }
const parse = (line: string): StraceRecord => parseStraceLine(line, where)
const returned = (value: bigint) => ({ kind: 'returned', value })

describe('a whole call', () => {
  const MUNMAP = { kind: 'call', task: 20187, name: 'munmap', args: '0x7ffff7fb6000, 37703', outcome: returned(0n) }

  it.each([
    ['a task number', '20187 munmap(0x7ffff7fb6000, 37703)     = 0'],
    ['spaces behind the number', '20187    munmap(0x7ffff7fb6000, 37703) = 0'],
    ['a task number in brackets', '[pid 20187] munmap(0x7ffff7fb6000, 37703) = 0'],
    ['a padded number in brackets', '[pid  20187] munmap(0x7ffff7fb6000, 37703) = 0'],
    ['the name of the task', '20187<my prog> munmap(0x7ffff7fb6000, 37703) = 0'],
    ['the name of the task in brackets', '[pid 20187<cat>] munmap(0x7ffff7fb6000, 37703) = 0'],
    ['the time of day', '20187 07:45:07 munmap(0x7ffff7fb6000, 37703) = 0'],
    ['the time of day with a fraction', '20187 07:45:07.437136 munmap(0x7ffff7fb6000, 37703) = 0'],
    ['seconds since 1970', '20187 1700000000.437136 munmap(0x7ffff7fb6000, 37703) = 0'],
    ['whole seconds', '20187 1700000000 munmap(0x7ffff7fb6000, 37703) = 0'],
    ['a date', '20187 2026-11-21T07:45:07.437136+0100 munmap(0x7ffff7fb6000, 37703) = 0'],
    ['a relative time', '20187      0.000123 munmap(0x7ffff7fb6000, 37703) = 0'],
    ['both times', '20187 07:45:07.437136 (+     0.000123) munmap(0x7ffff7fb6000, 37703) = 0'],
    ['time in brackets form', '[pid 20187] 07:45:07.437136 munmap(0x7ffff7fb6000, 37703) = 0'],
    ['a call number and an instruction pointer', '20187 [  11] [00007ffff7fe3c1b] munmap(0x7ffff7fb6000, 37703) = 0'],
    ['a duration', '20187 munmap(0x7ffff7fb6000, 37703)     = 0 <0.000016>'],
    ['time and duration', '20187      0.000123 munmap(0x7ffff7fb6000, 37703) = 0 <0.000016>'],
    ['no space before the equals sign', '20187 munmap(0x7ffff7fb6000, 37703)= 0'],
    ['a carriage return', '20187 munmap(0x7ffff7fb6000, 37703) = 0\r'],
  ])('is read with %s', (_, line) => {
    expect(parse(line)).toEqual(MUNMAP)
  })

  it.each([
    ['nothing before it', 'munmap(0x7ffff7fb6000, 37703) = 0'],
    ['a relative time', '     0.000123 munmap(0x7ffff7fb6000, 37703) = 0'],
    ['a time of day', '07:45:07 munmap(0x7ffff7fb6000, 37703) = 0'],
    ['seconds since 1970', '1700000000 munmap(0x7ffff7fb6000, 37703) = 0'],
  ])('has no task with %s', (_, line) => {
    expect(parse(line)).toEqual({ ...MUNMAP, task: undefined })
  })

  it.each([
    ['= 0x7ffff7fc0000', returned(0x7fff_f7fc_0000n)],
    ['= 20188', returned(20188n)],
    ['= 20188<cat>', returned(20188n)],
    ['= 2 /* 20188 in strace\'s PID NS */', returned(20188n)],
    ['= 0x7ffff7fc0000 (flags MAP_SHARED)', returned(0x7fff_f7fc_0000n)],
    ['= 0 (INJECTED) <0.000016>', returned(0n)],
    ['= -1 ENOMEM (Cannot allocate memory)', { kind: 'failed', errno: 'ENOMEM' }],
    ['= -1 ENOMEM (Cannot allocate memory) <0.000016>', { kind: 'failed', errno: 'ENOMEM' }],
    ['= -1 E2BIG (Argument list too long)', { kind: 'failed', errno: 'E2BIG' }],
    ['= -1 ENOMEM (Cannot allocate memory) (INJECTED)', { kind: 'failed', errno: 'ENOMEM' }],
    ['= -1 (errno 524)', { kind: 'failed', errno: 'errno 524' }],
    ['= ?', { kind: 'unknown' }],
    ['= ? <unavailable>', { kind: 'unknown' }],
    ['= ? ERESTARTNOINTR (To be restarted)', { kind: 'unknown' }],
  ])('has the outcome %s', (text, outcome) => {
    expect(parse(`1 mmap(NULL, 1) ${text}`)).toMatchObject({ outcome })
  })

  it('ends its arguments at the last parenthesis that a result follows', () => {
    expect(parse('1 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3</a) = 5, b (x)>, 0) = 0x1000')).toMatchObject({
      args: 'NULL, 4096, PROT_READ, MAP_SHARED, 3</a) = 5, b (x)>, 0',
      outcome: returned(0x1000n),
    })
  })

  it('takes strings with commas, parentheses, quotes and equals signs', () => {
    const args = String.raw`"/bin/sh", ["sh", "-c", "f() = \"a, b\" <unfinished ...>"], 0x7ffd /* 23 vars */`
    expect(parse(`1 execve(${args}) = 0`)).toMatchObject({ name: 'execve', args })
  })

  it('takes structures, and what the kernel wrote into them', () => {
    expect(parse('1 clone3({flags=CLONE_VM|CLONE_FS, stack_size=0x7ffe80} => {parent_tid=[88]}, 88) = 88')).toMatchObject({
      name: 'clone3',
      args: '{flags=CLONE_VM|CLONE_FS, stack_size=0x7ffe80} => {parent_tid=[88]}, 88',
      outcome: returned(88n),
    })
  })

  it('takes an ending task\'s call, cut by strace itself', () => {
    expect(parse('1 munmap(0x1000, 4096 <unfinished ...>) = ?')).toMatchObject({ args: '0x1000, 4096', outcome: { kind: 'unknown' } })
  })

  it('lets calls that no rule reads end in any way', () => {
    expect(parse('1 openat(AT_FDCWD, "/a") = 3</a (b>')).toMatchObject({ name: 'openat' })
    expect(parse('1 poll([{fd=3}], 1, -1) = 1 ([{fd=3, revents=POLLIN}])')).toMatchObject({ name: 'poll' })
    expect(parse('1 ????( <unfinished ...>')).toMatchObject({ kind: 'unfinished', name: '????' })
  })
})

describe('a split call', () => {
  it('keeps what was written before the cut, without the space that strace puts there', () => {
    expect(parse('20254 munmap(0x7ffacfff1000, 61440 <unfinished ...>')).toEqual({
      kind: 'unfinished',
      task: 20254,
      name: 'munmap',
      head: '0x7ffacfff1000, 61440',
    })
    expect(parse('vfork( <unfinished ...>')).toMatchObject({ name: 'vfork', head: '' })
    expect(parse('1 mmap(NULL,  <unfinished ...>')).toMatchObject({ head: 'NULL, ' })
  })

  it('keeps what follows the cut', () => {
    expect(parse('20254 <... munmap resumed>)             = 0')).toEqual({
      kind: 'resumed',
      task: 20254,
      name: 'munmap',
      tail: ')             = 0',
    })
    expect(parse('[pid 7] 0.1 <... clone3 resumed> => {parent_tid=[9]}, 88) = 9')).toMatchObject({
      kind: 'resumed',
      task: 7,
      tail: ' => {parent_tid=[9]}, 88) = 9',
    })
  })
})

describe('other lines', () => {
  it.each([
    ['20187 --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=3, si_status=0} ---'],
    ['[pid 20187] 07:45:07 --- stopped by SIGSTOP ---'],
    ['strace: [ Process PID=3 runs in 32 bit mode. ]'],
    [' > /usr/lib/libc.so.6(__mmap+0x2a) [0x10f2aa]'],
    [''],
    ['   '],
  ])('%j carries no call', (line) => {
    expect(parse(line)).toEqual({ kind: 'nothing' })
  })

  it('tells the end of a task', () => {
    expect(parse('20187 +++ exited with 0 +++')).toEqual({ kind: 'ended', task: 20187 })
    expect(parse('+++ killed by SIGKILL (core dumped) +++')).toEqual({ kind: 'ended', task: undefined })
  })

  it('tells a task that takes another number, and one that strace follows', () => {
    expect(parse('20187 +++ superseded by execve in pid 20190 +++')).toEqual({ kind: 'superseded', task: 20187, by: 20190 })
    expect(parse('strace: Process 20188 attached')).toEqual({ kind: 'attached', task: 20188 })
  })
})

describe('a line cut in the middle', () => {
  const lines = [
    '20187 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ffff7fc0000',
    '20187 mprotect(0x7ffff7fa3000, 16384, PROT_READ) = -1 ENOMEM (Cannot allocate memory)',
    '20256 mmap(NULL, 134217728, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0 <unfinished ...>',
    '20187 exit_group(0)                     = ?',
    '20187 +++ exited with 0 +++',
    '20187 --- SIGCHLD {si_signo=SIGCHLD} ---',
  ]

  // Behind "= 0" a cut leaves a shorter number, which no line can tell from a whole one.
  it.each(lines)('is refused wherever %s is cut', (line) => {
    const whole = line.includes('= 0x') ? line.indexOf('= 0x') + 3 : line.length
    for (let length = 6; length < whole; length += 1) {
      const cut = line.slice(0, length)
      // A task's number alone is cut as well; before that there is nothing to cut.
      expect(messageOf(() => parse(cut)), cut).toContain('TraceInputError: strace.txt:12: expected')
    }
  })

  it.each([
    ['20187 brk(NULL)', '") = RESULT" at the end of brk'],
    ['20187 brk(NULL) = ', '") = RESULT" at the end of brk'],
    ['20187 brk(NULL) = -1', '"NUMBER", "-1 ENAME (text)" or "?" as the result of brk'],
    ['20187 brk(NULL) = -1 ENOM', '"NUMBER", "-1 ENAME (text)" or "?" as the result of brk'],
    ['20187 munm', 'a complete line of a strace log'],
    ['20187 <... munmap resu', 'a complete line of a strace log'],
    ['20187 +++ exited wi', 'a complete line of a strace log'],
    ['hello', 'a complete line of a strace log'],
  ])('%j tells what was expected', (line, expected) => {
    expect(messageOf(() => parse(line))).toBe(`TraceInputError: strace.txt:12: expected ${expected}, got ${JSON.stringify(gotOf(line))}`)
  })
})

/** What the message quotes: the call or the result, where the line has one. */
function gotOf(line: string): string {
  if (line.includes('= -1')) return line.slice(line.indexOf('= ') + 2)
  return line.includes('brk') ? line.trimEnd().slice(6) : line
}

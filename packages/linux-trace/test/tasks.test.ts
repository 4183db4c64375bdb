// Which lines count: one test per clause of that section in traces/README.md. Every task maps one page at an address of
// its own, so that the list at the end tells whose calls counted.
import { describe, expect, it } from 'vitest'
import { Replay } from '../src/index.ts'
import { messageOf, run, target } from './support/run.ts'

const map = (task: number | string, page: string): string =>
  `${task} mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x${page}0000`
const THREAD = 'clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM, stack_size=0x7ffe80} => {parent_tid=[101]}, 88)'
const SPAWN = 'clone3({flags=CLONE_VM|CLONE_VFORK|CLONE_CLEAR_SIGHAND, exit_signal=SIGCHLD, stack_size=0x9000}, 88)'
const FORK = 'clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7ffff7ca9310)'
const OLD_THREAD = 'clone(child_stack=0x7ffff7a1cfb0, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM, parent_tid=[101])'
const EXEC = 'execve("/bin/sh", ["sh", "-c", "a, b) = 1"], 0x7ffd80b6b968 /* 23 vars */)'
const pages = (...numbers: string[]): string[] => numbers.map((page) => `${page}0000-${page}1000 r--p`)

describe('a new task', () => {
  it.each([
    ['a thread of clone3', THREAD],
    ['a thread of clone', OLD_THREAD],
    ['a thread, flags as a number', 'clone(child_stack=0x7000, flags=0x3d0f00, tls=0x7)'],
    ['a thread, flags as number and names', 'clone3({flags=0x10100 /* CLONE_VM|CLONE_THREAD */, stack=0x7}, 88)'],
    ['a spawned process', SPAWN],
    ['vfork', 'vfork()'],
  ])('shares the memory: %s', (_, call) => {
    expect(run([], [`100 ${call} = 101`, map(101, 'a')]).mapped).toEqual(pages('a'))
  })

  it.each([
    ['clone without CLONE_VM', FORK],
    ['clone3 without CLONE_VM', 'clone3({flags=CLONE_CHILD_SETTID, exit_signal=SIGCHLD}, 88)'],
    ['fork', 'fork()'],
    ['flags of 0', 'clone(child_stack=NULL, flags=0)'],
  ])('has a copy: %s', (_, call) => {
    expect(run([], [`100 ${call} = 101`, map(101, 'a'), map(100, 'b')]).mapped).toEqual(pages('b'))
  })

  it('of a thread shares as well', () => {
    expect(run([], [`100 ${THREAD} = 101`, `101 ${THREAD} = 102`, map(102, 'a')]).mapped).toEqual(pages('a'))
  })

  it('of a task with a copy has a copy, also with CLONE_VM', () => {
    const log = ['100 fork() = 101', '101 vfork() = 102', `101 ${THREAD} = 103`, map(102, 'a'), map(103, 'b')]
    expect(run([], log).mapped).toEqual([])
  })

  it('may be created by a call that failed before', () => {
    const log = ['100 fork() = -1 EAGAIN (Resource temporarily unavailable)', `100 ${THREAD} = 101`, map(101, 'a')]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('is known by the number of strace where its own namespace has another', () => {
    expect(run([], ["100 vfork() = 2 /* 101 in strace's PID NS */", map(101, 'a')]).mapped).toEqual(pages('a'))
  })

  it('without readable flags is an input error', () => {
    const log = ['100 clone3(0x7ffd, 88) = 101', map(101, 'a')]
    expect(messageOf(() => run([], log))).toBe('TraceInputError: strace.txt:2: expected flags=CLONE_… in clone3, got "0x7ffd, 88"')
  })

  it('of a task that does not count need not have readable flags', () => {
    expect(run([], ['100 fork() = 101', '101 clone3(0x7ffd, 88) = 102', map(102, 'a')]).mapped).toEqual([])
  })
})

describe('execve', () => {
  it('of a process that shares ends the sharing; what it did before counts', () => {
    const log = ['100 vfork() = 101', map(101, 'a'), `101 ${EXEC} = 0`, map(101, 'b'), map(100, 'c')]
    expect(run([], log).mapped).toEqual(pages('a', 'c'))
  })

  it('that fails changes nothing', () => {
    const log = ['100 vfork() = 101', `101 ${EXEC} = -1 ENOENT (No such file or directory)`, map(101, 'a')]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('is the same as execveat, and may be split', () => {
    const log = [
      '100 vfork( <unfinished ...>',
      '101 execveat(3, "", ["x"], 0x7ffd /* 1 var */, AT_EMPTY_PATH <unfinished ...>',
      '100 <... vfork resumed>) = 101',
      map(100, 'a'),
      '101 <... execveat resumed>) = 0',
      map(101, 'b'),
    ]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('ends the sharing of tasks created afterwards, not of those created before', () => {
    const log = ['100 vfork() = 101', '101 vfork() = 102', `101 ${EXEC} = 0`, '101 vfork() = 103', map(102, 'a'), map(103, 'b')]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('of a thread of a sharing process ends the sharing of that process', () => {
    const log = ['100 vfork() = 101', `101 ${THREAD} = 102`, `102 ${EXEC} = 0`, map(101, 'a'), map(102, 'b')]
    expect(run([], log).mapped).toEqual([])
  })

  it('by a thread goes on under the number of its process', () => {
    const log = [
      '100 vfork() = 101',
      `101 ${THREAD} = 102`,
      `102 ${EXEC.slice(0, -1)} <unfinished ...>`,
      '101 +++ superseded by execve in pid 102 +++',
      '101 <... execve resumed>) = 0',
      map(101, 'a'),
    ]
    expect(run([], log).mapped).toEqual([])
  })

  it('of the main process on another line than the first is an input error', () => {
    const log = [map(100, 'a'), `100 ${EXEC} = 0`]
    expect(messageOf(() => run([], log))).toBe(
      'TraceInputError: strace.txt:3: expected one execve of the main process, on the first line, got "execve"',
    )
  })

  it('of the main process that fails changes nothing', () => {
    expect(run([], [map(100, 'a'), `100 ${EXEC} = -1 EACCES (Permission denied)`, map(100, 'b')]).mapped).toEqual(pages('a', 'b'))
  })
})

describe('the end', () => {
  it.each([
    ['the main task', 'exit_group(0) = ?', 100],
    ['one of its threads', 'exit_group(0) = ?', 101],
    ['a thread, split', 'exit_group(1 <unfinished ...>', 101],
    ['a thread, cut by strace', 'exit_group(1 <unfinished ...>) = ?', 101],
  ])('is the first exit_group of %s', (_, call, task) => {
    const log = [`100 ${THREAD} = 101`, map(101, 'a'), `${task} ${call}`, map(100, 'b')]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('is not the exit_group of a process that merely shares the memory, nor of one with a copy', () => {
    const log = ['100 vfork() = 101', '100 fork() = 102', '101 exit_group(127) = ?', '102 exit_group(0) = ?', map(100, 'a')]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('is not the exit of a thread, not even of the main one', () => {
    const log = [`100 ${THREAD} = 101`, '101 exit(0) = ?', '100 exit(0) = ?', map(100, 'a')]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('may be missing', () => {
    expect(run([], [map(100, 'a')])).toMatchObject({ mapped: pages('a'), report: { match: true } })
  })

  it('does not free later lines from being whole', () => {
    expect(messageOf(() => run([], ['exit_group(0) = ?', '100 +++ exited wi']))).toContain('strace.txt:3: expected a complete line')
    expect(run([], ['exit_group(0) = ?', '200 munmap(nonsense) = 0']).mapped).toEqual([])
  })
})

describe('a task whose first lines come before its creator\'s result', () => {
  it('counts if the only call in progress that creates a task says so', () => {
    const log = ['100 vfork( <unfinished ...>', map(101, 'a'), `101 ${EXEC} = 0`, '100 <... vfork resumed>) = 101', map(101, 'b')]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('counts if its creator\'s whole line follows', () => {
    expect(run([], [map(101, 'a'), map(100, 'b'), `100 ${THREAD} = 101`]).mapped).toEqual(pages('a', 'b'))
  })

  it('counts in the order of the lines', () => {
    const log = [
      '101 mmap(0xa000, 4096, PROT_READ, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0xa000',
      '100 mmap(0xa000, 4096, PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0xa000',
      `100 ${THREAD} = 101`,
    ]
    expect(run([], log).mapped).toEqual(['a000-b000 -w-p'])
  })

  it.each([
    ['as a process with a copy', 'clone(child_stack=0x5000, flags=SIGCHLD <unfinished ...>', '<... clone resumed>)', []],
    ['as a process that shares', 'clone(child_stack=0x5000, flags=CLONE_VM|SIGCHLD <unfinished ...>', '<... clone resumed>)', ['a']],
    ['by a call whose flags come last', 'clone(child_stack=NULL, <unfinished ...>', '<... clone resumed>flags=CLONE_VM|SIGCHLD)', ['a']],
  ])('is still that task if it has ended by then: %s', (_, first, second, counted) => {
    const log = [`100 ${first}`, map(101, 'a'), '101 exit(0) = ?', '101 +++ exited with 0 +++', `100 ${second} = 101`, map(100, 'b')]
    expect(run([], log).mapped).toEqual(pages(...counted, 'b'))
  })

  it.each([
    ['as a process with a copy', 'clone(child_stack=0x5000, flags=SIGCHLD <unfinished ...>', []],
    ['as a process that shares', 'clone(child_stack=0x5000, flags=CLONE_VM|SIGCHLD <unfinished ...>', ['a']],
  ])('is still that task if it has called exit, but its end is told only afterwards: %s', (_, first, counted) => {
    const log = [`100 ${first}`, map(101, 'a'), '101 exit(0) = ?', '100 <... clone resumed>) = 101', '101 +++ exited with 0 +++', map(100, 'b')]
    expect(run([], log).mapped).toEqual(pages(...counted, 'b'))
  })

  it('waits where two calls in progress differ', () => {
    const log = [
      `100 ${THREAD} = 101`,
      `100 ${FORK.slice(0, -1)} <unfinished ...>`,
      `101 ${THREAD.slice(0, -28)} <unfinished ...>`,
      map(102, 'a'),
      map(103, 'b'),
      map(101, 'c'),
      '100 <... clone resumed>) = 103',
      '101 <... clone3 resumed> => {parent_tid=[102]}, 88) = 102',
    ]
    // Task 101 begins a call although its clone3 is in progress: that one has lost its second line.
    expect(messageOf(() => run([], log))).toContain('strace.txt:9: expected the first half of clone3 on a line above')
    expect(run([], log.filter((_, index) => index !== 5)).mapped).toEqual(pages('a'))
  })

  it('need not wait where all calls in progress give the same', () => {
    const log = [
      `100 ${THREAD} = 101`,
      `100 ${THREAD.slice(0, -28)} <unfinished ...>`,
      `101 ${THREAD.slice(0, -28)} <unfinished ...>`,
      map(102, 'a'),
      '100 exit_group(0 <unfinished ...>',
    ]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('waits for flags that are cut off', () => {
    const log = [
      '100 clone3({flags=CLONE_VM|CLONE_TH <unfinished ...>',
      map(101, 'a'),
      '100 <... clone3 resumed>READ, stack_size=0x7}, 88) = 101',
    ]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('may itself create tasks whose lines come first', () => {
    const log = [map(102, 'a'), map(101, 'b'), '101 vfork() = 102', map(103, 'c'), `102 ${FORK} = 103`, '100 vfork() = 101']
    expect(run([], log).mapped).toEqual(pages('a', 'b'))
  })

  it('that nobody creates is an input error', () => {
    expect(messageOf(() => run([], [map(100, 'b'), map(101, 'a')]))).toBe(
      'TraceInputError: strace.txt:3: expected a call that creates task 101, got "mmap"',
    )
    expect(messageOf(() => run([], [map(101, 'a'), '101 vfork() = 102', '102 vfork() = 101']))).toContain('strace.txt:2: expected a call that creates task 101')
    expect(messageOf(() => run([], [map(101, 'a'), '101 vfork() = 101']))).toContain('strace.txt:2: expected a call that creates task 101')
  })

  it('does not matter if it makes no call that some rule reads', () => {
    expect(run([], ['101 madvise(0x1000, 4096, MADV_DONTNEED) = 0', '101 exit(0) = ?', '101 +++ exited with 0 +++']).mapped).toEqual([])
  })
})

describe('a number that returns', () => {
  it.each([
    ['+++ exited with 0 +++'],
    ['exit(0) = ?'],
    ['exit_group(0) = ?'],
    ['+++ killed by SIGKILL +++'],
  ])('after %s is another task', (end) => {
    const log = [`100 ${SPAWN} = 101`, map(101, 'a'), `101 ${end}`, '100 fork() = 101', map(101, 'b')]
    expect(run([], log).mapped).toEqual(pages('a'))
  })

  it('is another task also if its first lines come before its creator\'s result', () => {
    const log = ['100 fork() = 101', map(101, 'a'), '101 +++ exited with 0 +++', '100 vfork( <unfinished ...>', map(101, 'b'), '100 <... vfork resumed>) = 101']
    expect(run([], log).mapped).toEqual(pages('b'))
  })

  it('is another task if no line told its end', () => {
    expect(run([], [`100 ${THREAD} = 101`, map(101, 'a'), '100 fork() = 101', map(101, 'b')]).mapped).toEqual(pages('a'))
  })
})

describe('a log of which the first lines have no task number', () => {
  const anyone = (page: string): string => map('', page).trim()

  it.each([
    ['a message of strace inside the call', ['vfork(strace: Process 101 attached', ' <unfinished ...>', `[pid 101] ${anyone('a')}`, '[pid 100] <... vfork resumed>) = 101', `[pid 100] ${anyone('b')}`]],
    ['no message', ['vfork( <unfinished ...>', `[pid 101] ${anyone('a')}`, '[pid 100] <... vfork resumed>) = 101', `[pid 100] ${anyone('b')}`]],
    ['a message first', ['strace: Process 101 attached', 'vfork() = 101', `[pid 100] ${anyone('b')}`, `[pid 101] ${anyone('a')}`]],
    ['no number again when the other task is gone', ['vfork() = 101', `[pid 101] ${anyone('a')}`, '[pid 101] +++ exited with 0 +++', anyone('b')]],
  ])('gives them to the main task: %s', (_, log) => {
    const replay = new Replay(target(), { start: [] })
    replay.push(`execve("/bin/x", ["x"], 0x7ffd /* 3 vars */) = 0\n${log.join('\n')}\n`)
    expect(replay.finish()).toMatchObject({ operations: { mmap: 2 }, areas: 2, match: true })
  })
})

/**
 * Processes that do not outlive this one: each runs in a group of its own, with whatever it starts, and the group is
 * killed when it has failed, when the command ends, and when a signal ends that.
 */

import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { statSync } from 'node:fs'
import { userPath } from '../cli/files.ts'

/** Those that may still run. */
const living = new Set<ChildProcessWithoutNullStreams>()
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Starts a program by its file, or else a command line of the shell; both from where the user stands. */
export function startGroup(command: string): ChildProcessWithoutNullStreams {
  const path = userPath(command)
  const [program, args] = isFile(path) ? [path, []] as const : ['/bin/sh', ['-c', command]] as const
  const child = spawn(program, args, { cwd: userPath('.'), detached: true })
  if (living.size === 0) watchOver()
  living.add(child)
  return child
}

/** Ends a process and those that it started. Once: afterwards the group's number may be another's. */
export function killGroup(child: ChildProcessWithoutNullStreams): void {
  if (!living.delete(child)) return
  if (living.size === 0) stopWatching()
  child.stdin.destroy()
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

function killAll(): void {
  for (const child of [...living]) killGroup(child)
}

/** Passes a signal on: first to the groups, which a terminal does not reach, then to this process itself. */
function onSignal(signal: NodeJS.Signals): void {
  killAll()
  stopWatching()
  process.kill(process.pid, signal)
}

function watchOver(): void {
  process.on('exit', killAll)
  for (const signal of SIGNALS) process.on(signal, onSignal)
}

function stopWatching(): void {
  process.off('exit', killAll)
  for (const signal of SIGNALS) process.off(signal, onSignal)
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false // there is none, or a command line is too long for a name
  }
}

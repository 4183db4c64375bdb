// Runs a program to its end. What it prints matters only if it fails.

import { spawnSync } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { root } from './workspace.ts'

/** A program ended with an exit code other than 0; the message holds all that it printed. */
export class ToolError extends Error {
  constructor(command: string, code: string, output: string) {
    super(`${command} ended with ${code}\n${output.trim()}`)
    this.name = 'ToolError'
  }
}

/**
 * Runs a program and gives what it wrote on stdout. The repository's tools are found without a path.
 *
 * @throws ToolError if it ends with another exit code than 0, or cannot be started
 */
export function runTool(command: string, args: readonly string[], options: { cwd?: string } = {}): string {
  const path = [dirname(process.execPath), join(root, 'node_modules/.bin'), join(root, '.tools/node_modules/.bin'), process.env['PATH']]
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, PATH: path.join(delimiter), TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error) throw new ToolError(command, error.message, '')
  if (status !== 0) throw new ToolError([command, ...args].join(' '), signal ?? `exit code ${String(status)}`, `${stdout}${stderr}`)
  return stdout
}

/** The arguments of an npm installation that says nothing unless it fails, and leaves nothing but node_modules. */
export const QUIET_NPM_INSTALL: readonly string[] = ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']

/** Starts the command line as a user's shell would, and gathers what it says. */

import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, vi } from 'vitest'

/** Every call starts a Node, on machines that may be busy. */
vi.setConfig({ testTimeout: 60_000 })

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

export interface Ending {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Circumstances {
  /** Folder where the user stands. */
  readonly cwd?: string
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string>>
  /** Stop reading standard output after the first piece. */
  readonly closesEarly?: boolean
}

/** Runs `addrspace` with these arguments. */
export async function addrspace(args: readonly string[], { cwd, stdin = '', env, closesEarly = false }: Circumstances = {}): Promise<Ending> {
  const given = { ...process.env, INIT_CWD: undefined, NO_COLOR: undefined, ADDRSPACE_DEBUG: undefined, ...env }
  const child = spawn(process.execPath, ['--conditions=@addrspace/source', MAIN, ...args], { cwd, env: given })
  const pieces = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    pieces.stdout += text
    if (closesEarly) child.stdout.destroy()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (pieces.stderr += text))
  child.stdin.on('error', () => {}) // a command that refuses its arguments does not read
  child.stdin.end(stdin)
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.on('error', reject).on('close', resolve)
  return { code: await promise, ...pieces }
}

/** Expects exit code 2, nothing on stdout, and exactly this line on stderr. */
export function expectRefusal(ending: Ending, line: string): void {
  expect(ending).toEqual({ code: 2, stdout: '', stderr: `addrspace: ${line}\n` })
}

/** Makes a folder with these files for one test. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'addrspace-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

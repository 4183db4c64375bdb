// The Rust originals: built where cargo is, once per change of their sources.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export const BENCH: string = join(import.meta.dirname, '..')
const NATIVE = join(BENCH, 'native')
const PROGRAM = join(NATIVE, 'target/release/addrspace-bench-native')

/** What `cargo --version` says, or undefined if there is none. */
export function cargoVersion(): string | undefined {
  const { status, stdout } = spawnSync('cargo', ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

/**
 * Builds the program and gives its path, or undefined where cargo is missing, or has neither the crates nor a network.
 *
 * @throws Error with what cargo says if it cannot be built
 */
export function buildNative(): string | undefined {
  if (cargoVersion() === undefined) return undefined
  const { status, stderr } = spawnSync('cargo', ['build', '--release', '--locked', '--quiet'], { cwd: NATIVE, encoding: 'utf8' })
  if (status === 0) return PROGRAM
  if (/failed to (download|fetch|get)|could not resolve|attempting to make an HTTP request/i.test(stderr)) return undefined
  throw new Error(`bench/native could not be built\n${stderr}`)
}

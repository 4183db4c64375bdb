// On what a result was measured, and with which versions.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'

import { PEER_NAMES } from '../src/goals.ts'
import { BENCH, cargoVersion } from './native.ts'

export function describeMachine(): Record<string, string | number> {
  const processors = cpus()
  return {
    processor: processors[0]?.model ?? 'unknown',
    processors: processors.length,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${type()} ${release()}`,
    load: Number(loadavg()[0]!.toFixed(2)),
  }
}

export function listVersions(): Record<string, string> {
  const { dependencies } = JSON.parse(readFileSync(join(BENCH, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  const peers = PEER_NAMES.map((name): [string, string] => [name, dependencies[name] ?? ''])
  return { node: process.versions.node, v8: process.versions.v8, ...crateVersions(), ...Object.fromEntries(peers), addrspace: commit() }
}

function crateVersions(): Record<string, string> {
  const cargo = cargoVersion()
  if (cargo === undefined) return {}
  const lock = readFileSync(join(BENCH, 'native/Cargo.lock'), 'utf8')
  const crates = [...lock.matchAll(/name = "(memory_\w+|page_table_\w+)"\nversion = "([^"]+)"/g)]
  return { cargo, ...Object.fromEntries(crates.map(([, name, version]) => [name!, version!])) }
}

function commit(): string {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: BENCH, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : 'unknown'
}

#!/usr/bin/env node
// Brings what the repository pins (pnpm, the dependencies, Node 24) and then runs one command with it.
// Every npm script of the root goes through here. Plain JavaScript without dependencies, because it
// runs under whichever Node the machine has, before anything is installed. It decides whether to
// install; what a command does is the business of the script it starts.
//
// stdout belongs to the command alone; everything said here goes to stderr.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 20
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const toolsDir = join(root, '.tools')
const pnpmBin = join(toolsDir, 'node_modules', '.bin')
const pinnedNodeDir = join(root, 'node_modules', 'node', 'bin')
const stampFile = join(root, 'node_modules', '.bootstrap-stamp')
const lockFile = join(toolsDir, 'setup.lock')

// The scoped condition makes the packages resolve to their sources: nothing has to be built.
const fromSource = ['node', '--conditions=@addrspace/source']

/** The commands by name; arguments of the caller are appended. `exec` and `pnpm` are for contributors and CI. */
const commands = {
  start: [...fromSource, 'scripts/start.ts'],
  test: ['node', 'scripts/test.ts'],
  build: ['turbo', 'run', 'build'],
  types: ['turbo', 'run', 'types', 'types:scripts'],
  lint: ['turbo', 'run', 'lint', 'lint:scripts'],
  addrspace: [...fromSource, 'apps/playground/src/cli/main.ts'],
  docs: ['node', 'scripts/build-api-docs.ts'],
  api: ['node', 'scripts/check-api.ts'],
  web: ['node', 'apps/playground/node_modules/vite/bin/vite.js', 'apps/playground'],
  soak: [...fromSource, 'packages/reliability/run/soak.ts'],
  bench: [...fromSource, 'bench/run/main.ts'],
  reliability: [...fromSource, 'packages/reliability/run/reliability.ts'],
  exec: [],
  pnpm: ['pnpm'],
}

/** pnpm waits up to a minute between attempts; whoever has no network should hear of it sooner. */
const SETUP_DEFAULTS = { pnpm_config_fetch_retry_mintimeout: '500', pnpm_config_fetch_retry_maxtimeout: '1000' }

class SetupError extends Error {}

main(process.argv.slice(2))

function main([name, ...args]) {
  try {
    checkHostNode()
    if (!Object.hasOwn(commands, name ?? '')) {
      throw new SetupError(`unknown command ${name ?? '(none)'}; there are ${Object.keys(commands).join(', ')}`)
    }
    setUp({ dependencies: name !== 'pnpm' })
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    process.exitCode = 2
    return
  }
  run([...commands[name], ...args], { compileCache: name === 'addrspace' || name === 'start' })
}

function checkHostNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < OLDEST_NODE) {
    throw new SetupError(`Node ${OLDEST_NODE} or newer is needed to set this repository up, this is ${process.version}`)
  }
}

/** Installs what is missing; a machine where nothing changed reads a dozen small files and no more. */
function setUp({ dependencies }) {
  const pnpmVersion = pinnedPnpmVersion()
  const isReady = () => hasPnpm(pnpmVersion) && (!dependencies || hasDependencies())
  if (isReady()) return
  withLock(() => {
    if (isReady()) return // another process did it while this one waited
    if (!hasPnpm(pnpmVersion)) installPnpm(pnpmVersion)
    if (dependencies && !hasDependencies()) installDependencies()
  })
}

function pinnedPnpmVersion() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const match = /^pnpm@(\d+\.\d+\.\d+)/.exec(packageManager)
  if (!match) throw new SetupError(`package.json must pin an exact pnpm in "packageManager", got ${packageManager}`)
  return match[1]
}

function hasPnpm(version) {
  try {
    const manifest = JSON.parse(readFileSync(join(toolsDir, 'node_modules', 'pnpm', 'package.json'), 'utf8'))
    return manifest.version === version && existsSync(join(pnpmBin, 'pnpm'))
  } catch {
    return false
  }
}

function installPnpm(version) {
  say(`fetching pnpm ${version} …`)
  mkdirSync(toolsDir, { recursive: true })
  // A manifest of its own: npm must not take the folder for a part of the workspace.
  writeFileSync(join(toolsDir, 'package.json'), '{ "private": true }\n')
  const quiet = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  step('npm', ['install', '--prefix', toolsDir, ...quiet, `pnpm@${version}`], `pnpm ${version} could not be installed`)
}

function hasDependencies() {
  try {
    return readFileSync(stampFile, 'utf8') === dependencyStamp() && existsSync(join(pinnedNodeDir, 'node'))
  } catch {
    return false
  }
}

function installDependencies() {
  say('installing dependencies (the first time this takes about a minute) …')
  rmSync(stampFile, { force: true })
  step(join(pnpmBin, 'pnpm'), ['install', '--frozen-lockfile'], 'the dependencies could not be installed')
  if (!existsSync(join(pinnedNodeDir, 'node'))) {
    throw new SetupError(`the pinned Node did not arrive in ${pinnedNodeDir}: is there one for ${process.platform}-${process.arch}?`)
  }
  writeFileSync(stampFile, dependencyStamp())
}

/** What the installation depends on: lock file, pnpm's settings, all manifests, the platform. */
function dependencyStamp() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\0`)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...packageManifests()]) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file))).update('\0')
  }
  return hash.digest('hex')
}

function packageManifests() {
  const folders = ['packages', 'apps'].flatMap((group) =>
    (existsSync(join(root, group)) ? readdirSync(join(root, group)).sort() : []).map((name) => join(group, name)),
  )
  return [...folders, 'bench'].map((folder) => join(folder, 'package.json')).filter((file) => existsSync(join(root, file)))
}

/** Runs one step of the setup silently; its output is shown only if it fails. */
function step(command, args, complaint) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...SETUP_DEFAULTS, ...toolEnvironment(), CI: 'true' }, // so that nobody asks questions
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (result.status === 0) return
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim()
  const network = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b|error sending request|dns error/i.exec(output)
  if (network) {
    throw new SetupError(`${complaint}: the npm registry cannot be reached (${network[0]}); check network and proxy, then run the command again`)
  }
  if (result.error) throw new SetupError(`${complaint}: ${result.error.message}`)
  say(output)
  throw new SetupError(`${complaint}: ${command} ended with ${result.signal ?? `exit code ${result.status}`}, see above`)
}

/** One setup at a time; the lock of a process that is gone counts for nothing. */
function withLock(work) {
  mkdirSync(toolsDir, { recursive: true })
  for (let announced = false; !tryLock(); ) {
    if (!announced) say('waiting for another process that is setting up …')
    announced = true
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }
  try {
    work()
  } finally {
    rmSync(lockFile, { force: true })
  }
}

function tryLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  const holder = Number(readIfThere(lockFile))
  if (holder > 0 && !isAlive(holder)) rmSync(lockFile, { force: true })
  return false
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** The pinned Node first, then the repository's own tools, then what the machine has. */
function toolEnvironment() {
  const path = [pinnedNodeDir, join(root, 'node_modules', '.bin'), pnpmBin, process.env.PATH ?? '']
  return {
    ...process.env,
    PATH: path.join(delimiter),
    INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
    ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }), // turbo would colour what goes into a file
  }
}

/** Runs the command in the root with the caller's streams; passes signals on, and its exit code back. */
function run([command, ...args], { compileCache }) {
  const env = toolEnvironment()
  if (compileCache) env.NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'compile')
  const file = command === 'node' ? join(pinnedNodeDir, 'node') : command
  const child = spawn(file, args, { cwd: root, env, stdio: 'inherit' })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  const forward = (signal) => child.kill(signal)
  for (const signal of signals) process.on(signal, forward)
  child.on('error', (error) => {
    say(`${command} cannot be started: ${error.message}`)
    process.exitCode = 2
  })
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward)
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
    if (signals.includes(signal)) process.kill(process.pid, signal)
  })
}

function say(text) {
  process.stderr.write(`addrspace: ${text}\n`)
}

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readJson, root } from '../lib/workspace.ts'

const bootstrap = join(root, 'scripts/bootstrap.mjs')

function run(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const { INIT_CWD: _, ...env } = process.env
  return spawnSync(process.execPath, [bootstrap, ...args], { encoding: 'utf8', cwd: options.cwd ?? root, env: { ...env, ...options.env } })
}

describe('bootstrap', () => {
  it('runs a command with the pinned Node and writes nothing of its own on stdout', () => {
    const pinned = readJson<{ devDependencies: { node: string } }>(join(root, 'package.json')).devDependencies.node
    const { stdout, status } = run(['exec', 'node', '-p', 'process.versions.node'])
    expect(stdout).toBe(`${pinned}\n`)
    expect(status).toBe(0)
  })

  it('finds the pinned pnpm', () => {
    const { packageManager } = readJson<{ packageManager: string }>(join(root, 'package.json'))
    expect(`pnpm@${run(['pnpm', '--version']).stdout.trim()}`).toBe(packageManager)
  })

  it('hands the exit code through', () => {
    expect(run(['exec', 'node', '-e', 'process.exit(7)']).status).toBe(7)
  })

  it('hands arguments through as they are', () => {
    const args = ['a b', '--json', '', '$HOME', '*']
    expect(run(['exec', 'node', '-p', 'JSON.stringify(process.argv.slice(1))', '--', ...args]).stdout).toBe(`${JSON.stringify(args)}\n`)
  })

  it('works in the root and remembers where the caller stands', () => {
    const place = tmpdir()
    const program = 'process.cwd() + " " + process.env.INIT_CWD'
    expect(run(['exec', 'node', '-p', program], { cwd: place }).stdout).toBe(`${root} ${place}\n`)
    expect(run(['exec', 'node', '-p', program], { cwd: place, env: { INIT_CWD: '/elsewhere' } }).stdout).toBe(`${root} /elsewhere\n`)
  })

  it('refuses an unknown command in one line', () => {
    const { status, stdout, stderr } = run(['dance'])
    expect(stderr).toBe('addrspace: unknown command dance; there are start, test, build, types, lint, addrspace, docs, api, web, soak, bench, reliability, exec, pnpm\n')
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })

  it('says in one line that a command cannot be started', () => {
    const { status, stderr } = run(['exec', 'no-such-program'])
    expect(stderr).toMatch(/^addrspace: no-such-program cannot be started: .*\n$/)
    expect(status).toBe(2)
  })

  it('passes signals on, and ends as the command ended', async () => {
    const program = 'process.on("SIGTERM", () => { console.log("asked"); process.exit(3) }); setInterval(() => {}, 1000); console.log("ready")'
    const child = spawn(process.execPath, [bootstrap, 'exec', 'node', '-e', program], { cwd: root })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (text.includes('ready')) child.kill('SIGTERM')
    })
    expect(await once(child, 'close')).toEqual([3, null])
    expect(output).toBe('ready\nasked\n')
  })

  it('ends by the signal that ended the command', async () => {
    const child = spawn(process.execPath, [bootstrap, 'exec', 'node', '-e', 'process.kill(process.pid, "SIGTERM")'], { cwd: root })
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM'])
  })

  it('uses nothing that Node 20 lacks, and no package', () => {
    const specifiers = [...readFileSync(bootstrap, 'utf8').matchAll(/from '([^']+)'/g)].map(([, specifier]) => specifier)
    expect(specifiers.filter((specifier) => !specifier!.startsWith('node:'))).toEqual([])
  })
})

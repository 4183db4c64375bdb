import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal, folderWith } from './command-line.ts'

const SERVE = `${process.execPath} --conditions=@addrspace/source ${fileURLToPath(new URL('exec/serve.ts', import.meta.url))}`
const FAULTY = `${process.execPath} ${fileURLToPath(new URL('exec/faulty.ts', import.meta.url))}`

interface Case {
  readonly id: string
  readonly backend: string
  readonly status: string
  readonly detail: string
}

const casesOf = (stdout: string): Case[] => (JSON.parse(stdout) as { readonly cases: Case[] }).cases

describe('addrspace conform --exec', () => {
  it('reports of a page table behind the protocol what it reports of it nearby, sets aside', { timeout: 240_000 }, async () => {
    // Two roots, and live entries that are broken before they are made anew.
    const { code, stdout } = await addrspace(['conform', '--exec', `${SERVE} aarch64`, '--backend', 'aarch64', '--json'])
    const reports = Object.groupBy(casesOf(stdout), ({ backend }) => backend)
    const isOfTables = ({ id }: Case): boolean => !/^(?:law|table|set)\//.test(id)
    const nearby = reports['aarch64']!.filter(isOfTables).map(({ id, status, detail }) => ({ id, status, detail }))
    expect(reports['aarch64 from afar']!.filter(isOfTables).map(({ id, status, detail }) => ({ id, status, detail }))).toEqual(nearby)
    expect(nearby.filter(({ status }) => status === 'pass').length).toBeGreaterThan(80)
    for (const { status, detail } of reports['aarch64 from afar']!.filter((report) => !isOfTables(report))) {
      expect({ status, detail }).toEqual({ status: 'unsupported', detail: 'the protocol asks page tables only' })
    }
    expect(code).toBe(0)
  })

  it('takes several subjects, and prints them side by side with backends', async () => {
    const { code, stdout } = await addrspace([
      'conform', '--filter', 'walk/sum-mxr', '--exec', `${SERVE} riscv-sv39`, '--exec', `${SERVE} x86-64`, '--backend', 'riscv-sv48',
    ])
    expect(stdout.split('\n').map((row) => row.split(/ {2,}/))).toEqual([
      ['', 'riscv-sv48', 'riscv-sv39 from afar', 'x86-64 from afar'],
      ['walk/sum-mxr-matrix', 'pass', 'pass', 'unsupported'],
      [''],
    ])
    expect(code).toBe(0)
  })

  it('tells how each subject fails, of what it was asked and what came, and goes on', async () => {
    const asked = /asked: \{"id":\d+,"ask":"map","table":\d+,"vaddr":"0x[0-9a-f]+","size":"0x3000","paddr":"0x9000","flags":"rw"\}/.source
    const faults: Readonly<Record<string, string>> = {
      exit: `ended with exit code 3\n${asked}\nstandard error ends with:\n {2}first line\n {2}last words`,
      crash: `(?:was ended by SIGSEGV|ended with exit code 139 \\(SIGSEGV\\))\n${asked}(?:\nstandard error ends with:\n.*)?`,
      hang: `has not answered within 3 s\n${asked}\nstandard error ends with:\n {2}thinking`,
      garbage: `has answered with what is no JSON\n${asked}\nreceived: ok, done\\u001b\\[31m`,
      half: `ended with exit code 0\n${asked}\nreceived: \\{"id":\\d+,"o`,
      otherId: `has answered another request: "id" must be \\d+, got \\d+\n${asked}\nreceived: \\{"id":\\d+,"ok":true\\}`,
      noId: `has answered without an "id"\n${asked}\nreceived: \\[1\\]`,
      wrongField: `has answered wrongly: "ok" must be true\n${asked}\nreceived: \\{"id":\\d+,"ok":"yes"\\}`,
      extraField: `has answered wrongly: it must not have "note"\n${asked}\nreceived: .*"note":1\\}`,
      twice: 'has written a line though nothing was asked\nasked: \\{"id":\\d+,"ask":"\\w+",.*\\}\nreceived: \\{"id":\\d+,"ok":true\\}',
      error: `could not answer: not today\n${asked}`,
    }
    const names = Object.keys(faults)
    const { code, stdout, stderr } = await addrspace(['conform', ...names.flatMap((fault) => ['--exec', `${FAULTY} ${fault}`]), '--timeout', '3', '--filter', 'unmap/one', '--json'])
    const cases = casesOf(stdout)
    expect(cases.map(({ id, backend, status }) => [id, backend, status])).toEqual(names.map((name) => ['unmap/one', name, 'fail']))
    for (const { backend, detail } of cases) expect(detail).toMatch(new RegExp(`^the subject ${faults[backend]!}$`))
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  })

  it('shows no control characters that a subject has sent', async () => {
    const { stdout } = await addrspace(['conform', '--exec', `${FAULTY} garbage`, '--filter', 'unmap/one'])
    expect(stdout).toContain('received: ok, done\\u001b[31m')
  })

  it('starts a subject that is lost anew for the next case, and goes on with one that only answers wrongly', async () => {
    const statuses = async (fault: string): Promise<readonly string[]> => {
      const { stdout } = await addrspace(['conform', '--exec', `${SERVE} x86-64 ${fault} freePage`, '--filter', 'res/shared', '--json'])
      return casesOf(stdout).map(({ status }) => status)
    }
    expect(await statuses('exit')).toEqual(['fail', 'pass'])
    expect(await statuses('wrongField')).toEqual(['fail', 'pass'])
  })

  it('takes no lost subject for one that refuses', async () => {
    const { stdout } = await addrspace(['conform', '--exec', `${SERVE} x86-64 exit encode`, '--filter', 'pte/illegal-refused', '--json'])
    expect(casesOf(stdout)).toEqual([expect.objectContaining({ status: 'fail', detail: expect.stringContaining('ended with exit code 3') as string })])
  })

  it('asks no more after three cases without an answer in time', async () => {
    const { code, stdout } = await addrspace(['conform', '--exec', `${FAULTY} hang`, '--timeout', '2', '--filter', 'unmap/', '--json'])
    const details = casesOf(stdout).filter(({ status }) => status === 'fail').map(({ detail }) => detail.split('\n')[0])
    expect(details.slice(0, 4)).toEqual([
      ...Array<string>(3).fill('the subject has not answered within 2 s'),
      'not asked: in 3 cases one after the other no answer came in time',
    ])
    expect(details.length).toBeGreaterThan(4)
    expect(code).toBe(1)
  })

  it('keeps known failures apart, and holds a list against what passes', async () => {
    const known = (id: string): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> =>
      addrspace(['conform', '--exec', `${SERVE} x86-64 error freePage`, '--filter', 'res/shared', '--json'], { env: { KNOWN: JSON.stringify([{ id, reason: 'it is a toy' }]) } })
    const listed = await known('res/shared-pages')
    expect(casesOf(listed.stdout)[0]).toMatchObject({ status: 'known', detail: expect.stringMatching(/^it is a toy: the subject could not answer: not today\n/) as string })
    expect(listed.code).toBe(0)
    const wrong = await known('res/shared-rollback')
    expect(casesOf(wrong.stdout)[1]).toMatchObject({ status: 'fail', detail: 'passes, but is listed as a known failure (it is a toy)' })
    expect(wrong.code).toBe(1)
    expectRefusal(await known('res/nonsense'), `${SERVE} x86-64 error freePage: the manifest contradicts itself: "known" must name cases of the suite, got res/nonsense`)
  })

  const greetings: readonly (readonly [command: string, told: string])[] = [
    ['exit 3', 'ended with exit code 3; asked: {"id":1,"ask":"hello","protocol":1}'],
    ['echo bye >&2; kill -9 $$', 'was ended by SIGKILL; asked: {"id":1,"ask":"hello","protocol":1}; standard error ends with: bye'],
    ['sleep 100', 'has not answered within 3 s; asked: {"id":1,"ask":"hello","protocol":1}'],
    ['yes', 'has answered with what is no JSON; asked: {"id":1,"ask":"hello","protocol":1}; received: y'],
    ['cat', 'has answered wrongly: it must have required property "name"; asked: {"id":1,"ask":"hello","protocol":1}; received: {"id":1,"ask":"hello","protocol":1}'],
    ['echo "{\\"id\\":1,\\"protocol\\":2}"; cat', 'has answered wrongly: it must have required property "name"; asked: {"id":1,"ask":"hello","protocol":1}; received: {"id":1,"protocol":2}'],
    // No file has a name that long.
    [`exit 4 # ${'x'.repeat(300)}`, 'ended with exit code 4; asked: {"id":1,"ask":"hello","protocol":1}'],
    ['./README', 'cannot be started: it is not executable; asked: {"id":1,"ask":"hello","protocol":1}'],
  ]
  it.each(greetings)('refuses a subject that does not say hello: %s', async (command, told) => {
    expectRefusal(await addrspace(['conform', '--exec', command, '--timeout', '1'], { cwd: folderWith({ README: 'no program' }) }), `${command}: the subject ${told}`)
  })

  it('refuses one that is not there, with what the shell says', async () => {
    const { code, stderr } = await addrspace(['conform', '--exec', './nonsense'])
    expect(stderr).toMatch(/^addrspace: \.\/nonsense: the subject ended with exit code 127 \(no such command\); asked: .* standard error ends with: .*nonsense.*\n$/)
    expect(code).toBe(2)
  })

  it('refuses one that writes without end', async () => {
    const { code, stderr } = await addrspace(['conform', '--exec', "tr '\\0' x < /dev/zero", '--timeout', '20'])
    expect(stderr).toContain('the subject has written more than 67108864 characters without a line break; asked: {"id":1')
    expect(code).toBe(2)
  })

  it('refuses two of one name, times that are none, and no command', async () => {
    const subject = ['--exec', `${SERVE} x86-64`]
    expectRefusal(await addrspace(['conform', ...subject, ...subject]), 'two subjects are called "x86-64 from afar"')
    expectRefusal(await addrspace(['conform', '--exec', ' ']), '--exec must name a program')
    for (const time of ['0', '-1', '1e9']) {
      expectRefusal(await addrspace(['conform', ...subject, `--timeout=${time}`]), `--timeout must be a number of seconds, above 0 and at most 86400, got ${JSON.stringify(time)}`)
    }
  })

  // Writes the numbers of its own process and of one that it has started, and ends by itself in no circumstances.
  const STUBBORN = 'sleep 1000 & echo $$ $! > pids; trap "" INT TERM HUP; exec 0<&-; while :; do sleep 1; done'

  it('leaves no process behind when a subject fails', async () => {
    const cwd = folderWith({})
    await addrspace(['conform', '--exec', STUBBORN, '--timeout', '1'], { cwd })
    expect(await endedIn(cwd)).toEqual([true, true])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves no process behind when %s ends the command', async (signal) => {
    const cwd = folderWith({})
    const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
    const child = spawn(process.execPath, ['--conditions=@addrspace/source', main, 'conform', '--exec', STUBBORN], { cwd, env: { ...process.env, INIT_CWD: undefined }, stdio: 'ignore' })
    const isEnded = new Promise<string | null>((resolve) => child.on('exit', (_code, by) => resolve(by)))
    while (!existsSync(join(cwd, 'pids')) || readFileSync(join(cwd, 'pids'), 'utf8') === '') await sleep(20)
    child.kill(signal)
    expect(await isEnded).toBe(signal)
    expect(await endedIn(cwd)).toEqual([true, true])
  })
})

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Whether the processes whose numbers a subject has written down are gone; one that was killed may take a moment. */
async function endedIn(folder: string): Promise<boolean[]> {
  const pids = readFileSync(join(folder, 'pids'), 'utf8').trim().split(' ').map(Number)
  for (let patience = 100; patience > 0 && pids.some(isAlive); patience--) await sleep(50)
  return pids.map((pid) => !isAlive(pid))
}

/** A process that has ended and that nobody has asked about yet counts as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
  return !/\) Z /.test(status)
}

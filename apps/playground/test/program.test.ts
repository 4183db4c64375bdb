import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { addrspace, expectRefusal } from './command-line.ts'

describe('addrspace', () => {
  it('prints help without arguments, with help and with --help', async () => {
    const bare = await addrspace([])
    expect(bare.code).toBe(0)
    expect(bare.stderr).toBe('')
    expect(bare.stdout).toMatch(/^Usage: addrspace COMMAND \[OPTIONS\]\n/)
    for (const command of ['run', 'replay', 'conform', 'maps']) expect(bare.stdout).toContain(`\n  ${command} `)
    expect(await addrspace(['help'])).toEqual(bare)
    expect(await addrspace(['--help'])).toEqual(bare)
  })

  it('prints the help of a command, with examples and exit codes, either way', async () => {
    for (const command of ['run', 'replay', 'conform', 'maps']) {
      const { code, stdout, stderr } = await addrspace([command, '--help'])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain(`Usage: addrspace ${command} `)
      expect(stdout).toContain('\n  --json ')
      expect(stdout).toContain('\nExamples:\n')
      expect(stdout).toMatch(/\nExit codes: 0 .*\n$/)
    }
    expect(await addrspace(['help', 'run'])).toEqual(await addrspace(['run', '--help']))
  })

  it('prints its version, which is that of the packages', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../packages/memory-addr/package.json', import.meta.url), 'utf8')) as { version: string }
    expect(await addrspace(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('refuses a command that it does not know, and suggests a similar one', async () => {
    expectRefusal(await addrspace(['nonsense']), "unknown command 'nonsense'; see addrspace --help")
    expectRefusal(await addrspace(['mpas', '--help']), "unknown command 'mpas' (Did you mean maps?); see addrspace --help")
    expectRefusal(await addrspace(['help', 'nonsense']), "unknown command 'nonsense'; see addrspace --help")
  })

  it('refuses options and arguments that it does not know', async () => {
    expectRefusal(await addrspace(['--jsn']), "unknown option '--jsn'; see addrspace --help")
    expectRefusal(await addrspace(['run', 'x', '--jsn']), "unknown option '--jsn' (Did you mean --json?); see addrspace run --help")
    expectRefusal(await addrspace(['run']), "missing required argument 'SCENARIO'; see addrspace run --help")
    expectRefusal(
      await addrspace(['maps', '1', '2']),
      "too many arguments for 'maps'. Expected 1 argument but got 2: 1, 2; see addrspace maps --help",
    )
    expectRefusal(await addrspace(['conform', '--backend']), "option '--backend <NAME>' argument missing; see addrspace conform --help")
  })
})

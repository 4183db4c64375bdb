// The example packages in examples/: which there are, and what their READMEs tell a reader to type. A ```sh block holds
// commands, one a line; a ```text block right behind it is what the last of them prints.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { readJson, root } from './workspace.ts'

/** One example, a package of its own. */
export interface ExamplePackage {
  readonly name: string
  /** Absolute. */
  readonly folder: string
  /** What it declares to need, at run time and for its tests. */
  readonly needs: readonly string[]
  readonly commands: readonly ReadmeCommand[]
}

/** A command line of a README. */
export interface ReadmeCommand {
  readonly text: string
  /** What it prints, where the README says so. */
  readonly output?: string
}

/** Lists the examples by name. */
export function listExamples(from: string = root): ExamplePackage[] {
  const home = join(from, 'examples')
  return readdirSync(home).sort().flatMap((name): ExamplePackage[] => {
    const folder = join(home, name)
    const file = join(folder, 'package.json')
    if (!existsSync(file)) return []
    const { dependencies = {}, devDependencies = {} } = readJson<{ dependencies?: object; devDependencies?: object }>(file)
    const commands = commandsOf(readFileSync(join(folder, 'README.md'), 'utf8'))
    return [{ name, folder, needs: Object.keys({ ...dependencies, ...devDependencies }), commands }]
  })
}

/** The commands of a README in their order. */
export function commandsOf(readme: string): ReadmeCommand[] {
  const commands: ReadmeCommand[] = []
  let endOfCommands: number | undefined
  for (const { 0: fence, 1: language, 2: body = '', index } of readme.matchAll(/^```(\w*)\n([\s\S]*?)\n```$/gm)) {
    const isRightBehind = endOfCommands !== undefined && readme.slice(endOfCommands, index).trim() === ''
    if (language === 'sh') commands.push(...body.split('\n').filter((line) => line !== '').map((text) => ({ text })))
    else if (language === 'text' && isRightBehind) commands.push({ ...commands.pop()!, output: body })
    endOfCommands = language === 'sh' ? index + fence.length : undefined
  }
  return commands
}

/** What became of a command: undefined if all went as the README says, otherwise what is wrong. */
export function tryCommand({ text, output }: ReadmeCommand, folder: string, env: Readonly<Record<string, string>> = {}): string | undefined {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  const { status, stdout, stderr, error } = spawnSync('sh', ['-c', text], { cwd: folder, encoding: 'utf8', env: { ...process.env, PATH: path, NO_COLOR: '1', ...env } })
  if (error !== undefined) return `${text}: ${error.message}`
  if (status !== 0) return `${text}: exit code ${String(status)}\n${stdout}${stderr}`
  if (output !== undefined && stdout.trimEnd() !== output.trimEnd()) return `${text}: prints\n${stdout}instead of\n${output}`
  return undefined
}

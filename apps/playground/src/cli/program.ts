/**
 * The commands, their arguments and their help. What a command does is in its own file, which is imported when it runs.
 * How a command ends badly is decided here, for all of them: one line on stderr, and the exit code.
 */

import { Command, CommanderError, Option } from 'commander'
import { readFileSync } from 'node:fs'
import { ALL_BACKENDS, backendNames, machineNames } from './backends.ts'
import type { ConformOptions } from './conform.ts'
import type { ExplainOptions } from './explain.ts'
import { EXIT_INPUT, EXIT_INTERNAL, EXIT_OK, InputError, oneLine } from './failure.ts'
import { CONFORM_NOTES, EXPLAIN_NOTES, MAPS_NOTES, REPLAY_NOTES, ROOT_NOTES, RUN_NOTES, VECTORS_NOTES, WALK_NOTES } from './help-notes.ts'
import type { MapsOptions } from './maps.ts'
import { Output } from './output.ts'
import type { ReplayOptions } from './replay.ts'
import type { RunOptions } from './run.ts'
import type { VectorsOptions } from './vectors.ts'
import type { WalkOptions } from './walk.ts'

/** Runs the command that the arguments name; sets the process's exit code. */
export async function main(args: readonly string[]): Promise<void> {
  process.on('uncaughtException', (error) => {
    process.exit(report(error, ''))
  })
  process.stderr.on('error', () => undefined) // nobody is left to tell
  const code = await perform(args, new Output(process.stdout))
  process.exitCode ??= code
}

/** Runs the command that the arguments name, and gives the exit code. What it complains of goes to standard error. */
export async function perform(args: readonly string[], output: Output): Promise<number> {
  let code: number = EXIT_OK
  const root = program(output, (exitCode) => (code = exitCode))
  const asked = explicit(args, root)
  try {
    await root.parseAsync(asked, { from: 'user' })
  } catch (error) {
    output.flush()
    code = report(error, asked[0] ?? '')
  }
  output.flush()
  return code
}

/** Spells out what commander would answer with help for the wrong thing, or with help as if that were a mistake. */
function explicit(args: readonly string[], root: Command): readonly string[] {
  const isKnown = (name: string): boolean => root.commands.some((command) => command.name() === name)
  const [first = '--help', second = '--help', ...others] = args
  if (first !== 'help') return first.startsWith('-') || isKnown(first) ? [first, ...args.slice(1)] : [first]
  return second === '--help' || isKnown(second) ? [second, '--help', ...others] : [second]
}

/** Tells what went wrong, and gives the exit code. */
function report(error: unknown, command: string): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT_OK // help or version
    const scope = command === '' || command.startsWith('-') || error.code === 'commander.unknownCommand' ? '' : ` ${command}`
    complain(`${oneLine(error.message).replace(/^error: /, '').replace(/\.$/, '')}; see addrspace${scope} --help`)
    return EXIT_INPUT
  }
  if (error instanceof InputError) {
    complain(oneLine(error.message))
    return EXIT_INPUT
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  complain(`internal error: ${oneLine(message)} (ADDRSPACE_DEBUG=1 tells more)`)
  if (process.env['ADDRSPACE_DEBUG'] !== undefined && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  return EXIT_INTERNAL
}

function complain(line: string): void {
  process.stderr.write(`addrspace: ${line}\n`)
}

function program(output: Output, finish: (exitCode: number) => void): Command {
  const root = new Command('addrspace')
    .description('Virtual address spaces: areas, page tables, traces of real programs.')
    .usage('COMMAND [OPTIONS]')
    .version(version(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [COMMAND]', 'show help of a command')
    .addHelpText('after', ROOT_NOTES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.line(text.trimEnd()),
      writeErr: () => undefined, // the error that is thrown is told instead, in one line
      getOutHelpWidth: () => output.columns,
      getOutHasColors: () => false,
    })

  const command = (usage: string, description: string): Command =>
    root
      .command(usage)
      .description(description)
      .helpOption('-h, --help', 'show this help')
      .option('--json', 'print nothing but JSON on standard output')

  command('run', 'run a scenario and tell the result of every operation')
    .argument('<SCENARIO>', 'file of JSON lines, - for standard input')
    .option('--backend <NAME>', `run on this backend (${backendNames()}) instead of the one that the header names`)
    .option('--image <DIR>', 'write the memory of the page tables to this folder after the last operation')
    .addHelpText('after', RUN_NOTES)
    .action(async (file: string, options: RunOptions) => {
      const { run } = await import('./run.ts')
      finish(await run(file, options, output))
    })

  command('replay', 'replay the recorded memory calls of a program and compare with the kernel')
    .argument('<TRACE>', 'folder with strace.txt, start.maps and perhaps end.maps and mid-*.maps, or a bare log')
    .option('--backend <NAME>', `one of ${backendNames()}, or ${ALL_BACKENDS}`, ALL_BACKENDS)
    .option('--start <FILE>', 'the areas at the start; needed for a bare log')
    .option('--end <FILE>', 'the areas at the end, to compare with')
    .option('--predict', 'tell how many of the addresses that the kernel chose are predicted')
    .option('--merge', "tell the number of areas, merged as the kernel merges them, beside the kernel's")
    .option('--no-picture', 'leave the picture of the address space out')
    .addHelpText('after', REPLAY_NOTES)
    .action(async (trace: string, options: ReplayOptions) => {
      const { replay } = await import('./replay.ts')
      finish(await replay(trace, options, output))
    })

  command('walk', 'walk the page tables of an image to an address, and tell every bit on the way')
    .argument('<IMAGE>', 'folder that run --image has written, or its image.json')
    .argument('<VA>', 'virtual address, hexadecimal with 0x or decimal')
    .option('--access <A>', 'read, write or exec', 'read')
    .option('--mode <M>', 'user or kernel', 'user')
    .option('--controls <JSON>', 'what differs from the default state of the machine, for instance {"smap":true}')
    .addHelpText('after', WALK_NOTES)
    .action(async (image: string, address: string, options: WalkOptions) => {
      const { walk } = await import('./walk.ts')
      finish(await walk(image, address, options, output))
    })

  command('explain', "say what every bit of a page table entry's word means")
    .argument('<WORD>', 'the word, hexadecimal with 0x or decimal')
    .requiredOption('--backend <NAME>', `the machine: one of ${machineNames()}`)
    .requiredOption('--level <L>', 'steps that a walk has still to go: 0 is where the smallest pages are')
    .addHelpText('after', EXPLAIN_NOTES)
    .action(async (word: string, options: ExplainOptions) => {
      const { explain } = await import('./explain.ts')
      finish(await explain(word, options, output))
    })

  command('conform', 'hold backends against the conformance suite')
    .option('--backend <NAME>', `one of ${backendNames()}, or ${ALL_BACKENDS} (default: ${ALL_BACKENDS}; with --exec, none)`)
    .option('--exec <COMMAND>', 'a program in any language that answers for its page table in JSON lines; may be repeated', collect)
    .option('--timeout <SECONDS>', 'how long such a program may take for an answer (default: 10)')
    .option('--filter <ID>', 'only the cases whose id contains this')
    .option('--verbose', 'a row for every case; so it is with --filter')
    .option('--report <DIR>', 'write a page of HTML and JUnit XML to this folder')
    .addOption(new Option('--mutants', 'hold seeded faults against the suite instead').conflicts(['backend', 'exec', 'timeout', 'filter', 'verbose']))
    .addHelpText('after', CONFORM_NOTES)
    .action(async (options: ConformOptions & { readonly mutants?: boolean }) => {
      if (options.mutants === true) {
        const { mutants } = await import('./mutants.ts')
        finish(mutants(options, output))
        return
      }
      const { conform } = await import('./conform.ts')
      finish(await conform(options, output))
    })

  command('vectors', 'the suite as data: list its vectors, show one, run them, or hold files against their rules')
    .argument('<ACTION>', 'list, show, run or lint')
    .argument('[TARGET...]', 'show: an id; otherwise files and folders, instead of the vectors that come along')
    .option('--backend <NAME>', `list and run: one of ${machineNames()}, or ${ALL_BACKENDS}`, ALL_BACKENDS)
    .option('--filter <ID>', 'list and run: only the vectors whose id contains this')
    .addHelpText('after', VECTORS_NOTES)
    .action(async (action: string, targets: readonly string[], options: VectorsOptions) => {
      const { vectors } = await import('./vectors.ts')
      finish(await vectors(action, targets, options, output))
    })

  command('maps', 'show the areas of a process, or of a list in the format of /proc/PID/maps')
    .argument('<FILE|PID>', 'a file, - for standard input, the number of a process, or self (write ./self for a file)')
    .addHelpText('after', MAPS_NOTES)
    .action(async (source: string, options: MapsOptions) => {
      const { maps } = await import('./maps.ts')
      finish(await maps(source, options, output))
    })

  return root
}

/** For an option that may be given several times. */
function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value]
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return version
}

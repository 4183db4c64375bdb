// Whether compiled code is given up again while it is measured: the engine's own trace, after a long warm-up.
import type { Cell } from './contenders.ts'
import { ContenderProcess } from './contender-process.ts'

const WARM_UP = 1500
const TIME = 500

/** Lines of the trace, of each contender in JavaScript. */
export async function traceDeopts({ question, subject, size, contenders }: Cell, seed: number): Promise<void> {
  for (const [name, { file, args }] of contenders) {
    if (file !== process.execPath) continue
    const traced = new ContenderProcess({ file, args: ['--trace-deopt', ...args] })
    const answer = await traced.ask(question.name, size, seed, WARM_UP)
    if ('samples' in answer) {
      await traced.ask(question.name, size, seed, TIME)
      const bailouts = traced.otherLines.filter((line) => line.includes('bailout'))
      console.log(`${question.name} of ${subject} at ${String(size)}, ${name}: ${String(bailouts.length)} bailouts in ${String(TIME)} ms`)
      for (const line of new Set(bailouts.map((bailout) => bailout.replaceAll(/0x[0-9a-f]+/g, '…')))) console.log(`  ${line}`)
    }
    await traced.close()
  }
}

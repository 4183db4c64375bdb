import { pa, va } from '@addrspace/memory-addr'
import { PageTableView, READ, type ControlChoices, type PteFormat } from '@addrspace/page-table'
import { describe, expect, it } from 'vitest'

import { ToyFormat, type ToyControls } from './support/toy-format.ts'
import { PAGE, worldOf } from './support/world.ts'

/** A toy with a second control, of no effect. */
interface ManyControls extends ToyControls {
  readonly wide: boolean
}

class Many extends ToyFormat {
  override readonly defaultControls: ManyControls = { kernelWrites: 'as-mapped', wide: false }
  readonly controlChoices: ControlChoices = { kernelWrites: ['as-mapped', 'anywhere'], wide: [false, true] }
}

/** Where the page lies: away from the tables. */
const FRAME = pa(30 * 4096)

/** A readable page at address 0, and all ways to access it in a state of the machine. */
function ways(format: PteFormat<ToyControls>): ((controls: unknown) => unknown)[] {
  const { table, memory } = worldOf(format)
  expect(table.map(va(0), PAGE, FRAME, READ).ok).toBe(true)
  const view = new PageTableView({ memory, format: table.format, roots: table.roots })
  return [table, view].flatMap((tables) => [
    (controls: unknown) => tables.translate(va(0), 'read', 'kernel', controls as ToyControls).kind,
    (controls: unknown) => tables.paddrOf(va(0), 'read', 'kernel', controls as ToyControls),
    (controls: unknown) => tables.read(va(0), new Uint8Array(1), 'kernel', controls as ToyControls).done,
    (controls: unknown) => tables.write(va(0), new Uint8Array(1), 'kernel', controls as ToyControls).done,
  ])
}

const WRONG: readonly (readonly [what: string, controls: unknown, error: Error])[] = [
  ['null', null, new TypeError('"controls" must be an object with kernelWrites, wide, got null')],
  ['no object', true, new TypeError('"controls" must be an object with kernelWrites, wide, got true')],
  ['none of them', {}, new TypeError('"controls" must have each of kernelWrites, wide; "kernelWrites" is missing')],
  ['some of them', { kernelWrites: 'anywhere' }, new TypeError('"controls" must have each of kernelWrites, wide; "wide" is missing')],
  ['one that is undefined', { kernelWrites: 'anywhere', wide: undefined }, new TypeError('"controls" must have each of kernelWrites, wide; "wide" is missing')],
  ['one that is misspelt', { kernelWrite: 'anywhere', wide: true }, new TypeError('"controls" must have none but kernelWrites, wide; "kernelWrite" is no control of toy')],
  ['one of another machine', { kernelWrites: 'anywhere', wide: true, smap: true }, new TypeError('"controls" must have none but kernelWrites, wide; "smap" is no control of toy')],
  ['another word', { kernelWrites: 'nonsense', wide: true }, new RangeError('"controls.kernelWrites" must be as-mapped or anywhere, got nonsense')],
  ['a number for a truth', { kernelWrites: 'anywhere', wide: 1 }, new RangeError('"controls.wide" must be false or true, got 1')],
]

describe('controls', () => {
  it.each(WRONG)('are refused, by name, where they are %s', (_what, controls, error) => {
    for (const way of ways(new Many())) {
      expect(() => way(controls)).toThrow(error)
      // What was refused once is refused again.
      expect(() => way(controls)).toThrow(error)
    }
  })
  it('are taken in any order, from any object, and left out', () => {
    class State {
      kernelWrites = 'anywhere'
      get wide(): boolean {
        return true
      }
    }
    for (const controls of [{ wide: false, kernelWrites: 'anywhere' }, new State(), undefined]) {
      // The last one writes, which only the kernel that may write anywhere can.
      const written = controls === undefined ? 0 : 1
      expect(ways(new Many()).map((way) => way(controls))).toEqual(['mapped', FRAME, 1, written, 'mapped', FRAME, 1, written])
    }
  })
  it('are looked at again when they are other ones, and after the default', () => {
    const [translate] = ways(new Many())
    const good: ManyControls = { kernelWrites: 'anywhere', wide: true }
    const wrong = { ...good, wide: 'yes' }
    for (const controls of [good, good, undefined, good]) expect(translate?.(controls)).toBe('mapped')
    expect(() => translate?.(wrong)).toThrow(RangeError)
    expect(translate?.(good)).toBe('mapped')
    expect(() => translate?.(wrong)).toThrow(RangeError)
  })
  it('are anything to a format that does not say what they may be', () => {
    expect(ways(new ToyFormat()).map((way) => way({ smap: 7 }))).toEqual(['mapped', FRAME, 1, 0, 'mapped', FRAME, 1, 0])
  })
})

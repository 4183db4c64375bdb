/** Recorded runs as steps. What is right is the kernel's: its lists at checkpoints and at the end. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseScenarios } from '@addrspace/conformance'
import { compareWithKernel, parseMapsFile } from '@addrspace/linux-trace'
import { describe, expect, it } from 'vitest'
import { areaAt } from '../../src/web/derive/columns.ts'
import { Session } from '../../src/web/derive/session.ts'
import { BUNDLED_TRACES, type TraceFiles } from '../../src/web/derive/trace-files.ts'
import { columnsOfRows, scenarioOfRows, scenarioOfSteps, TracePlayer } from '../../src/web/derive/trace-player.ts'
import { runTrace } from '../../src/web/derive/trace-run.ts'
import { timelineOf } from '../../src/web/derive/trace.ts'

const TRACES = fileURLToPath(new URL('../../../../packages/linux-trace/traces/', import.meta.url))

function filesOf(id: string): TraceFiles {
  const text = (name: string): string => readFileSync(join(TRACES, id, name), 'utf8')
  const checkpoints = readdirSync(join(TRACES, id)).sort().flatMap((name) => (/^mid-/.test(name) ? [[Number(/\d+/.exec(name)![0]), text(name)] as const] : []))
  return { title: id, log: text('strace.txt'), start: text('start.maps'), end: text('end.maps'), checkpoints }
}

const noPause = (): Promise<void> => Promise.resolve()

const MAPS = '7000-9000 rw-p 00000000 00:00 0\na000-b000 r-xs 00000000 fe:00 12   /lib/x\n'
const LOG = `100 execve("/bin/x", ["x"], 0x7ffd80b6b968 /* 3 vars */) = 0
100 mprotect(0x8000, 4096, PROT_READ) = 0
100 mprotect(0x20000, 4096, PROT_READ) = -1 ENOMEM (Cannot allocate memory)
100 fork() = 101
101 munmap(0x7000, 4096) = 0
100 munmap(0x7000, 8192) = 0
`

/** `7000-9000 rw-p name` of each area at a place. */
function listAt(player: TracePlayer, position: number): readonly string[] {
  const { starts, lasts, permissions, names } = player.timeline.areas
  return player.rowsAt(position).map((row) => `${starts[row]!.toString(16)}-${(lasts[row]! + 1n).toString(16)} ${permissions[row]!} ${names[row]!}`.trim())
}

describe('a timeline', () => {
  it('has a step for each call that counts, failed ones too, and none of a child', async () => {
    const timeline = await timelineOf({ title: 'made up', log: LOG, start: MAPS, end: undefined, checkpoints: [] }, noPause)
    expect(timeline.steps.map(({ line, text, hasFailed }) => [line, text, hasFailed])).toEqual([
      [2, 'mprotect(0x8000, 4096, PROT_READ) = 0', false],
      [3, 'mprotect(0x20000, 4096, PROT_READ) = -1 ENOMEM', true],
      [6, 'munmap(0x7000, 8192) = 0', false],
    ])
    const player = new TracePlayer(timeline)
    const lib = 'a000-b000 r-xs /lib/x'
    expect([0, 1, 2, 3].map((position) => listAt(player, position))).toEqual([
      ['7000-9000 rw-p', lib],
      ['7000-8000 rw-p', '8000-9000 r--p', lib],
      ['7000-8000 rw-p', '8000-9000 r--p', lib],
      [lib],
    ])
    expect(listAt(player, 0)).toEqual(['7000-9000 rw-p', lib])
    expect(timeline.addressBits).toBe(17)
  })

  it('of a list alone has no steps', async () => {
    const timeline = await timelineOf({ title: 'self.maps', log: undefined, start: MAPS, end: undefined, checkpoints: [] }, noPause)
    expect(timeline).toMatchObject({ steps: [], checkpoints: [], lines: 0 })
    expect(listAt(new TracePlayer(timeline), 0)).toHaveLength(2)
  })

  it.each([
    [{ start: '7000-6000 rw-p 00000000 00:00 0\n' }, 'start.maps:1'],
    [{ start: '\n' }, 'start.maps: holds no areas'],
    [{ end: 'nonsense' }, 'end.maps:1'],
    [{ checkpoints: [[609, 'nonsense']] as const }, 'mid-00609.maps:1'],
    [{ log: `${LOG}100 mmap(0x1000) = 0x1000\n` }, 'strace.txt:7'],
    [{ log: '' }, 'strace.txt:1'],
  ])('names the file and the line where something is wrong', async (wrong, where) => {
    await expect(timelineOf({ title: 'made up', log: LOG, start: MAPS, end: undefined, checkpoints: [], ...wrong }, noPause)).rejects.toThrow(where)
  })

  for (const { id } of BUNDLED_TRACES) {
    it(`of ${id} is the kernel's own list wherever that is known, forth and back`, async () => {
      const files = filesOf(id)
      const timeline = await timelineOf(files, noPause)
      const kernel = [...files.checkpoints.map(([, text]) => text), files.end!]
      expect(timeline.checkpoints).toHaveLength(kernel.length)
      const player = new TracePlayer(timeline)
      const first = listAt(player, 0)
      const check = (index: number): void => {
        const { starts, lasts, permissions, names } = timeline.areas
        const rows = player.rowsAt(timeline.checkpoints[index]!.position).map((row) => ({ start: starts[row]!, end: lasts[row]! + 1n, permission: permissions[row]!, growsDown: names[row] === '[stack]' }))
        expect(compareWithKernel(rows, parseMapsFile(kernel[index]!))).toEqual([])
      }
      for (let index = 0; index < kernel.length; index++) check(index)
      for (let index = kernel.length - 1; index >= 0; index--) check(index)
      expect(listAt(player, 0)).toEqual(first)
      expect(timeline.report.match).toBe(true)
    })
  }
})

describe('a place of a run as a scenario', () => {
  it('has the areas of that place, whether these are listed or every call is', async () => {
    const timeline = await timelineOf(filesOf('cat-maps'), noPause)
    const player = new TracePlayer(timeline)
    const session = new Session()
    for (const position of [0, 5, timeline.steps.length]) {
      const rows = player.rowsAt(position)
      const shownAreas = columnsOfRows(timeline, rows)
      for (const text of [scenarioOfRows(timeline, rows, 'here'), scenarioOfSteps(timeline, position, 'here')]) {
        const [scenario] = parseScenarios(text)
        const columns = session.whole(scenario!, 'null').areas()
        const ranges = (areas: typeof columns): string[] => Array.from({ length: areas.count }, (_, row) => areaAt(areas, row)).flatMap(({ start, end, flags }) => [`${start} ${flags.replace('u', '')}`, `${end}`])
        // Cut or not: the bounds that both have in common are enough to tell the ranges.
        const shown = new Set(ranges(columns))
        for (const bound of ranges(shownAreas)) expect(shown).toContain(bound)
      }
    }
  })
})

describe('a run on a backend', () => {
  it('tells which machines a trace is too wide for, and ends as the kernel says on the others', async () => {
    const files = filesOf('cat-maps')
    const { addressBits } = await timelineOf(files, noPause)
    expect(await runTrace({ files, backend: 'riscv-sv39', addressBits }, noPause)).toEqual({ kind: 'too-wide', backend: 'riscv-sv39', has: 39, needs: 48 })
    for (const backend of ['x86-64', 'aarch64'] as const) {
      const run = await runTrace({ files, backend, addressBits }, noPause)
      expect(run).toMatchObject({ kind: 'ran', report: { match: true, differences: [], violations: [] } })
    }
  })
})

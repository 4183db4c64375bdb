/**
 * `addrspace maps`: reads the kernel's list of a process's areas into a set, and shows the set.
 */

import { NullBackend } from '@addrspace/backend-mock'
import { parseMapsFile, TraceInputError, type MapsArea } from '@addrspace/linux-trace'
import { formatHex } from '@addrspace/memory-addr'
import { MemorySet, unwrap } from '@addrspace/memory-set'
import { existsSync } from 'node:fs'
import { EXIT_OK, InputError, printable } from './failure.ts'
import { readText, STDIN } from './files.ts'
import type { Output, Paint } from './output.ts'
import { drawPicture, roughSize } from './picture.ts'

export interface MapsOptions {
  readonly json?: boolean
}

/**
 * Shows the list of a file, of standard input (`-`), or of a process (its number, or `self`).
 *
 * @throws InputError if there is no such file or process, it cannot be read, or is no such list.
 */
export async function maps(source: string, options: MapsOptions, output: Output): Promise<number> {
  const set = toSet(await readMaps(source))
  if (options.json === true) {
    const areas = Array.from(set, ({ start, end, flags: { permission, name } }) => {
      return { start: formatHex(start), end: formatHex(end), flags: lettersOf(permission), name }
    })
    output.json({ areas })
    return EXIT_OK
  }
  printTable(set, output)
  return EXIT_OK
}

async function readMaps(source: string): Promise<MapsArea[]> {
  const isProcess = source === 'self' || /^[0-9]+$/.test(source)
  if (isProcess) return parse(await readText(processList(source), `process ${source}`), `process ${source}`)
  const name = source === STDIN ? 'standard input' : source
  const areas = parse(await readText(source), name)
  if (areas.length === 0) throw new InputError(`${name}: holds no areas`)
  return areas
}

/** The file in which the kernel tells of a process. */
function processList(pid: string): string {
  if (!existsSync('/proc/self/maps')) throw new InputError(`process ${pid}: this system has no /proc/PID/maps`)
  const folder = `/proc/${pid}`
  if (!existsSync(folder)) throw new InputError(`process ${pid}: no such process`)
  return `${folder}/maps`
}

function parse(text: string, name: string): MapsArea[] {
  try {
    return parseMapsFile(text, name)
  } catch (error) {
    if (error instanceof TraceInputError) throw new InputError(error.message)
    throw error
  }
}

/** What the set itself does not know, the line of the kernel's list, takes the place of flags. */
function toSet(areas: readonly MapsArea[]): MemorySet<MapsArea, undefined> {
  const set = new MemorySet<MapsArea, undefined>({ pageTable: undefined })
  const backend = new NullBackend<MapsArea>()
  for (const area of areas) unwrap(set.map(area.start, area.end - area.start, area, backend))
  return set
}

function printTable(set: MemorySet<MapsArea, undefined>, output: Output): void {
  const areas = Array.from(set, ({ start, end, size, flags: { permission, name } }) => ({ start, end, size, permission, name }))
  const rows = areas.map(({ start, end, size, permission, name }) => ({
    range: `${formatHex(start)}-${formatHex(end)}`, permission, size: roughSize(size), name: printable(name),
  }))
  const widest = Math.max(0, ...rows.map(({ range }) => range.length))
  for (const { range, permission, size, name } of rows) {
    output.line(`${range.padEnd(widest)}  ${paintPermission(permission, output.paint)}  ${size.padStart(8)}  ${name}`.trimEnd())
  }
  const total = areas.reduce((sum, { size }) => sum + size, 0n)
  output.line(`${areas.length} ${areas.length === 1 ? 'area' : 'areas'}, ${roughSize(total)}`)
  if (areas.length === 0) return
  output.line()
  for (const line of drawPicture(areas, { columns: output.columns, paint: output.paint })) output.line(line)
}

function paintPermission(permission: string, paint: Paint): string {
  if (permission.includes('w') && permission.includes('x')) return paint('danger', permission)
  if (permission.includes('x')) return paint('execute', permission)
  if (permission.includes('w')) return paint('write', permission)
  return paint(permission.includes('r') ? 'read' : 'dim', permission)
}

function lettersOf(permission: string): string {
  return ['r', 'w', 'x'].filter((letter) => permission.includes(letter)).join('')
}

/** The files of the traces that come with the page: beside it, and fetched when one is asked for. */

import type { TraceFiles } from './derive/trace-files.ts'

/** Addresses by path. */
const ADDRESSES = import.meta.glob<string>('../../../../packages/linux-trace/traces/*/*.{txt,maps}', { query: '?url&no-inline', import: 'default', eager: true })

/**
 * Fetches a trace.
 *
 * @throws Error in words for a person, if a file cannot be fetched.
 */
export async function fetchTrace(id: string): Promise<TraceFiles> {
  const names = Object.entries(ADDRESSES).flatMap(([path, address]) => {
    const [folder, name] = path.split('/').slice(-2)
    return folder === id ? [[name!, address] as const] : []
  })
  const texts = new Map(await Promise.all(names.map(async ([name, address]) => [name, await textAt(address, `${id}/${name}`)] as const)))
  const checkpoints = [...texts].flatMap(([name, text]) => {
    const line = /^mid-([0-9]+)\.maps$/.exec(name)?.[1]
    return line === undefined ? [] : [[Number(line), text] as const]
  })
  return { title: id, log: texts.get('strace.txt'), start: texts.get('start.maps') ?? '', end: texts.get('end.maps'), checkpoints: checkpoints.sort(([a], [b]) => a - b) }
}

async function textAt(address: string, name: string): Promise<string> {
  const response = await fetch(address).catch(() => undefined)
  if (response?.ok !== true) throw new Error(`${name} could not be loaded${response === undefined ? '' : ` (${response.status})`}.`)
  return response.text()
}

/**
 * The page as the fragment of its address, and back. The scenario is compressed, all else can be read and written by hand:
 *
 *     #v=1&view=memory&at=3&backend=x86-64&focus=page:0x400000&z=…
 *
 * `z` is the scenario's text, deflated (raw) and in base64url; `scenario` in its place is the text itself. What a link
 * leaves out is as the page has it. Nothing in a link is trusted: what cannot be read is told, part by part.
 */

import type { JsonValue } from '@addrspace/conformance'
import { formatHex, WORD_SPACE } from '@addrspace/memory-addr'
import type { Access, Mode } from '@addrspace/page-table'
import { BACKEND_NAMES, type BackendName } from './derive/backends.ts'
import { BUNDLED_TRACES } from './derive/trace-files.ts'
import type { Focus, State, WalkQuestion } from './state.ts'
import { VIEW_IDS, type ViewId } from './views/view-id.ts'

/** What a link says; undefined where it says nothing. */
export interface PageLink {
  /** The text of a scenario file, not yet checked. */
  readonly scenario?: string
  /** Operations carried out. */
  readonly at?: number
  readonly view?: ViewId
  /** Side by side; not empty. */
  readonly backends?: readonly BackendName[]
  readonly backend?: BackendName
  readonly focus?: Focus
  readonly walk?: WalkQuestion
  readonly mutant?: string
  /** A bundled trace and how many of its calls have been played. */
  readonly trace?: { readonly id: string; readonly position: number }
}

/** What was read. */
export interface ReadLink {
  /** Undefined where a fragment is no link, or one whose scenario cannot be read: what else it says is about that. */
  readonly link: PageLink | undefined
  /** What could not be read, in sentences. */
  readonly problems: readonly string[]
}

/** How the scenario is written. */
export type LinkForm = 'compressed' | 'readable'

const VERSION = '1'

/** A scenario is a few hundred bytes an operation at most; what unpacks to more was made to do harm. */
const MOST_TEXT = 16 * 1024 * 1024

/** The link of a state, but for its scenario, whose text takes long to write. */
export function placeOf(state: State): PageLink {
  const { count, view, backends, backend, focus, walk, mutant, trace } = state
  return {
    at: count,
    view,
    backends,
    backend,
    walk,
    ...(focus !== undefined && { focus }),
    ...(mutant !== undefined && { mutant }),
    ...(trace !== undefined && BUNDLED_TRACES.some(({ id }) => id === trace.id) && { trace: { id: trace.id, position: trace.position } }),
  }
}

/** Writes a fragment, its `#` included. Compressed where the platform can; O(length of the scenario). */
export async function formatPermalink(link: PageLink, form: LinkForm = 'compressed'): Promise<string> {
  const { scenario, at, view, backends, backend, focus, walk, mutant, trace } = link
  const isCompressed = form === 'compressed' && typeof CompressionStream === 'function'
  const fields: (readonly [name: string, value: string | undefined])[] = [
    ['v', VERSION],
    ['view', view],
    ['at', at === undefined ? undefined : String(at)],
    ['backend', backend],
    ['on', backends?.join(',')],
    ['focus', focus === undefined ? undefined : focusText(focus)],
    ['walk', walk === undefined ? undefined : `${formatHex(walk.vaddr)},${walk.access},${walk.mode}`],
    ['controls', walk === undefined || Object.keys(walk.controls).length === 0 ? undefined : JSON.stringify(walk.controls)],
    ['mutant', mutant],
    ['trace', trace === undefined ? undefined : `${trace.id},${String(trace.position)}`],
    scenario === undefined || isCompressed ? ['z', scenario === undefined ? undefined : await deflated(scenario)] : ['scenario', scenario],
  ]
  return `#${fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${escaped(value)}`])).join('&')}`
}

/** Reads a fragment, with or without its `#`. Never throws. */
export async function readPermalink(fragment: string): Promise<ReadLink> {
  const fields = new Map<string, string>()
  for (const part of fragment.replace(/^#/, '').split('&')) {
    const [, name, value] = /^([a-z]+)=(.*)$/s.exec(part) ?? []
    if (name !== undefined && value !== undefined) fields.set(name, value)
  }
  // An anchor of the page, such as that of its view, is no link.
  if (!fields.has('v') && !fields.has('z') && !fields.has('scenario')) return { link: undefined, problems: [] }
  const version = fields.get('v') ?? VERSION
  if (version !== VERSION) return { link: undefined, problems: [`it is of version ${quoted(version)}, and this page knows version ${VERSION}`] }
  const problems: string[] = []
  const read = async <T>(name: string, parse: (text: string) => T | undefined | Promise<T | undefined>, expected: string): Promise<T | undefined> => {
    const raw = fields.get(name)
    if (raw === undefined) return undefined
    try {
      const value = await parse(decodeURIComponent(raw))
      if (value !== undefined) return value
    } catch {
      // Told below, as what is merely wrong: why a decoder gave up says nothing to a reader.
    }
    problems.push(`its part ${quoted(name)} cannot be read: expected ${expected}`)
    return undefined
  }
  const scenario = fields.has('z')
    ? await read('z', inflated, 'a compressed scenario; the link may have been cut off')
    : await read('scenario', (text) => text, 'the text of a scenario')
  if (problems.length > 0) return { link: undefined, problems }
  const walk = await read('walk', walkOf, 'an address, an access and a mode')
  const controls = await read('controls', controlsOf, 'an object of controls by backend')
  const link = {
    scenario,
    at: await read('at', (text) => (/^[0-9]{1,15}$/.test(text) ? Number(text) : undefined), 'a number of operations'),
    view: await read('view', (text) => VIEW_IDS.find((id) => id === text), `one of ${VIEW_IDS.join(', ')}`),
    backends: await read('on', backendsOf, `some of ${BACKEND_NAMES.join(', ')}`),
    backend: await read('backend', backendOf, `one of ${BACKEND_NAMES.join(', ')}`),
    focus: await read('focus', focusOf, 'page:, frame: or entry: with an address'),
    walk: walk === undefined ? undefined : { ...walk, controls: controls ?? {} },
    mutant: await read('mutant', (text) => text, 'the name of a mutant'),
    trace: await read('trace', traceOf, 'the name of a trace and a number of calls'),
  }
  return { link: Object.fromEntries(Object.entries(link).filter(([, value]) => value !== undefined)), problems }
}

/** What JSON is full of, and an address may hold as it is. */
function escaped(value: string): string {
  return encodeURIComponent(value).replaceAll(/%(?:7B|7D|3A|2C|5B|5D|2F)/g, decodeURIComponent)
}

function backendOf(text: string): BackendName | undefined {
  return BACKEND_NAMES.find((name) => name === text)
}

function backendsOf(text: string): readonly BackendName[] | undefined {
  const names = text.split(',').map(backendOf)
  return names.every((name) => name !== undefined) ? [...new Set(names)] : undefined
}

function focusText(focus: Focus): string {
  switch (focus.kind) {
    case 'page': return `page:${formatHex(focus.vaddr)}`
    case 'frame': return `frame:${formatHex(focus.paddr)}`
    case 'entry': return `entry:${formatHex(focus.entryAddress)},${formatHex(focus.vaddr)}`
  }
}

function focusOf(text: string): Focus | undefined {
  const [, kind, first, second] = /^(page|frame|entry):([^,]+)(?:,(.+))?$/.exec(text) ?? []
  const address = addressOf(first)
  if (address === undefined) return undefined
  if (kind === 'page') return { kind, vaddr: address }
  if (kind === 'frame') return { kind, paddr: address }
  const vaddr = addressOf(second)
  return vaddr === undefined ? undefined : { kind: 'entry', entryAddress: address, vaddr }
}

function addressOf(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^0x[0-9a-f]{1,16}$/i.test(text)) return undefined
  const address = BigInt(text)
  return address < WORD_SPACE ? address : undefined
}

const ACCESSES: readonly Access[] = ['read', 'write', 'exec']
const MODES: readonly Mode[] = ['user', 'kernel']

function walkOf(text: string): Omit<WalkQuestion, 'controls'> | undefined {
  const [first, second, third] = text.split(',')
  const vaddr = addressOf(first)
  const access = ACCESSES.find((known) => known === second)
  const mode = MODES.find((known) => known === third)
  return vaddr === undefined || access === undefined || mode === undefined ? undefined : { vaddr, access, mode }
}

/** Whether a machine has these is for the walk to say. */
function controlsOf(text: string): WalkQuestion['controls'] | undefined {
  const value = JSON.parse(text) as JsonValue
  if (!isRecord(value)) return undefined
  const entries = Object.entries(value)
  const areSettings = entries.every(([backend, settings]) => {
    return backendOf(backend) !== undefined && isRecord(settings) && Object.values(settings).every((setting) => typeof setting === 'boolean' || typeof setting === 'string')
  })
  return areSettings ? (Object.fromEntries(entries)) : undefined
}

function isRecord(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function traceOf(text: string): PageLink['trace'] | undefined {
  const [, id, position] = /^([a-z0-9-]{1,40}),([0-9]{1,9})$/.exec(text) ?? []
  return id === undefined || position === undefined ? undefined : { id, position: Number(position) }
}

async function deflated(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

async function inflated(text: string): Promise<string | undefined> {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let inflatedText = ''
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    inflatedText += decoder.decode(read.value, { stream: true })
    if (inflatedText.length <= MOST_TEXT) continue
    await reader.cancel()
    return undefined
  }
  return inflatedText + decoder.decode()
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}

/**
 * The state of the page as one pure reducer: a scenario, the place in it that is looked at, and what is asked about that
 * place. What follows from these by the rules of the library is derived (`derive/`), never kept here.
 */

import { parseScenarios, ScenarioError, type Scenario, type ScenarioFailure, type ScenarioHeader } from '@addrspace/conformance'
import type { Access, Mode } from '@addrspace/page-table'
import { DEFAULT_BACKENDS, type BackendName } from './derive/backends.ts'
import type { ReadScenario } from './derive/read-scenario.ts'
import type { ControlSettings } from './derive/walk.ts'
import { withHeader, withLines, withoutOp } from './edit-scenario.ts'
import { EXAMPLE } from './examples.ts'
import type { ReadLink } from './permalink.ts'
import type { ViewId } from './views/view-id.ts'

/** What is lit up in all views at once: an address, a frame, or an entry of a table. */
export type Focus =
  | { readonly kind: 'page'; readonly vaddr: bigint }
  | { readonly kind: 'frame'; readonly paddr: bigint }
  | { readonly kind: 'entry'; readonly entryAddress: bigint; readonly vaddr: bigint }

/** The access that the walk is asked about. */
export interface WalkQuestion {
  readonly vaddr: bigint
  readonly access: Access
  readonly mode: Mode
  /** By backend, what differs from its default state. */
  readonly controls: Readonly<Partial<Record<BackendName, ControlSettings>>>
}

/** A trace that is being looked at; its text is kept by whoever loads it, under this id. */
export interface TraceState {
  readonly id: string
  readonly title: string
  /** Calls played so far, from 0. */
  readonly position: number
}

/** Something told to the person: announced, and shown until it is dismissed. */
export interface Message {
  readonly id: number
  readonly tone: 'info' | 'error'
  readonly text: string
}

export interface State {
  readonly scenario: Scenario
  /** Operations carried out at the place looked at: 0 to all of them. */
  readonly count: number
  /** Scenarios before the last changes, and those that were taken back; the nearest last. */
  readonly past: readonly Scenario[]
  readonly future: readonly Scenario[]
  /** Side by side, in this order; never empty. */
  readonly backends: readonly BackendName[]
  /** The one that is looked at in detail; one of `backends`. */
  readonly backend: BackendName
  /** What the pointer or the keyboard is on; it comes and goes. */
  readonly hover: Focus | undefined
  /** What was chosen; it stays. */
  readonly focus: Focus | undefined
  readonly walk: WalkQuestion
  /** The name of a mutant of the suite that is turned on. */
  readonly mutant: string | undefined
  readonly trace: TraceState | undefined
  readonly view: ViewId
  readonly messages: readonly Message[]
}

export type Action =
  /** A scenario file's text takes the place of the scenario: its first scenario. Refused text changes nothing. `name` is the file's, and tells of it. */
  | { readonly kind: 'scenario-opened'; readonly text: string; readonly place?: 'start' | 'end'; readonly name?: string }
  /** The same with a text that has been read elsewhere, since it is long. */
  | { readonly kind: 'scenario-read'; readonly read: ReadScenario; readonly name?: string }
  /** What a permalink says takes the place of what the page has; a link whose scenario is wrong changes nothing. */
  | { readonly kind: 'link-opened'; readonly read: ReadLink }
  /** A line of a scenario file is put in after the place looked at; a `begin` gets its `commit`. */
  | { readonly kind: 'op-added'; readonly line: string }
  | { readonly kind: 'op-replaced'; readonly index: number; readonly line: string }
  /** Takes one operation out; of a transaction's bracket its partner too. */
  | { readonly kind: 'op-removed'; readonly index: number }
  /** Takes all operations out; the header stays. */
  | { readonly kind: 'ops-cleared' }
  /** Fields given as undefined are taken out. */
  | { readonly kind: 'header-changed'; readonly header: { readonly [K in keyof ScenarioHeader]?: ScenarioHeader[K] | undefined } }
  /** Which frame, backend call or callback fails. */
  | { readonly kind: 'failure-chosen'; readonly fail: ScenarioFailure | undefined }
  | { readonly kind: 'undone' }
  | { readonly kind: 'redone' }
  /** Out of range is taken as the nearest end. */
  | { readonly kind: 'time-moved'; readonly count: number }
  | { readonly kind: 'backends-chosen'; readonly backends: readonly BackendName[] }
  | { readonly kind: 'backend-chosen'; readonly backend: BackendName }
  | { readonly kind: 'hovered'; readonly focus: Focus | undefined }
  /** The walk goes along to the address of what is chosen, and what is chosen to that of the walk. */
  | { readonly kind: 'focused'; readonly focus: Focus | undefined }
  | { readonly kind: 'walk-asked'; readonly walk: Partial<WalkQuestion> }
  | { readonly kind: 'mutant-chosen'; readonly mutant: string | undefined }
  | { readonly kind: 'trace-changed'; readonly trace: TraceState | undefined }
  | { readonly kind: 'view-opened'; readonly view: ViewId }
  | { readonly kind: 'told'; readonly tone: Message['tone']; readonly text: string }
  | { readonly kind: 'message-dismissed'; readonly id: number }

const MOST_PAST = 100
const MOST_MESSAGES = 5

/** What the page begins with; with the link that it was opened by, if there is one. */
export function initialState(read?: ReadLink): State {
  const first = firstState()
  return read === undefined ? first : { ...reduce(first, { kind: 'link-opened', read }), past: [] }
}

function firstState(): State {
  const scenario = parseScenarios(EXAMPLE)[0]!
  return {
    scenario,
    count: scenario.ops.length,
    past: [],
    future: [],
    backends: DEFAULT_BACKENDS,
    backend: 'x86-64',
    hover: undefined,
    focus: undefined,
    walk: { vaddr: 0x40_0000n, access: 'read', mode: 'user', controls: {} },
    mutant: undefined,
    trace: undefined,
    view: 'compare',
    messages: [],
  }
}

/** The next state. What is wrong with an action's text becomes a message, and nothing else changes. */
export function reduce(state: State, action: Action): State {
  try {
    return changed(state, action)
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    return withMessage(state, 'error', problemText(action, error.message))
  }
}

function problemText(action: Action, problem: string): string {
  if (action.kind === 'link-opened') return `The link's scenario is wrong, and was not opened: ${problem}. Nothing has been lost.`
  const name = action.kind === 'scenario-opened' || action.kind === 'scenario-read' ? action.name : undefined
  return name === undefined ? problem : `${name}: ${problem}. The page is as it was.`
}

function changed(state: State, action: Action): State {
  const { scenario, count } = state
  switch (action.kind) {
    case 'scenario-opened': {
      const [first, ...others] = parseScenarios(action.text)
      return withOpened(state, action.name, first!, others.length, action.place)
    }
    case 'scenario-read':
      if (action.read.kind === 'wrong') return withMessage(state, 'error', problemText(action, action.read.problem))
      return withOpened(state, action.name, action.read.scenario, action.read.others)
    case 'link-opened':
      return withLink(state, action.read)
    case 'op-added':
      return withScenario(state, withLines(scenario, count, count, linesFor(action.line)), count + 1)
    case 'op-replaced':
      return withScenario(state, withLines(scenario, action.index, action.index + 1, [trimmed(action.line)]), count)
    case 'op-removed': {
      const { scenario: left, removed } = withoutOp(scenario, action.index)
      return withScenario(state, left, count - removed.filter((index) => index < count).length)
    }
    case 'ops-cleared':
      return withScenario(state, withHeader({ ...scenario, ops: [] }, scenario.header), 0)
    case 'header-changed': {
      const fields = Object.entries({ ...scenario.header, ...action.header }).filter(([, value]) => value !== undefined)
      return withScenario(state, withHeader(scenario, Object.fromEntries(fields) as unknown as ScenarioHeader), count)
    }
    case 'failure-chosen':
      return changed(state, { kind: 'header-changed', header: { fail: action.fail } })
    case 'undone': {
      const last = state.past.at(-1)
      if (last === undefined) return state
      return { ...state, scenario: last, count: last.ops.length, past: state.past.slice(0, -1), future: [...state.future, scenario] }
    }
    case 'redone': {
      const next = state.future.at(-1)
      if (next === undefined) return state
      return { ...state, scenario: next, count: next.ops.length, past: [...state.past, scenario], future: state.future.slice(0, -1) }
    }
    case 'time-moved':
      return { ...state, count: Math.min(Math.max(0, action.count), scenario.ops.length) }
    case 'backends-chosen': {
      const [first] = action.backends
      if (first === undefined) return state
      return { ...state, backends: action.backends, backend: action.backends.includes(state.backend) ? state.backend : first }
    }
    case 'backend-chosen':
      return { ...state, backend: action.backend, backends: state.backends.includes(action.backend) ? state.backends : [...state.backends, action.backend] }
    case 'hovered':
      return { ...state, hover: action.focus }
    case 'focused': {
      const { focus } = action
      return focus === undefined || focus.kind === 'frame' ? { ...state, focus } : { ...state, focus, walk: { ...state.walk, vaddr: focus.vaddr } }
    }
    case 'walk-asked': {
      const { vaddr } = action.walk
      return { ...state, walk: { ...state.walk, ...action.walk }, focus: vaddr === undefined ? state.focus : { kind: 'page', vaddr } }
    }
    case 'mutant-chosen':
      return { ...state, mutant: action.mutant }
    case 'trace-changed':
      return { ...state, trace: action.trace }
    case 'view-opened':
      return { ...state, view: action.view }
    case 'told':
      return withMessage(state, action.tone, action.text)
    case 'message-dismissed':
      return { ...state, messages: state.messages.filter(({ id }) => id !== action.id) }
  }
}

/** `others`: how many scenarios the file holds besides. */
function withOpened(state: State, name: string | undefined, scenario: Scenario, others: number, place: 'start' | 'end' = 'end'): State {
  const next = withScenario(state, scenario, place === 'start' ? 0 : scenario.ops.length)
  const told = [...(name === undefined ? [] : [`${name} is open; undo brings back what was there before.`]), ...(others === 0 ? [] : [`The file holds ${others + 1} scenarios; this is the first.`])]
  return told.length === 0 ? next : withMessage(next, 'info', told.join(' '))
}

function withLink(state: State, { link, problems }: ReadLink): State {
  if (link === undefined) return problems.length === 0 ? state : withMessage(state, 'error', `The link is damaged, and was not opened: ${problems.join('; ')}. Nothing has been lost.`)
  const { scenario: text, at, view = state.view, backends = state.backends, backend = state.backend, focus, walk = state.walk, mutant, trace } = link
  const scenario = text === undefined ? state.scenario : parseScenarios(text)[0]!
  const opened = scenario === state.scenario ? state : withScenario(state, scenario, scenario.ops.length)
  const next: State = {
    ...opened,
    count: Math.min(at ?? opened.count, scenario.ops.length),
    view,
    backends: backends.includes(backend) || link.backend === undefined ? backends : [...backends, backend],
    backend: backends.includes(backend) || link.backend !== undefined ? backend : backends[0]!,
    hover: undefined,
    focus,
    walk,
    mutant,
    trace: trace === undefined ? state.trace : { ...trace, title: trace.id },
  }
  return problems.length === 0 ? next : withMessage(next, 'error', `The link was opened, but a part of it is left out: ${problems.join('; ')}.`)
}

function linesFor(line: string): string[] {
  const op = trimmed(line)
  const [first] = parseScenarios(`{"scenario":1,"backend":"mock"}\n${op}\n${isBegin(op) ? '{"op":"commit"}' : ''}`)[0]!.ops
  return first?.op === 'begin' ? [op, '{"op":"commit"}'] : [op]
}

function isBegin(line: string): boolean {
  return /"op"\s*:\s*"begin"/.test(line)
}

/** One line stays one. */
function trimmed(line: string): string {
  return line.trim().replaceAll(/\s*\n\s*/g, ' ')
}

function withScenario(state: State, scenario: Scenario, count: number): State {
  return { ...state, scenario, count: Math.min(count, scenario.ops.length), past: [...state.past, state.scenario].slice(-MOST_PAST), future: [] }
}

function withMessage(state: State, tone: Message['tone'], text: string): State {
  const id = (state.messages.at(-1)?.id ?? 0) + 1
  return { ...state, messages: [...state.messages, { id, tone, text }].slice(-MOST_MESSAGES) }
}

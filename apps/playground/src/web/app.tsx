/** The shell: header, tabs, the open view, and what is announced. */

import { useEffect, useMemo, useReducer, useState } from 'preact/hooks'
import type { ComponentType } from 'preact'
import { Page, usePage } from './context.ts'
import { FileDrop } from './parts/file-drop.tsx'
import { Messages } from './parts/messages.tsx'
import { Tabs } from './parts/tabs.tsx'
import { useAddressBar } from './parts/use-address-bar.ts'
import type { ReadLink } from './permalink.ts'
import { initialState, reduce } from './state.ts'
import { VIEWS, type ViewEntry } from './views/index.ts'
import { WorkerClient } from './worker/client.ts'
import './app.css'

interface AppProps {
  /** What the address says. */
  readonly link: ReadLink
  /** `none`: one view alone, inside of somebody else's page. */
  readonly frame: 'page' | 'none'
}

/** The whole page. */
export function App({ link, frame }: AppProps) {
  const [state, dispatch] = useReducer(reduce, link, initialState)
  const client = useMemo(newClient, [])
  const background = useMemo(newClient, [])
  const page = useMemo(() => ({ state, dispatch, client, background }), [state, client, background])
  const view = VIEWS.find(({ id }) => id === state.view) ?? VIEWS[0]!
  return (
    <Page.Provider value={page}>
      <a class="skip-link" href="#view">Skip to the view</a>
      {frame === 'page' && (
        <header class="app-header">
          <h1>addrspace <span>playground</span></h1>
          <p>One address space, the page tables of every machine.</p>
        </header>
      )}
      {frame === 'page' && VIEWS.length > 1 && <Tabs views={VIEWS} open={view.id} onOpen={(id) => dispatch({ kind: 'view-opened', view: id })} />}
      <main id="view" class={`app-main app-main--${frame}`} tabIndex={-1}>
        {frame === 'none' && <h1 class="visually-hidden">addrspace playground</h1>}
        <div {...(frame === 'page' && VIEWS.length > 1 && { 'id': 'panel', 'role': 'tabpanel', 'aria-labelledby': `tab-${view.id}` })}>
          <OpenView key={view.id} view={view} />
        </div>
      </main>
      {frame === 'none' && <OpenWhole />}
      <Messages />
      <FileDrop />
      <AddressBar />
    </Page.Provider>
  )
}

/** The first view is where the browser has put it. */
let hasOpened = false

/** Its worker starts with its first question. */
function newClient(): WorkerClient {
  return new WorkerClient(() => new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module', name: 'addrspace' }))
}

/** Follows the address; a component, since what it uses is provided by the shell. */
function AddressBar() {
  useAddressBar()
  return null
}

/** The way out of somebody else's page. Its target is found when it is used, since the address follows what is shown. */
function OpenWhole() {
  const { state } = usePage()
  const follow = (event: Event): void => {
    (event.currentTarget as HTMLAnchorElement).hash = location.hash
  }
  return (
    <footer class="app-footer">
      <span>{state.scenario.header.name}</span>
      <a href={location.pathname} target="_blank" rel="noopener" onPointerDown={follow} onFocus={follow} onClick={follow}>Open in the playground</a>
    </footer>
  )
}

function OpenView({ view }: { readonly view: ViewEntry }) {
  useEffect(() => {
    // What led here may be gone with the view before: then the keyboard goes on at the beginning of this one.
    if (hasOpened) {
      scrollTo(0, 0)
      if (document.activeElement === document.body) document.getElementById('view')?.focus({ preventScroll: true })
    }
    hasOpened = true
  }, [])
  const [View, setView] = useState<ComponentType>()
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    view.load().then((loaded) => setView(() => loaded), (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
  }, [view])
  if (problem !== undefined) return <p role="alert">This view could not be loaded: {problem}</p>
  return View === undefined ? <p class="app-loading">Loading …</p> : <View />
}

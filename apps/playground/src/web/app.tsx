/** The shell: header, tabs, the open view, and what is announced. */

import { useEffect, useMemo, useReducer, useState } from 'preact/hooks'
import type { ComponentType } from 'preact'
import { Page } from './context.ts'
import { Messages } from './parts/messages.tsx'
import { Tabs } from './parts/tabs.tsx'
import { initialState, reduce } from './state.ts'
import { VIEWS, type ViewEntry } from './views/index.ts'
import { WorkerClient } from './worker/client.ts'
import './app.css'

/** The whole page. */
export function App() {
  const [state, dispatch] = useReducer(reduce, undefined, initialState)
  const client = useMemo(() => new WorkerClient(() => new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module', name: 'addrspace' })), [])
  const page = useMemo(() => ({ state, dispatch, client }), [state, client])
  const view = VIEWS.find(({ id }) => id === state.view) ?? VIEWS[0]!
  return (
    <Page.Provider value={page}>
      <a class="skip-link" href="#view">Skip to the view</a>
      <header class="app-header">
        <h1>addrspace <span>playground</span></h1>
        <p>One address space, the page tables of every machine.</p>
      </header>
      {VIEWS.length > 1 && <Tabs views={VIEWS} open={view.id} onOpen={(id) => dispatch({ kind: 'view-opened', view: id })} />}
      <main id="view" class="app-main" tabIndex={-1}>
        <div {...(VIEWS.length > 1 && { 'id': 'panel', 'role': 'tabpanel', 'aria-labelledby': `tab-${view.id}` })}>
          <OpenView key={view.id} view={view} />
        </div>
      </main>
      <Messages />
    </Page.Provider>
  )
}

function OpenView({ view }: { readonly view: ViewEntry }) {
  const [View, setView] = useState<ComponentType>()
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    view.load().then((loaded) => setView(() => loaded), (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
  }, [view])
  if (problem !== undefined) return <p role="alert">This view could not be loaded: {problem}</p>
  return View === undefined ? <p class="app-loading">Loading …</p> : <View />
}

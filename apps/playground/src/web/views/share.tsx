/** The scenario to take away: as a link, as a frame in another page, as a file, as a test, as a vector. */

import { useMemo, useState } from 'preact/hooks'
import { useDerived, usePage, type Derived } from '../context.ts'
import { backendTitle } from '../derive/backends.ts'
import { slugOf, type TestRunner } from '../derive/export-text.ts'
import { FilePicker } from '../parts/file-picker.tsx'
import { TextBlock } from '../parts/text-block.tsx'
import { placeOf, type LinkForm } from '../permalink.ts'
import type { ViewId } from './view-id.ts'
import { VIEWS } from './index.ts'
import './share.css'

export function ShareView() {
  const { state: { scenario }, dispatch } = usePage()
  const [view, setView] = useState<ViewId>('compare')
  const [form, setForm] = useState<LinkForm>('compressed')
  const { value: link = '', isStale: isOldLink } = usePermalink(view, form)
  const file = useDerived('file', { scenario })
  const title = scenario.header.name ?? 'address space'
  const frame = useMemo(() => (link === '' ? '' : frameSource(link, title)), [link, title])
  const name = slugOf(scenario.header.name ?? 'scenario')
  return (
    <div class="share">
      <h2 class="visually-hidden">Share</h2>
      <div class="share-columns">
        <div class="share-column">
          <TextBlock title="Link" shape="line" isStale={isOldLink} text={link === '' ? '' : `${pageAddress()}${link}`}>
            <p class="share-note">Holds the whole scenario, the operation that is looked at, the machines and what is lit. Nothing is sent anywhere: whoever opens it runs it anew.</p>
            <div class="share-choices">
              <label>
                <span>Opens</span>
                <select value={view} onChange={(event) => setView(event.currentTarget.value as ViewId)}>
                  {VIEWS.filter(({ id }) => id !== 'share').map(({ id, title }) => <option key={id} value={id}>{title}</option>)}
                </select>
              </label>
              <label>
                <span>Scenario</span>
                <select value={form} onChange={(event) => setForm(event.currentTarget.value as LinkForm)}>
                  <option value="compressed">compressed</option>
                  <option value="readable">readable</option>
                </select>
              </label>
              <span class="share-length">{lengthText(link.length)}</span>
            </div>
          </TextBlock>
          <TextBlock title="Frame for a course page" shape="block" isStale={isOldLink} text={frame}>
            <p class="share-note">The chosen view alone, without what surrounds it here. <a href={`${pageAddress()}?embed${link}`} target="_blank" rel="noopener">See it</a></p>
          </TextBlock>
          <section class="share-import" aria-label="Open a file">
            <h3>Open a file</h3>
            <p class="share-note">A scenario file takes the place of the scenario; undo brings that back. Files can also be dropped anywhere on the page.</p>
            <div><FilePicker label="Choose a scenario file" what="file" /></div>
          </section>
        </div>
        <div class="share-column">
          <TextBlock title="Scenario file" shape="block" isStale={file.isStale} text={file.value ?? ''} fileName={`${name}.jsonl`}>
            <p class="share-note">What <code>addrspace run {name}.jsonl</code> takes.</p>
            <label class="share-name">
              <span>Name of the scenario</span>
              <input value={scenario.header.name ?? ''} onChange={(event) => dispatch({ kind: 'header-changed', header: { name: event.currentTarget.value === '' ? undefined : event.currentTarget.value } })} />
            </label>
          </TextBlock>
          <Checks name={name} />
        </div>
      </div>
    </div>
  )
}

/** Texts in which the results of a backend are what is expected. */
function Checks({ name }: { readonly name: string }) {
  const { state: { scenario, backends, backend }, dispatch } = usePage()
  const [runner, setRunner] = useState<TestRunner>('vitest')
  const checks = useDerived('checks', { scenario, backend, runner })
  const { problem, vector = '', source = '' } = checks.error === undefined ? checks.value ?? {} : {}
  return (
    <div class="share-checks" aria-busy={checks.isStale}>
      <div class="share-choices">
        <label>
          <span>Results of</span>
          <select value={backend} onChange={(event) => dispatch({ kind: 'backend-chosen', backend: event.currentTarget.value as typeof backend })}>
            {backends.map((other) => <option key={other} value={other}>{backendTitle(other)}</option>)}
          </select>
        </label>
        <label>
          <span>Test for</span>
          <select value={runner} onChange={(event) => setRunner(event.currentTarget.value as TestRunner)}>
            <option value="vitest">vitest</option>
            <option value="node:test">node:test</option>
          </select>
        </label>
      </div>
      {problem !== undefined && !checks.isStale && <p role="alert">{backendTitle(backend)} cannot run this scenario: {problem.message}</p>}
      {checks.error !== undefined && <p role="alert">{checks.error}</p>}
      <TextBlock title="Test source" shape="block" isStale={checks.isStale} text={source} fileName={`${name}.test.ts`}>
        <p class="share-note">Runs the scenario with the published packages, and fails where a result is another one.</p>
      </TextBlock>
      <TextBlock title="Vector" shape="block" isStale={checks.isStale} text={vector} fileName={`${name}-${backend}.jsonl`}>
        <p class="share-note">The scenario with every result as what is expected of it.</p>
      </TextBlock>
    </div>
  )
}

/** The link to the page as it is, but for the view that it opens. */
function usePermalink(view: ViewId, form: LinkForm): Derived<string> {
  const { state } = usePage()
  const { scenario, count, backends, backend, focus, walk, mutant, trace } = state
  // The state as a whole changes with every hover.
  const place = useMemo(() => ({ ...placeOf(state), view }), [view, count, backends, backend, focus, walk, mutant, trace])
  return useDerived('link', { scenario, place, form })
}

/** Where the page is, without what is behind it. */
function pageAddress(): string {
  return location.origin === 'null' ? location.href.replace(/[?#].*$/, '') : `${location.origin}${location.pathname}`
}

function frameSource(link: string, title: string): string {
  const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  return `<iframe src="${escaped(`${pageAddress()}?embed${link}`)}" title="${escaped(title)}" loading="lazy" style="width: 100%; height: 40rem; border: 1px solid #888"></iframe>`
}

function lengthText(length: number): string {
  if (length <= 8000) return `${length} characters`
  return `${length} characters: some mail programs and chats cut such links off; a file is safer`
}
